"""A small GAN that learns from a trained generator, without any data."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from keras_gen.losses import pixel_loss
from keras_gen.models.gan import GAN


@keras.saving.register_keras_serializable("keras_gen")
class DistilledGAN(GAN):
    r"""A generator that learns to draw what a trained one, the teacher, draws of the same noise.

    Formula:
        $\min_G \; L_1(T(z), G(z)) + w \, E[-\log D(G(z))]$, with D trained as in a GAN to tell
        $T(z)$, which stands for the real images, from $G(z)$

    A GAN has no target for an image of its own; here the teacher gives one for each noise. Where
    the smaller network cannot follow, the pixel loss is least for a blurred image, and the
    adversarial term, whose weight is small, asks for one that looks like the teacher's.

    The teacher is frozen, and draws with its moving statistics. Its weights are saved with the
    student, so that training goes on where the run it came from is gone.

    `fit` needs batches of noise, `data.noise_batches`. No step sees an image of the data;
    anything the teacher has memorised can still pass to the student.

    Args:
        generator: the student, latents (B, L) -> images (B, H, W, C) in [-1, 1].
        discriminator: as for `GAN`.
        teacher: trained generator of the same latents and images.
        latent_dim: L, the length of the noise vector.
        adversarial_weight: w >= 0. With 0 the discriminator still trains but has no effect.
        **options: as for `GAN`, with `update="simultaneous"`.

    Raises:
        ValueError: a teacher of other latents or images, another update, or as for `GAN`.

    Reference: Hinton, Vinyals and Dean 2015, arXiv:1503.02531 (distillation); Isola et al. 2017,
        arXiv:1611.07004, equation 4 (the two terms).
    """

    NETWORKS = ("generator", "discriminator", "teacher")
    METRICS = ("pixel_loss", *GAN.METRICS)

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        teacher: keras.Model,
        latent_dim: int,
        *,
        adversarial_weight: float = 0.1,
        **options: Any,
    ):
        options = {"name": "distilled_gan", "update": "simultaneous", **options}
        super().__init__(generator, discriminator, latent_dim, **options)
        if self.update != "simultaneous":
            raise ValueError("a student needs update='simultaneous'")
        for ends in ("input_shape", "output_shape"):
            expected, found = getattr(generator, ends), getattr(teacher, ends)
            if expected != found:
                raise ValueError(f"teacher: expected {ends} {expected}, found {found}")
        self.teacher = teacher
        self.teacher.trainable = False
        self.adversarial_weight = adversarial_weight

    def train_step(self, data):
        """Play one round on noise (B, L)."""
        self.imitate(data, self.teacher(data, training=False))
        self.update_average()
        return self.get_metrics_result()

    def imitate(self, latents, images) -> None:
        """Both players descend from the same point, G towards the teacher's images (B, H, W, C)."""
        variables = self.generator.trainable_variables
        with tf.GradientTape() as tape:
            fake_images = self.generator(latents, training=True)  # (B, H, W, C)
            pixels = pixel_loss(images, fake_images)
        d_gradients, image_gradients = self.gradients(images, fake_images)
        pulls = [ops.ones_like(pixels), self.adversarial_weight * image_gradients]
        g_gradients = tape.gradient([pixels, fake_images], variables, output_gradients=pulls)
        self.descend(self.d_optimizer, d_gradients, self.discriminator.trainable_variables)
        self.descend(self.g_optimizer, g_gradients, variables)
        self.track(pixel_loss=pixels)

    def get_config(self) -> dict:
        """Return the constructor's arguments, networks included."""
        return {**super().get_config(), "adversarial_weight": self.adversarial_weight}
