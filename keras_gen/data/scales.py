"""Pixel scales and their exact inverses.

There are three scales, and the name of each function says from which to which it maps:

    uint8      {0, ..., 255}   files, screens, `ImageData.images`
    unit       [0, 1]          Bernoulli likelihoods, `sample()` of every model
    symmetric  [-1, 1]         networks that end in tanh

uint8 -> float -> uint8 is the identity for all 256 values, because the way back rounds to the
nearest level (and clips) instead of truncating.

Args:
    images: array or tensor of any shape; uint8 on the uint8 scale, floating-point on the others.

Returns:
    Tensor of the same shape, uint8 on the uint8 scale and float32 on the others.

Raises:
    ValueError: `images` has a dtype that does not belong to its scale.
"""

import keras


def uint8_to_unit(images):
    """Map uint8 pixels to [0, 1].

    Formula:
        x / 255
    """
    return _as_float32(images, scale="uint8") / 255.0


def unit_to_uint8(images):
    """Map [0, 1] to uint8 pixels, rounding to the nearest level and clipping values outside [0, 1].

    Formula:
        clip(round(255 x), 0, 255)
    """
    levels = keras.ops.round(255.0 * _as_float32(images, scale="unit"))
    return keras.ops.cast(keras.ops.clip(levels, 0.0, 255.0), "uint8")


def unit_to_symmetric(images):
    """Map [0, 1] to [-1, 1].

    Formula:
        2 x - 1
    """
    return 2.0 * _as_float32(images, scale="unit") - 1.0


def symmetric_to_unit(images):
    """Map [-1, 1] to [0, 1] without clipping values outside.

    Formula:
        (x + 1) / 2
    """
    return 0.5 * (_as_float32(images, scale="symmetric") + 1.0)


def uint8_to_symmetric(images):
    """Map uint8 pixels to [-1, 1].

    Formula:
        2 x / 255 - 1
    """
    return unit_to_symmetric(uint8_to_unit(images))


def symmetric_to_uint8(images):
    """Map [-1, 1] to uint8 pixels, rounding to the nearest level and clipping values outside.

    Formula:
        clip(round(255 (x + 1) / 2), 0, 255)
    """
    return unit_to_uint8(symmetric_to_unit(images))


def as_points(images):
    """Leave points as they are: one pixel each, floats around 0."""
    return _as_float32(images, scale="points")


def _as_float32(images, scale):
    images = keras.ops.convert_to_tensor(images)
    dtype = keras.backend.standardize_dtype(images.dtype)
    # Scaling twice, or not at all, is the classic bug of pixel scales: the picture is all black or
    # all white, and no error is raised. The dtype gives it away.
    if not (dtype == "uint8" if scale == "uint8" else "float" in dtype):
        expected = "uint8" if scale == "uint8" else "floating-point"
        raise ValueError(f"expected {expected} images on the {scale} scale, found dtype {dtype}")
    return keras.ops.cast(images, "float32")


# From what is in memory to what networks take.
SCALES = {"unit": uint8_to_unit, "symmetric": uint8_to_symmetric, "points": as_points}
