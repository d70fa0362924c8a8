"""Figures of several runs side by side."""

BEST = {"lower": min, "higher": max}


def check_comparable(names, contents):
    """Refuse figures of other images, counts or features."""

    def basis(content):
        figure = content["figures"][0]
        of = f"{figure['n_fake']:,} samples, {figure['n_real']:,} of {content['real_images']}"
        return (f"{of}, {figure['features']}", content["real_sha256"], figure["features_sha256"])

    first = basis(contents[0])
    for name, content in zip(names, contents, strict=True):
        if (other := basis(content)) != first:
            raise ValueError(
                f"figures of different images or features cannot be compared: {names[0]} has "
                f"{first[0]} (images {first[1][:8]}); {name} has {other[0]} (images "
                f"{other[1][:8]}); measure all anew by --again"
            )


def table_rows(contents):
    """Lay the figures of runs side by side.

    Args:
        contents: list of dicts, from `evaluate` or `read_figures`.

    Returns:
        List of (label, cells, reference), all str; one cell a run, "-" for a run without the
        figure, the best value marked with *.
    """
    runs = [{figure["key"]: figure for figure in content["figures"]} for content in contents]
    rows = []
    for key in dict.fromkeys(key for run in runs for key in run):
        found = [run.get(key) for run in runs]
        known = [figure for figure in found if figure]
        values = {figure["value"] for figure in known}
        choose = BEST.get(known[0]["better"])
        best = choose(values) if choose and len(values) > 1 else None  # of equals none is best
        cells = [_cell(figure, best) for figure in found]
        rows.append((known[0]["label"], cells, _references(known)))
    return rows


def _cell(figure, best):
    if figure is None:
        return "-"
    value, interval = figure["value"], figure["interval"]
    margin = f" ± {(interval[1] - interval[0]) / 2:.2g}" if interval else ""
    return f"{value:.4g}{margin}{' *' if value == best else ''}"


def _references(figures):
    """Return the reference; several where runs have other ones, such as PCA of other lengths."""
    texts = [
        f"{figure['reference']:.4g} ({figure['reference_name']})"
        for figure in figures
        if figure["reference"] is not None
    ]
    return "; ".join(dict.fromkeys(texts))
