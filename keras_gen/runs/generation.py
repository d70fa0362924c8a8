"""Draw images from a finished run."""

from pathlib import Path

import numpy as np
from PIL import Image

from keras_gen.data import unit_to_uint8
from keras_gen.files import replacing
from keras_gen.pictures import grid, save_picture
from keras_gen.runs.run import load_run, read_recipe, refuse_without_noise

PICTURES = (".png", ".jpg", ".jpeg", ".webp")


def generate(run_dir, n=64, seed=0, out=None, npz=None):
    """Draw n images and write them as one grid, as single images, or as an array.

    Args:
        run_dir: folder of a run.
        n: number of images, >= 1.
        seed: integer; the same seed gives the same images.
        out: a picture file for a grid, or a folder for single images; without it and without
            `npz`, a grid `generated-seed-N.png` in the run folder.
        npz: file for the raw samples, uint8 (n, H, W, C) under the key `images`.

    Returns:
        List of the paths that were written.

    Raises:
        FileNotFoundError: no run, or nothing trained in it.
        FileExistsError: the folder for single images holds files already.
        ValueError: `recipe.json` cannot be read, `out` is a file of an unknown kind, or the model
            draws nothing from noise.
    """
    refuse_without_noise(run_dir, read_recipe(run_dir)[1])
    if out is None and npz is None:
        out = Path(run_dir) / f"generated-seed-{seed}.png"
    out, npz = (None if path is None else Path(path) for path in (out, npz))
    if out and out.suffix and out.suffix.lower() not in PICTURES:
        raise ValueError(f"expected a folder or a picture ({', '.join(PICTURES)}), found {out}")
    if out and not out.suffix and out.is_dir() and any(out.iterdir()):
        raise FileExistsError(f"expected an empty folder for {n} images, found files in {out}")
    images = load_run(run_dir).sample(n, seed)  # (n, H, W, C)
    pixels = np.asarray(unit_to_uint8(images))
    written = []
    if npz:
        npz.parent.mkdir(parents=True, exist_ok=True)
        with replacing(npz) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, images=pixels)
        written.append(npz)
    if out and out.suffix:
        out.parent.mkdir(parents=True, exist_ok=True)
        save_picture(out, grid(images, zoom=2))
        written.append(out)
    elif out:
        out.mkdir(parents=True, exist_ok=True)
        for i, image in enumerate(pixels):
            save_picture(out / f"{i:05d}.png", Image.fromarray(image.squeeze()))
        written.append(out)
    return written
