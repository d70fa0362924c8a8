"""Draw images from a run."""

from pathlib import Path

import numpy as np
from PIL import Image

from keras_gen.data import unit_to_uint8
from keras_gen.files import replacing
from keras_gen.pictures import grid, save_picture
from keras_gen.runs.run import Run

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")


def generate(
    run: Run | str | Path,
    n: int = 64,
    seed: int = 0,
    out: str | Path | None = None,
    npz: str | Path | None = None,
) -> list[Path]:
    """Draw n images and write them as one grid, as single images, or as an array.

    Args:
        run: a `Run`, or its folder.
        n: number of images, >= 1.
        seed: integer; the same seed gives the same images.
        out: a picture file for a grid, or a folder for single images; without it and without
            `npz`, a grid `generated-seed-N.png` in the run folder.
        npz: file for the raw samples, uint8 (n, H, W, C) under the key `images`.

    Returns:
        The paths that were written.

    Raises:
        FileNotFoundError: no run, or nothing trained in it.
        FileExistsError: the folder for single images already holds files.
        ValueError: `recipe.json` cannot be read, n is below 1, `out` is a file of an unknown kind,
            or the model cannot sample from noise.
    """
    if n < 1:
        raise ValueError(f"n: expected at least 1, found {n}")
    run = Run.open(run)
    run.require_sampler()
    if out is None and npz is None:
        out = run.path / f"generated-seed-{seed}.png"
    out, npz = (None if path is None else Path(path) for path in (out, npz))
    if out and out.suffix and out.suffix.lower() not in SUFFIXES:
        raise ValueError(f"expected a folder or a picture ({', '.join(SUFFIXES)}), found {out}")
    if out and not out.suffix and out.is_dir() and any(out.iterdir()):
        raise FileExistsError(f"expected an empty folder for {n} images, found files in {out}")
    images = run.load_model().sample(n, seed)  # (n, H, W, C)
    pixels = np.asarray(unit_to_uint8(images))
    if npz:
        npz.parent.mkdir(parents=True, exist_ok=True)
        with replacing(npz) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, images=pixels)
    if out and out.suffix:
        out.parent.mkdir(parents=True, exist_ok=True)
        save_picture(out, grid(images, zoom=2))
    elif out:
        out.mkdir(parents=True, exist_ok=True)
        for i, image in enumerate(pixels):
            save_picture(out / f"{i:05d}.png", Image.fromarray(image.squeeze()))
    return [path for path in (npz, out) if path]
