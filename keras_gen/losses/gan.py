r"""Losses of the adversarial game.

The discriminator D answers with a logit $s$; its probability that an image is real is
$\sigma(s) = 1 / (1 + e^{-s})$. Two identities turn every logarithm of a probability into a softplus
that neither overflows nor loses digits, without label tensors:

    -log sigma(s)       = softplus(-s)
    -log(1 - sigma(s))  = softplus(s)

Both players *minimise* what stands here. The last dimension of the logits is 1, so the mean over
all entries is the mean over the batch.
"""

from collections.abc import Callable
from typing import NamedTuple

from keras import ops


def minimax_discriminator_loss(real_logits, fake_logits):
    r"""Cross-entropy of D: real images should be called real, generated ones fake.

    Formula:
        $L_D = -\frac{1}{B}\sum_i [\log D(x_i) + \log(1 - D(G(z_i)))]$, $D = \sigma(s)$
        mean(softplus(-real_logits)) + mean(softplus(fake_logits))

    The second document prints the same value as `L_GAN` and `L_D`; its sign is right, since D
    minimises it. A D that cannot tell scores log 4 = 1.386.

    Erratum: E30, the second document's listing reports half of this value, and takes one step for
    real and another for generated images.

    Args:
        real_logits: (B, 1) floats, D's logits of real images.
        fake_logits: (B, 1) floats, D's logits of generated images.

    Returns:
        Scalar >= 0, in nats per pair of images.

    Reference: Goodfellow et al. 2014, arXiv:1406.2661, equation 1 and Algorithm 1.
    """
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


def saturating_generator_loss(fake_logits):
    r"""The generator's side of the minimax game, as the theory has it.

    Formula:
        $L_G = \frac{1}{B}\sum_i \log(1 - D(G(z_i)))$
        -mean(softplus(fake_logits))

    Its slope $-\sigma(s)/B$ vanishes where D rejects the image, which is how training begins:
    use it to see saturation, and `non_saturating_generator_loss` to train.

    Erratum: E27, the second document prints $L_G = -\frac{1}{N}\sum \log(1 - D(G(z)))$. Minimised,
    that teaches G to be *caught*: the sign is wrong for a loss. Mended, it still saturates.

    Args:
        fake_logits: (B, 1) floats, D's logits of generated images.

    Returns:
        Scalar <= 0, in nats per image; -log 2 where D cannot tell.

    Reference: Goodfellow et al. 2014, arXiv:1406.2661, equation 1 and Algorithm 1.
    """
    return -ops.mean(ops.softplus(fake_logits))


def non_saturating_generator_loss(fake_logits):
    r"""The generator's loss in practice: make D call its images real.

    Formula:
        $L_G = -\frac{1}{B}\sum_i \log D(G(z_i))$
        mean(softplus(-fake_logits))

    Same fixed point as the saturating form, but the slope $-(1 - \sigma(s))/B$ is largest exactly
    where D rejects the image.

    Erratum: E18, both documents take the logarithm of a probability. Clipped at 1e-7 it has no
    slope just where D is surest.

    Args:
        fake_logits: (B, 1) floats, D's logits of generated images.

    Returns:
        Scalar >= 0, in nats per image; log 2 where D cannot tell.

    Reference: Goodfellow et al. 2014, arXiv:1406.2661, section 3, below equation 1.
    """
    return ops.mean(ops.softplus(-fake_logits))


def least_squares_discriminator_loss(real_logits, fake_logits):
    r"""LSGAN: D regresses 1 for real and 0 for fake.

    Formula:
        $L_D = \frac{1}{2B}\sum_i [(s(x_i) - 1)^2 + s(G(z_i))^2]$
        0.5 * mean((real_logits - 1)**2) + 0.5 * mean(fake_logits**2)

    The output is used as it is, without a sigmoid: a fake image that lies far on the real side is
    still pulled to the boundary, where cross-entropy has no slope left.

    Erratum: E31, the second document names the mean squared error and leaves open of what: of D's
    answers, as here, not of images.

    Args:
        real_logits: (B, 1) floats, D's outputs for real images.
        fake_logits: (B, 1) floats, D's outputs for generated images.

    Returns:
        Scalar >= 0; 0.25 where D answers 0.5 throughout.

    Reference: Mao et al. 2017, arXiv:1611.04076, equation 9 (a = 0, b = c = 1).
    """
    return 0.5 * (ops.mean(ops.square(real_logits - 1.0)) + ops.mean(ops.square(fake_logits)))


def least_squares_generator_loss(fake_logits):
    r"""LSGAN: G wants D to answer 1.

    Formula:
        $L_G = \frac{1}{2B}\sum_i (s(G(z_i)) - 1)^2$
        0.5 * mean((fake_logits - 1)**2)

    Erratum: E31, as for `least_squares_discriminator_loss`.

    Args:
        fake_logits: (B, 1) floats, D's outputs for generated images.

    Returns:
        Scalar >= 0; 0.125 where D answers 0.5 throughout.

    Reference: Mao et al. 2017, arXiv:1611.04076, equation 9 (c = 1).
    """
    return 0.5 * ops.mean(ops.square(fake_logits - 1.0))


