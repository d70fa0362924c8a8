"""`compare`: runs side by side, on the screen and on one page with pictures."""

from pathlib import Path

from keras_gen import report
from keras_gen.evaluation import NEEDS_PAIRS, aligned, evaluate, read_figures
from keras_gen.generation import load_run
from keras_gen.pictures import grid
from keras_gen.run_folder import read_recipe

BEST = {"lower": min, "higher": max}
NOTES = (
    "± is half the width of the 95 % interval. * marks the best run where lower or higher is "
    f"better; in other rows the best is near the reference. {NEEDS_PAIRS}."
)


def compare(run_dirs, out="comparison.html", again=False, n=10_000, features="fashion_net"):
    """Compare runs that were measured on the same images.

    A run that was not measured, or was trained further since, is measured now.

    Args:
        run_dirs: at least two folders of runs.
        out: HTML page to write, self-contained.
        again: measure all runs anew.
        n: number of samples and real images for runs that are measured now.
        features: name in `measures.FEATURES`, for runs that are measured now.

    Returns:
        The table as text; the best of each row is marked with *.

    Raises:
        FileNotFoundError: no run, or nothing trained in it.
        ValueError: fewer than two runs, or figures that cannot be compared.
    """
    if len(run_dirs) < 2:
        raise ValueError(f"expected at least two runs to compare, found {len(run_dirs)}")
    for run_dir in run_dirs:
        read_recipe(run_dir)  # a folder without a run is named before anything is measured
    names = [str(run_dir) for run_dir in run_dirs]
    models = [load_run(run_dir) for run_dir in run_dirs]
    contents = []
    for run_dir, model in zip(run_dirs, models, strict=True):
        content = None if again else read_figures(run_dir)
        if content is None or content["steps"] != model.steps_done:
            content = evaluate(run_dir, n=n, features=features)
        contents.append(content)
    _check_comparable(names, contents)
    rows = [(label, *cells, reference) for label, cells, reference in table_rows(contents)]
    table = [("", *names, "reference"), *rows]
    samples = [grid(model.sample(64, seed=1), zoom=2) for model in models]
    _write_page(Path(out), names, samples, contents[0], table)
    return "\n".join([*aligned(table), "", NOTES])


def _check_comparable(names, contents):
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


def _write_page(out, names, samples, content, table):
    """Write the page: samples of the same seed, the table, the curves."""
    samples = [
        report.figure(picture, name, pixels=True)
        for picture, name in zip(samples, names, strict=True)
    ]
    curves = [
        report.figure(path, name) for name in names if (path := Path(name, "losses.png")).is_file()
    ]
    figure = content["figures"][0]
    lead = (
        f"{figure['n_fake']:,} samples of each run against {figure['n_real']:,} real images "
        f"({content['real_images']}), in features of {figure['features']}."
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    report.write_page(
        out,
        "Runs side by side",
        lead,
        report.section("Samples", report.row(*samples)),
        report.section("Figures", report.table(table[1:], table[0]), report.paragraph(NOTES)),
        report.section("Training", *curves),
    )
