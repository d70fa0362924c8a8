"""Draw images from a run."""

import dataclasses
import itertools
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from keras_gen.data import unit_to_uint8
from keras_gen.files import first_free, numbered, replacing, require_new
from keras_gen.pictures import grid, grid_size
from keras_gen.provenance import Marks, array_mark, save_generated
from keras_gen.provenance.reading import MOST_PIXELS
from keras_gen.runs.product_requests import WAYS, Drawn, ProductRequest
from keras_gen.runs.run import Run

MOST = 1_000_000  # images that are held in memory at once: 3 GB of Fashion-MNIST's size
SECONDS_A_TURN = 4
ZOOM, FILM_ZOOM = 2, 4  # side of the square that shows a pixel in a grid, and in an animation
MIXES = 9  # images from one class to another
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
FILMS = (".gif", ".webp")  # for an object that turns

logger = logging.getLogger("keras_gen")


def generate(
    run: Run | str | Path,
    n: int | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    npz: str | Path | None = None,
    *,
    labels: Sequence[str] = (),
    mix: bool = False,
    truncation: float | None = None,
    product: ProductRequest | None = None,
    marks: Marks | None = None,
    record: bool = True,
) -> list[Path]:
    """Draw n images and write them as one grid, as single images, or as an array.

    A run with classes draws them in even shares, one class after the other; the grid has a row for
    each. All of them are labelled as generated, and the run's `generated.jsonl` gets a line that
    says which labels they have; a run that comes with the package keeps no such file.

    Args:
        run: a `Run`, its folder, or the name of a run that comes with the package.
        n: number of images, >= 1, or of objects in a series of images; by default 64, and 1 object.
        seed: integer; the same seed gives the same images.
        labels: the classes to draw, by name or number; by default all of them.
        mix: turn the first of two labels into the second: each row of the grid has one noise, and
            `MIXES` steps from one class to the other.
        truncation: largest absolute value of the noise, as for `models.GAN.sample`.
        product: kind, colour and angle, for a run of product_gan. An object that turns is written
            as an animation, by default `turntable-seed-N.gif` in the run folder.
        out: a picture file for a grid, or a folder for single images; without it and without
            `npz`, a grid `generated-seed-N.png` in the run folder, which replaces an earlier one.
            For a run that comes with the package it is a new file in the working directory,
            `dcgan-seed-N.png`, `dcgan-seed-N-2.png`, ...
        npz: file for the raw samples, uint8 (n, H, W, C) under the key `images`, the class numbers
            (n,) under `labels` where a run has classes and they are not mixed, of products also
            `colours` (n, 3) in CIELAB and `angles` (n,) in degrees, and their mark, a JSON text,
            under `provenance`. It has no visible label.
        marks: the labels, by default invisible ones only.
        record: whether `generated.jsonl` gets its line; without it, `record_generated` writes it
            later, for pictures that are still to be moved.

    Returns:
        The paths that were written.

    Raises:
        FileNotFoundError: no run, or nothing trained in it.
        FileExistsError: a file is there already, or files in the folder for single images.
        PermissionError: the folder of a file cannot be written to.
        ValueError: `recipe.json` cannot be read, n is below 1 or above a million, or too many for
            one grid, a file is of an unknown kind, the model cannot sample from noise, or does not
            know the labels.
    """
    product = product or ProductRequest()
    n = product.default_n if n is None else n
    most = MOST // product.members
    if not 1 <= n <= most:
        raise ValueError(f"n: expected 1 to {most:,}, found {n:,}")
    run = Run.open(run)
    run.require_sampler()
    marks = marks or Marks()
    origin = dataclasses.replace(run.origin, seed=seed)
    request = _request(run, labels, mix, truncation, product)
    redrawn = None
    if out is None and npz is None:
        out = _default(run, seed, product)
        redrawn = None if run.is_bundled else out
    out, npz = (None if path is None else Path(path) for path in (out, npz))
    if npz:
        if npz.suffix != ".npz":
            raise ValueError(f"npz: expected a name that ends in .npz, found {npz}")
        require_new(npz)
    single = out is not None and (out.is_dir() or not out.suffix)
    if single:
        _require_empty(out, n)
    elif out and out.suffix.lower() not in (suffixes := FILMS if product.turntable else SUFFIXES):
        what = "an animation" if product.turntable else "a picture"
        raise ValueError(
            f"expected {what} ({', '.join(suffixes)}) or a folder, found {out}; a folder with a "
            "dot in its name has to be there already"
        )
    elif out and out != redrawn:
        require_new(out)
    if out and not single:
        _require_grid_fits(run, n, labels, mix, product)
    images, arrays, columns, frames = request(run.load_model(), n, seed)  # (n, H, W, C), (n, ...)
    pixels = np.asarray(unit_to_uint8(images))
    if npz:
        npz.parent.mkdir(parents=True, exist_ok=True)
        with replacing(npz, new=True) as temporary, temporary.open("wb") as file:
            marked: dict[str, Any] = {**arrays, **array_mark(pixels, origin, marks)}
            np.savez_compressed(file, images=pixels, **marked)
    if out and not single and frames > 1:
        first, options = _film(images, frames)
        save_generated(out, first, origin, marks, new=out != redrawn, **options)
    elif out and not single:
        if arrays and columns is None:
            images, columns = _in_rows(images, arrays["labels"])
        picture = grid(images, columns, zoom=ZOOM)
        save_generated(out, picture, origin, marks, new=out != redrawn)
    elif out:
        out.mkdir(parents=True, exist_ok=True)
        for i, image in enumerate(pixels):
            save_generated(out / f"{i:05d}.png", Image.fromarray(image.squeeze()), origin, marks)
    written = [path for path in (npz, out) if path]
    if record:
        record_generated(run, written, n, seed, marks)
    return written


