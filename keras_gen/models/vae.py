"""The variational autoencoder as a Keras model: likelihood instead of a game."""

from typing import ClassVar

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gen.layers import BernoulliSampling, GaussianSampling
from keras_gen.losses import bernoulli_nll, gaussian_kl, negative_elbo
from keras_gen.models.base import NetworkModel


@keras.saving.register_keras_serializable("keras_gen")
class VAE(NetworkModel):
    r"""Variational autoencoder with a Gaussian posterior and a Bernoulli decoder.

    Calling the model reconstructs: images (B, H, W, C) in [0, 1] -> logits, through one random
    draw of the latents.

    Formula:
        $\min_{\phi, \theta} \; E_{q_\phi(z|x)}[-\log p_\theta(x|z)]
        + \beta \, KL(q_\phi(z|x) \| N(0, 1))$

    Args:
        encoder: model, images (B, H, W, C) in [0, 1] -> mean and log_var, both (B, L).
        decoder: model, latents (B, L) -> logits (B, H, W, C).
        beta: weight >= 0 of the divergence; from 1 on a bound of the likelihood, tightest at 1.
        pixels: "grey", each the probability that its pixel is white, or "binary", for which every
            step draws black and white ones: then the bound is one of a density and comparable with
            published figures.
        seed: integer, of the draws of the model itself; the same seed gives the same run on the
            same machine where the networks are the same: their weights and the seeds of their
            dropout come from when they were built, under `keras.utils.set_random_seed`.

    Raises:
        ValueError: beta below 0, an encoder and a decoder of different latent lengths, or other
            pixels.

    Reference: Kingma and Welling 2014, arXiv:1312.6114, Algorithm 1.
    """

    NETWORKS = DRAWING = ("encoder", "decoder")
    METRICS = ("negative_elbo", "nll", "kl")
    OPTIMIZERS: ClassVar = {"optimizer": NETWORKS}
    likelihood = "bernoulli"  # p(x|z), under which `measures.Likelihood` bounds p(x)

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        beta: float = 1.0,
        pixels: str = "grey",
        seed: int = 0,
        name: str = "vae",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        if beta < 0:
            raise ValueError(f"beta must be at least 0; found {beta}")
        if pixels not in ("grey", "binary"):
            raise ValueError(f"pixels: expected grey or binary; found {pixels}")
        self.latent_dim = decoder.input_shape[-1]
        if encoder.outputs[0].shape[-1] != self.latent_dim:
            raise ValueError(
                f"the decoder takes {self.latent_dim} latents; "
                f"the encoder gives {encoder.outputs[0].shape[-1]}"
            )
        self.sampling = GaussianSampling(seed)
        self.pixels = pixels
        self.pixel_sampling = BernoulliSampling(seed + 1) if pixels == "binary" else None
        self.encoder = encoder
        self.decoder = decoder
        self.beta = beta
        self.seed = seed

    def call(self, images, training: bool = False):
        """Return the decoder's logits (B, H, W, C) for one draw of the latents."""
        mean, log_var = self.encoder(images, training=training)
        return self.decoder(self.sampling(mean, log_var), training=training)

    def train_step(self, data):
        """Descend the negative ELBO of a batch of images (B, H, W, C) in [0, 1]."""
        images = self._images(data)
        variables = self.trainable_variables
        with tf.GradientTape() as tape:
            mean, log_var = self.encoder(images, training=True)  # (B, L)
            latents = self.sampling(mean, log_var)  # (B, L)
            logits = self.decoder(latents, training=True)  # (B, H, W, C)
            loss = negative_elbo(images, logits, mean, log_var, self.beta)
        self.descend(self.optimizer, tape.gradient(loss, variables), variables)
        return self._track(images, logits, mean, log_var)

    def test_step(self, data):
        """Measure the same terms on held-out images, one draw of the latents each."""
        images = self._images(data)
        mean, log_var = self.encoder(images, training=False)  # (B, L)
        logits = self.decoder(self.sampling(mean, log_var), training=False)  # (B, H, W, C)
        return self._track(images, logits, mean, log_var)

    def _images(self, data):
        """Return the images of what `fit` passes on, as their pixels are modelled."""
        images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return self.pixel_sampling(images) if self.pixel_sampling else images  # (B, H, W, C)

    def _track(self, images, logits, mean, log_var):
        """Track the bound (always with beta = 1, so that runs compare) and its two terms."""
        nll, kl = bernoulli_nll(images, logits), gaussian_kl(mean, log_var)
        self.track(ops.shape(images)[0], negative_elbo=nll + kl, nll=nll, kl=kl)
        return self.get_metrics_result()

    def encode(self, images) -> tuple[np.ndarray, np.ndarray]:
        """Describe the posterior of each image.

        Args:
            images: (N, H, W, C) floats in [0, 1].

        Returns:
            mean and log_var, both (N, L) float32 NumPy arrays.
        """
        parts = [self.encoder(batch, training=False) for batch in _batches(images)]
        mean, log_var = (np.concatenate([np.asarray(part[i]) for part in parts]) for i in (0, 1))
        return mean, log_var  # (N, L)

    def decode(self, latents) -> np.ndarray:
        """Return the image of each latent: the decoder's mean, smoother than a sample of it.

        Args:
            latents: (N, L) floats.

        Returns:
            (N, H, W, C) float32 NumPy array in [0, 1].
        """
        parts = [ops.sigmoid(self.decoder(batch, training=False)) for batch in _batches(latents)]
        return np.concatenate([np.asarray(part) for part in parts])  # (N, H, W, C)

    def reconstruct(self, images) -> np.ndarray:
        """Encode images and decode the means of their posteriors.

        Args:
            images: (N, H, W, C) floats in [0, 1].

        Returns:
            (N, H, W, C) float32 NumPy array in [0, 1].
        """
        return self.decode(self.encode(images)[0])

    def sample(self, n: int, seed: int = 0) -> np.ndarray:
        """Draw latents from the prior and decode them.

        Args:
            n: number of images, >= 1.
            seed: integer; the same seed gives the same images.

        Returns:
            (n, H, W, C) float32 NumPy array in [0, 1].
        """
        return self.decode(keras.random.normal((n, self.latent_dim), seed=seed))

    def interpolate(self, first, last, steps: int = 8) -> np.ndarray:
        """Interpolate linearly between the latents of two images.

        Args:
            first: (H, W, C) floats in [0, 1].
            last: (H, W, C) floats in [0, 1].
            steps: number of images, >= 2, the two reconstructions included.

        Returns:
            (steps, H, W, C) float32 NumPy array in [0, 1].
        """
        mean, _ = self.encode(np.stack([first, last]))  # (2, L)
        shares = np.linspace(0.0, 1.0, steps, dtype="float32")[:, None]  # (steps, 1)
        return self.decode((1.0 - shares) * mean[0] + shares * mean[1])

    def traverse(self, image, dimension: int, values) -> np.ndarray:
        """Set one latent of an image to each of several values and leave the others.

        Args:
            image: (H, W, C) floats in [0, 1].
            dimension: index of the latent, 0 <= dimension < L.
            values: sequence of n floats; the prior has most of its mass in [-2, 2].

        Returns:
            (n, H, W, C) float32 NumPy array in [0, 1].
        """
        latents = np.repeat(self.encode(image[None])[0], len(values), axis=0)  # (n, L)
        latents[:, dimension] = values
        return self.decode(latents)

    def get_config(self) -> dict:
        """Return the constructor's arguments, networks included."""
        own = {"beta": self.beta, "pixels": self.pixels, "seed": self.seed}
        return {**super().get_config(), **own}


def _batches(array, size=256):
    """Cut an array into parts that fit into memory."""
    return [array[start : start + size] for start in range(0, len(array), size)]
