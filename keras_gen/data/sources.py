"""`load`: one call for every source of images."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from keras_gen.data.crops import photo_crops
from keras_gen.data.decoding import fit_photo
from keras_gen.data.fashion import fashion_mnist, fashion_mnist_10k, idx_folder
from keras_gen.data.folder import check_image_shape, image_folder
from keras_gen.data.idx import has_idx
from keras_gen.data.image_data import ImageData

SOURCES = ("fashion_mnist_10k", "fashion_mnist", "photos")


def load(
    source: str | Path,
    image_shape: Sequence[int] | None = None,
    split: str = "train",
    fit: str = "pad",
    strict: bool = False,
) -> ImageData:
    """Load images from a named source or a folder.

    Args:
        source: "fashion_mnist_10k", "fashion_mnist", "photos" (crops of a few photographs), or the
            path of a folder that holds MNIST's four IDX files or photos.
        image_shape: `(height, width, channels)`; None keeps IDX images as they are, (28, 28, 1),
            and means (64, 64, 3) for photos.
        split: "train" or "test"; a folder of photos has no test split.
        fit: how photos are resized to the shape, "pad" or "crop".
        strict: refuse a folder of photos that holds an unreadable file, instead of skipping the
            file.

    Returns:
        `ImageData`.

    Raises:
        FileNotFoundError: the files of the source are not there.
        ValueError: unknown source, split, shape or fit, or damaged files.
    """
    if image_shape is not None:
        check_image_shape(image_shape)
    folder = Path(source).expanduser()
    if source not in SOURCES and not folder.exists():
        raise ValueError(f"unknown data {str(source)!r}: expected {', '.join(SOURCES)} or a folder")
    if source == "photos":
        return photo_crops(image_shape or (64, 64, 3), split)
    if source == "fashion_mnist":
        data = fashion_mnist(split)
    elif source == "fashion_mnist_10k":
        data = fashion_mnist_10k(split)
    elif has_idx(folder, "train") or has_idx(folder, "test"):
        data = idx_folder(folder, split)
    elif split != "train":
        raise ValueError(f"{source} has no split {split!r}: expected 'train'")
    else:
        return image_folder(folder, image_shape or (64, 64, 3), fit, strict)
    if image_shape is None:
        return data
    return dataclasses.replace(data, images=_to_shape(data.images, image_shape))


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
    has_test = source in SOURCES or has_idx(Path(source).expanduser(), "test")
    split = "test" if has_test else "train"
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
