"""Draw the class-balanced samples of Fashion-MNIST that keras_gen embeds.

There are 10,000 training images to learn from and 2,000 test images to measure with.

    python scripts/make_fashion_mnist_10k.py [FOLDER] [--seed 0] [--out FOLDER]

FOLDER holds the original IDX files, for example those of the Debian package
dataset-fashion-mnist. The same seed gives the same files.
"""

import argparse
import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np

from keras_gen.data.idx import read_split
from keras_gen.files import replacing

# split, beginning of its file names, images per class
SPLITS = (("train", "train", 1_000), ("test", "t10k", 200))
EMBEDDED = Path(__file__).parents[1] / "keras_gen" / "data" / "fashion_mnist_10k"


def draw(images, labels, per_class, seed=0):
    """Draw `per_class` images of each class without replacement, in random order.

    Args:
        images: uint8, (N, H, W).
        labels: uint8, (N,).
        per_class: images per class.
        seed: of the draw and of the order.

    Returns:
        `(images, labels)` of the sample.
    """
    rng = np.random.default_rng(seed)
    chosen = [
        rng.choice(np.flatnonzero(labels == label), per_class, replace=False)
        for label in np.unique(labels)
    ]
    order = rng.permutation(np.concatenate(chosen))
    return images[order], labels[order]


def write_idx(path, array):
    """Write a uint8 array as a gzipped IDX file whose bytes depend on the array alone.

    Args:
        path: the file, replaced only once the new one is complete.
        array: uint8, 1 to 255 dimensions.
    """
    header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)  # 8: uint8
    with replacing(path) as temporary:
        temporary.write_bytes(gzip.compress(header + array.tobytes(), compresslevel=9, mtime=0))


def main():
    """Read, draw, write, and print the hashes that the package checks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=EMBEDDED)
    arguments = parser.parse_args()

    arguments.out.mkdir(parents=True, exist_ok=True)
    for split, prefix, per_class in SPLITS:
        images, labels = draw(*read_split(arguments.folder, split), per_class, arguments.seed)
        write_idx(arguments.out / f"{prefix}-images-idx3-ubyte.gz", images)
        write_idx(arguments.out / f"{prefix}-labels-idx1-ubyte.gz", labels)
        for name, array in (("images", images), ("labels", labels)):
            digest = hashlib.sha256(array.tobytes()).hexdigest()
            print(f"{split} {name} {array.shape} sha256 {digest}")


if __name__ == "__main__":
    main()
