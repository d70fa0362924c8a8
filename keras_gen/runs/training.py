"""Train a recipe in a run folder that can be stopped, killed, and resumed bit for bit."""

import contextlib
import dataclasses
import logging
import os
from collections.abc import Sequence
from pathlib import Path

import keras

from keras_gen import data
from keras_gen.environment import versions
from keras_gen.files import require_new, sweep
from keras_gen.pictures import animation, grid, save_curves
from keras_gen.provenance import Marks, save_generated
from keras_gen.recipes import Recipe
from keras_gen.runs import devices
from keras_gen.runs.callbacks import Follower, RunLogger, StopOnBreakdown, StopOnSignal
from keras_gen.runs.images import describe_images, with_data
from keras_gen.runs.progress import ProgressBar, interrupt_gracefully
from keras_gen.runs.run import Run
from keras_gen.runs.states import load_newest, locked, save_state
from keras_gen.runs.teachers import images_for, no_images, teach, with_teacher

# Makes XLA sum in one order on a GPU. Without it two runs of one seed differed after 400 steps on
# an NVIDIA H100, with it in no bit, and a step took hardly longer; `enable_op_determinism` makes
# Keras do without XLA, at about three times the time of a step.
XLA_DETERMINISM_FLAG = "--xla_gpu_deterministic_ops=true"

logger = logging.getLogger("keras_gen")


