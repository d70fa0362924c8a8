"""The states of a model in a run's folder: saved whole and sound, and the newest of them loaded.

A state is a `.keras` archive: written in memory first, with a checksum of every part. Its weights
are loaded into the model that the recipe builds, and no code in it is ever run.
"""

import contextlib
import logging
import os
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np

from keras_gen.files import replacing, require_file

CHECKPOINT = re.compile(r"step-(\d+)\.(keras|weights\.h5)")  # earlier versions wrote the latter

logger = logging.getLogger("keras_gen")


def checkpoints_in(folder: Path) -> list[tuple[int, Path]]:
    """Return the checkpoints in a folder as (step, path), latest last; other names are ignored."""
    paths = folder.iterdir() if folder.is_dir() else ()
    named = [(match, path) for path in paths if (match := CHECKPOINT.fullmatch(path.name))]
    return sorted((int(match[1]), path) for match, path in named)


def not_finite(model: keras.Model) -> list[str]:
    """Return the paths of the variables that hold NaN or infinity, those of optimizers included.

    The running means are left out: on several workers all would have to read them together.
    """
    optimizers = [getattr(model, name) for name in model.OPTIMIZERS]
    variables = [*model.weights, *(v for optimizer in optimizers for v in optimizer.variables)]
    arrays = {variable.path: np.asarray(variable, "float64") for variable in variables}
    return [path for path, array in arrays.items() if not np.isfinite(array).all()]


def save_state(model: keras.Model, path: Path) -> None:
    """Write a model with its optimizers and random states."""
    with replacing(path) as temporary:
        model.save(temporary)


def load_newest(model: keras.Model, checkpoints: list[tuple[int, Path]], finished: Path) -> None:
    """Load the newest state that is whole: of the finished model, or of a checkpoint.

    What is damaged is named in the log, and the next older state is used.

    Args:
        model: the model that the recipe builds; its weights are replaced.
        checkpoints: (step, path), latest last.
        finished: path of the finished model, which need not exist.

    Raises:
        ValueError: none of them is whole.
    """
    steps = _load(model, finished) if finished.exists() else None
    newer = [(step, path) for step, path in reversed(checkpoints) if steps is None or step > steps]
    for step, path in newer:
        if _load(model, path, step) is not None:
            return
    if steps is None:
        raise ValueError(f"{finished.parent}: expected a whole state of this run, found none")
    if newer:  # they were damaged, and may have replaced a part of what was loaded
        _load(model, finished)


def _load(model, path, step=None):
    """Load one state; return its number of steps, or None where it is damaged, and say so."""
    try:
        _check_archive(require_file(path, "the state of a run"))
        with warnings.catch_warnings():
            # Keras only warns where a part of the file does not fit and leaves that part untrained.
            warnings.simplefilter("error", UserWarning)
            model.load_weights(path)
        if step not in (None, model.steps_done):
            raise ValueError(f"it holds step {model.steps_done:,}")
        if broken := not_finite(model):
            raise ValueError(f"{broken[0]} holds values that are not finite")
    except (PermissionError, MemoryError):
        raise
    except Exception as error:  # damaged files make Keras, HDF5 and zipfile raise almost anything
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        logger.warning(f"{path} cannot be used, looking for another state: {reason}")
        return None
    return model.steps_done


def _check_archive(path):
    """Raise where an archive is not one that Keras wrote, or a checksum differs."""
    if path.suffix != ".keras":
        return
    with zipfile.ZipFile(path) as archive:
        if any(part.compress_type != zipfile.ZIP_STORED for part in archive.infolist()):
            raise ValueError("its parts are compressed, which Keras never does")
        if damaged := archive.testzip():
            raise ValueError(f"the checksum of {damaged} differs")


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a folder to one training at a time; the system lets go of it even after a kill.

    Raises:
        ValueError: another process trains there.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ValueError(f"{folder}: another process is training this run") from error
        except OSError:
            logger.debug(f"{folder} is on a file system without locks")
        yield
    finally:
        os.close(descriptor)
