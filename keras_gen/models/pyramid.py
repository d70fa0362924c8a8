"""The Laplacian pyramid at full size: what an image holds at each scale."""

from typing import Any

import tensorflow as tf

Tensor = Any  # an array or a tensor


def laplacian_bands(images: Tensor, levels: int) -> list[Tensor]:
    r"""Split images into what is finer than 2, 4, 8 and so on pixels, and what is left.

    Formula:
        $b_l = \ell_{l-1} - \ell_l$, where $\ell_0$ are the images and $\ell_l$ their means over
        $2^l \times 2^l$ pixels, enlarged to full size by bilinear interpolation;
        $\ell_0 = b_1 + \dots + b_L + \ell_L$

    Deviation: Burt and Adelson keep each band at the size that it needs; here all have that of the
    images, so that networks can take them as channels.

    Args:
        images: (B, H, W, C) float32, H and W divisible by 2 ** levels.
        levels: L >= 0.

    Returns:
        L bands, the finest first, and what is coarser than all of them; (B, H, W, C) each. Their
        sum is the images.

    Reference: Burt and Adelson 1983, "The Laplacian Pyramid as a Compact Image Code", IEEE
        Transactions on Communications 31(4).
    """
    fine = means = tf.convert_to_tensor(images)
    bands = []
    for _ in range(levels):
        means = tf.nn.avg_pool2d(means, 2, 2, "VALID")  # (B, H / 2, W / 2, C) and so on
        coarse = tf.image.resize(means, tf.shape(fine)[1:3], "bilinear")
        bands.append(fine - coarse)
        fine = coarse
    return [*bands, fine]


def extend(images: Tensor, step: int) -> Tensor:
    """Repeat the last row and column of images (B, H, W, C) until `step` divides both sides."""
    for axis in (1, 2):
        if images.shape[axis] is None or images.shape[axis] % step:
            side = tf.shape(images)[axis]
            whole = (side + step - 1) // step * step  # ONNX takes remainders of negatives otherwise
            places = tf.minimum(tf.range(whole), side - 1)
            images = tf.gather(images, places, axis=axis)
    return images
