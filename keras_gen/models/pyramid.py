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
        images: (B, H, W, C) float32; where H or W is no multiple of 2 ** levels, the last row or
            column is repeated.
        levels: L >= 0.

    Returns:
        L bands, the finest first, and what is coarser than all of them; (B, H, W, C) each. Their
        sum is the images.

    Reference: Burt and Adelson 1983, "The Laplacian Pyramid as a Compact Image Code", IEEE
        Transactions on Communications 31(4).
    """
    images = tf.convert_to_tensor(images)
    height, width = tf.unstack(tf.shape(images)[1:3])
    size = [side + -side % 2**levels for side in (height, width)]
    for axis, (side, padded) in enumerate(zip((height, width), size, strict=True), start=1):
        images = tf.gather(images, tf.minimum(tf.range(padded), side - 1), axis=axis)
    fine = means = images
    bands = []
    for _ in range(levels):
        means = tf.nn.avg_pool2d(means, 2, 2, "VALID")  # (B, H / 2, W / 2, C) and so on
        coarse = tf.image.resize(means, size, "bilinear")
        bands.append((fine - coarse)[:, :height, :width])
        fine = coarse
    return [*bands, fine[:, :height, :width]]
