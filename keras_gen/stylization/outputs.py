"""What comes out of style transfer: picture, record, animation, and where they lie."""

import dataclasses
import hashlib
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
from keras_gen.pictures import animation, photo_image
from keras_gen.pictures.picture import PHOTO_QUALITY
from keras_gen.provenance import Marks, Origin, save_generated
from keras_gen.runs import Run
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


@dataclasses.dataclass(frozen=True, eq=False)
class Writer:
    """Writes the pictures of one content.

    Attributes:
        content: from which they are made; they are as transparent.
        origin, marks: their labels.
    """

    content: Content
    origin: Origin
    marks: Marks

    def write_step(self, path: Path, image: np.ndarray) -> None:
        """Write an intermediate image, (H, W, 3) floats in [0, 1]; its colours are sRGB."""
        picture = photo_image(path, image, self.content.alpha)
        save_generated(path, picture, self.origin, self.marks)

    def write_new(self, path: Path, image: np.ndarray) -> None:
        """Write the finished image, with the content's EXIF and colour profile."""
        picture = photo_image(path, image, self.content.alpha)
        picture, options = self.content.details.apply(picture)
        options = {**PHOTO_QUALITY, **options}
        save_generated(path, picture, self.origin, self.marks, new=True, **options)

    def write_film(self, path: Path, step_paths: Sequence[Path]) -> None:
        """Write an animation of intermediate images, which have their visible labels already."""
        first, options = animation(path, step_paths)
        marks = dataclasses.replace(self.marks, visible=None)
        save_generated(path, first, self.origin, marks, **options)

    def record(self) -> dict[str, Any]:
        """Return what the record of a picture says of its labels."""
        return {
            "origin": dataclasses.asdict(self.origin),
            "marks": self.marks.record(),
        }


def save_result(out: Path, image: np.ndarray, writer: Writer) -> Path:
    """Write a picture that took minutes, and return its path.

    Where another process has taken the name meanwhile, the next one is used: nothing is lost, and
    nothing of others is replaced.
    """
    try:
        return _save_under_a_free_name(out, image, writer)
    except OSError as error:  # a full disk, or a folder that was taken away meanwhile
        rescue = Path(tempfile.gettempdir(), out.name)
        rescued = _save_under_a_free_name(rescue, image, writer)
        reason = f"{error.strerror}; the picture was saved as {rescued} instead"
        raise OSError(error.errno, reason, str(out)) from error


def _save_under_a_free_name(out, image, writer):
    names = (path for path in numbered(out) if path == out or not _existing(path))
    for path in names:
        try:
            writer.write_new(path, image)
            return path
        except FileExistsError:
            if not os.path.lexists(path):  # its folder is a file, under every name
                raise
    raise AssertionError("numbers do not end")


def write_record(out: Path, record: dict[str, Any]) -> None:
    """Write the record of a picture beside it."""
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False, default=str)
    write_text(record_path(out), text + "\n")


def run_id(*decided: Any) -> str:
    """Return 12 hex digits of plain values that decide a picture."""
    text = json.dumps(decided, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def file_record(path: str | Path) -> dict[str, str]:
    """Return the name of a file and the digest of its bytes."""
    return {"file": Path(path).name, "sha256": digest(path)}


def model_record(run: Run) -> dict[str, Any]:
    """Return what a record says of the run whose network drew the picture."""
    fields = dataclasses.asdict(run.recipe)
    return {"run": str(run.path), "recipe": run.name, "fields": fields, **run.provenance}


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
