"""Render the pictures of products that keras_gen embeds, with their mattes and conditions.

    python scripts/render_products.py [--seed 0] [--processes 2] [--out FOLDER]

Everything is drawn by product_pictures/ with NumPy; no photograph went in. About 0.1 seconds of one
CPU core for each of 9,920 pictures. The same seed, with the same versions of NumPy and Pillow,
gives the same files.
"""

import argparse
import hashlib
import io
import lzma
import multiprocessing
import os
from pathlib import Path

import numpy as np
from PIL import Image
from product_pictures.catalogue import KINDS, OBJECTS, pictures, plan
from tqdm import tqdm

from keras_gen.files import replacing

EMBEDDED = Path(__file__).parents[1] / "keras_gen" / "data" / "products"
COLUMNS = 40  # pictures in a row of the sheet
QUALITY = 86  # of the JPEG: what keeps the whole below 12 MB


def render(split, seed, processes):
    """Render a split in random order: pictures, mattes and conditions by name, as arrays."""
    tasks = plan(split, seed)
    with multiprocessing.Pool(processes) as pool:
        objects = list(tqdm(pool.imap(pictures, tasks, chunksize=8), split, len(tasks)))
    shots = [shot for views in objects for shot in views]
    order = np.random.default_rng(seed).permutation(len(shots))
    images, mattes, conditions = zip(*(shots[place] for place in order), strict=True)
    table = {name: np.stack([row[name] for row in conditions]) for name in conditions[0]}
    return np.stack(images), np.stack(mattes), table


def sheet(images):
    """Lay pictures (N, H, W, C) side by side, `COLUMNS` in a row."""
    count, height, width, channels = images.shape
    rows = images.reshape(count // COLUMNS, COLUMNS, height, width, channels)
    return rows.swapaxes(1, 2).reshape(-1, COLUMNS * width, channels)


def write(folder, split, images, mattes, conditions):
    """Write the three files of a split.

    JPEG codes blocks of 8 x 8 pixels on their own, so that no picture of the sheet bleeds into its
    neighbour; without subsampling the edges keep their colours.
    """
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **conditions)
    with replacing(folder / f"{split}.npz") as path:
        path.write_bytes(buffer.getvalue())
    with replacing(folder / f"{split}_mattes.xz") as path:
        path.write_bytes(lzma.compress(mattes.tobytes(), preset=9))
    with replacing(folder / f"{split}.jpg") as path:
        Image.fromarray(sheet(images)).save(
            path, quality=QUALITY, subsampling=0, optimize=True, progressive=True
        )


def main():
    """Render, write, and print the hashes that the package records."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=Path, default=EMBEDDED)
    arguments = parser.parse_args()

    arguments.out.mkdir(parents=True, exist_ok=True)
    print("kinds:", *(kind.__name__ for kind in KINDS))
    for split in OBJECTS:
        write(arguments.out, split, *render(split, arguments.seed, arguments.processes))
    for path in sorted(arguments.out.glob("t*")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        print(f"{path.name} {path.stat().st_size:,} bytes sha256 {digest}")


if __name__ == "__main__":
    main()
