"""A GAN whose generator looks ahead: it descends what D will say after its next steps."""

from typing import Any

import keras
import tensorflow as tf

from keras_gen.layers import call_keeping_statistics
from keras_gen.models.gan import GAN
from keras_gen.models.sampling import joined


@keras.saving.register_keras_serializable("keras_gen")
class UnrolledGAN(GAN):
    r"""Unrolled generative adversarial network.

    A generator that runs to where today's D is weakest piles up its images there, until D learns to
    reject them, and then runs elsewhere. Here G sees D's answer in advance: its loss is taken at
    weights that D would have after k steps, and its gradient passes through those steps. D itself
    is trained as before.

    Formula:
        $\theta_D^{0} = \theta_D$, $\theta_D^{i+1} = \theta_D^{i} - \eta\,
        \partial L_D(\theta_G, \theta_D^{i}) / \partial \theta_D^{i}$;
        G descends $L_G(\theta_G, \theta_D^{k}(\theta_G))$, the whole derivative

    For k = 0 it is `GAN`, bit for bit. Each step of the unrolling costs a forward and a backward
    pass through D, and a backward pass through both; memory grows with k.

    Deviation: the paper's experiments unroll the steps of Adam. Plain gradient steps, those of its
    formula, have no square root whose slope is infinite at 0. Penalties are left out of the
    unrolled steps.

    Args:
        *arguments: as for `GAN`, with `update="alternating"`.
        unrolled_steps: k >= 0.
        unrolled_rate: $\eta$ > 0, the length of an unrolled step.
        **options: as for `GAN`.

    Raises:
        ValueError: k below 0, another update, or as for `GAN`.

    Reference: Metz et al. 2017, arXiv:1611.02163, section 2.
    """

    def __init__(
        self,
        *arguments: Any,
        unrolled_steps: int = 5,
        unrolled_rate: float = 0.1,
        **options: Any,
    ):
        super().__init__(*arguments, **{"name": "unrolled_gan", **options})
        if unrolled_steps < 0:
            raise ValueError(f"unrolled_steps: expected at least 0, found {unrolled_steps}")
        if self.update != "alternating":
            raise ValueError("unrolled steps need update='alternating'")
        self.unrolled_steps = unrolled_steps
        self.unrolled_rate = unrolled_rate

    @property
    def looks_across(self) -> str:
        """The unrolled steps descend a mean over the whole batch."""
        return "the unrolled steps are taken on the whole batch"

    def generator_loss(self, images, fake_images, labels=None, weights=None) -> Any:
        """Return G's loss in the eyes of the D that k more steps would make."""
        if self.unrolled_steps:
            weights = self.unrolled_weights(images, fake_images, labels)
        return super().generator_loss(images, fake_images, labels, weights)

    def unrolled_weights(self, images, fake_images, labels=None) -> list:
        """Return D's trainable weights after k steps on these images, as tensors."""
        weights = [variable.value for variable in self.discriminator.trainable_variables]
        for _ in range(self.unrolled_steps):
            with tf.GradientTape() as tape:
                tape.watch(weights)
                logits = [
                    call_keeping_statistics(self.discriminator, joined(pictures, labels), weights)
                    for pictures in (images, fake_images)
                ]
                d_loss = self.loss_pair.discriminator(*logits)
            slopes = tape.gradient(d_loss, weights)
            weights = [w - self.unrolled_rate * g for w, g in zip(weights, slopes, strict=True)]
        return weights

    def get_config(self) -> dict:
        """Return the constructor's arguments, networks included."""
        return {
            **super().get_config(),
            "unrolled_steps": self.unrolled_steps,
            "unrolled_rate": self.unrolled_rate,
        }
