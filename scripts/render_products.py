"""Render the pictures of products that keras_gen embeds, with mattes, conditions, a contact sheet.

    python scripts/render_products.py [--seed 0] [--processes 2] [--out FOLDER]

Everything is drawn by product_pictures/ with NumPy; no photograph went in. All 9,920 pictures took
617 seconds of processor time, 22 minutes on a share of two busy cores. The same seed, with the same
versions of NumPy and Pillow, gives the same files.
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

ROOT = Path(__file__).parents[1]
EMBEDDED = ROOT / "keras_gen" / "data" / "products"
CONTACT_SHEET = ROOT / "docs" / "images" / "products.jpg"
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


def sheet(images, columns=COLUMNS):
    """Lay pictures (N, H, W, C) side by side, some columns in a row."""
    count, height, width, channels = images.shape
    rows = images.reshape(count // columns, columns, height, width, channels)
    return rows.swapaxes(1, 2).reshape(-1, columns * width, channels)


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


def contact_sheet(images, labels, path):
    """Write the first ten pictures of each kind, a kind in each row, enlarged twice."""
    shown = np.concatenate([images[labels == kind][:10] for kind in range(len(KINDS))])
    picture = Image.fromarray(sheet(shown, columns=10))
    size = (2 * picture.width, 2 * picture.height)
    with replacing(path) as temporary:
        picture.resize(size, Image.Resampling.LANCZOS).save(temporary, quality=88, optimize=True)


def main():
    """Render, write, and print the hashes that the package records."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=Path, default=EMBEDDED)
    parser.add_argument("--contact-sheet", type=Path, default=CONTACT_SHEET, metavar="FILE")
    arguments = parser.parse_args()

    arguments.out.mkdir(parents=True, exist_ok=True)
    print("kinds:", *(kind.__name__ for kind in KINDS))
    for split in OBJECTS:
        images, mattes, conditions = render(split, arguments.seed, arguments.processes)
        write(arguments.out, split, images, mattes, conditions)
    contact_sheet(images, conditions["kind"], arguments.contact_sheet)
    for path in sorted(arguments.out.glob("t*")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        print(f"{path.name} {path.stat().st_size:,} bytes sha256 {digest}")


if __name__ == "__main__":
    main()
