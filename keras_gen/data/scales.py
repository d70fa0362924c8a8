"""Pixel scales and their exact inverses.

Three scales, and every function name says which it takes and which it gives:

    uint8      {0, ..., 255}   files, screens, `ImageData.images`
    unit       [0, 1]          Bernoulli likelihoods, `sample()` of every model
    symmetric  [-1, 1]         networks that end in tanh

Floats are float32. uint8 -> float -> uint8 is the identity for all 256 values, because the way
back rounds to nearest (and clips) instead of truncating.
"""

import keras


def uint8_to_unit(images):
    """Map uint8 pixels to [0, 1].

    Formula:
        x / 255

    Args:
        images: uint8 array or tensor of any shape.

    Returns:
        float32 tensor of the same shape, 0 -> 0.0 and 255 -> 1.0.

    Raises:
        ValueError: `images` is not uint8, so its scale is unknown.
    """
    return _as_float32(images, scale="uint8") / 255.0


def unit_to_uint8(images):
    """Map [0, 1] to uint8 pixels: rounded to nearest, values outside [0, 1] clipped.

    Formula:
        clip(round(255 x), 0, 255)

    Args:
        images: floating-point array or tensor of any shape.

    Returns:
        uint8 tensor of the same shape.

    Raises:
        ValueError: `images` is not floating-point, so its scale is unknown.
    """
    levels = keras.ops.round(255.0 * _as_float32(images, scale="unit"))
    return keras.ops.cast(keras.ops.clip(levels, 0.0, 255.0), "uint8")


def unit_to_symmetric(images):
    """Map [0, 1] to [-1, 1].

    Formula:
        2 x - 1

    Args:
        images: floating-point array or tensor of any shape.

    Returns:
        float32 tensor of the same shape.

    Raises:
        ValueError: `images` is not floating-point.
    """
    return 2.0 * _as_float32(images, scale="unit") - 1.0


def symmetric_to_unit(images):
    """Map [-1, 1] to [0, 1]; values outside are not clipped.

    Formula:
        (x + 1) / 2

    Args:
        images: floating-point array or tensor of any shape.

    Returns:
        float32 tensor of the same shape.

    Raises:
        ValueError: `images` is not floating-point.
    """
    return 0.5 * (_as_float32(images, scale="symmetric") + 1.0)


def uint8_to_symmetric(images):
    """Map uint8 pixels to [-1, 1].

    Formula:
        2 x / 255 - 1

    Args:
        images: uint8 array or tensor of any shape.

    Returns:
        float32 tensor of the same shape, 0 -> -1.0 and 255 -> 1.0.

    Raises:
        ValueError: `images` is not uint8, so its scale is unknown.
    """
    return unit_to_symmetric(uint8_to_unit(images))


def symmetric_to_uint8(images):
    """Map [-1, 1] to uint8 pixels: rounded to nearest, values outside [-1, 1] clipped.

    Formula:
        clip(round(255 (x + 1) / 2), 0, 255)

    Args:
        images: floating-point array or tensor of any shape.

    Returns:
        uint8 tensor of the same shape.

    Raises:
        ValueError: `images` is not floating-point, so its scale is unknown.
    """
    return unit_to_uint8(symmetric_to_unit(images))


def _as_float32(images, scale):
    images = keras.ops.convert_to_tensor(images)
    dtype = keras.backend.standardize_dtype(images.dtype)
    # Scaling twice, or not at all, is the classic bug of pixel scales (an all-black or all-white
    # picture, no error); the dtype gives it away.
    if not (dtype == "uint8" if scale == "uint8" else "float" in dtype):
        expected = "uint8" if scale == "uint8" else "floating-point"
        raise ValueError(f"expected {expected} images on the {scale} scale, found dtype {dtype}")
    return keras.ops.cast(images, "float32")


SCALES = {"unit": uint8_to_unit, "symmetric": uint8_to_symmetric}  # from files to networks
