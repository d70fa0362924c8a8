"""What comes out of style transfer: picture, record, animation, and where they lie."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_gen.data.decoding import SUFFIXES
from keras_gen.environment import versions
from keras_gen.files import digest, numbered, require_new, write_text
from keras_gen.measures import luminance_ssim
from keras_gen.pictures import save_photo
from keras_gen.stylization.inputs import Content


def new_picture(out: str | Path | None, stems: Sequence[str]) -> Path:
    """Choose the file of the result, and make sure that it can be written.

    Args:
        out: the file, or None for the first of STEM-STEM.png, STEM-STEM-2.png, ... in the current
            folder that is free.
        stems: names of what the picture is made from.

    Returns:
        `pathlib.Path`.

    Raises:
        FileExistsError: the file, or one that is written beside it, exists already.
        NotADirectoryError, PermissionError: its folder is a file, or cannot be written to.
        ValueError: not the name of a PNG, JPEG or WebP file.
    """
    if out is None:
        names = numbered("-".join(stems) + ".png")
        out = next(path for path in names if not _existing(path))
    out = Path(out)
    if out.suffix.lower() not in SUFFIXES:
        raise ValueError(f"out: expected a file name in {', '.join(SUFFIXES)}, found {out}")
    for path in _existing(out):
        raise FileExistsError(f"{path} exists already; pass another --out")
    return require_new(out)


def animation_path(out: Path) -> Path:
    """Return where the animation of a picture lies."""
    return out.with_suffix(".gif")


def steps_folder(out: Path) -> Path:
    """Return where the intermediate pictures of a picture lie."""
    return out.with_name(f"{out.stem}_steps")


def record_path(out: Path) -> Path:
    """Return where the record of a picture lies."""
    return out.with_suffix(".json")


def _existing(out):
    """Return which of a picture's files exist."""
    paths = (out, record_path(out), animation_path(out), steps_folder(out))
    return [path for path in paths if path.exists()]


def save_result(out: Path, image: np.ndarray, alpha: np.ndarray | None) -> Path:
    """Write a picture that took minutes, and return its path.

    Where another process has taken the name meanwhile, the next one is used: nothing is lost, and
    nothing of others is replaced.
    """
    try:
        return _save_under_a_free_name(out, image, alpha)
    except OSError as error:  # a full disk, or a folder that was taken away meanwhile
        rescue = Path(tempfile.gettempdir(), out.name)
        rescued = _save_under_a_free_name(rescue, image, alpha)
        reason = f"{error.strerror}; the picture was saved as {rescued} instead"
        raise OSError(error.errno, reason, str(out)) from error


def _save_under_a_free_name(out, image, alpha):
    names = (path for path in numbered(out) if path == out or not _existing(path))
    for path in names:
        try:
            save_photo(path, image, alpha, new=True)
            return path
        except FileExistsError:
            if not os.path.lexists(path):  # its folder is a file, under every name
                raise
    raise AssertionError("numbers do not end")


def write_record(out: Path, record: dict[str, Any]) -> None:
    """Write the record of a picture beside it."""
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False, default=str)
    write_text(record_path(out), text + "\n")


def file_record(path: str | Path) -> dict[str, str]:
    """Return the name of a file and the digest of its bytes."""
    return {"file": Path(path).name, "sha256": digest(path)}


def record_of(
    out: Path, content: Content, image: np.ndarray, finished: bool, cost: dict[str, Any]
) -> dict[str, Any]:
    """Return the entries that every record has."""
    return {
        "picture": out.name,
        "finished": finished,
        "measures": {"luminance_ssim": luminance_ssim(image, content.pixels)},
        **cost,
        "size": content.size,
        "content": {**file_record(content.path), "size": content.file_size},
        "keep": content.keep_path and file_record(content.keep_path),
        "versions": versions(),
    }


def cost_since(start: float) -> dict[str, Any]:
    """Return the seconds since a start, and the peak memory of this process.

    The system reports the latter in KiB, macOS in bytes, Windows not at all.
    """
    try:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        memory = round(peak / 2 ** (20 if sys.platform == "darwin" else 10))
    except ImportError:
        memory = None
    return {"seconds": round(time.perf_counter() - start, 2), "peak_memory_mib": memory}
