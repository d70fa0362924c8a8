"""Train a recipe in a run folder that can be stopped, killed, and resumed bit for bit."""

import contextlib
import dataclasses
import math
import platform
import shutil
import signal
import sys
import time
from importlib.metadata import version
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from keras_gen import data
from keras_gen.files import replacing
from keras_gen.pictures import grid, save_animation, save_curves, save_picture
from keras_gen.run_folder import (
    checkpoint_path,
    checkpoints,
    read_metrics,
    read_recipe,
    sample_paths,
    write_metrics,
    write_recipe,
)

SAMPLES = 64  # images of the fixed noise in every picture of a run
SILENT_STEPS = 200  # steps without any difference between D(x) and D(G(z)) that mean a dead D
SHORT_NAMES = {"real_score": "D(x)", "fake_score": "D(G(z))"}
NOT_FINITE = (
    "became infinite or not a number. Try smaller learning rates, --precision float32, "
    "or another --loss"
)


class TrainingStopped(RuntimeError):
    """A run that cannot go on; the message says what happened and what to try."""


class ProgressBar(keras.callbacks.Callback):
    """Shows images seen, images per second, time left and the four means."""

    def __init__(self, batch_size, done, steps):
        super().__init__()
        self.batch_size = batch_size
        self.bar = tqdm(
            initial=done * batch_size,
            total=steps * batch_size,
            unit="img",
            unit_scale=True,
            mininterval=0.2 if sys.stderr.isatty() else 30.0,  # a log wants few lines
            dynamic_ncols=True,
        )

    def on_train_batch_end(self, batch, logs=None):
        """Move on by one batch."""
        means = [
            f"{SHORT_NAMES.get(m.name, m.name)}={logs[m.name]:.3f}" for m in self.model.metrics
        ]
        self.bar.set_postfix_str(", ".join(means), refresh=False)
        self.bar.update(self.batch_size)

    def close(self):
        """Leave the bar on the screen as it is."""
        self.bar.close()


class Reporter(keras.callbacks.Callback):
    """Writes a row of metrics, a picture and a checkpoint every so often, and watches the game."""

    def __init__(self, recipe, run_dir):
        super().__init__()
        self.recipe, self.run_dir = recipe, run_dir

    def on_train_begin(self, logs=None):
        """Take up the rows up to the step that was resumed, and forget later ones."""
        self.step = self.reported = self.told_apart = int(self.model.g_optimizer.iterations)
        self.rows = [row for row in read_metrics(self.run_dir) if row["step"] <= self.step]
        self.clock = time.perf_counter()
        if not checkpoints(self.run_dir):  # so that even a run killed at once can be resumed
            self.save_samples()
            self.save_checkpoint()

    def on_train_batch_end(self, batch, logs=None):
        """Count, watch, and report when it is time."""
        self.step = int(self.model.g_optimizer.iterations)
        self.logs = {metric.name: logs[metric.name] for metric in self.model.metrics}
        self.watch(logs)
        if self.step % self.recipe.report_every == 0:
            self.report()

    def on_train_end(self, logs=None):
        """Report the steps since the last report, after Ctrl-C too."""
        if self.step > self.reported:
            self.report()

    def report(self):
        """Write what happened since the last report, the checkpoint last."""
        now = time.perf_counter()
        steps = self.step - self.reported
        images = steps * self.recipe.batch_size * self.recipe.discriminator_steps
        rate = round(images / (now - self.clock), 1)
        self.rows.append({"step": self.step, **self.logs, "images_per_second": rate})
        write_metrics(self.run_dir, self.rows)
        self.save_samples()
        self.save_checkpoint()
        self.model.reset_metrics()
        self.reported, self.clock = self.step, time.perf_counter()

    def save_samples(self):
        """Draw the fixed noise; broken weights show here before a checkpoint keeps them."""
        samples = self.model.sample(SAMPLES, seed=self.recipe.seed)
        if not np.isfinite(samples).all():
            self.stop(f"the samples {NOT_FINITE}")
        save_picture(self.run_dir / "samples" / f"step-{self.step:07d}.png", grid(samples, zoom=2))

    def save_checkpoint(self):
        """Write the checkpoint and keep the one before it, in case this one is lost."""
        with replacing(checkpoint_path(self.run_dir, self.step)) as temporary:
            self.model.save_weights(temporary)
        for _, path in checkpoints(self.run_dir)[:-2]:
            path.unlink()

    def watch(self, logs):
        """Stop a run that has broken down, without touching the last good checkpoint."""
        broken = [key for key, value in logs.items() if not math.isfinite(value)]
        if broken:
            self.stop(f"{' and '.join(broken)} {NOT_FINITE}")
        if abs(logs["real_score"] - logs["fake_score"]) > 1e-4:
            self.told_apart = self.step
        elif self.step - self.told_apart >= SILENT_STEPS:
            self.stop(
                f"the discriminator is dead: for {SILENT_STEPS} steps it gave real and generated "
                "images the same score. Try a larger --d-learning-rate, or less --dropout"
            )

    def stop(self, reason):
        """Raise the sentence that a user reads."""
        last, _ = checkpoints(self.run_dir)[-1]
        raise TrainingStopped(
            f"stopped at step {self.step}: {reason}. The last good checkpoint is of step {last}, "
            f"in {self.run_dir}"
        )


