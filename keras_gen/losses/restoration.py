r"""The loss of restoration that compares pixels; the adversarial half is one of the GAN losses.

A restorer R maps damaged images to whole ones. It descends

    pixel_loss(x, R(damaged)) + w * non_saturating_generator_loss(D(damaged, R(damaged)))

The first term alone asks for the middle of all images that the damaged one may come from, which is
blurred where they differ; the second asks for one that looks real.
"""

from typing import Any

from keras import ops

Tensor = Any  # an array or a tensor of Keras' backend


def pixel_loss(images: Tensor, restored: Tensor) -> Tensor:
    r"""Mean absolute difference of the pixels, L1.

    Formula:
        $L_1 = \frac{1}{BHWC} \sum |x - \hat x|$
        mean(abs(images - restored))

    The absolute difference is least at the median of what is possible, the squared one at the mean;
    where an edge may lie in two places, the median decides for one, and the mean draws half of
    each. A mean over positions, so that its weight against the adversarial loss does not depend on
    the size of the images.

    Args:
        images: (B, H, W, C) floats, the undamaged images.
        restored: (B, H, W, C) floats, what was made of the damaged ones.

    Returns:
        Scalar >= 0, in units of the pixels; 0 where all pixels agree.

    Reference: Isola et al. 2017, arXiv:1611.07004, equation 3.
    """
    return ops.mean(ops.abs(images - restored))
