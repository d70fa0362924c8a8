r"""The loss of restoration that compares pixels; the adversarial half is one of the GAN losses.

A restorer R maps damaged images to whole ones. It descends

    pixel_loss(x, R(damaged), where) + v * (1 - tf.image.ssim(x, R(damaged), 1.0))
    + w * non_saturating_generator_loss(D(damaged, R(damaged)))

The first term alone asks for the middle of all images that the damaged one may come from, which is
blurred where they differ; the second for the same contrast and structure in small windows; the
third for one that looks real.
"""

from typing import Any

from keras import ops

Tensor = Any  # an array or a tensor of Keras' backend


def pixel_loss(images: Tensor, restored: Tensor, where: Tensor | None = None) -> Tensor:
    r"""Mean absolute difference of the pixels, L1.

    Formula:
        $L_1 = \frac{1}{BHWC} \sum |x - \hat x|$, or with weights
        $\frac{1}{B} \sum_b \frac{\sum_{ij} m_{ij} \overline{|x - \hat x|}_{ij}}{\sum_{ij} m_{ij}}$
        mean(abs(images - restored))

    The absolute difference is least at the median of what is possible, the squared one at the mean;
    where an edge may lie in two places, the median decides for one, and the mean draws half of
    each. A mean over positions, so that its weight against the adversarial loss does not depend on
    the size of the images. Weights that are 1 where an image is damaged and 0 elsewhere make it one
    over damaged positions: a small hole is then worth as much as noise in the whole image.

    Args:
        images: (B, H, W, C) floats, the undamaged images.
        restored: (B, H, W, C) floats, what was made of the damaged ones.
        where: (B, H, W, 1) floats >= 0, how much each position counts in its image; None: all
            alike. An image without any has a loss of 0.

    Returns:
        Scalar >= 0, in units of the pixels; 0 where all pixels agree.

    Reference: Isola et al. 2017, arXiv:1611.07004, equation 3.
    """
    difference = ops.abs(images - restored)
    if where is None:
        return ops.mean(difference)
    weighted = ops.sum(where * difference, axis=(1, 2)) / images.shape[-1]  # (B, C)
    return ops.mean(ops.divide_no_nan(ops.sum(weighted, axis=1), ops.sum(where, axis=(1, 2, 3))))
