r"""Losses of the adversarial game.

The discriminator D outputs a logit $s$; its probability that an image is real is
$\sigma(s) = 1 / (1 + e^{-s})$. Two identities turn every logarithm of a probability into a softplus
that neither overflows nor loses digits, without label tensors:

    -log sigma(s)       = softplus(-s)
    -log(1 - sigma(s))  = softplus(s)

Each player *minimises* its loss. Side by side, with r the logits of real images, f those of
generated ones, and means over the batch:

    pair            discriminator                          generator
    non_saturating  mean softplus(-r) + mean softplus(f)   mean softplus(-f)
    saturating      mean softplus(-r) + mean softplus(f)   -mean softplus(f)
    least_squares   mean (r - 1)^2 / 2 + mean f^2 / 2      mean (f - 1)^2 / 2
    hinge           mean relu(1 - r) + mean relu(1 + f)    -mean f
    wasserstein_gp  mean f - mean r                        -mean f
    relativistic    mean softplus(f - r)                   mean softplus(r - f)

The last dimension of the logits is 1, so the mean over all entries is the mean over the batch.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from keras import ops

Tensor = Any  # an array or a tensor of Keras' backend


def minimax_discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""Cross-entropy of D, which should call real images real and generated ones fake.

    Formula:
        $L_D = -\frac{1}{B}\sum_i [\log D(x_i) + \log(1 - D(G(z_i)))]$, $D = \sigma(s)$
        mean(softplus(-real_logits)) + mean(softplus(fake_logits))

    The second document prints the same value as `L_GAN` and `L_D`. Its sign is right, since D
    minimises it. A discriminator that cannot tell real from fake scores log 4 = 1.386.

    Erratum: E30, the second document's listing reports half of this value, and takes one step on
    real images and another on generated ones.

    Args:
        real_logits: (B, 1) floats, D's logits of real images.
        fake_logits: (B, 1) floats, D's logits of generated images.

    Returns:
        Scalar >= 0, in nats per pair of images.

    Reference: Goodfellow et al. 2014, arXiv:1406.2661, equation 1 and Algorithm 1.
    """
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


def saturating_generator_loss(fake_logits: Tensor) -> Tensor:
    r"""The generator's side of the minimax game, as the theory states it.

    Formula:
        $L_G = \frac{1}{B}\sum_i \log(1 - D(G(z_i)))$
        -mean(softplus(fake_logits))

    Its slope $-\sigma(s)/B$ vanishes where D rejects the image, as it soon does in early training.
    Use this loss to see saturation, and `non_saturating_generator_loss` to train.

    Erratum: E27, the second document prints $L_G = -\frac{1}{N}\sum \log(1 - D(G(z)))$. Minimising
    it teaches G to be *caught*: the sign is wrong for a loss. Corrected, it still saturates.

    Args:
        fake_logits: (B, 1) floats, D's logits of generated images.

    Returns:
        Scalar <= 0, in nats per image; -log 2 where D cannot tell real from fake.

    Reference: Goodfellow et al. 2014, arXiv:1406.2661, equation 1 and Algorithm 1.
    """
    return -ops.mean(ops.softplus(fake_logits))


def non_saturating_generator_loss(fake_logits: Tensor) -> Tensor:
    r"""The generator's loss in practice: make D call its images real.

    Formula:
        $L_G = -\frac{1}{B}\sum_i \log D(G(z_i))$
        mean(softplus(-fake_logits))

    The fixed point is that of the saturating form, but the slope $-(1 - \sigma(s))/B$ is largest
    exactly where D rejects the image.

    Erratum: E18, both documents take the logarithm of a probability. Clipped at 1e-7, that has no
    slope exactly where D is most certain.

    Args:
        fake_logits: (B, 1) floats, D's logits of generated images.

    Returns:
        Scalar >= 0, in nats per image; log 2 where D cannot tell real from fake.

    Reference: Goodfellow et al. 2014, arXiv:1406.2661, section 3, below equation 1.
    """
    return ops.mean(ops.softplus(-fake_logits))


def least_squares_discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""LSGAN: D regresses 1 for real and 0 for fake.

    Formula:
        $L_D = \frac{1}{2B}\sum_i [(s(x_i) - 1)^2 + s(G(z_i))^2]$
        0.5 * mean((real_logits - 1)**2) + 0.5 * mean(fake_logits**2)

    Erratum: E31, the second document names the mean squared error without saying of what. It is
    that of D's outputs, as here, and not of images.

    Args:
        real_logits: (B, 1) floats, D's outputs for real images.
        fake_logits: (B, 1) floats, D's outputs for generated images.

    Returns:
        Scalar >= 0; 0.25 where D outputs 0.5 for every image.

    Reference: Mao et al. 2017, arXiv:1611.04076, equation 9 (a = 0, b = c = 1).
    """
    return 0.5 * (ops.mean(ops.square(real_logits - 1.0)) + ops.mean(ops.square(fake_logits)))


def least_squares_generator_loss(fake_logits: Tensor) -> Tensor:
    r"""LSGAN: G drives the output of D towards 1.

    Formula:
        $L_G = \frac{1}{2B}\sum_i (s(G(z_i)) - 1)^2$
        0.5 * mean((fake_logits - 1)**2)

    The output is used as it is, without a sigmoid: a fake image that lies far on the real side is
    still pulled towards the boundary, although cross-entropy has no slope left there.

    Erratum: E31, as for `least_squares_discriminator_loss`.

    Args:
        fake_logits: (B, 1) floats, D's outputs for generated images.

    Returns:
        Scalar >= 0; 0.125 where D outputs 0.5 for every image.

    Reference: Mao et al. 2017, arXiv:1611.04076, equation 9 (c = 1).
    """
    return 0.5 * ops.mean(ops.square(fake_logits - 1.0))


def hinge_discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""Hinge loss: D is satisfied once real logits exceed +1 and fake logits are below -1.

    Formula:
        $L_D = \frac{1}{B}\sum_i [\max(0, 1 - s(x_i)) + \max(0, 1 + s(G(z_i)))]$
        mean(relu(1 - real_logits)) + mean(relu(1 + fake_logits))

    Args:
        real_logits: (B, 1) floats, D's logits of real images.
        fake_logits: (B, 1) floats, D's logits of generated images.

    Returns:
        Scalar >= 0; 2 where D outputs 0 for every image.

    Reference: Lim and Ye 2017, arXiv:1705.02894; Miyato et al. 2018, arXiv:1802.05957, equation 16.
    """
    return ops.mean(ops.relu(1.0 - real_logits)) + ops.mean(ops.relu(1.0 + fake_logits))


