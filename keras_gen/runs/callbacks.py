"""What a run writes while it trains, and when it is stopped."""

import math
import time

import keras
import numpy as np

from keras_gen.pictures import grid
from keras_gen.provenance import save_generated
from keras_gen.runs.devices import any_of
from keras_gen.runs.run import Run
from keras_gen.runs.states import not_finite, save_state

SILENT_STEPS = 200  # steps without any difference between D(x) and D(G(z)) that mean a dead D
NOT_FINITE = (
    "became infinite or not a number. Try smaller learning rates, --precision float32, "
    "or another --loss"
)


class TrainingStopped(RuntimeError):
    """A run that cannot continue; the message says what happened and what to try."""

    def __init__(self, run: Run, step: int, reason: str):
        good = "There is no checkpoint yet"
        if run.checkpoints:
            good = f"The last good checkpoint is of step {run.checkpoints[-1][0]}"
        super().__init__(f"stopped at step {step}: {reason}. {good}, in {run.path}")


class StopOnBreakdown(keras.callbacks.Callback):
    """Stops a run that has broken down, before a checkpoint keeps it."""

    def __init__(self, run: Run):
        super().__init__()
        self.run = run

    def on_train_begin(self, logs=None):
        """Start to count the steps in which the discriminator sees no difference."""
        self.last_step_apart = self.model.steps_done

    def on_train_batch_end(self, batch, logs=None):
        """Raise `TrainingStopped` where a mean is not finite or the discriminator is dead."""
        step = self.model.steps_done
        broken = [key for key, value in logs.items() if not math.isfinite(value)]
        if broken:
            raise TrainingStopped(self.run, step, f"{' and '.join(broken)} {NOT_FINITE}")
        if not self.run.recipe.watched_scores:  # a game has two scores that differ, a VAE has none
            return
        real, fake = (logs[name] for name in self.run.recipe.watched_scores)
        if abs(real - fake) > 1e-4:
            self.last_step_apart = step
        elif step - self.last_step_apart >= SILENT_STEPS:
            reason = (
                f"the discriminator is dead: for {SILENT_STEPS} steps it gave real and generated "
                "images the same score. Try a larger --d-learning-rate, or less --dropout"
            )
            raise TrainingStopped(self.run, step, reason)


class StopOnSignal(keras.callbacks.Callback):
    """Ends `fit` after the current step once `requested` is set, also before the first step.

    `fit` clears the model's own `stop_training` when it begins, and with it an early Ctrl-C.
    """

    requested = False

    def on_train_batch_end(self, batch, logs=None):
        """Pass the request on; workers of one run stop at the same step."""
        if any_of(self.requested):
            self.model.stop_training = True


class Follower(keras.callbacks.Callback):
    """Keeps the means of a worker that writes nothing in step with those of the chief."""

    def __init__(self, save_every: int):
        super().__init__()
        self.save_every = save_every

    def on_train_batch_end(self, batch, logs=None):
        """Begin anew where `RunLogger` does."""
        if self.model.steps_done % self.save_every == 0:
            self.model.reset_metrics()


def _clocks():
    """Return the time of the clock and of all processors that work for this process, in seconds."""
    return time.perf_counter(), time.process_time()


class RunLogger(keras.callbacks.Callback):
    """Writes a row of metrics, a picture of samples and a checkpoint every `save_every` steps."""

    def __init__(self, run: Run):
        super().__init__()
        self.run = run

    def on_train_begin(self, logs=None):
        """Keep the rows up to the step that was resumed, and drop later ones."""
        self.step = self.last_saved = self.model.steps_done
        self.rows = [row for row in self.run.read_metrics() if row["step"] <= self.step]
        self.counts_cpu = all("cpu_seconds" in row for row in self.rows)  # an older run has none
        self.start_clocks()
        if not self.run.checkpoints:  # so that even a run killed at once can be resumed
            self.save_samples()
            self.save_checkpoint()
        self.run.model_path.unlink(missing_ok=True)  # the checkpoints are ahead of it from now on

    def on_train_batch_end(self, batch, logs=None):
        """Remember the means, and save when it is time."""
        self.step = self.model.steps_done
        self.means = {metric.name: logs[metric.name] for metric in self.model.metrics}
        if self.step % self.run.recipe.save_every == 0:
            self.save()
            self.model.reset_metrics()  # all workers do it at this step, `Follower` on the others

    def on_train_end(self, logs=None):
        """Save the steps since the last time, after Ctrl-C too."""
        if self.step > self.last_saved:
            self.save()

    def save(self) -> None:
        """Write what happened since the last time, the checkpoint last."""
        seconds, cpu = (b - a for a, b in zip(self.clocks, _clocks(), strict=True))
        images = (self.step - self.last_saved) * self.run.recipe.images_per_step
        speed = {"images_per_second": round(images / seconds, 1)}
        if self.counts_cpu:
            speed["cpu_seconds"] = round(cpu, 2)
        self.rows.append({"step": self.step, **self.means, **self.model.spending(), **speed})
        self.run.write_metrics(self.rows)
        self.save_samples()
        self.save_checkpoint()
        self.last_saved = self.step
        self.start_clocks()

    def start_clocks(self) -> None:
        """Begin to measure the time until the next row."""
        self.clocks = _clocks()

    def save_samples(self) -> None:
        """Draw the recipe's samples; broken weights show here before a checkpoint keeps them."""
        samples = self.run.recipe.samples(self.model)
        if not np.isfinite(samples).all():
            raise TrainingStopped(self.run, self.step, f"the samples {NOT_FINITE}")
        picture = grid(samples, **self.run.recipe.layout)
        save_generated(self.run.sample_path(self.step), picture, self.run.origin)

    def save_checkpoint(self) -> None:
        """Write the checkpoint and keep the one before it, in case this one is lost."""
        if broken := not_finite(self.model):
            raise TrainingStopped(self.run, self.step, f"{broken[0]} {NOT_FINITE}")
        save_state(self.model, self.run.checkpoint_path(self.step))
        for _, path in self.run.checkpoints[:-2]:
            path.unlink()
