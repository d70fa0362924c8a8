"""Restore photographs by a trained network."""

import dataclasses
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_gen import data, pictures
from keras_gen.data.degradations import TASKS
from keras_gen.environment import versions
from keras_gen.pictures.details import read_details
from keras_gen.provenance import Marks
from keras_gen.recipes import RestorerRecipe
from keras_gen.runs import Run
from keras_gen.stylization import outputs
from keras_gen.stylization.inputs import Content, mask_path

LIMITS = (
    "the network that comes with the package has seen rendered products only, and is behind "
    "classical methods on other photographs; keras-gen train restorer --data FOLDER learns from "
    "your own"
)


def restore(
    photos: Sequence[str | Path],
    run_dir: str | Path = "restorer",
    task: str | None = None,
    mask: str | Path | None = None,
    out: str | Path | None = None,
    *,
    marks: Marks | None = None,
    location: bool = False,
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Restore photos one after the other, and write each with a record.

    All photos are read, and all arguments checked, before the first is restored. A result keeps
    its photo's transparency, EXIF and colour profile, and is labelled as made with AI.

    Args:
        photos: picture files, or names of bundled pictures.
        run_dir: folder of a run of the recipe `restorer`, by default that of the package.
        task: "denoise", "jpeg", "inpaint" or "upscale" (to twice the size); by default "inpaint"
            with a mask and "denoise" without.
        mask: picture of the photo's size, white where pixels are missing; for one photo.
        out: PNG, JPEG or WebP file to write, for one photo; by default PHOTO-restored.png, or the
            first of PHOTO-restored-2.png, ... that is free. The record is the .json file beside it.
        marks: the labels, by default invisible ones only.
        location: keep the place where a photo was taken, if its file names one.

    Yields:
        (path, record): the picture's path, and the content of the .json file.

    Raises:
        FileNotFoundError, FileExistsError, NotADirectoryError, ValueError: arguments or files that
            cannot be used; nothing is written.
    """
    task = task or ("inpaint" if mask else "denoise")
    if task not in TASKS:
        raise ValueError(f"task: expected {', '.join(TASKS)}, found {task!r}")
    if (task == "inpaint") != bool(mask):
        found = "a mask" if mask else "none"
        raise ValueError(f"mask: expected one for inpaint and for no other task, found {found}")
    if len(photos) != 1 and (mask or out):
        raise ValueError(f"expected one photo beside --mask or --out, found {len(photos)}")
    run = Run.open(run_dir)
    if not isinstance(run.recipe, RestorerRecipe):
        raise ValueError(f"{run_dir}: expected a run of restorer, found one of {run.name}")
    if task not in run.recipe.tasks:
        known = ", ".join(run.recipe.tasks)
        raise ValueError(f"{run_dir}: expected a task that it learnt ({known}), found {task}")
    for name in photos:
        _read(name, mask, location)
    if out is not None:
        outputs.new_picture(out, [])
    return _restored(run, photos, task, mask, out, marks or Marks(), location)


def _restored(run, photos, task, mask, out, marks, location):
    """Restore photos that were checked."""
    model = run.load_model()
    for name in photos:
        photo, holes = _read(name, mask, location)
        path = outputs.new_picture(out, [photo.path.stem, "restored"])
        start = time.perf_counter()
        image = model.restore(photo.pixels, task, holes)
        cost = outputs.cost_since(start)
        if image.shape[:2] != photo.size and photo.alpha is not None:
            alpha = pictures.resize(photo.alpha / np.float32(255), image.shape[:2])
            photo = dataclasses.replace(photo, alpha=np.rint(255 * alpha).astype("uint8"))
        writer = outputs.Writer(photo, run.origin, marks)
        path = outputs.save_result(path, image, writer)
        record = {
            "picture": path.name,
            "finished": True,
            "task": task,
            **cost,
            "size": image.shape[:2],
            "photo": {**outputs.file_record(photo.path), "size": photo.file_size},
            "mask": mask and outputs.file_record(mask_path(mask)),
            "versions": versions(),
            **writer.record(),
            "model": outputs.model_record(run),
        }
        outputs.write_record(path, record)
        yield path, record


def _read(name, mask, location):
    """Return a photo at its own size, and where it has holes, (H, W) booleans or None."""
    path = data.picture_path(name)
    picture = pictures.read_picture(path)
    height, width, _ = picture.pixels.shape
    details = read_details(path, location=location)
    photo = Content(
        path, None, (height, width), picture.pixels, picture.alpha, keep=None, details=details
    )
    if not mask:
        return photo, None
    holes = pictures.read_mask(mask_path(mask), photo.size) > 0.5
    if holes.all() or not holes.any():
        found = "only white" if holes.all() else "none"
        raise ValueError(f"{mask}: expected white where pixels are missing, found {found}")
    return photo, holes
