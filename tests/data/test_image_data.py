import dataclasses
import hashlib

import numpy as np
import pytest

from keras_gen.data.image_data import ImageData

IMAGES = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)


@pytest.mark.parametrize(
    ("fields", "notes"),
    [
        ({}, ""),
        ({"labels": np.uint8([0, 1])}, " (1 of each of 2 classes)"),
        ({"labels": np.uint8([3, 3])}, " (2 of each of 1 classes)"),
        ({"conditions": {"hue": [0, 9], "angle": [1, 2]}}, " (with hue, angle)"),
        ({"skipped": (("a.png", "empty"),)}, " (unreadable and skipped: 1)"),
    ],
)
def test_description(fields, notes):
    data = ImageData(IMAGES, "shop", "from photos", **fields)
    assert data.description == f"shop: 2 images of 3x4x3, from photos{notes}"


def test_description_of_unequal_classes():
    data = ImageData(np.repeat(IMAGES, 2, 0)[:3], "shop", "here", labels=np.uint8([0, 0, 1]))
    assert data.description == "shop: 3 images of 3x4x3, here (2 classes)"


def test_sha256_is_that_of_the_bytes_and_follows_a_replacement():
    data = ImageData(IMAGES, "shop", "here")
    assert data.sha256 == hashlib.sha256(bytes(range(72))).hexdigest()
    changed = dataclasses.replace(data, images=IMAGES[::-1])  # not contiguous
    assert changed.sha256 == hashlib.sha256(bytes([*range(36, 72), *range(36)])).hexdigest()


def test_fields_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ImageData(IMAGES, "shop", "here").images = IMAGES
