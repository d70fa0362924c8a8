"""`compare`: runs side by side, on the screen and on one page with pictures."""

import dataclasses
import logging
from collections.abc import Sequence
from pathlib import Path

from keras_gen.evaluation import Measurements, evaluate, read_measurements, write_measurements
from keras_gen.evaluation.side_by_side import check_comparable, table_rows
from keras_gen.evaluation.tables import PAIRS_NOTE, align
from keras_gen.files import require_new
from keras_gen.pages import page
from keras_gen.pictures import grid
from keras_gen.runs import Run
from keras_gen.runs.run import short_names

SEED = 1  # of the samples that the page shows

logger = logging.getLogger("keras_gen")

TABLE_NOTES = (
    "± is half the width of the 95 % interval. * marks the best run where lower or higher is "
    f"better; in other rows the best is near the reference. {PAIRS_NOTE}."
)


def compare(
    runs: Sequence[Run | str | Path],
    out: str | Path,
    *,
    remeasure: bool = False,
    n: int = 10_000,
    features: str | None = None,
    data_source: str | Path | None = None,
) -> str:
    """Compare runs that were measured on the same images.

    A run that was not measured, or was trained further since, is measured now.

    Args:
        runs: at least two runs, or their folders.
        out: HTML page to create, self-contained.
        remeasure: measure all runs again.
        n: number of samples and real images for runs that are measured now.
        features: name in `measures.FEATURES`, for runs that are measured now.
        data_source: where the runs' images lie now, if they were moved.

    Returns:
        The table as text; the best of each row is marked with *.

    Raises:
        FileExistsError: `out` exists already.
        FileNotFoundError: no run, or nothing trained in it.
        ValueError: fewer than two runs, or measurements that cannot be compared.
    """
    if len(runs) < 2:
        raise ValueError(f"expected at least two runs to compare, found {len(runs)}")
    require_new(out)
    opened = [Run.open(run) for run in runs]  # a missing run is named before any is measured
    names = short_names(opened)
    models = [run.load_model() for run in opened]
    measured = []
    for run, model in zip(opened, models, strict=True):
        measurements = None if remeasure else read_measurements(run)
        if measurements is None or measurements.steps != model.steps_done:
            measurements = evaluate(
                run, n=n, features=features, data_source=data_source, write=False
            )
            _keep(run, measurements)
        measured.append(measurements)
    check_comparable(names, measured)
    rows = [(label, *cells, reference) for label, cells, reference in table_rows(measured)]
    table = [("", *names, "reference"), *rows]
    samples = [grid(model.sample(64, SEED), zoom=2) for model in models]
    _write_page(Path(out), opened, names, samples, measured[0], table)
    return "\n".join([*align(table), "", TABLE_NOTES])


def _keep(run, measurements):
    """Write measurements into their run; a folder that refuses them does not cost the page."""
    try:
        write_measurements(run, measurements)
    except OSError as error:
        logger.warning(f"{run.path}: metrics.json was not written: {error.strerror}")


def _write_page(out, runs, names, samples, measurements: Measurements, table):
    """Write the page: samples of the same seed, the table, the curves."""
    samples = [
        page.figure(picture, name, pixels=True, origin=dataclasses.replace(run.origin, seed=SEED))
        for picture, name, run in zip(samples, names, runs, strict=True)
    ]
    curves = [
        page.figure(path, name)
        for run, name in zip(runs, names, strict=True)
        if (path := run.path / "losses.png").is_file()
    ]
    first = measurements.figures[0]
    lead = (
        f"{first.n_fake:,} samples of each run against {first.n_real:,} real images "
        f"({measurements.real_images}), in features of {first.features}."
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    page.write_page(
        out,
        "Runs side by side",
        lead,
        page.section("Samples", page.row(*samples)),
        page.section("Measurements", page.table(table[1:], table[0]), page.paragraph(TABLE_NOTES)),
        page.section("Training", *curves),
    )
