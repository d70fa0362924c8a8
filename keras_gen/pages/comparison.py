"""`compare`: runs side by side, on the screen and on one page with pictures."""

from pathlib import Path

from keras_gen.evaluation.measure_run import evaluate, read_figures
from keras_gen.evaluation.side_by_side import check_comparable, table_rows
from keras_gen.evaluation.tables import NEEDS_PAIRS, aligned
from keras_gen.pages import page
from keras_gen.pictures.grids import grid
from keras_gen.runs.run import load_run, read_recipe

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
    check_comparable(names, contents)
    rows = [(label, *cells, reference) for label, cells, reference in table_rows(contents)]
    table = [("", *names, "reference"), *rows]
    samples = [grid(model.sample(64, seed=1), zoom=2) for model in models]
    _write_page(Path(out), names, samples, contents[0], table)
    return "\n".join([*aligned(table), "", NOTES])


def _write_page(out, names, samples, content, table):
    """Write the page: samples of the same seed, the table, the curves."""
    samples = [
        page.figure(picture, name, pixels=True)
        for picture, name in zip(samples, names, strict=True)
    ]
    curves = [
        page.figure(path, name) for name in names if (path := Path(name, "losses.png")).is_file()
    ]
    figure = content["figures"][0]
    lead = (
        f"{figure['n_fake']:,} samples of each run against {figure['n_real']:,} real images "
        f"({content['real_images']}), in features of {figure['features']}."
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    page.write_page(
        out,
        "Runs side by side",
        lead,
        page.section("Samples", page.row(*samples)),
        page.section("Figures", page.table(table[1:], table[0]), page.paragraph(NOTES)),
        page.section("Training", *curves),
    )
