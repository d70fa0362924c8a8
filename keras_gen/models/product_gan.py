"""A conditional GAN whose generator is also shown what was to be drawn.

Conditions that are many numbers, such as the angle of a product, are slow to learn from the
question of whether a picture is real and fits them. A picture of which they are known answers it
pixel by pixel.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gen.data.conditions import Requests, condition_vectors, random_requests
from keras_gen.layers import call_keeping_statistics
from keras_gen.models.gan import GAN
from keras_gen.models.sampling import joined


@keras.saving.register_keras_serializable("keras_gen")
class ProductGAN(GAN):
    r"""GAN with a pixel loss between real images and what G draws for their conditions.

    Formula:
        $L_G + \lambda \, E\,|x - G(z^*, y)|$, with $z^*$ that of k draws of noise whose image is
        nearest to x, and the mean taken over pixels and channels

    For k = 1 each noise is pulled to the median of all products of its conditions, and G ignores
    it. Where only the nearest of several is pulled, the others stay different: noise comes to mean
    what conditions leave open, such as proportions and paper.

    The first steps descend the pixel loss alone: they take a third of the time, and D's verdict on
    images that have no shape yet would teach G little.

    Deviation: Isola et al. pair every output with its one input, so that no noise is chosen.

    Args:
        generator: model, [latents (B, L), labels (B, K)] -> images (B, H, W, C) in [-1, 1].
        discriminator: model, [images, labels] -> logits (B, 1).
        latent_dim: L, the length of the noise vector.
        classes: number of kinds of product, the first entries of a vector of conditions.
        pixel_weight: $\lambda$ >= 0.
        candidates: k >= 1.
        pixel_steps: steps >= 0 at first that leave D out.
        **options: as for `GAN`; the update is `alternating`.

    Raises:
        ValueError: another update, no candidate, or as for `GAN`.

    Reference: Isola et al. 2017, arXiv:1611.07004, section 3.1; Gupta et al. 2018,
        arXiv:1803.10892, section 3.3, for the nearest of k.
    """

    METRICS = (*GAN.METRICS, "pixel_loss")
    classes: int

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        latent_dim: int,
        *,
        classes: int,
        pixel_weight: float = 50.0,
        candidates: int = 4,
        pixel_steps: int = 0,
        **options: Any,
    ):
        options = {"name": "product_gan", "update": "alternating", **options}
        super().__init__(generator, discriminator, latent_dim, classes=classes, **options)
        if self.update != "alternating":
            raise ValueError("a pixel loss needs update='alternating'")
        if candidates < 1:
            raise ValueError(f"candidates: expected at least 1, found {candidates}")
        self.kinds = classes
        self.pixel_weight = pixel_weight
        self.candidates = candidates
        self.pixel_steps = pixel_steps

    @property
    def looks_across(self) -> str:
        """Optimizers of several replicas must not be called in a part of a step."""
        first = "its first steps leave the discriminator out" if self.pixel_steps else ""
        return first or super().looks_across

    def sample(
        self, n: int, seed: int = 0, labels=None, truncation: float | None = None
    ) -> np.ndarray:
        """Draw n images from the averaged generator; by default those of `requested`."""
        if labels is None:
            labels = condition_vectors(self.requested(n, seed), self.kinds)
        return super().sample(n, seed, labels, truncation)

    def requested(self, n: int, seed: int = 0) -> Requests:
        """Return what `sample` draws when no labels are given: another request for each image."""
        return random_requests(n, self.kinds, seed)

    def play(self, images, labels=None) -> None:
        """Let both players move, or in the first steps G alone."""
        both = lambda: super(ProductGAN, self).play(images, labels)
        pixels_alone = lambda: self.train_generator(images, labels, adversarial=False)
        if self.pixel_steps:
            tf.cond(self.g_optimizer.iterations < self.pixel_steps, pixels_alone, both)
        else:
            both()

    def train_generator(self, images, labels=None, adversarial: bool = True) -> None:
        """Algorithm 1, second half, with the noise whose images come nearest to the real ones."""
        latents = self.nearest_latents(images, labels)  # (B, L)
        variables = self.generator.trainable_variables
        with tf.GradientTape() as tape:
            fake_images = self.generator([latents, labels], training=True)  # (B, H, W, C)
            pixel_loss = ops.mean(ops.abs(images - fake_images))
            loss = self.pixel_weight * pixel_loss
            if adversarial:
                g_loss = self.generator_loss(images, fake_images, labels)
                self.track(g_loss=g_loss)
                loss += g_loss
        self.descend(self.g_optimizer, tape.gradient(loss, variables), variables)
        self.track(pixel_loss=pixel_loss)

    def nearest_latents(self, images, labels):
        """Return noise (B, L): for each image that of k draws whose own image is nearest to it."""
        count = ops.shape(images)[0]
        latents = [self.draw_latents(count) for _ in range(self.candidates)]
        if self.candidates == 1:
            return latents[0]
        distances = []
        for each in latents:
            drawn = call_keeping_statistics(self.generator, joined(each, labels))
            distances.append(ops.mean(ops.abs(images - drawn), axis=(1, 2, 3)))  # (B,)
        nearest = ops.one_hot(ops.argmin(ops.stack(distances), axis=0), self.candidates)  # (B, k)
        return ops.einsum("bk,kbl->bl", nearest, ops.stack(latents))

    def get_config(self) -> dict:
        """Return the constructor's arguments, networks included."""
        return {
            **super().get_config(),
            "pixel_weight": self.pixel_weight,
            "candidates": self.candidates,
            "pixel_steps": self.pixel_steps,
        }
