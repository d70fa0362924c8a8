"""Progress bars, and the first Ctrl-C, which lets work stop in order."""

import contextlib
import signal
import sys
from collections.abc import Iterator
from typing import Any

import keras
from tqdm import tqdm

SHORT_NAMES = {"real_score": "D(x)", "fake_score": "D(G(z))"}


@contextlib.contextmanager
def interrupt_gracefully(worker: Any, attribute: str) -> Iterator[None]:
    """On the first Ctrl-C, set `worker.attribute` so that work stops after the current step.

    On the second, stop immediately.
    """

    def stop(signum, frame):
        setattr(worker, attribute, True)
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def progress_bar(**options: Any) -> tqdm:
    """Return a tqdm bar that moves on a screen and leaves few lines in a log."""
    interval = 0.2 if sys.stderr.isatty() else 30.0
    return tqdm(mininterval=interval, dynamic_ncols=True, **options)


class ProgressBar(keras.callbacks.Callback):
    """Shows images seen, images per second, time left and the means of the metrics."""

    def __init__(self, batch_size: int, done: int, steps: int):
        super().__init__()
        self.batch_size = batch_size
        self.bar = progress_bar(
            initial=done * batch_size, total=steps * batch_size, unit="img", unit_scale=True
        )

    def on_train_batch_end(self, batch, logs=None):
        """Advance by one batch."""
        means = [
            f"{SHORT_NAMES.get(m.name, m.name)}={logs[m.name]:.3f}" for m in self.model.metrics
        ]
        self.bar.set_postfix_str(", ".join(means), refresh=False)
        self.bar.update(self.batch_size)

    def close(self) -> None:
        """Leave the bar on the screen as it is."""
        self.bar.close()