def hinge_generator_loss(fake_logits: Tensor) -> Tensor:
    r"""Hinge loss: G raises the logit of its images, without a margin.

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


def wasserstein_discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""Wasserstein loss of the critic: the negative of its estimate of the distance.

    Formula:
        $L_D = \frac{1}{B}\sum_i [s(G(z_i)) - s(x_i)]$
        mean(fake_logits) - mean(real_logits)

    The estimate is meaningful only for a critic whose slope is at most 1: add
    `losses.gradient_penalty`.

    Args:
        real_logits: (B, 1) floats, the critic's scores of real images.
        fake_logits: (B, 1) floats, the critic's scores of generated images.

    Returns:
        Scalar of either sign; minus the estimated earth mover's distance.

    Reference: Arjovsky et al. 2017, arXiv:1701.07875, equation 2 and Algorithm 1.
    """
    return ops.mean(fake_logits) - ops.mean(real_logits)


def wasserstein_generator_loss(fake_logits: Tensor) -> Tensor:
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


def relativistic_discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""Relativistic pairs: each real image should look more real than a generated one.

    Formula:
        $L_D = \frac{1}{B}\sum_i \log(1 + e^{-(s(x_i) - s(G(z_i)))})$
        mean(softplus(-(real_logits - fake_logits)))

    Only differences of logits count, so that no score is good or bad in itself: a generator that
    covers half of the data still loses to the real images of the other half.

    Args:
        real_logits: (B, 1) floats, D's logits of real images.
        fake_logits: (B, 1) floats, D's logits of as many generated images.

    Returns:
        Scalar >= 0, in nats per pair; log 2 where both images of each pair have the same logit.

    Reference: Jolicoeur-Martineau 2019, arXiv:1807.00734; Huang et al. 2024,
        arXiv:2501.05441, for the pairs with R1 and R2.
    """
    return ops.mean(ops.softplus(fake_logits - real_logits))


def relativistic_generator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""Relativistic pairs: each generated image should look more real than a real one.

    Formula:
        $L_G = \frac{1}{B}\sum_i \log(1 + e^{-(s(G(z_i)) - s(x_i))})$
        mean(softplus(-(fake_logits - real_logits)))

    Args:
        real_logits: (B, 1) floats, D's logits of real images.
        fake_logits: (B, 1) floats, D's logits of as many generated images.

    Returns:
        Scalar >= 0, in nats per pair; log 2 where both images of each pair have the same logit.

    Reference: Jolicoeur-Martineau 2019, arXiv:1807.00734; Huang et al. 2024, arXiv:2501.05441.
    """
    return ops.mean(ops.softplus(real_logits - fake_logits))


class LossPair(NamedTuple):
    """The two players' losses, each a function that returns what its player minimises."""

    discriminator: Callable[[Tensor, Tensor], Tensor]  # of (real_logits, fake_logits)
    generator: Callable[..., Tensor]  # of (fake_logits); of both where the pair is relativistic
    relativistic: bool = False  # whether only differences of real and fake logits count

    def generator_loss(self, real_logits: Tensor | None, fake_logits: Tensor) -> Tensor:
        """Return G's loss, of the differences of logits where the pair is relativistic."""
        if self.relativistic:
            return self.generator(real_logits, fake_logits)
        return self.generator(fake_logits)

    def score(self, logits: Tensor) -> Tensor:
        r"""Return D's verdict as readers want it: a probability where the loss makes it one.

        Formula:
            $\sigma(s)$ for the minimax discriminator, whose logit is one of a probability; else $s$

        Args:
            logits: (B, 1) floats, D's logits.

        Returns:
            (B, 1) floats: probabilities in [0, 1] that the images are real, or the logits.
        """
        is_probability = self.discriminator is minimax_discriminator_loss
        return ops.sigmoid(logits) if is_probability else logits


GAN_LOSSES: dict[str, LossPair] = {
    "non_saturating": LossPair(minimax_discriminator_loss, non_saturating_generator_loss),
    "saturating": LossPair(minimax_discriminator_loss, saturating_generator_loss),
    "least_squares": LossPair(least_squares_discriminator_loss, least_squares_generator_loss),
    "hinge": LossPair(hinge_discriminator_loss, hinge_generator_loss),
    "wasserstein_gp": LossPair(wasserstein_discriminator_loss, wasserstein_generator_loss),
    "relativistic": LossPair(
        relativistic_discriminator_loss, relativistic_generator_loss, relativistic=True
    ),
}
