"""IDX, the file format of MNIST and of the data sets that follow it.

A file is a big-endian header (two zero bytes, the type code 8 for unsigned bytes, the number of
dimensions, then each dimension as uint32) followed by the bytes themselves, usually gzipped.
"""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from keras_gen.files import require_file

_UNSIGNED_BYTE = 8
_MOST_BYTES = 4 * 2**30
_PREFIX = {"train": "train", "test": "t10k"}


def read_idx(path: str | Path) -> np.ndarray:
    """Read one IDX file of unsigned bytes, gzipped or not, as a read-only uint8 array.

    Raises:
        ValueError: the file is not IDX, is damaged, or holds more or less than its header states.
    """
    with require_file(path, "an IDX file").open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        try:
            return _read(path, gzip.GzipFile(fileobj=raw) if zipped else raw)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"{path}: damaged gzip file ({error})") from error


def _read(path, file):
    """Read header and bytes; no more than the header states, whatever else is packed in there."""
    magic = file.read(4)
    dimensions = magic[3] if len(magic) == 4 else 0
    sizes = file.read(4 * dimensions)
    if magic[:3] != bytes([0, 0, _UNSIGNED_BYTE]) or not dimensions or len(sizes) < 4 * dimensions:
        raise ValueError(f"{path}: expected an IDX header of unsigned bytes, found {magic!r}")
    shape = struct.unpack(f">{dimensions}I", sizes)
    expected = math.prod(shape)
    if expected > _MOST_BYTES:
        raise ValueError(f"{path}: expected at most {_MOST_BYTES:,} bytes, found shape {shape}")
    data = file.read(expected + 1)
    if len(data) != expected:
        found = "more" if len(data) > expected else len(data)
        raise ValueError(f"{path}: expected {expected} bytes for shape {shape}, found {found}")
    return np.frombuffer(data, np.uint8).reshape(shape)


def has_idx(folder: str | Path, split: str = "train") -> bool:
    """Return whether `folder` holds the images of a split under MNIST's file name."""
    return _find(folder, split, "images-idx3") is not None


def read_split(folder: str | Path, split: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """Read the images and labels of a split, stored under MNIST's file names.

    Args:
        folder: holds `train-images-idx3-ubyte.gz` and `train-labels-idx1-ubyte.gz`, or for the test
            split the same names with `t10k`; the suffix `.gz` may be missing, and a
            dot may stand before `idx`.
        split: "train" or "test".

    Returns:
        `(images, labels)`, uint8 of shape (N, H, W) and (N,).

    Raises:
        FileNotFoundError: one of the two files is missing.
        ValueError: unknown split, a damaged file, or files that do not belong together.
    """
    images_file = _find(folder, split, "images-idx3")
    labels_file = _find(folder, split, "labels-idx1")
    if images_file is None or labels_file is None:
        kind = "images-idx3" if images_file is None else "labels-idx1"
        raise FileNotFoundError(
            f"{folder}: expected {_PREFIX[split]}-{kind}-ubyte.gz, found no such file"
        )
    images, labels = read_idx(images_file), read_idx(labels_file)
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        raise ValueError(
            f"{folder}: expected images (N, H, W) and labels (N,) in the {split} files, "
            f"found {images.shape} and {labels.shape}"
        )
    return images, labels


def _find(folder, split, kind):
    if split not in _PREFIX:
        raise ValueError(f"unknown split {split!r}: expected 'train' or 'test'")
    name = f"{_PREFIX[split]}-{kind}-ubyte"
    dotted = f"{_PREFIX[split]}-{kind.replace('-', '.')}-ubyte"  # as some archives unpack them
    names = (f"{name}.gz", name, f"{dotted}.gz", dotted)
    return next((path for n in names if (path := Path(folder, n)).is_file()), None)
