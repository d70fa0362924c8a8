"""Measurements as tables of plain text."""

from collections.abc import Sequence

from keras_gen.evaluation.measurements import Measurements

PAIRS_NOTE = (
    "PSNR and SSIM compare an image with its original: they are given for reconstructions, never "
    "for samples, which have no original"
)


def format_measurements(measurements: Measurements) -> str:
    """Return the measurements as a table, with what they were taken on below."""
    rows = [("", "value", "95 % interval", "reference")]
    for figure in measurements.figures:
        interval, reference = figure.interval, figure.reference
        rows.append(
            (
                figure.label,
                f"{figure.value:.4g}",
                f"{interval[0]:.4g} .. {interval[1]:.4g}" if interval else "",
                "" if reference is None else f"{reference:.4g} ({figure.reference_name})",
            )
        )
    used = {
        figure.features: figure.features_sha256
        for figure in measurements.figures
        if figure.features_sha256
    }
    names = ", ".join(f"{name} (weights {sha256[:8]})" for name, sha256 in used.items())
    first = measurements.figures[0]
    footer = [
        "",
        f"{measurements.recipe}, {measurements.steps:,} steps, seed {measurements.seed}",
        f"{first.n_fake:,} samples, {first.n_real:,} real: {measurements.real_images}",
    ]
    if names:
        footer += [f"features: {names}", PAIRS_NOTE]
    return "\n".join([*align(rows), *footer])


def align(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return rows of text, all of one length, as lines whose columns are aligned."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