@contextlib.contextmanager
def _stop_politely(model):
    """Let Ctrl-C end the run after the step at work; a second one ends it at once."""

    def stop(signum, frame):
        model.stop_training = True
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _versions():
    """Return the versions that a repetition would need."""
    packages = ("keras_gen", "keras", "tensorflow", "numpy", "pillow")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}


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
    images = _load(recipe, strict)
    per_epoch = data.steps_per_epoch(
        len(images.images), recipe.batch_size * recipe.discriminator_steps
    )
    steps = recipe.steps if epochs is None else epochs * per_epoch
    every = recipe.report_every or max(1, steps // 50)
    recipe = dataclasses.replace(recipe, steps=steps, report_every=every)
    model = recipe.build()
    for folder in ("samples", "checkpoints"):
        (run_dir / folder).mkdir(parents=True)
    provenance = {"data": {"description": images.description, "sha256": images.sha256}}
    write_recipe(run_dir, recipe_name, recipe, **provenance, versions=_versions())
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
    images = _load(recipe)
    if images.sha256 != content["data"]["sha256"]:
        raise ValueError(
            f"the data have changed since the run began: then {content['data']['description']}"
        )
    batch = recipe.batch_size * recipe.discriminator_steps
    if epochs is not None:
        steps = epochs * data.steps_per_epoch(len(images.images), batch)
    recipe = dataclasses.replace(recipe, steps=steps or recipe.steps)
    if recipe.steps < done or (recipe.steps == done and (run_dir / "model.keras").exists()):
        raise ValueError(
            f"the run has done {done} of {recipe.steps} steps; ask for more by --steps"
        )
    model = recipe.build()
    model.load_weights(path)
    del content["recipe"], content["fields"]
    write_recipe(run_dir, name, recipe, **content)
    return _fit(model, recipe, images.images, run_dir)


def _fit(model, recipe, images, run_dir):
    """Train until the recipe's steps are done; write the run's pictures and its model."""
    start = int(model.g_optimizer.iterations)
    if start < recipe.steps:
        batch_size = recipe.batch_size * recipe.discriminator_steps
        bar = ProgressBar(batch_size, start, recipe.steps)
        with _stop_politely(model), contextlib.closing(bar):
            model.fit(
                data.batches(images, batch_size, recipe.seed, start_step=start),
                steps_per_epoch=recipe.steps - start,
                callbacks=[Reporter(recipe, run_dir), bar],
                shuffle=False,
                verbose=0,
            )
    write_pictures(run_dir)
    if int(model.g_optimizer.iterations) < recipe.steps:
        step = int(model.g_optimizer.iterations)
        print(f"stopped and saved at step {step:,} of {recipe.steps:,}. Go on with:")
        print(f"  keras-gen train {read_recipe(run_dir)[0]} --run-dir {run_dir} --resume")
        return False
    with replacing(run_dir / "model.keras") as temporary:
        model.save(temporary)
    return True


def write_pictures(run_dir):
    """Write `curves.png`, `samples.png` and `samples.gif` from what the reports left."""
    rows, frames = read_metrics(run_dir), sample_paths(run_dir)
    if rows:
        losses = {"d_loss": "discriminator", "g_loss": "generator"}
        scores = {"real_score": "D(x), real", "fake_score": "D(G(z)), generated"}
        save_curves(run_dir / "losses.png", rows, [("loss", losses), ("D's verdict, mean", scores)])
    save_animation(run_dir / "samples.gif", frames)
    with replacing(run_dir / "samples.png") as temporary:
        shutil.copyfile(frames[-1], temporary)