def prepare(
    recipe_name: str,
    recipe: Recipe,
    run_dir: str | Path,
    *,
    epochs: int | None = None,
    strict: bool = False,
) -> tuple[Run, data.ImageData]:
    """Load the data and resolve what depends on them; nothing is written.

    Args:
        recipe_name: name of the recipe in `RECIPES`.
        recipe: the recipe.
        run_dir: folder that the run would create.
        epochs: passes over the data, instead of the recipe's steps.
        strict: refuse a folder of photos that holds an unreadable file.

    Returns:
        The run as it would be trained, and its images.

    Raises:
        FileExistsError: the folder exists already.
        PermissionError: it cannot be created.
        ValueError, FileNotFoundError: data, batch or image size cannot be used.
    """
    if os.path.lexists(run_dir):
        raise FileExistsError(
            f"{run_dir} exists already; pass another --run-dir, or --resume to continue it"
        )
    require_new(run_dir)
    Marks()  # refuses a producer that cannot be written
    _request_deterministic_xla()
    recipe, of_teacher = with_teacher(recipe)
    recipe.check_image_shape()
    devices.check_batch(recipe)
    if of_teacher:
        images = no_images(recipe)
    else:
        images = data.load(recipe.data, recipe.image_shape, fit=recipe.fit, strict=strict)
    _log(images)
    recipe = _with_length(recipe.for_data(images), images, epochs=epochs)
    save_every = recipe.save_every or max(1, recipe.steps // 50)
    recipe = dataclasses.replace(recipe, save_every=save_every)
    provenance = {"data": describe_images(recipe, images), "versions": versions(), **of_teacher}
    return Run(path=Path(run_dir), name=recipe_name, recipe=recipe, provenance=provenance), images


def train(
    recipe_name: str,
    recipe: Recipe,
    run_dir: str | Path,
    *,
    epochs: int | None = None,
    strict: bool = False,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> bool:
    """Train a recipe from its seed in a new run folder.

    Args:
        recipe_name: its name in `RECIPES`.
        recipe: the recipe.
        run_dir: folder to create.
        epochs: passes over the data, instead of the recipe's steps.
        strict: refuse a folder of photos that holds an unreadable file.
        callbacks: further Keras callbacks, such as `keras.callbacks.TensorBoard(folder)`.

    Returns:
        True if all steps were done, False if Ctrl-C stopped the run.

    Raises:
        FileExistsError: the folder exists already.
        ValueError, FileNotFoundError: data, batch or image size cannot be used; nothing is written.
        TrainingStopped: the run broke down.
    """
    run, images = prepare(recipe_name, recipe, run_dir, epochs=epochs, strict=strict)
    return begin(run, images, callbacks)


def begin(
    run: Run, images: data.ImageData, callbacks: Sequence[keras.callbacks.Callback] = ()
) -> bool:
    """Create the folder of a run that was prepared, and train it; `train` is both in one call.

    Raises:
        FileExistsError: the folder was created meanwhile; nothing is written.
        TrainingStopped: the run broke down.
    """
    model = devices.build(run.recipe)
    teach(model, run.recipe)
    provenance = devices.record({**run.provenance, **run.recipe.provenance(model)}, 0)
    run = dataclasses.replace(run, provenance=provenance)
    devices.require_same(0)  # all have seen that the folder is not there yet
    if not devices.is_chief():
        return fit(run, model, images, callbacks)
    run.create()
    with locked(run.path):
        return fit(run, model, images, callbacks)


def resume(
    run: Run | str | Path,
    *,
    steps: int | None = None,
    epochs: int | None = None,
    data_source: str | Path | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> bool:
    """Resume a run from its last checkpoint, exactly as if it had not been interrupted.

    A run that was killed before its first checkpoint begins anew. A run whose steps are done, but
    whose model or pictures are missing, gets them.

    Args:
        run: a `Run`, or its folder.
        steps: a new total of steps, at least those done; by default the recipe's.
        epochs: the same in passes over the data.
        data_source: where the run's images lie now, if they were moved.
        callbacks: further Keras callbacks.

    Returns:
        True if all steps were done, False if Ctrl-C stopped the run.

    Raises:
        FileNotFoundError: no run, or its images are gone.
        ValueError: `recipe.json` or all checkpoints are damaged, the images are others, another
            process trains the run, or nothing is left to do.
        TrainingStopped: the run broke down.
    """
    run = Run.open(run)
    if run.is_bundled:
        raise ValueError(
            f"expected the folder of a run, found {run.name}, which comes with the package without "
            f"what training needs; begin with keras-gen train {run.name}"
        )
    moved_run = with_data(run, data_source)
    if not devices.is_chief():
        return _resume(moved_run, steps, epochs, data_source, callbacks)
    with locked(run.path):
        sweep(run.path)
        return _resume(moved_run, steps, epochs, data_source, callbacks)


def _resume(run, steps, epochs, moved_to, callbacks):
    done = run.checkpoints[-1][0] if run.checkpoints else 0
    Marks()  # refuses a producer that cannot be written
    _request_deterministic_xla()
    run.read_metrics()  # refused, if need be, before anything is loaded
    devices.check_batch(run.recipe)
    images = images_for(run)
    _log(images)
    recipe = _with_length(run.recipe, images, steps, epochs, done)
    if recipe.steps < done or (recipe.steps == done and run.is_finished):
        raise ValueError(
            f"the run has already completed {done} of {recipe.steps} steps; pass a larger --steps"
        )
    model = devices.build(recipe)
    for key, value in recipe.provenance(model).items():
        if run.provenance.get(key) != value:
            then = run.provenance.get(key)
            raise ValueError(f"the {key} changed since the run began: then {then}")
    if run.checkpoints or run.model_path.exists():
        load_newest(model, run.checkpoints, run.model_path)
    else:
        teach(model, recipe)
    devices.require_same(model.steps_done)
    provenance = devices.record(run.provenance, model.steps_done)
    if moved_to is not None and recipe.learns_from is None:
        provenance = {**provenance, "data": describe_images(recipe, images)}
    run = dataclasses.replace(run, recipe=recipe, provenance=provenance)
    if devices.is_chief():
        run.save()
        run.make_folders()  # a copy may lack those that were empty
    return fit(run, model, images, callbacks)


def _log(images):
    """Log in one line what was loaded, and what was skipped."""
    logger.info(images.description)
    for file, reason in images.skipped:
        logger.info(f"  skipped {file}: {reason}")


def _with_length(recipe, images, steps=None, epochs=None, done=0):
    """Return the recipe with another number of steps, given as such or as passes over the data.

    They are no more than the recipe may take.
    """
    per_epoch = 0
    if recipe.learns_from is None:
        per_epoch = data.steps_per_epoch(len(images.images), recipe.images_per_step)
    elif epochs is not None:
        raise ValueError("epochs: expected steps, since a student passes over no data")
    if epochs is not None:
        if steps is not None:
            raise ValueError(f"expected steps or epochs, found both: {steps} and {epochs}")
        if epochs < 1:
            raise ValueError(f"epochs: expected at least 1, found {epochs}")
        steps = epochs * per_epoch
    asked = recipe if steps is None else dataclasses.replace(recipe, steps=steps)
    recipe = asked.limited(len(images.images), done)
    if recipe.steps < asked.steps:
        logger.info(f"its budget ends training after {recipe.steps:,} of {asked.steps:,} steps")
    return recipe


def _request_deterministic_xla():
    """Set the flag; XLA reads it when it is first used in a process."""
    flags = os.environ.get("XLA_FLAGS", "")
    if XLA_DETERMINISM_FLAG not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} {XLA_DETERMINISM_FLAG}".strip()


def fit(run: Run, model: keras.Model, images: data.ImageData, callbacks=()) -> bool:
    """Train until the recipe's steps are done; write the run's model, then its pictures."""
    recipe, start, chief = run.recipe, model.steps_done, devices.is_chief()
    if start < recipe.steps:
        bar, stop = ProgressBar(recipe, start), StopOnSignal()
        own = [StopOnBreakdown(run), RunLogger(run) if chief else Follower(recipe.save_every)]
        with (
            interrupt_gracefully(stop, "requested"),
            contextlib.closing(bar),
            devices.peers_watched(),
        ):
            model.fit(
                devices.stream(images, recipe, start),
                steps_per_epoch=recipe.steps - start,
                callbacks=[*own, stop, bar, *callbacks],
                shuffle=False,
                verbose=0,
            )
    finished = model.steps_done >= recipe.steps
    if not chief:
        return finished
    if finished:
        save_state(model, run.model_path)
    write_pictures(run, model)
    if not finished:
        logger.info(
            f"stopped; saved at step {model.steps_done:,} of {recipe.steps:,}. Resume with:"
        )
        logger.info(f"  keras-gen train --run-dir {run.path} --resume")
    return finished


def write_pictures(run: Run, model: keras.Model) -> None:
    """Write the curves, the last samples, their animation, and the recipe's own pictures."""
    if rows := run.read_metrics():
        save_curves(run.path / "losses.png", rows, run.recipe.panels)
    film = run.path / "samples.gif"
    first, options = animation(film, run.sample_paths)
    save_generated(film, first, run.origin, **options)
    composite = dataclasses.replace(run.origin, composite=True)  # they begin with real images
    for name, picture in run.recipe.pictures(model).items():
        save_generated(run.path / f"{name}.png", picture, composite)
    samples = grid(run.recipe.samples(model), **run.recipe.layout)
    last = run.path / "samples.png"  # which says that all are there
    save_generated(last, samples, run.origin)
