"""Train a recipe in a run folder that can be stopped, killed, and resumed bit for bit."""

import contextlib
import dataclasses
import logging
import os
from collections.abc import Sequence
from pathlib import Path

import keras
from PIL import Image

from keras_gen import data
from keras_gen.environment import versions
from keras_gen.files import replacing
from keras_gen.pictures import save_animation, save_curves, save_picture
from keras_gen.recipes import Recipe
from keras_gen.runs.callbacks import RunLogger, StopOnBreakdown
from keras_gen.runs.progress import ProgressBar, interrupt_gracefully
from keras_gen.runs.run import Run

# Makes XLA sum in one order on a GPU. Without it two runs of one seed differed after 400 steps on
# an NVIDIA H100, with it in no bit, and a step took no longer; `enable_op_determinism` makes Keras
# do without XLA, at 2.7 times the time of a step.
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
        ValueError, FileNotFoundError: data, batch or image size cannot be used.
    """
    if Path(run_dir).exists():
        raise FileExistsError(
            f"{run_dir} exists already; pass another --run-dir, or --resume to continue it"
        )
    images = _load(recipe, strict)
    recipe = _with_length(recipe, images, epochs=epochs)
    save_every = recipe.save_every or max(1, recipe.steps // 50)
    recipe = dataclasses.replace(recipe, save_every=save_every)
    provenance = {
        "data": {"description": images.description, "sha256": images.sha256},
        "versions": versions(),
    }
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
    _request_deterministic_xla()
    run, images = prepare(recipe_name, recipe, run_dir, epochs=epochs, strict=strict)
    model = run.recipe.build()
    run = dataclasses.replace(run, provenance={**run.provenance, **run.recipe.provenance(model)})
    for folder in ("samples", "checkpoints"):
        (run.path / folder).mkdir(parents=True)
    run.save()
    return fit(run, model, images, callbacks)


def resume(
    run: Run | str | Path,
    *,
    steps: int | None = None,
    epochs: int | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> bool:
    """Resume a run from its last checkpoint, exactly as if it had not been interrupted.

    Args:
        run: a `Run`, or its folder.
        steps: a new total of steps, at least those done; by default the recipe's.
        epochs: the same in passes over the data.
        callbacks: further Keras callbacks.

    Returns:
        True if all steps were done, False if Ctrl-C stopped the run.

    Raises:
        FileNotFoundError: no run, or no checkpoint in it.
        ValueError: `recipe.json` cannot be read, the data have changed, or nothing is left to do.
        TrainingStopped: the run broke down.
    """
    run = Run.open(run)
    if not run.checkpoints:
        raise FileNotFoundError(f"expected a checkpoint to resume from, found none in {run.path}")
    done, path = run.checkpoints[-1]
    _request_deterministic_xla()
    images = _load(run.recipe)
    then = run.provenance["data"]
    if images.sha256 != then["sha256"]:
        raise ValueError(f"the data have changed since the run began: then {then['description']}")
    recipe = _with_length(run.recipe, images, steps, epochs)
    if recipe.steps < done or (recipe.steps == done and run.model_path.exists()):
        raise ValueError(
            f"the run has already completed {done} of {recipe.steps} steps; pass a larger --steps"
        )
    model = recipe.build()
    for key, value in recipe.provenance(model).items():
        if run.provenance[key] != value:
            raise ValueError(f"the {key} changed since the run began: then {run.provenance[key]}")
    model.load_weights(path)
    run = dataclasses.replace(run, recipe=recipe)
    run.save()
    return fit(run, model, images, callbacks)


def _load(recipe, strict=False):
    """Load the recipe's images and log in one line what was loaded."""
    images = data.load(recipe.data, recipe.image_shape, fit=recipe.fit, strict=strict)
    logger.info(images.description)
    for file, reason in images.skipped:
        logger.info(f"  skipped {file}: {reason}")
    return images


def _with_length(recipe, images, steps=None, epochs=None):
    """Return the recipe with another number of steps, given as such or as passes over the data."""
    per_epoch = data.steps_per_epoch(len(images.images), recipe.images_per_step)
    if epochs is not None:
        if epochs < 1:
            raise ValueError(f"epochs: expected at least 1, found {epochs}")
        steps = epochs * per_epoch
    return recipe if steps is None else dataclasses.replace(recipe, steps=steps)


def _request_deterministic_xla():
    """Set the flag; XLA reads it when it is first used in a process."""
    flags = os.environ.get("XLA_FLAGS", "")
    if XLA_DETERMINISM_FLAG not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} {XLA_DETERMINISM_FLAG}".strip()


def fit(run: Run, model: keras.Model, images: data.ImageData, callbacks=()) -> bool:
    """Train until the recipe's steps are done; write the run's pictures and its model."""
    recipe, start = run.recipe, model.steps_done
    if start < recipe.steps:
        n, scale = recipe.images_per_step, data.SCALES[recipe.pixel_scale]
        labels = images.labels if recipe.conditional else None
        batches = data.batches(images.images, n, recipe.seed, start, scale, labels)
        bar = ProgressBar(n, start, recipe.steps)
        with interrupt_gracefully(model, "stop_training"), contextlib.closing(bar):
            model.fit(
                batches,
                steps_per_epoch=recipe.steps - start,
                callbacks=[StopOnBreakdown(run), RunLogger(run), bar, *callbacks],
                shuffle=False,
                verbose=0,
            )
    write_pictures(run, model)
    if model.steps_done < recipe.steps:
        logger.info(
            f"stopped; saved at step {model.steps_done:,} of {recipe.steps:,}. Resume with:"
        )
        logger.info(f"  keras-gen train --run-dir {run.path} --resume")
        return False
    with replacing(run.model_path) as temporary:
        model.save(temporary)
    return True


def write_pictures(run: Run, model: keras.Model) -> None:
    """Write the curves, the last samples, their animation, and the recipe's own pictures."""
    if rows := run.read_metrics():
        save_curves(run.path / "losses.png", rows, run.recipe.panels)
    save_animation(run.path / "samples.gif", run.sample_paths)
    with Image.open(run.sample_paths[-1]) as last:
        save_picture(run.path / "samples.png", last)
    for name, picture in run.recipe.pictures(model).items():
        save_picture(run.path / f"{name}.png", picture)
