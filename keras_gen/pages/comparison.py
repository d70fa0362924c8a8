"""`compare`: runs side by side, on the screen and on one page with pictures."""

import dataclasses
import logging
from collections.abc import Sequence
from pathlib import Path

from keras_gen.evaluation import Measurements, evaluate, read_measurements, write_measurements
from keras_gen.evaluation.side_by_side import check_comparable, table_rows
from keras_gen.evaluation.tables import PAIRS_NOTE, align
from keras_gen.files import require_new
from keras_gen.measures import load_features
from keras_gen.measures.modes import SAMPLES as MOST_POINTS
from keras_gen.pages import page
from keras_gen.pictures import grid
from keras_gen.runs import Run
from keras_gen.runs.run import short_names

SAMPLES = 10_000  # to measure on, where nobody says how many
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
    n: int | None = None,
    features: str | None = None,
    data_source: str | Path | None = None,
) -> str:
    """Compare runs that were measured on the same images.

    A run that was not measured, or was trained further since, is measured now. What was measured
    in another way than is asked for is refused, unless all runs are measured again.

    Args:
        runs: at least two runs, or their folders.
        out: HTML page to create, self-contained.
        remeasure: measure all runs again.
        n: number of samples and real images; by default that of stored measurements, and 10,000
            for runs that are measured now.
        features: name in `measures.FEATURES`; by default that of stored measurements, and what
            `evaluate` takes for runs that are measured now.
        data_source: where the runs' images lie now, if they were moved.

    Returns:
        The table as text; the best of each row is marked with *.

    Raises:
        FileExistsError: `out` exists already.
        FileNotFoundError: no run, or nothing trained in it.
        ValueError: fewer than two runs, measurements that cannot be compared, or stored ones of
            another number or other features than asked for.
    """
    if len(runs) < 2:
        raise ValueError(f"expected at least two runs to compare, found {len(runs)}")
    require_new(out)
    opened = [Run.open(run) for run in runs]  # a missing run is named before any is measured
    names = short_names(opened)
    models = [run.load_model() for run in opened]
    stored = [
        None if remeasure else _stored(name, run, model.steps_done, n, features)
        for name, run, model in zip(names, opened, models, strict=True)
    ]
    measured = []
    for run, measurements in zip(opened, stored, strict=True):
        if measurements is None:
            measurements = evaluate(
                run, n=n or SAMPLES, features=features, data_source=data_source, write=False
            )
            _keep(run, measurements)
        measured.append(measurements)
    check_comparable(names, measured)
    rows = [(label, *cells, reference) for label, cells, reference in table_rows(measured)]
    table = [("", *names, "reference"), *rows]
    samples = [grid(model.sample(64, SEED), zoom=2) for model in models]
    _write_page(Path(out), opened, names, samples, measured[0], table)
    return "\n".join([*align(table), "", TABLE_NOTES])


def _stored(name, run, steps, n, features):
    """Return the measurements of a run's newest state, or None; refuse others than asked for."""
    measurements = read_measurements(run)
    if measurements is None or measurements.steps != steps:
        return None
    first, of_points = measurements.figures[0], run.recipe.pixel_scale == "points"
    if n is not None:
        wanted = min(n, MOST_POINTS) if of_points else n
        if first.n_fake != wanted:
            raise ValueError(
                f"{name}: expected measurements of {wanted:,} samples, found those of "
                f"{first.n_fake:,}; measure all runs again with --remeasure"
            )
    if features is not None and not of_points:  # which need none
        judge = load_features(features, run.recipe.image_shape)
        if first.features_sha256 != judge.sha256:
            raise ValueError(
                f"{name}: expected measurements in features of {judge.name}, found those of "
                f"{first.features}; measure all runs again with --remeasure"
            )
    return measurements


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
