"""Tables of plain text."""

NEEDS_PAIRS = (
    "PSNR and SSIM compare an image with its original: they are given for a VAE's "
    "reconstructions, never for samples, which have no original"
)


def format_figures(content):
    """Return the figures as a table for the screen, with what they were measured on below.

    Args:
        content: dict, from `evaluate` or `read_figures`.

    Returns:
        Lines joined by newlines.
    """
    figures = content["figures"]
    rows = [("", "value", "95 % interval", "reference")]
    for figure in figures:
        interval, reference = figure["interval"], figure["reference"]
        rows.append(
            (
                figure["label"],
                f"{figure['value']:.4g}",
                f"{interval[0]:.4g} .. {interval[1]:.4g}" if interval else "",
                "" if reference is None else f"{reference:.4g} ({figure['reference_name']})",
            )
        )
    used = {f["features"]: f["features_sha256"] for f in figures if f["features_sha256"]}
    names = ", ".join(f"{name} (weights {sha256[:8]})" for name, sha256 in used.items())
    of = figures[0]
    footer = [
        "",
        f"{content['recipe']}, {content['steps']:,} steps, seed {content['seed']}",
        f"{of['n_fake']:,} samples, {of['n_real']:,} real: {content['real_images']}",
        f"features: {names}",
        NEEDS_PAIRS,
    ]
    return "\n".join([*aligned(rows), *footer])


def aligned(rows):
    """Return rows of text as lines whose columns stand below one another.

    Args:
        rows: tuples of str, all of one length.

    Returns:
        List of str.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
