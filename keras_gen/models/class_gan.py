"""A conditional GAN whose discriminator is also taught to name the class."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from keras_gen.layers import call_keeping_statistics
from keras_gen.models.gan import GAN
from keras_gen.networks.conditional_gan import CLASS_LOGITS


def cross_entropy(labels, logits) -> Any:
    """Return the mean cross-entropy of labels (B, K) under softmaxes of logits (B, K), in nats."""
    return ops.mean(ops.categorical_crossentropy(labels, logits, from_logits=True))


@keras.saving.register_keras_serializable("keras_gen")
class ClassGAN(GAN):
    r"""GAN in which both players also descend the cross-entropy of the classes.

    D learns to name the class of real images, and G to draw what D names rightly. The softmax is
    over the K numbers $V \phi(x)$ of D's projection, so that no weight and no pass through D is
    added.

    Formula:
        $L_D - \lambda \, E_{x, y} \log q(y | x)$ for D,
        $L_G - \lambda \, E_{z, y} \log q(y | G(z, y))$ for G,
        with $q(\cdot | x) = \mathrm{softmax}(V \phi(x))$

    G's half rewards images that are easy to name, where $\lambda$ is large easier than real ones,
    at the price of variety: docs/results.md compares weights.

    Deviation: Odena et al. have D name the classes of generated images as well, by an output layer
    of its own, and nothing but this term tells their D of labels. Here $V$ serves both the verdict
    and the classes, which want different things of it: at the game's equilibrium $y^\top V \phi(x)$
    no longer depends on y, while the cross-entropy wants $\log p(y | x)$ up to a term without y.

    Args:
        generator: model, [latents (B, L), labels (B, K)] -> images (B, H, W, C) in [-1, 1].
        discriminator: `networks.conditional_gan.discriminator`, or another model, [images, labels]
            -> logits (B, 1), with a layer `class_logits` whose output is (B, K).
        latent_dim: L, the length of the noise vector.
        class_weight: $\lambda$ >= 0.
        **options: as for `GAN`, with `update="alternating"`.

    Raises:
        ValueError: another update, no layer of that name, a weight below 0, or as for `GAN`.

    Reference: Odena, Olah and Shlens 2017, arXiv:1610.09585, for the term; Hou et al. 2022,
        arXiv:2107.10060, for its price.
    """

    METRICS = (*GAN.METRICS, "class_loss")

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        latent_dim: int,
        *,
        class_weight: float = 0.03,
        **options: Any,
    ):
        options = {"name": "class_gan", **options}
        super().__init__(generator, discriminator, latent_dim, **options)
        if self.update != "alternating":
            raise ValueError("a loss of classes needs update='alternating'")
        if class_weight < 0:
            raise ValueError(f"class_weight: expected at least 0, found {class_weight}")
        named = discriminator.get_layer(CLASS_LOGITS).output
        both = [discriminator.output, named]  # the logit (B, 1), those of the classes (B, K)
        self.judge = keras.Model(discriminator.inputs, both, name="judge")
        self.class_weight = class_weight

    def train_discriminator(self, images, labels=None) -> None:
        """Algorithm 1, first half, with the loss of the classes of real images."""
        latents = self.draw_latents(ops.shape(images)[0])  # (B, L)
        fake_images = call_keeping_statistics(self.generator, [latents, labels])
        variables = self.discriminator.trainable_variables
        with tf.GradientTape() as tape:
            d_loss, real_logits, fake_logits = self.discriminator_loss(images, fake_images, labels)
        self.descend(self.d_optimizer, tape.gradient(d_loss, variables), variables)
        self._track_discriminator(d_loss, real_logits, fake_logits)

    def discriminator_loss(self, images, fake_images, labels=None) -> tuple:
        """Return D's loss as in `GAN` and for the classes of real images, and its logits (B, 1)."""
        real_logits, class_logits = self.judge([images, labels], training=True)  # (B, 1), (B, K)
        fake_logits, _ = self.judge([fake_images, labels], training=True)
        d_loss = self.loss_pair.discriminator(real_logits, fake_logits)
        d_loss += self.penalty_term(images, fake_images, labels)
        d_loss += self.class_weight * cross_entropy(labels, class_logits)
        return d_loss, real_logits, fake_logits

    def generator_loss(self, images, fake_images, labels=None, weights=None) -> Any:
        """Return G's loss as in `GAN`, and for the classes that its images should have."""
        fake, real_logits = [fake_images, labels], None
        fake_logits, class_logits = call_keeping_statistics(self.judge, fake, weights)
        if self.loss_pair.relativistic:
            real_logits, _ = call_keeping_statistics(self.judge, [images, labels], weights)
        g_loss = self.loss_pair.generator_loss(real_logits, fake_logits)
        class_loss = cross_entropy(labels, class_logits)
        self.track(class_loss=class_loss)
        return g_loss + self.class_weight * class_loss

    def get_config(self) -> dict:
        """Return the constructor's arguments, networks included."""
        return {**super().get_config(), "class_weight": self.class_weight}
