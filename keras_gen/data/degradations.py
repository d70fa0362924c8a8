"""Damage done to images on purpose: noise, JPEG, holes, half the size. The originals are the truth.

A restorer sees the damaged image and four planes, one for each task: 1 where damage of this kind
is, 0 elsewhere. Noise, compression and shrinking are everywhere, a hole only where it is. Damaged
images are rounded to 8 bits, as those in files are.
"""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

Tensor = Any  # an array or a tensor

TASKS = ("denoise", "jpeg", "inpaint", "upscale")

# What training draws from; docs/restoration.md measures within these ranges.
DEVIATIONS = (0.02, 0.2)  # of the noise, where pixels are in [0, 1]
QUALITIES = (10, 60)  # of libjpeg
HOLES = 4  # rectangles in an image, which may overlap
HOLE_SIDES = (1 / 12, 1 / 4)  # their sides, as shares of the image's


def add_noise(images: Tensor, deviations: Tensor, seed: Tensor) -> Tensor:
    """Add normal noise, the same deviation for all pixels of an image.

    Args:
        images: (B, H, W, C) floats in [0, 1].
        deviations: (B,) floats >= 0.
        seed: (2,) integers; the same seed gives the same noise.

    Returns:
        (B, H, W, C) float32 in [0, 1], multiples of 1 / 255.
    """
    images = tf.convert_to_tensor(images, tf.float32)
    noise = tf.random.stateless_normal(tf.shape(images), seed, alg="philox")
    return _eight_bits(images + tf.reshape(deviations, (-1, 1, 1, 1)) * noise)


def compress(images: Tensor, qualities: Tensor) -> Tensor:
    """Write images as JPEG files and read them again.

    Args:
        images: (B, H, W, C) floats in [0, 1], C = 1 or 3.
        qualities: (B,) integers from 1 to 100, libjpeg's scale.

    Returns:
        (B, H, W, C) float32 in [0, 1], multiples of 1 / 255.
    """
    levels = tf.cast(255.0 * _eight_bits(tf.convert_to_tensor(images, tf.float32)) + 0.5, tf.uint8)

    def one(pixels_and_quality):
        pixels, quality = pixels_and_quality
        return tf.image.adjust_jpeg_quality(pixels, quality, dct_method="INTEGER_ACCURATE")

    decoded = tf.map_fn(one, (levels, tf.cast(qualities, tf.int32)), fn_output_signature=tf.uint8)
    return tf.reshape(tf.cast(decoded, tf.float32) / 255.0, tf.shape(images))


def draw_holes(shape: Sequence[int], seed: Tensor) -> Tensor:
    """Draw masks of rectangles: `HOLES` of them in each, with sides from `HOLE_SIDES`.

    Args:
        shape: (B, H, W).
        seed: (2,) integers.

    Returns:
        (B, H, W, 1) float32, 1 in holes and 0 elsewhere.
    """
    count, height, width = shape
    uniform = tf.random.stateless_uniform((4, count, HOLES), seed, alg="philox")
    least, most = HOLE_SIDES
    inside = True
    for axis, side in enumerate((height, width)):
        length = tf.cast(side, tf.float32)
        middle = uniform[axis] * length  # (B, HOLES)
        half = 0.5 * (least + (most - least) * uniform[2 + axis]) * length
        pixels = tf.range(length) + 0.5  # (side,) their middles
        covered = tf.abs(pixels - middle[..., None]) <= half[..., None]  # (B, HOLES, side)
        covered = covered[..., None] if axis == 0 else covered[..., None, :]
        inside = tf.logical_and(inside, covered)  # (B, HOLES, H, W) at last
    return tf.cast(tf.reduce_any(inside, axis=1), tf.float32)[..., None]


