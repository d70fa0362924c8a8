"""Photographs that packages ship, cut into many crops: offline content for style transfer.

Training crops come from those photographs in the wheel of scikit-image (extra `photos`) that are
natural, in colour and free:

    astronaut.png  Eileen Collins, by NASA; public domain
    chelsea.png    a cat, by Stefan van der Walt; CC0
    coffee.png     a cup of espresso, by Rachel Michetti, courtesy of Pikolo Espresso Bar; CC0
    rocket.jpg     a launch of a Falcon 9, by SpaceX; public domain

The motorcycles are left out because no licence is stated for them, and the pictures of stars and of
tissue because they show no objects. Test crops come from this package's product pictures, which are
in no training crop.

Reference: the docstrings of `skimage.data`, for authors and licences.
"""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from keras_gen.data.decoding import read_photo
from keras_gen.data.image_data import ImageData
from keras_gen.data.shipped import PRODUCTS

PHOTOGRAPHS = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg")

COUNTS = {"train": 2000, "test": 400}  # crops
CROP_SHARES = (0.3, 1.0)  # side of a crop, as a share of the largest that fits


def photo_crops(image_shape: Sequence[int] = (128, 128, 3), split: str = "train") -> ImageData:
    """Cut the photographs into crops of random position and size, half of them mirrored.

    Args:
        image_shape: `(height, width, channels)`, channels 1 or 3.
        split: "train" for 2,000 crops of scikit-image's photographs, "test" for 400 crops of the
            product pictures.

    Returns:
        `ImageData`, the same at every call, with equally many crops of each photograph.

    Raises:
        FileNotFoundError: scikit-image is not installed, or lacks one of the photographs.
        ValueError: unknown split.
    """
    if split not in COUNTS:
        raise ValueError(f"photos has no split {split!r}: expected 'train' or 'test'")
    files, origin = PRODUCTS, "product pictures of keras_gen"
    if split == "train":
        folder = scikit_image_data()
        files, origin = [folder / name for name in PHOTOGRAPHS], "photographs of scikit-image"
    pictures = [read_photo(file, image_shape[2]) for file in files]
    rng = np.random.default_rng(0)
    crops = [random_crop(pictures[i % len(files)], image_shape, rng) for i in range(COUNTS[split])]
    return ImageData(np.stack(crops), "photos", f"crops of {len(files)} {origin}")


def random_crop(
    picture: Image.Image, image_shape: Sequence[int], rng: np.random.Generator
) -> np.ndarray:
    """Cut a random box out of a picture, resize it, and mirror it half of the time.

    Args:
        picture: `PIL.Image.Image` of mode "L" or "RGB".
        image_shape: `(height, width, channels)` of the crop.
        rng: `numpy.random.Generator`.

    Returns:
        uint8 (H, W, C).
    """
    height, width, _ = image_shape
    largest = min(picture.height / height, picture.width / width)  # pixels of the picture per pixel
    scale = largest * rng.uniform(*CROP_SHARES)
    top = rng.uniform(0.0, picture.height - scale * height)
    left = rng.uniform(0.0, picture.width - scale * width)
    box = (left, top, left + scale * width, top + scale * height)
    crop = np.asarray(picture.resize((width, height), Image.Resampling.LANCZOS, box))
    crop = crop.reshape(image_shape)
    return crop[:, ::-1] if rng.random() < 0.5 else crop


def scikit_image_data() -> Path:
    """Return the folder of pictures in scikit-image, without importing it."""
    package = importlib.util.find_spec("skimage")
    if package is None or not package.submodule_search_locations:
        raise FileNotFoundError(
            "data photos: expected scikit-image, found none; pip install keras_gen[photos]"
        )
    return Path(package.submodule_search_locations[0]) / "data"
