"""Draw images from a run."""

from pathlib import Path

import numpy as np
from PIL import Image

from keras_gen.data import unit_to_uint8
from keras_gen.files import replacing, require_new
from keras_gen.pictures import grid, save_picture
from keras_gen.runs.run import Run

MOST = 1_000_000  # images that are held in memory at once: 3 GB of Fashion-MNIST's size
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
        FileExistsError: a file is there already, or files in the folder for single images.
        PermissionError: the folder of a file cannot be written to.
        ValueError: `recipe.json` cannot be read, n is below 1 or above a million, a file is of an
            unknown kind, or the model cannot sample from noise.
    """
    if not 1 <= n <= MOST:
        raise ValueError(f"n: expected 1 to {MOST:,}, found {n:,}")
    run = Run.open(run)
    run.require_sampler()
    default = run.path / f"generated-seed-{seed}.png"  # which may be drawn again
    if out is None and npz is None:
        out = default
    out, npz = (None if path is None else Path(path) for path in (out, npz))
    if npz:
        if npz.suffix != ".npz":
            raise ValueError(f"npz: expected a name that ends in .npz, found {npz}")
        require_new(npz)
    single = out is not None and (out.is_dir() or not out.suffix)
    if single:
        _require_empty(out, n)
    elif out and out.suffix.lower() not in SUFFIXES:
        raise ValueError(
            f"expected a picture ({', '.join(SUFFIXES)}) or a folder, found {out}; a folder with a "
            "dot in its name has to be there already"
        )
    elif out and out != default:
        require_new(out)
    images = run.load_model().sample(n, seed)  # (n, H, W, C)
    pixels = np.asarray(unit_to_uint8(images))
    if npz:
        npz.parent.mkdir(parents=True, exist_ok=True)
        with replacing(npz, new=True) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, images=pixels)
    if out and not single:
        save_picture(out, grid(images, zoom=2), new=out != default)
    elif out:
        out.mkdir(parents=True, exist_ok=True)
        for i, image in enumerate(pixels):
            save_picture(out / f"{i:05d}.png", Image.fromarray(image.squeeze()))
    return [path for path in (npz, out) if path]


def _require_empty(folder, n):
    """Refuse a folder for n single images that holds files, or that cannot be made."""
    if not folder.exists():
        require_new(folder)
    elif not folder.is_dir():
        raise FileExistsError(f"expected a folder for {n} images, found a file at {folder}")
    elif any(folder.iterdir()):
        raise FileExistsError(f"expected an empty folder for {n} images, found files in {folder}")
