"""Rendered pictures of products whose kind, colour, angle, backdrop and matte are known.

Eight kinds, 64 x 64 pixels in colour, embedded; docs/products.md says how they were made. The
pictures of a split lie side by side in one JPEG, their mattes in one LZMA stream.
"""

import dataclasses
import hashlib
import lzma
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from keras_gen.data.decoding import fit_photo
from keras_gen.data.image_data import ImageData
from keras_gen.data.tints import nearest_names, product_lab

PRODUCT_KINDS = ("mug", "teapot", "perfume", "handbag", "sneaker", "cap", "lamp", "chair")
SIDE = 64  # pixels
SHA256 = {
    "test.jpg": "3d2eb4da2838233b07d6d33ea63c631c2277d81f8c7991f84c27b4fe1d4f06e9",
    "test.npz": "f20932ab643dab45a817c3e371ec48ae9157caee2459d526b63c2a50c2dcafbd",
    "test_mattes.xz": "31c3cfaab51509f33814ff3ed19bcaa714e5c010cbe95cf007b84db1cfdbd598",
    "train.jpg": "1b249fb4d2a97ff7b1abd23bbcc5100acde57d2028cba7580ba2b2db8f244588",
    "train.npz": "cf708c1de71e9d9a26ce816a2af4941b48cf5766731aec49b7f0d9c23ec979b3",
    "train_mattes.xz": "ecd067fa452411f0189cbd743b293454cfd021b15f72dae374ec86d266c158e0",
}
_EMBEDDED = Path(__file__).parent / "products"


def products(
    image_shape: Sequence[int] = (SIDE, SIDE, 3), split: str = "train", fit: str = "pad"
) -> ImageData:
    """Load the embedded pictures of products, in random order.

    Args:
        image_shape: `(height, width, channels)`; other sizes than (64, 64, 3) are resampled.
        split: "train" (8,320 pictures, 1,040 of each kind) or "test" (1,600, 200 of each); no
            object is in both.
        fit: how the pictures are fitted to a shape that is not square, "pad" or "crop".

    Returns:
        `ImageData` whose labels are the kinds, with `mattes` and these `conditions`, each (N, ...):
        "hue" in degrees, "lightness" and "chroma" of the product's own colour in CIELAB, its
        nearest name "colour", the "angle" in degrees by which its front is turned to the right,
        the number of the "object" within its kind, and the colour of the "backdrop" (uint8 sRGB).

    Raises:
        ValueError: unknown split, or the embedded files are damaged.
    """
    if split not in ("train", "test"):
        raise ValueError(f"products has no split {split!r}: expected 'train' or 'test'")
    sheet, mattes, table = (_checked(f"{split}{end}") for end in (".jpg", "_mattes.xz", ".npz"))
    with np.load(table) as file:
        conditions = dict(file)
    labels = conditions.pop("kind")
    conditions["colour"] = nearest_names(product_lab(conditions["hue"], conditions["lightness"]))
    with lzma.open(mattes) as stream:
        covered = np.frombuffer(stream.read(), np.uint8).reshape(-1, SIDE, SIDE, 1)
    data = ImageData(
        _tiles(sheet), "products", "embedded", labels, PRODUCT_KINDS, (), conditions, covered
    )
    if tuple(image_shape) == data.images.shape[1:]:
        return data
    grey = (*image_shape[:2], 1)
    return dataclasses.replace(
        data,
        images=_fitted(data.images, image_shape, fit, "white"),
        mattes=_fitted(covered, grey, fit, "black"),
    )


def _checked(name):
    """Return the path of an embedded file whose bytes are those that were embedded."""
    path = _EMBEDDED / name
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256[name]:
        raise ValueError(
            f"{path}: the SHA-256 is not that of the file that was embedded; reinstall keras_gen"
        )
    return path


def _tiles(path):
    """Cut a sheet into its pictures, row by row: (N, SIDE, SIDE, 3)."""
    with Image.open(path) as sheet:
        pixels = np.asarray(sheet)
    height, width, _ = pixels.shape
    grid = pixels.reshape(height // SIDE, SIDE, width // SIDE, SIDE, 3)
    return grid.swapaxes(1, 2).reshape(-1, SIDE, SIDE, 3)


def _fitted(images, image_shape, fit, fill):
    """Resample images (N, h, w, c) to (N, H, W, C)."""
    height, width, channels = image_shape
    mode = {1: "L", 3: "RGB"}[channels]
    fitted = np.empty((len(images), *image_shape), np.uint8)
    for index, image in enumerate(images):
        photo = Image.fromarray(image.squeeze()).convert(mode)
        fitted[index] = np.asarray(fit_photo(photo, (height, width), fit, fill)).reshape(
            image_shape
        )
    return fitted
