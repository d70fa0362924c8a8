"""`compare`: runs side by side, on the screen and on one page with pictures."""

from pathlib import Path

from keras_gen import report
from keras_gen.evaluation import evaluate, read_figures
from keras_gen.generation import load_run
from keras_gen.pictures import grid
from keras_gen.run_folder import read_recipe

BEST = {"lower": min, "higher": max}


def compare(run_dirs, out="comparison.html", again=False, n=10_000, features="fashion_net"):
    """Compare runs that were measured on the same images; those not yet measured are measured now.

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
    contents = []
    for run_dir in run_dirs:
        read_recipe(run_dir)  # a folder without a run is named before anything is measured
    for run_dir in run_dirs:
        content = None if again else read_figures(run_dir)
        contents.append(content or evaluate(run_dir, n=n, features=features))
    _check_comparable(run_dirs, contents)
    names = [str(run_dir) for run_dir in run_dirs]
    rows = table_rows(contents)
    _write_page(Path(out), names, run_dirs, contents, rows)
    return format_table(names, rows)


def _check_comparable(run_dirs, contents):
    """Refuse figures of other images, counts or features."""

    def basis(content):
        figure = content["figures"][0]
        of = f"{figure['n_fake']:,} samples, {figure['n_real']:,} of {content['real_images']}"
        return (f"{of}, {figure['features']}", content["real_sha256"], figure["features_sha256"])

    for run_dir, content in zip(run_dirs[1:], contents[1:], strict=True):
        if basis(content) != basis(contents[0]):
            raise ValueError(
                f"figures of different images cannot be compared: {run_dirs[0]} has "
                f"{basis(contents[0])[0]}; {run_dir} has {basis(content)[0]}; "
                "measure all anew by --again"
            )


def table_rows(contents):
    """Return rows of (label, cells, reference), one cell a run, the best marked with *."""
    figures = [{figure["key"]: figure for figure in content["figures"]} for content in contents]
    keys = list(dict.fromkeys(key for run in figures for key in run))
    rows = []
    for key in keys:
        found = [run.get(key) for run in figures]
        known = [figure for figure in found if figure]
        choose = BEST.get(known[0]["better"])
        best = choose(figure["value"] for figure in known) if choose and len(known) > 1 else None
        cells = [_cell(figure, best) for figure in found]
        reference = known[0]["reference"]
        rows.append((known[0]["label"], cells, "" if reference is None else f"{reference:.3g}"))
    return rows


def _cell(figure, best):
    if figure is None:
        return "-"
    value, interval = figure["value"], figure["interval"]
    margin = f" ± {(interval[1] - interval[0]) / 2:.2g}" if interval else ""
    return f"{value:.4g}{margin}{' *' if value == best else ''}"


def format_table(names, rows):
    """Return the table as text for the screen."""
    lines = [("", *names, "real images")]
    lines += [(label, *cells, reference) for label, cells, reference in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    text = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in lines]
    return "\n".join(line.rstrip() for line in text)


def _write_page(out, names, run_dirs, contents, rows):
    """Write the page: samples of the same seed, the table, the curves."""
    samples = [
        report.figure(grid(load_run(run_dir).sample(64, seed=1), zoom=2), name, pixels=True)
        for run_dir, name in zip(run_dirs, names, strict=True)
    ]
    curves = [
        report.figure(run_dir / "losses.png", name)
        for run_dir, name in zip(map(Path, run_dirs), names, strict=True)
        if (run_dir / "losses.png").is_file()
    ]
    figure = contents[0]["figures"][0]
    lead = (
        f"{figure['n_fake']:,} samples of each run against {figure['n_real']:,} real images "
        f"({contents[0]['real_images']}), features {figure['features']}. ± spans a 95 % interval, "
        "* marks the best, the last column is what real images score (for reconstructions: PCA)."
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    report.write_page(
        out,
        "Runs side by side",
        lead,
        report.section("Samples", report.row(*samples)),
        report.section(
            "Figures",
            report.table(
                [(label, *cells, reference) for label, cells, reference in rows],
                ("", *names, "real images"),
            ),
        ),
        report.section("Training", report.row(*curves)),
    )