def hinge_discriminator_loss(real_logits, fake_logits):
    r"""Hinge loss: D is content once real logits pass +1 and fake logits -1.

    Formula:
        $L_D = \frac{1}{B}\sum_i [\max(0, 1 - s(x_i)) + \max(0, 1 + s(G(z_i)))]$
        mean(relu(1 - real_logits)) + mean(relu(1 + fake_logits))

    Args:
        real_logits: (B, 1) floats, D's logits of real images.
        fake_logits: (B, 1) floats, D's logits of generated images.

    Returns:
        Scalar >= 0; 2 where D answers 0 throughout.

    Reference: Lim and Ye 2017, arXiv:1705.02894; Miyato et al. 2018, arXiv:1802.05957, equation 16.
    """
    return ops.mean(ops.relu(1.0 - real_logits)) + ops.mean(ops.relu(1.0 + fake_logits))


def hinge_generator_loss(fake_logits):
    r"""Hinge loss: G raises the logit without a margin.

    Formula:
        $L_G = -\frac{1}{B}\sum_i s(G(z_i))$
        -mean(fake_logits)

    Args:
        fake_logits: (B, 1) floats, D's logits of generated images.

    Returns:
        Scalar of either sign.

    Reference: Lim and Ye 2017, arXiv:1705.02894; Miyato et al. 2018, arXiv:1802.05957, equation 17.
    """
    return -ops.mean(fake_logits)


def wasserstein_discriminator_loss(real_logits, fake_logits):
    r"""Wasserstein loss of the critic: the negative of its estimate of the distance.

    Formula:
        $L_D = \frac{1}{B}\sum_i [s(G(z_i)) - s(x_i)]$
        mean(fake_logits) - mean(real_logits)

    It means something only for a critic of slope at most 1: add `gradient_penalty`.

    Args:
        real_logits: (B, 1) floats, the critic's scores of real images.
        fake_logits: (B, 1) floats, the critic's scores of generated images.

    Returns:
        Scalar of either sign; minus the estimated earth mover's distance.

    Reference: Arjovsky et al. 2017, arXiv:1701.07875, equation 2 and Algorithm 1.
    """
    return ops.mean(fake_logits) - ops.mean(real_logits)


def wasserstein_generator_loss(fake_logits):
    r"""Wasserstein loss of the generator: raise the critic's score.

    Formula:
        $L_G = -\frac{1}{B}\sum_i s(G(z_i))$
        -mean(fake_logits)

    Args:
        fake_logits: (B, 1) floats, the critic's scores of generated images.

    Returns:
        Scalar of either sign.

    Reference: Arjovsky et al. 2017, arXiv:1701.07875, Algorithm 1.
    """
    return -ops.mean(fake_logits)


def gradient_penalty(gradients, target=1.0):
    r"""Penalty on the slope of the critic, one norm per image.

    Formula:
        $P = \frac{1}{B}\sum_i (\lVert \nabla_x s(\hat x_i) \rVert_2 - t)^2$
        mean((norm(gradients over all but the first dimension) - target)**2)

    The weight (10 in the paper) and the points $\hat x$ between real and fake images are the
    model's business. Deviation: a squared norm is held above 1e-12, because the slope of the square
    root is infinite at 0 and would turn a flat critic into NaN.

    Args:
        gradients: (B, ...) floats, the gradient of each image's score with respect to the image.
        target: the norm t >= 0 that the critic should have, 1 in WGAN-GP.

    Returns:
        Scalar >= 0.

    Reference: Gulrajani et al. 2017, arXiv:1704.00028, equation 3.
    """
    squares = ops.sum(ops.square(gradients), axis=tuple(range(1, len(gradients.shape))))  # (B,)
    norms = ops.sqrt(ops.maximum(squares, 1e-12))  # (B,)
    return ops.mean(ops.square(norms - target))


class LossPair(NamedTuple):
    """The two players' losses, each a function that returns what its player minimises."""

    discriminator: Callable  # of (real_logits, fake_logits)
    generator: Callable  # of (fake_logits)

    def score(self, logits):
        """Return D's verdict as readers want it: a probability if the loss makes it one, else s."""
        is_probability = self.discriminator is minimax_discriminator_loss
        return ops.sigmoid(logits) if is_probability else logits


GAN_LOSSES = {
    "non_saturating": LossPair(minimax_discriminator_loss, non_saturating_generator_loss),
    "saturating": LossPair(minimax_discriminator_loss, saturating_generator_loss),
    "least_squares": LossPair(least_squares_discriminator_loss, least_squares_generator_loss),
    "hinge": LossPair(hinge_discriminator_loss, hinge_generator_loss),
    "wasserstein_gp": LossPair(wasserstein_discriminator_loss, wasserstein_generator_loss),
}
