"""Progress bars, and the first Ctrl-C, which lets work stop in order."""

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

import keras
from tqdm import tqdm

from keras_gen.recipes import Recipe

SHORT_NAMES = {"real_score": "D(x)", "fake_score": "D(G(z))"}


@contextlib.contextmanager
def interrupt_gracefully(worker: Any, attribute: str) -> Iterator[None]:
    """Stop work after the current step on the first Ctrl-C, SIGTERM or SIGHUP; at once on the next.

    `worker.attribute` is set to True. A signal that the process was started to ignore, as by
    `nohup`, stays ignored. Only the main thread may handle signals; in another one nothing changes.
    """
    before: dict[int, Any] = {}

    def stop(signum, frame):
        setattr(worker, attribute, True)
        for number, handler in before.items():
            signal.signal(number, handler)

    if threading.current_thread() is threading.main_thread():
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
            number = getattr(signal, name, None)
            if number and signal.getsignal(number) != signal.SIG_IGN:
                before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Bar(tqdm):
    """A bar that goes away where nobody reads it any more; work must not stop for that."""

    def display(self, *arguments, **options):
        """Show the bar, or switch it off."""
        try:
            return super().display(*arguments, **options)
        except (OSError, ValueError):
            self.disable = True
            return False

    def close(self):
        """Leave the bar on the screen as it is."""
        with contextlib.suppress(OSError, ValueError):
            super().close()


def progress_bar(**options: Any) -> Bar:
    """Return a bar that moves on a screen and leaves few lines in a log."""
    interval = 0.2 if sys.stderr and sys.stderr.isatty() else 30.0
    return Bar(mininterval=interval, dynamic_ncols=True, disable=sys.stderr is None, **options)


class ProgressBar(keras.callbacks.Callback):
    """Shows images seen, images per second, time left, the means of the metrics, what was spent."""

    def __init__(self, recipe: Recipe, done: int):
        super().__init__()
        self.save_every, self.images_per_step = recipe.save_every, recipe.images_per_step
        self.bar = progress_bar(
            initial=done * self.images_per_step,
            total=recipe.steps * self.images_per_step,
            unit="img",
            unit_scale=True,
        )

    def on_train_begin(self, logs=None):
        """Begin with what earlier steps have spent."""
        self.spent = self.model.spending()

    def on_train_batch_end(self, batch, logs=None):
        """Advance by one batch; what was spent, which takes time to compute, with each row."""
        if self.model.steps_done % self.save_every == 0:
            self.spent = self.model.spending()
        means = [
            f"{SHORT_NAMES.get(m.name, m.name)}={logs[m.name]:.3f}" for m in self.model.metrics
        ]
        spent = [f"{name}={value:.4g}" for name, value in self.spent.items()]
        self.bar.set_postfix_str(", ".join([*means, *spent]), refresh=False)
        self.bar.update(self.images_per_step)

    def close(self) -> None:
        """Leave the bar on the screen as it is."""
        self.bar.close()