def fill(images: Tensor, holes: Tensor) -> Tensor:
    """Fill holes with what is around them: smaller images, in which holes close, enlarged again.

    As bicubic interpolation does for shrunken images, this leaves a restorer the difference to
    something near. What lay in the holes does not matter.

    Args:
        images: (B, H, W, C) floats in [0, 1], H and W known.
        holes: (B, H, W, 1), 1 where pixels are missing and 0 elsewhere; not everywhere 1.

    Returns:
        (B, H, W, C) float32 in [0, 1], the images outside of the holes.

    Reference: Gortler, Grzeszczuk, Szeliski and Cohen, "The Lumigraph", SIGGRAPH 1996, section
        3.4 (pull and push).
    """
    known = 1.0 - tf.cast(holes, tf.float32)  # (B, H, W, 1)
    images = tf.cast(images, tf.float32) * known
    if max(images.shape[1:3]) == 1:
        return images
    weights = tf.nn.avg_pool2d(known, 2, 2, "SAME")  # (B, H / 2, W / 2, 1), rounded up
    means = tf.math.divide_no_nan(tf.nn.avg_pool2d(images, 2, 2, "SAME"), weights)
    smaller = fill(means, tf.cast(weights == 0.0, tf.float32))
    return images + (1.0 - known) * tf.image.resize(smaller, images.shape[1:3], "bilinear")


def halve(images: Tensor) -> Tensor:
    """Shrink images (B, H, W, C), H and W even, to half their size: means of 2 x 2 pixels."""
    return _eight_bits(tf.nn.avg_pool2d(images, 2, 2, "VALID"))


def enlarge(images: Tensor) -> Tensor:
    """Enlarge images (B, H, W, C) to twice their size by bicubic interpolation."""
    height, width = tf.shape(images)[1], tf.shape(images)[2]
    large = tf.image.resize(images, (2 * height, 2 * width), "bicubic")
    return tf.clip_by_value(large, 0.0, 1.0)


def stack(images: Tensor, task: str, holes: Tensor | None = None) -> Tensor:
    """Set beside damaged images where they are damaged, and how.

    Args:
        images: (B, H, W, C) floats in [0, 1]; for "upscale" enlarged already.
        task: one of `TASKS`, the damage of all of them.
        holes: (B, H, W, 1), 1 where pixels are missing; for "inpaint" only.

    Returns:
        (B, H, W, C + 4) float32, what a restorer takes.

    Raises:
        ValueError: an unknown task, holes for another task, or none for "inpaint".
    """
    if task not in TASKS:
        raise ValueError(f"task: expected {', '.join(TASKS)}, found {task!r}")
    if (holes is not None) != (task == "inpaint"):
        found = "none" if holes is None else "some"
        raise ValueError(f"holes: expected some for inpaint and for no other task, found {found}")
    images = tf.convert_to_tensor(images, tf.float32)
    plane = tf.ones_like(images[..., :1]) if holes is None else tf.cast(holes, tf.float32)
    return tf.concat([images, plane * tf.one_hot(TASKS.index(task), len(TASKS))], axis=-1)


def damage(images: Tensor, seed: Tensor, tasks: Sequence[str] = TASKS) -> tuple[Tensor, Tensor]:
    """Damage each image of a batch in one way, drawn among the tasks; how much is drawn as well.

    Args:
        images: (B, H, W, C) floats in [0, 1], H and W even.
        seed: (2,) integers; the same seed does the same damage.
        tasks: one of `TASKS`, or several.

    Returns:
        (inputs, images): (B, H, W, C + 4) float32, as `stack` returns them, and the truth.
    """
    count, height, width = (tf.shape(images)[axis] for axis in range(3))
    seeds = tf.random.experimental.stateless_split(seed, 5)
    drawn = tf.random.stateless_uniform((count,), seeds[0], maxval=len(tasks), dtype=tf.int32)
    amounts = tf.random.stateless_uniform((count,), seeds[1])  # in [0, 1)
    inputs = []
    for task in tasks:
        holes = None
        if task == "denoise":
            damaged = add_noise(images, _between(DEVIATIONS, amounts), seeds[2])
        elif task == "jpeg":
            damaged = compress(images, tf.round(_between(QUALITIES, amounts)))
        elif task == "inpaint":
            holes = draw_holes((count, height, width), seeds[3])
            damaged = fill(images, holes)
        else:
            damaged = enlarge(halve(images))
        inputs.append(stack(damaged, task, holes))
    chosen = tf.gather(tf.stack(inputs, axis=1), drawn, batch_dims=1)  # (B, H, W, C + 4)
    return tf.ensure_shape(chosen, (*images.shape[:3], images.shape[3] + len(TASKS))), images


def _between(ends, amounts):
    return ends[0] + (ends[1] - ends[0]) * amounts


def _eight_bits(images):
    """Clip to [0, 1] and round to the nearest of 256 levels."""
    return tf.round(255.0 * tf.clip_by_value(images, 0.0, 1.0)) / 255.0
