"""The measurements of several runs in one table."""

from collections.abc import Sequence

from keras_gen.evaluation.measurements import Measurement, Measurements

BEST = {"lower": min, "higher": max}


def check_comparable(names: Sequence[str], measured: Sequence[Measurements]) -> None:
    """Raise a ValueError where runs were measured on other images, counts or features.

    Args:
        names: of the runs, for the message.
        measured: their measurements.
    """

    def basis(measurements):
        first = measurements.figures[0]
        counts = f"{first.n_fake:,} samples, {first.n_real:,} of {measurements.real_images}"
        return f"{counts}, {first.features}", measurements.real_sha256, first.features_sha256

    words, images, _ = expected = basis(measured[0])
    for name, measurements in zip(names, measured, strict=True):
        other = basis(measurements)
        if other != expected:
            raise ValueError(
                "measurements of different images or features cannot be compared: "
                f"{names[0]} has {words} (images {images[:8]}); "
                f"{name} has {other[0]} (images {other[1][:8]}); "
                "measure all runs again with --remeasure"
            )


def table_rows(measured: Sequence[Measurements]) -> list[tuple[str, list[str], str]]:
    """Lay the measurements of runs side by side.

    Args:
        measured: the measurements of each run.

    Returns:
        List of (label, cells, reference), all str; one cell per run, "-" for a run without the
        measurement, the best value marked with *.
    """
    rows = []
    for key in dict.fromkeys(key for run in measured for key in run.by_key):
        row = [run.by_key.get(key) for run in measured]
        known = [figure for figure in row if figure]
        values = {figure.value for figure in known}
        choose = BEST.get(known[0].better)
        best = choose(values) if choose and len(values) > 1 else None  # of equals none is best
        cells = [_cell(figure, best) for figure in row]
        rows.append((known[0].label, cells, _references(known)))
    return rows


def _cell(figure: Measurement | None, best: float | None) -> str:
    if figure is None:
        return "-"
    value, interval = figure.value, figure.interval
    margin = f" ± {(interval[1] - interval[0]) / 2:.2g}" if interval else ""
    return f"{value:.4g}{margin}{' *' if value == best else ''}"


def _references(figures: Sequence[Measurement]) -> str:
    """Return the reference; several where runs have other ones, such as PCA of other lengths."""
    texts = [
        f"{figure.reference:.4g} ({figure.reference_name})"
        for figure in figures
        if figure.reference is not None
    ]
    return "; ".join(dict.fromkeys(texts))
