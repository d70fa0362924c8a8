r"""How likely a VAE finds held-out images: the ELBO and a tighter bound, one number an image."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gen.losses import bernoulli_nll, gaussian_kl

BATCH = 100  # images at a time


class Likelihood:
    """Measures a VAE's encoder and decoder on images.

    Args:
        encoder: model, images (B, H, W, C) in [0, 1] -> mean and log_var, both (B, L).
        decoder: model, latents (B, L) -> logits (B, H, W, C).
    """

    def __init__(self, encoder, decoder):
        self.encoder, self.decoder = encoder, decoder
        self.terms = tf.function(self._terms, reduce_retracing=True)
        self.log_weights = tf.function(self._log_weights, reduce_retracing=True)

    def elbo(self, images, seed=0):
        r"""Return the two terms of the negative ELBO of each image, one draw of the latents each.

        Formula:
            $-\mathrm{ELBO} = -\log p(x|z) + KL(q(z|x) \| p(z))$, see `losses.negative_elbo`

        Args:
            images: (N, H, W, C) floats in [0, 1].
            seed: integer; the same seed gives the same draws.

        Returns:
            nll and kl, both (N,) float64, in nats; their sum is the negative ELBO.
        """
        seeds = keras.random.SeedGenerator(seed)
        parts = [self.terms(batch, seeds.next()) for batch in _batches(images)]
        nll, kl = (np.concatenate([part[i] for part in parts]).astype("float64") for i in (0, 1))
        return nll, kl

    def importance_weighted_bound(self, images, k=100, seed=0):
        r"""Return a bound of log p(x) that k draws of the latents make tighter than the ELBO.

        Formula:
            $L_k = E \log \frac{1}{k} \sum_i \frac{p(x|z_i) p(z_i)}{q(z_i|x)}$, $z_i \sim q(z|x)$
            logsumexp over k of log w, less log k; log w = log p(x|z) + log p(z) - log q(z|x)

        In expectation L_1 is the ELBO, L_k grows with k and tends to log p(x).

        Args:
            images: (N, H, W, C) floats in [0, 1].
            k: draws for each image, >= 1.
            seed: integer; the same seed gives the same draws.

        Returns:
            (N,) float64, in nats, each at most the log-likelihood in expectation.

        Reference: Burda, Grosse and Salakhutdinov 2016, arXiv:1509.00519, equation 8.
        """
        seeds, parts = keras.random.SeedGenerator(seed), []
        for batch in _batches(images):
            draws = [self.log_weights(batch, seeds.next()).numpy() for _ in range(k)]
            parts.append(np.logaddexp.reduce(np.array(draws, "float64")) - np.log(k))  # (B,)
        return np.concatenate(parts)

    def _terms(self, images, seed):
        mean, log_var = self.encoder(images, training=False)  # (B, L)
        noise = tf.random.stateless_normal(tf.shape(mean), tf.cast(seed, tf.int32))
        logits = self.decoder(mean + tf.exp(0.5 * log_var) * noise, training=False)
        return _each(bernoulli_nll, images, logits), _each(gaussian_kl, mean, log_var)  # (B,)

    def _log_weights(self, images, seed):
        mean, log_var = self.encoder(images, training=False)  # (B, L)
        noise = tf.random.stateless_normal(tf.shape(mean), tf.cast(seed, tf.int32))
        latents = mean + tf.exp(0.5 * log_var) * noise  # (B, L)
        logits = self.decoder(latents, training=False)  # (B, H, W, C)
        # log p(z) - log q(z|x): the constants of the two Gaussians cancel.
        log_ratio = 0.5 * tf.reduce_sum(noise**2 + log_var - latents**2, axis=1)  # (B,)
        return log_ratio - _each(bernoulli_nll, images, logits)  # (B,)


def _each(loss, *arrays):
    """Apply a loss, which returns the mean of a batch, to each example alone."""
    return ops.vectorized_map(lambda row: loss(*(array[None] for array in row)), arrays)  # (B,)


def _batches(images):
    images = tf.convert_to_tensor(images, tf.float32)
    return [images[start : start + BATCH] for start in range(0, len(images), BATCH)]
