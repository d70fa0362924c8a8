"""Train a recipe in a run folder that can be stopped, killed, and resumed bit for bit."""

import contextlib
import dataclasses
import os
from pathlib import Path

from PIL import Image

from keras_gen import data
from keras_gen.environment import versions
from keras_gen.files import replacing
from keras_gen.models import VAE
from keras_gen.pictures.curves import save_curves
from keras_gen.pictures.grids import save_animation
from keras_gen.pictures.latents import save_latent_pictures
from keras_gen.pictures.saving import save_picture
from keras_gen.runs.callbacks import Reporter
from keras_gen.runs.progress import ProgressBar, stop_politely
from keras_gen.runs.run import checkpoints, read_metrics, read_recipe, sample_paths, write_recipe

# Makes XLA add in one order on a GPU. Without it two runs of one seed differed after 400 steps on
# an NVIDIA H100, with it in no bit, and a step took no longer; `enable_op_determinism` makes Keras
# do without XLA, at 2.7 times the time of a step.
ONE_ORDER = "--xla_gpu_deterministic_ops=true"


def _load(recipe, strict=False):
    """Load the recipe's images and say in one line what was loaded."""
    images = data.load(recipe.data, recipe.image_shape, fit=recipe.fit, strict=strict)
    print(images.description)
    for file, reason in images.skipped:
        print(f"  skipped {file}: {reason}")
    return images


def train(recipe_name, recipe, run_dir, epochs=None, strict=False):
    """Train a recipe from its seed in a new run folder.

    Args:
        recipe_name: its name in `RECIPES`.
        recipe: the recipe.
        run_dir: folder to make.
        epochs: passes over the data, instead of the recipe's steps.
        strict: refuse a folder of photos that holds an unreadable file.

    Returns:
        True if all steps were done, False if Ctrl-C stopped the run.

    Raises:
        FileExistsError: the folder is there already.
        ValueError, FileNotFoundError: data, batch or image size cannot be used; nothing is written.
        TrainingStopped: the run broke down.
    """
    run_dir = Path(run_dir)
    if run_dir.exists():
        raise FileExistsError(
            f"{run_dir} exists already; give another --run-dir, or go on with it by --resume"
        )
    _ask_for_one_order()
    images = _load(recipe, strict)
    per_epoch = data.steps_per_epoch(len(images.images), recipe.images_per_step)
    steps = recipe.steps if epochs is None else epochs * per_epoch
    every = recipe.report_every or max(1, steps // 50)
    recipe = dataclasses.replace(recipe, steps=steps, report_every=every)
    model = recipe.build()
    for folder in ("samples", "checkpoints"):
        (run_dir / folder).mkdir(parents=True)
    provenance = {"data": {"description": images.description, "sha256": images.sha256}}
    provenance |= recipe.provenance(model)
    write_recipe(run_dir, recipe_name, recipe, **provenance, versions=versions())
    return _fit(model, recipe, images.images, run_dir)


def resume(run_dir, steps=None, epochs=None):
    """Go on with a run where its last checkpoint stands, as if it had never stopped.

    Args:
        run_dir: folder of the run.
        steps: a new total of steps, at least those done; by default the recipe's.
        epochs: the same in passes over the data.

    Returns:
        True if all steps were done, False if Ctrl-C stopped the run.

    Raises:
        FileNotFoundError: no run, or no checkpoint in it.
        ValueError: `recipe.json` cannot be read, the data have changed, or nothing is left to do.
        TrainingStopped: the run broke down.
    """
    run_dir = Path(run_dir)
    name, recipe, content = read_recipe(run_dir)
    saved = checkpoints(run_dir)
    if not saved:
        raise FileNotFoundError(f"expected a checkpoint to resume from, found none in {run_dir}")
    done, path = saved[-1]
    _ask_for_one_order()
    images = _load(recipe)
    if images.sha256 != content["data"]["sha256"]:
        raise ValueError(
            f"the data have changed since the run began: then {content['data']['description']}"
        )
    if epochs is not None:
        steps = epochs * data.steps_per_epoch(len(images.images), recipe.images_per_step)
    recipe = dataclasses.replace(recipe, steps=steps or recipe.steps)
    if recipe.steps < done or (recipe.steps == done and (run_dir / "model.keras").exists()):
        raise ValueError(
            f"the run has done {done} of {recipe.steps} steps; ask for more by --steps"
        )
    model = recipe.build()
    for key, value in recipe.provenance(model).items():
        if content[key] != value:
            raise ValueError(f"the {key} changed since the run began: then {content[key]}")
    model.load_weights(path)
    del content["recipe"], content["fields"]
    write_recipe(run_dir, name, recipe, **content)
    return _fit(model, recipe, images.images, run_dir)


def _ask_for_one_order():
    """Set the flag; XLA reads it when it is first used in a process."""
    flags = os.environ.get("XLA_FLAGS", "")
    if ONE_ORDER not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} {ONE_ORDER}".strip()


def _fit(model, recipe, images, run_dir):
    """Train until the recipe's steps are done; write the run's pictures and its model."""
    start = model.steps_done
    if start < recipe.steps:
        batch_size = recipe.images_per_step
        bar = ProgressBar(batch_size, start, recipe.steps)
        with stop_politely(model, "stop_training"), contextlib.closing(bar):
            model.fit(
                data.batches(images, batch_size, recipe.seed, start, recipe.scale),
                steps_per_epoch=recipe.steps - start,
                callbacks=[Reporter(recipe, run_dir), bar],
                shuffle=False,
                verbose=0,
            )
    write_pictures(run_dir, recipe)
    if isinstance(model, VAE):
        unseen = data.held_out(recipe.data, recipe.image_shape, recipe.fit)[1].images[:16]
        save_latent_pictures(run_dir, model, data.uint8_to_unit(unseen))
    if model.steps_done < recipe.steps:
        print(f"stopped and saved at step {model.steps_done:,} of {recipe.steps:,}. Go on with:")
        print(f"  keras-gen train {read_recipe(run_dir)[0]} --run-dir {run_dir} --resume")
        return False
    with replacing(run_dir / "model.keras") as temporary:
        model.save(temporary)
    return True


def write_pictures(run_dir, recipe):
    """Write `losses.png`, `samples.png` and `samples.gif` from what the reports left."""
    rows, frames = read_metrics(run_dir), sample_paths(run_dir)
    if rows:
        save_curves(run_dir / "losses.png", rows, recipe.panels)
    save_animation(run_dir / "samples.gif", frames)
    with Image.open(frames[-1]) as last:
        save_picture(run_dir / "samples.png", last)
