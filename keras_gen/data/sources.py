"""`load`: one call for every source of images."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from keras_gen.data.catalogue import products
from keras_gen.data.crops import photo_crops
from keras_gen.data.decoding import fit_photo
from keras_gen.data.fashion import fashion_mnist, fashion_mnist_10k, idx_folder
from keras_gen.data.folder import check_image_shape, image_folder
from keras_gen.data.idx import has_idx
from keras_gen.data.image_data import ImageData
from keras_gen.data.points import MIXTURES, point_set
from keras_gen.files import expand

SOURCES = ("fashion_mnist_10k", "fashion_mnist", "products", "photos")  # of images
NAMED = (*SOURCES, *MIXTURES)  # what is no folder


def load(
    source: str | Path,
    image_shape: Sequence[int] | None = None,
    split: str = "train",
    fit: str = "pad",
    strict: bool = False,
) -> ImageData:
    """Load images from a named source or a folder.

    Args:
        source: "fashion_mnist_10k", "fashion_mnist", "products" (rendered, with conditions),
            "photos" (crops of a few photographs), or the path of a folder that holds MNIST's four
            IDX files or photos; "ring" or "grid" of points of the plane (`PointData`).
        image_shape: `(height, width, channels)`; None keeps IDX images as they are, (28, 28, 1),
            and means (64, 64, 3) for products and photos.
        split: "train" or "test"; a folder of photos has no test split.
        fit: how photos are resized to the shape, "pad" or "crop".
        strict: refuse a folder of photos that holds an unreadable file, instead of skipping the
            file.

    Returns:
        `ImageData`.

    Raises:
        FileNotFoundError: the files of the source are not there.
        ValueError: unknown source, split, shape or fit, damaged files, or a name that is that of a
            source and of a folder in the working directory.
    """
    folder = data_folder(source)
    if source in MIXTURES:
        return point_set(str(source), image_shape, split)
    if image_shape is not None:
        check_image_shape(image_shape)
    if folder and not folder.exists():
        raise ValueError(f"unknown data {str(source)!r}: expected {', '.join(SOURCES)} or a folder")
    if source == "products":
        return products(image_shape or (64, 64, 3), split, fit)
    if source == "photos":
        return photo_crops(image_shape or (64, 64, 3), split)
    if folder is None:
        data = fashion_mnist(split) if source == "fashion_mnist" else fashion_mnist_10k(split)
    elif has_idx(folder, "train") or has_idx(folder, "test"):
        data = idx_folder(folder, split)
    elif split != "train":
        raise ValueError(f"{source} has no split {split!r}: expected 'train'")
    else:
        return image_folder(folder, image_shape or (64, 64, 3), fit, strict)
    if image_shape is None:
        return data
    return dataclasses.replace(data, images=_to_shape(data.images, image_shape))


def data_folder(source: str | Path) -> Path | None:
    """Return the folder that a source names, there or not; None for a named source.

    Raises:
        ValueError: an empty text, or a name that is that of a source and of a folder right here.
    """
    if not str(source).strip():
        raise ValueError(f"data: expected {', '.join(SOURCES)} or a folder, found an empty text")
    if source not in NAMED:
        return expand(source)
    if Path(source).is_dir():
        raise ValueError(
            f"data {source!r} names a data set and a folder in the working directory: write "
            f"./{source} for the folder, or run the command elsewhere for the data set"
        )
    return None


def has_test(source: str | Path) -> bool:
    """Return whether a source has a test split; a folder of photos has none."""
    folder = data_folder(source)
    return folder is None or has_idx(folder, "test")


def held_out(
    source: str | Path, image_shape: Sequence[int] | None = None, fit: str = "pad"
) -> tuple[str, ImageData]:
    """Load images that a model trained on the source has not seen, if the source has any.

    Args:
        source, image_shape, fit: as for `load`.

    Returns:
        ("test", `ImageData`), or ("train", `ImageData`) for a source without a test split, such as
        a folder of photos.

    Raises:
        FileNotFoundError, ValueError: as for `load`.
    """
    split = "test" if has_test(source) else "train"
    return split, load(source, image_shape, split, fit)


def _to_shape(images, image_shape):
    """Pad or resize grey images on black, (N, h, w, 1), to (N, H, W, C)."""
    height, width, channels = image_shape
    rows, columns = height - images.shape[1], width - images.shape[2]
    if 0 <= rows <= 4 and 0 <= columns <= 4:
        # 28 -> 32, for networks that halve the size often: a margin keeps every pixel as it is.
        margins = [(0, 0), (rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2)]
        images = np.pad(images, [*margins, (0, 0)])
    else:
        resized = np.empty((len(images), height, width, 1), np.uint8)
        for index, image in enumerate(images[..., 0]):
            photo = fit_photo(Image.fromarray(image), (height, width), fill="black")
            resized[index, ..., 0] = np.asarray(photo)
        images = resized
    return np.repeat(images, channels, axis=-1)
