r"""Penalties on the slope of the discriminator, which go with any pair of losses.

Each takes the gradients of the logits by the images, one per image, at points that the model
chooses; `PENALTIES` names them:

    penalty  points                               what is penalised there
    wgan_gp  between a real and a fake image      (norm - 1)^2
    dragan   around real images                   (norm - 1)^2
    r1       real images                          norm^2 / 2
    r2       generated images                     norm^2 / 2
    r1_r2    real and generated images            the sum of both

WGAN-GP asks for the slope 1 that a Wasserstein critic has at its optimum, and DRAGAN for the same
slope around the data. R1 and R2 ask for a flat surface: at the data, once the generator has found
it, nothing should push any more.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from keras import ops

Tensor = Any  # an array or a tensor of Keras' backend


def gradient_penalty(gradients: Tensor, target: float = 1.0) -> Tensor:
    r"""Penalty on a slope that differs from a target, with one norm per image.

    Formula:
        $P = \frac{1}{B}\sum_i (\lVert \nabla_x s(\hat x_i) \rVert_2 - t)^2$
        mean((norm(gradients over all but the first dimension) - target)**2)

    WGAN-GP takes points $\hat x$ between real and fake images, DRAGAN around real ones; both papers
    give it the weight 10. Deviation: a squared norm is kept above 1e-12, because the slope of the
    square root is infinite at 0 and a flat critic would produce NaN.

    Args:
        gradients: (B, ...) floats, the gradient of each image's score with respect to the image.
        target: t >= 0, the norm that the slope should have; 1 in WGAN-GP and DRAGAN.

    Returns:
        Scalar >= 0.

    Reference: Gulrajani et al. 2017, arXiv:1704.00028, equation 3; Kodali et al. 2017,
        arXiv:1705.07215.
    """
    norms = ops.sqrt(ops.maximum(_squared_norms(gradients), 1e-12))  # (B,)
    return ops.mean(ops.square(norms - target))


def r1_penalty(gradients: Tensor) -> Tensor:
    r"""Half the squared slope of D at real images, which should be flat ground.

    Formula:
        $R_1 = \frac{1}{2B}\sum_i \lVert \nabla_x s(x_i) \rVert_2^2$
        mean(norm(gradients over all but the first dimension)**2) / 2

    At the equilibrium generated images lie among real ones, and a D that is flat there no longer
    pushes them. Without it even a game of one weight each, the Dirac-GAN, never converges.

    Args:
        gradients: (B, ...) floats, the gradient of each real image's logit by the image.

    Returns:
        Scalar >= 0, to be multiplied by the weight (gamma in the paper).

    Reference: Mescheder, Geiger and Nowozin 2018, arXiv:1801.04406, section 4.1.
    """
    return 0.5 * ops.mean(_squared_norms(gradients))


def r2_penalty(gradients: Tensor) -> Tensor:
    r"""Half the squared slope of D at generated images; `r1_penalty` at the other points.

    Formula:
        $R_2 = \frac{1}{2B}\sum_i \lVert \nabla_x s(G(z_i)) \rVert_2^2$
        mean(norm(gradients over all but the first dimension)**2) / 2

    It bounds the steps of the generator, whose gradient passes through this slope.

    Args:
        gradients: (B, ...) floats, the gradient of each generated image's logit by the image.

    Returns:
        Scalar >= 0, to be multiplied by the weight (gamma in the paper).

    Reference: Mescheder, Geiger and Nowozin 2018, arXiv:1801.04406, section 4.1.
    """
    return r1_penalty(gradients)


def _squared_norms(gradients):
    """Return one squared norm per image, (B,)."""
    return ops.sum(ops.square(gradients), axis=tuple(range(1, len(gradients.shape))))


class Penalty(NamedTuple):
    """What is penalised at which points, and the weight that the source gives it."""

    terms: dict[str, Callable[[Tensor], Tensor]]  # by points: between, around, real or fake
    weight: float


PENALTIES: dict[str, Penalty] = {
    "wgan_gp": Penalty({"between": gradient_penalty}, 10.0),
    "dragan": Penalty({"around": gradient_penalty}, 10.0),
    "r1": Penalty({"real": r1_penalty}, 10.0),
    "r2": Penalty({"fake": r2_penalty}, 10.0),
    "r1_r2": Penalty({"real": r1_penalty, "fake": r2_penalty}, 10.0),
}
