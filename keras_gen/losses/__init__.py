"""Formulas: arrays in, one scalar out, written with `keras.ops` alone.

Every adversarial and likelihood loss follows one reduction rule: sum over the dimensions of one
example, mean over the batch. The arguments are logits, real before fake; a positive logit means
real. The losses of style transfer and of restoration are means over positions as well, so that they
do not grow with the picture. No loss calls a network, opens a tape, logs, or holds state.
"""

from keras_gen.losses.gan import (
    GAN_LOSSES,
    hinge_discriminator_loss,
    hinge_generator_loss,
    least_squares_discriminator_loss,
    least_squares_generator_loss,
    minimax_discriminator_loss,
    non_saturating_generator_loss,
    relativistic_discriminator_loss,
    relativistic_generator_loss,
    saturating_generator_loss,
    wasserstein_discriminator_loss,
    wasserstein_generator_loss,
)
from keras_gen.losses.penalties import PENALTIES, gradient_penalty, r1_penalty, r2_penalty
from keras_gen.losses.restoration import pixel_loss
from keras_gen.losses.style import content_loss, gram_matrix, style_loss, total_variation
from keras_gen.losses.vae import bernoulli_nll, gaussian_kl, negative_elbo

__all__ = [
    "GAN_LOSSES",
    "minimax_discriminator_loss",
    "saturating_generator_loss",
    "non_saturating_generator_loss",
    "least_squares_discriminator_loss",
    "least_squares_generator_loss",
    "hinge_discriminator_loss",
    "hinge_generator_loss",
    "wasserstein_discriminator_loss",
    "wasserstein_generator_loss",
    "relativistic_discriminator_loss",
    "relativistic_generator_loss",
    "PENALTIES",
    "gradient_penalty",
    "r1_penalty",
    "r2_penalty",
    "bernoulli_nll",
    "gaussian_kl",
    "negative_elbo",
    "pixel_loss",
    "gram_matrix",
    "content_loss",
    "style_loss",
    "total_variation",
]
