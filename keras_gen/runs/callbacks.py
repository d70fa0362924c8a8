"""What a run shows and writes while it trains: a progress bar, rows, pictures, checkpoints."""

import math
import time

import keras
import numpy as np

from keras_gen.files import replacing
from keras_gen.pictures import grid, save_picture
from keras_gen.runs.run import checkpoint_path, checkpoints, read_metrics, write_metrics

SILENT_STEPS = 200  # steps without any difference between D(x) and D(G(z)) that mean a dead D

NOT_FINITE = (
    "became infinite or not a number. Try smaller learning rates, --precision float32, "
    "or another --loss"
)


class TrainingStopped(RuntimeError):
    """A run that cannot go on; the message says what happened and what to try."""


class Reporter(keras.callbacks.Callback):
    """Writes a row of metrics, a picture and a checkpoint every so often, and watches the game."""

    def __init__(self, recipe, run_dir):
        super().__init__()
        self.recipe, self.run_dir = recipe, run_dir

    def on_train_begin(self, logs=None):
        """Take up the rows up to the step that was resumed, and forget later ones."""
        self.step = self.reported = self.told_apart = self.model.steps_done
        self.rows = [row for row in read_metrics(self.run_dir) if row["step"] <= self.step]
        self.clock = time.perf_counter()
        if not checkpoints(self.run_dir):  # so that even a run killed at once can be resumed
            self.save_samples()
            self.save_checkpoint()

    def on_train_batch_end(self, batch, logs=None):
        """Count, watch, and report when it is time."""
        self.step = self.model.steps_done
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
        images = steps * self.recipe.images_per_step
        rate = round(images / (now - self.clock), 1)
        self.rows.append({"step": self.step, **self.logs, "images_per_second": rate})
        write_metrics(self.run_dir, self.rows)
        self.save_samples()
        self.save_checkpoint()
        self.model.reset_metrics()
        self.reported, self.clock = self.step, time.perf_counter()

    def save_samples(self):
        """Draw the recipe's samples; broken weights show here before a checkpoint keeps them."""
        samples = self.recipe.samples(self.model)
        if not np.isfinite(samples).all():
            self.stop(f"the samples {NOT_FINITE}")
        picture = grid(samples, **self.recipe.layout)
        save_picture(self.run_dir / "samples" / f"step-{self.step:07d}.png", picture)

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
        if not self.recipe.told_apart:  # a game has two scores to tell apart, a VAE has none
            return
        real, fake = (logs[name] for name in self.recipe.told_apart)
        if abs(real - fake) > 1e-4:
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
