r"""How likely held-out images are under a VAE: the ELBO and a tighter bound, one number per image.

Both hold for images of Bernoulli outcomes, 0 or 1. For grey images `losses.bernoulli_nll` is a
cross-entropy without the constant that would make it a density: its values serve only to compare
VAEs with one another on the same images.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from scipy.special import logsumexp

from keras_gen.losses import bernoulli_nll, gaussian_kl

BATCH_SIZE = 100
Tensor = Any  # a tensor of TensorFlow


class Likelihood:
    """Measure a VAE's encoder and decoder on images.

    Args:
        encoder: model, images (B, H, W, C) in [0, 1] -> mean and log_var, both (B, L).
        decoder: model, latents (B, L) -> logits (B, H, W, C).
    """

    def __init__(self, encoder: keras.Model, decoder: keras.Model) -> None:
        self.encoder, self.decoder = encoder, decoder

    def elbo(self, images: np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        r"""Return the two terms of each image's negative ELBO, from one draw of the latents.

        Formula:
            $-\mathrm{ELBO} = -\log p(x|z) + KL(q(z|x) \| p(z))$, see `losses.negative_elbo`

        Args:
            images: (N, H, W, C) floats in [0, 1], N >= 1.
            seed: integer; the same seed gives the same draws.

        Returns:
            nll and kl, both (N,) float64, in nats; their sum is the negative ELBO.
        """
        seeds = keras.random.SeedGenerator(seed)
        parts = [
            self._terms(batch, self.encoder(batch, training=False), seeds.next())
            for batch in _batches(images)
        ]
        nll, kl = (np.concatenate(part).astype("float64") for part in zip(*parts, strict=True))
        return nll, kl

    def importance_weighted_bound(
        self, images: np.ndarray, k: int = 100, seed: int = 0
    ) -> np.ndarray:
        r"""Return a bound on log p(x) that k draws of the latents make tighter than the ELBO.

        Formula:
            $L_k = \log \frac{1}{k} \sum_i \frac{p(x|z_i) p(z_i)}{q(z_i|x)}$, $z_i \sim q(z|x)$
            logsumexp over k of log w, minus log k; log w = log p(x|z) + log p(z) - log q(z|x)

        In expectation, L_1 is the ELBO, and L_k increases with k towards log p(x).

        Args:
            images: (N, H, W, C) floats in [0, 1], N >= 1.
            k: draws per image, >= 1.
            seed: integer; the same seed gives the same draws.

        Returns:
            (N,) float64, in nats; in expectation each is at most the log-likelihood.

        Reference: Burda, Grosse and Salakhutdinov 2016, arXiv:1509.00519, equation 8.
        """
        seeds = keras.random.SeedGenerator(seed)
        bounds = []
        for batch in _batches(images):
            posterior = self.encoder(batch, training=False)  # mean and log_var, (B, L)
            draws = [self._log_weights(batch, posterior, seeds.next()) for _ in range(k)]
            log_weights = np.stack(draws).astype("float64")  # (k, B)
            bounds.append(logsumexp(log_weights, axis=0) - np.log(k))  # (B,)
        return np.concatenate(bounds)

    @tf.function(reduce_retracing=True)
    def _terms(self, images, posterior, seed):
        mean, log_var = posterior
        latents = mean + tf.exp(0.5 * log_var) * _noise(mean, seed)  # (B, L)
        logits = self.decoder(latents, training=False)  # (B, H, W, C)
        return _each(bernoulli_nll, images, logits), _each(gaussian_kl, mean, log_var)  # (B,)

    @tf.function(reduce_retracing=True)
    def _log_weights(self, images, posterior, seed):
        mean, log_var = posterior
        noise = _noise(mean, seed)  # (B, L)
        latents = mean + tf.exp(0.5 * log_var) * noise  # (B, L)
        logits = self.decoder(latents, training=False)  # (B, H, W, C)
        # log p(z) - log q(z|x): the normalising constants of the two Gaussians cancel.
        log_ratio = 0.5 * tf.reduce_sum(noise**2 + log_var - latents**2, axis=1)  # (B,)
        return log_ratio - _each(bernoulli_nll, images, logits)  # (B,)


def _noise(mean, seed):
    return tf.random.stateless_normal(tf.shape(mean), tf.cast(seed, tf.int32))  # (B, L)


def _each(loss: Callable[..., Tensor], *arrays: Tensor) -> Tensor:
    """Apply a loss, which returns the mean over a batch, to each example by itself."""
    return ops.vectorized_map(lambda row: loss(*(array[None] for array in row)), arrays)  # (B,)


def _batches(images):
    images = tf.convert_to_tensor(images, tf.float32)
    return [images[i : i + BATCH_SIZE] for i in range(0, len(images), BATCH_SIZE)]
