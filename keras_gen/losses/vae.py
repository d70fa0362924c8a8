r"""Losses of the variational autoencoder, in nats.

The encoder maps an image $x$ to a Gaussian $q(z|x) = N(\mu, \sigma^2)$; the decoder maps a latent
$z$ to one logit per pixel. For every image

    log p(x) >= E_q[log p(x|z)] - KL(q(z|x) || p(z)),    p(z) = N(0, 1)

and training raises the right-hand side, the evidence lower bound (ELBO). Both terms are *sums* over
the dimensions of one example and means over the batch. A mean over pixels, which is easily taken
instead, silently multiplies the weight of the KL term by the number of pixels (784 for 28 x 28),
and the latents collapse to noise.
"""

from typing import Any

from keras import ops

Tensor = Any  # an array or a tensor of Keras' backend


def bernoulli_nll(images: Tensor, logits: Tensor) -> Tensor:
    r"""Reconstruction term: negative log-likelihood of the pixels, each a Bernoulli variable.

    Formula:
        $-\log p(x|z) = \sum_d [\mathrm{softplus}(l_d) - x_d l_d]$, mean over the batch
        mean over B of sum over (H, W, C) of softplus(logits) - images * logits

    This equals $-x \log p - (1 - x) \log(1 - p)$ with $p = \sigma(l)$, but never becomes infinite.

    Deviation: grey values between 0 and 1 are not Bernoulli outcomes. For them this is a
    cross-entropy whose smallest value is not 0 but the entropy of the pixels, and it is not the
    logarithm of a density: compare it only with itself. (Loaiza-Ganem and Cunningham 2019,
    arXiv:1907.06845, add the normalising constant that is missing.)

    Args:
        images: (B, H, W, C) floats in [0, 1].
        logits: (B, H, W, C) floats, the decoder's output before the sigmoid.

    Returns:
        Scalar >= 0, in nats per image; H W C log 2 where every logit is 0.

    Reference: Kingma and Welling 2014, arXiv:1312.6114, appendix C.1, equation 11.
    """
    nll = ops.softplus(logits) - images * logits  # (B, H, W, C)
    return ops.mean(ops.sum(nll, axis=(1, 2, 3)))


def gaussian_kl(mean: Tensor, log_var: Tensor) -> Tensor:
    r"""Regularisation term: divergence of the posterior from the standard normal prior.

    Formula:
        $KL = \frac{1}{2}\sum_j [\mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2]$, mean over the batch
        mean over B of sum over L of 0.5 * (mean**2 + exp(log_var) - 1 - log_var)

    The code writes `expm1(log_var) - log_var`, which keeps its digits where the posterior nearly
    equals the prior.

    Erratum: E38, the second document describes a VAE without this term, which is an autoencoder.

    Args:
        mean: (B, L) floats.
        log_var: (B, L) floats, the logarithm of the variance.

    Returns:
        Scalar >= 0, in nats per image; 0 where every posterior is the prior.

    Reference: Kingma and Welling 2014, arXiv:1312.6114, appendix B.
    """
    kl = 0.5 * (ops.square(mean) + ops.expm1(log_var) - log_var)  # (B, L)
    return ops.mean(ops.sum(kl, axis=1))


def negative_elbo(
    images: Tensor, logits: Tensor, mean: Tensor, log_var: Tensor, beta: float = 1.0
) -> Tensor:
    r"""Negative evidence lower bound, which the VAE minimises.

    Formula:
        $-\mathrm{ELBO} = -\log p(x|z) + \beta \, KL(q(z|x) \| p(z))$, $z = \mu + \sigma \epsilon$
        bernoulli_nll(images, logits) + beta * gaussian_kl(mean, log_var)

    One draw of $z$ per image estimates the expectation without bias. Since the divergence is never
    negative, every beta >= 1 bounds $-\log p(x)$ from above, beta = 1 most tightly; a beta < 1
    gives no bound. A larger beta makes the latents more independent at the price of worse
    reconstructions, and a beta that is too large makes the decoder ignore its latents (posterior
    collapse).

    Erratum: E38, the second document names the VAE but gives no loss for it.

    Args:
        images: (B, H, W, C) floats in [0, 1].
        logits: (B, H, W, C) floats, the decoder's output for z.
        mean: (B, L) floats.
        log_var: (B, L) floats.
        beta: weight >= 0 of the divergence.

    Returns:
        Scalar >= 0, in nats per image.

    Reference: Kingma and Welling 2014, arXiv:1312.6114, equation 10; beta: Higgins et al. 2017,
        "beta-VAE", ICLR, equation 4.
    """
    return bernoulli_nll(images, logits) + beta * gaussian_kl(mean, log_var)