def record_generated(
    run: Run, paths: Sequence[Path], n: int, seed: int, marks: Marks | None = None
) -> None:
    """Write into a run's `generated.jsonl` which pictures were drawn, and which labels they have.

    A folder that refuses it does not cost the pictures; a run that comes with the package keeps no
    such file.

    Args:
        run: the run.
        paths: files and folders where they lie.
        n: number of images, or of objects.
        seed: what they were drawn from.
        marks: the labels, by default invisible ones only.
    """
    if run.is_bundled:
        return
    names = [str(path.absolute()) for path in paths]
    line = {"files": names, "n": n, "seed": seed, "marks": (marks or Marks()).record()}
    try:
        with (run.path / "generated.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    except OSError as error:
        logger.warning(f"{run.path}: generated.jsonl was not written: {error.strerror}")


def _default(run, seed, product):
    """Return where a picture goes that nobody names: into the run's folder, where it has one.

    There the same words replace the same picture. In the working directory, which is the user's,
    the name is one that is free.
    """
    kind, suffix = ("turntable", ".gif") if product.turntable else ("generated", ".png")
    if run.is_bundled:
        return first_free(numbered(f"{run.name}-seed-{seed}{suffix}"))
    return run.path / f"{kind}-seed-{seed}{suffix}"


def _require_grid_fits(run, n, labels, mix, product):
    """Refuse, before anything is drawn, a grid that Pillow would call a decompression bomb."""
    limit, columns, zoom = Image.MAX_IMAGE_PIXELS, None, ZOOM
    if product.turntable:
        zoom = FILM_ZOOM
        limit = limit and min(limit, MOST_PIXELS // product.members)  # what `inspect` reads
    elif product.colourways:
        n, columns = n * product.members, WAYS
    elif mix:
        columns = MIXES
    elif run.recipe.conditional or run.recipe.requests:  # a row for each class
        words = labels or ([] if product.kind is None else [product.kind])
        classes = len(set(run.class_numbers(words))) or run.recipe.classes
        columns = -(-n // classes)
        n = columns * min(n, classes)
    width, height = grid_size(n, run.recipe.image_shape, columns, zoom=zoom)
    if limit is not None and width * height > limit:
        raise ValueError(
            f"n: expected a grid of at most {limit:,} pixels, found {width:,} x {height:,}; ask "
            "for fewer images, a folder of single ones, or npz"
        )


def _request(run, labels, mix, truncation, product):
    """Return a function of (model, n, seed) that draws what was asked for, or refuse it."""
    if truncation is not None and not (run.recipe.can_truncate and truncation > 0):
        raise ValueError(f"truncation: expected a number above 0 for a GAN, found {truncation}")
    if run.recipe.requests or product.is_made:
        if labels or mix:
            raise ValueError("label: expected none beside kind, colour and angle, found one")
        return product.drawer(run, truncation)
    options = {} if truncation is None else {"truncation": truncation}
    if not (labels or mix or run.recipe.conditional):
        return lambda model, n, seed: Drawn(model.sample(n, seed, **options), {})
    numbers = run.class_numbers(labels) or list(range(run.recipe.classes))
    if mix:
        if len(labels) != 2 or truncation:
            raise ValueError(f"mix: expected two labels and no truncation, found {len(labels)}")
        return lambda model, n, seed: Drawn(_mixed(model, *numbers, n, seed), {}, MIXES)

    def draw(model, n, seed):
        classes = np.array(numbers)[np.sort(np.arange(n) % len(numbers))]  # one after the other
        return Drawn(model.sample(n, seed, labels=classes, **options), {"labels": classes})

    return draw


def _film(images, frames):
    """Return the first frame of a film, and the options with which Pillow writes the others."""
    first, *rest = (grid(part, zoom=FILM_ZOOM) for part in np.split(images, frames))
    return first, {
        "save_all": True,
        "append_images": rest,
        "duration": SECONDS_A_TURN * 1000 // frames,
        "loop": 0,
    }


def _in_rows(images, classes):
    """Return images with white ones where a class has fewer than others, and the columns."""
    starts = [0, *np.flatnonzero(np.diff(classes)) + 1, len(classes)]
    rows = [images[first:last] for first, last in itertools.pairwise(starts)]
    columns = max(map(len, rows))
    white = np.ones_like(images[:1])
    filled = [np.concatenate([row, *[white] * (columns - len(row))]) for row in rows]
    return np.concatenate(filled), columns


def _mixed(model, first, second, n, seed):
    """Turn one class into another at fixed noise: n images, `MIXES` in a row."""
    rows = -(-n // MIXES)
    latents = np.random.default_rng(seed).normal(size=(rows, model.latent_dim)).astype("float32")
    shares = np.linspace(0.0, 1.0, MIXES, dtype="float32")[:, None]  # (columns, 1)
    ends = np.eye(model.classes, dtype="float32")[[first, second]]  # (2, K)
    labels = (1.0 - shares) * ends[0] + shares * ends[1]  # (columns, K)
    return model.draw(np.repeat(latents, MIXES, axis=0)[:n], np.tile(labels, (rows, 1))[:n])


def _require_empty(folder, n):
    """Refuse a folder for n single images that holds files, or that cannot be made."""
    if not folder.exists():
        require_new(folder)
    elif not folder.is_dir():
        raise FileExistsError(f"expected a folder for {n} images, found a file at {folder}")
    elif any(folder.iterdir()):
        raise FileExistsError(f"expected an empty folder for {n} images, found files in {folder}")
