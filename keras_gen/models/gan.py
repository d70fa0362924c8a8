"""The adversarial game as a Keras model: two players, two optimizers, one `train_step`."""

from typing import ClassVar

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gen.layers import call_keeping_statistics, draw_rows, mixes_examples
from keras_gen.losses import GAN_LOSSES
from keras_gen.models.base import NetworkModel
from keras_gen.models.sampling import class_vectors, draw_noise, images_in_chunks, joined, shares
from keras_gen.models.slope_penalty import PENALTY_OF_LOSS, SlopePenalty

UPDATES = ("alternating", "simultaneous")

# (dl_G / ds) / (dl_D / ds) at the logit s of a fake image, for relativistic pairs at the difference
# s = f - r: G's gradient at the image is D's times this. Least squares and hinge are missing: there
# D's slope can be zero where G's is not.
ONE_BACKWARD_RATIOS = {
    "non_saturating": lambda s: -ops.exp(-ops.maximum(s, -80.0)),  # (sigma(s) - 1) / sigma(s)
    "saturating": lambda s: -ops.ones_like(s),
    "wasserstein_gp": lambda s: -ops.ones_like(s),
    "relativistic": lambda s: -ops.exp(-ops.maximum(s, -80.0)),
}


@keras.saving.register_keras_serializable("keras_gen")
class GAN(NetworkModel):
    r"""Generative adversarial network.

    Calling the model is the documents' combined model: latents (B, L) -> the logits (B, 1) of
    D(G(z)). Freezing D to train it, as they do, silently trains nothing in Keras 3; here every
    gradient names the variables that it is for.

    Formula:
        $\min_G \max_D \; E[\log D(x)] + E[\log(1 - D(G(z)))]$, or any other pair of `GAN_LOSSES`.

    There are two updates. `alternating` is Algorithm 1: D moves, then G responds to the new D with
    fresh noise. `simultaneous` moves both from the same point with one batch of noise. For pairs in
    `ONE_BACKWARD_RATIOS`, and a D that judges each image by itself, one backward pass through D
    serves both players; otherwise there are two. G's gradient is the same up to rounding, for
    logits above -80: below, where D's slope leaves the range of float32, the ratio is capped.

    Networks that take labels as well, [latents, labels] and [images, labels], make the GAN
    conditional; `fit` then needs batches of (images, labels).

    Args:
        generator: model, latents (B, L) -> images (B, H, W, C) in [-1, 1].
        discriminator: model, images -> logits (B, 1).
        latent_dim: L, the length of the noise vector.
        loss: name of a pair in `GAN_LOSSES`.
        update: `alternating` or `simultaneous`.
        discriminator_steps: k of Algorithm 1, D's steps per step of G, each on its own share of the
            batch; `alternating` only. The WGAN-GP paper takes 5.
        penalty: name in `losses.PENALTIES`, `none`, or `auto`: that of the loss's paper, `wgan_gp`
            for `wasserstein_gp`, `r1_r2` for `relativistic`, and `none` for others. In the GAN
            recipes `auto` is `wgan_gp` of weight 10 for `wasserstein_gp`; in every eighth step
            `r1_r2` of weight 1 for `relativistic`, and `r1` of weight 1 for others.
        penalty_weight: weight >= 0 of the penalty; None for that of the penalty's paper.
        penalty_interval: D's steps from one that takes the penalty to the next; that one takes it
            as many times, so that it weighs as much in the mean and costs less.
        classes: K, where labels are classes: their numbers (B,) are then turned into the vectors
            (B, K) that the networks take, with 1 at the number and 0 elsewhere.
        ema_decay: decay in [0, 1) of the generator's moving average, which draws the samples.
        seed: integer, of the draws of the model itself; the same seed gives the same run on the
            same machine where the networks are the same: their weights and the seeds of their
            dropout come from when they were built, under `keras.utils.set_random_seed`.

    Raises:
        ValueError: an unknown loss, update or penalty, a penalty on a D with BatchNorm, an interval
            or a number of D's steps below 1, a decay outside of [0, 1), or labels that only one of
            the networks takes.

    Reference: Goodfellow et al. 2014, arXiv:1406.2661, Algorithm 1; Shen et al. 2021,
        arXiv:2103.00430 (both players from one backward pass); Karras et al. 2020,
        arXiv:1912.04958, section 3.1 (penalties at intervals); Mirza and Osindero 2014,
        arXiv:1411.1784 (labels).
    """

    NETWORKS: ClassVar[tuple[str, ...]] = ("generator", "discriminator")
    DRAWING = ("ema_generator",)
    METRICS: ClassVar[tuple[str, ...]] = ("d_loss", "g_loss", "real_score", "fake_score")
    OPTIMIZERS: ClassVar = {"d_optimizer": ("discriminator",), "g_optimizer": ("generator",)}

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        latent_dim: int,
        *,
        loss: str = "non_saturating",
        update: str = "alternating",
        discriminator_steps: int = 1,
        penalty: str = "auto",
        penalty_weight: float | None = None,
        penalty_interval: int = 1,
        classes: int | None = None,
        ema_decay: float = 0.995,
        seed: int = 0,
        name: str = "gan",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        for key, value, known in (("loss", loss, GAN_LOSSES), ("update", update, UPDATES)):
            if value not in known:
                raise ValueError(f"{key} must be one of {', '.join(known)}; found '{value}'")
        if discriminator_steps < 1 or not 0 <= ema_decay < 1:
            raise ValueError(
                "expected discriminator_steps >= 1 and ema_decay in [0, 1), found "
                f"{discriminator_steps} and {ema_decay}"
            )
        if discriminator_steps != 1 and update == "simultaneous":
            raise ValueError("discriminator_steps other than 1 needs update='alternating'")
        penalty = PENALTY_OF_LOSS.get(loss, "none") if penalty == "auto" else penalty
        self.slope_penalty = SlopePenalty(penalty, penalty_weight, penalty_interval)
        self.slope_penalty.check(discriminator)
        if len(generator.inputs) != len(discriminator.inputs):
            raise ValueError("labels: expected both networks to take them or neither, found one")
        self.generator = generator
        self.discriminator = discriminator
        self.ema_generator = keras.models.clone_model(generator)
        self.ema_generator.set_weights(generator.get_weights())
        self.ema_generator.trainable = False
        self.latent_dim = latent_dim
        self.conditional = len(generator.inputs) == 2
        self.loss_name = loss
        self.loss_pair = GAN_LOSSES[loss]
        self.update = update
        judges_apart = not mixes_examples(discriminator)
        self.one_backward = loss in ONE_BACKWARD_RATIOS and judges_apart
        self.discriminator_steps = discriminator_steps
        self.penalty = penalty
        self.penalty_weight = self.slope_penalty.weight
        self.penalty_interval = penalty_interval
        self.classes = classes
        self.ema_decay = ema_decay
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    @property
    def looks_across(self) -> str:
        """What of D or of its penalty depends on the whole batch."""
        return self.slope_penalty.looks_across or super().looks_across

    def call(self, latents, training: bool = False):
        """Return the logits (B, 1) of D(G(z)); a conditional GAN takes [latents, labels]."""
        latents, labels = latents if self.conditional else (latents, None)
        images = self.generator(joined(latents, labels), training=training)  # (B, H, W, C)
        return self.discriminator(joined(images, labels), training=training)

    def sample(
        self, n: int, seed: int = 0, labels=None, truncation: float | None = None
    ) -> np.ndarray:
        """Draw n images from the averaged generator.

        Args:
            n: number of images, >= 1.
            seed: integer; the same seed gives the same noise, whatever the labels are.
            labels: of a conditional GAN: class numbers (n,), or (n, ...) as its networks take them;
                by default all K classes in turn, 0, 1, ..., K - 1, 0, ...
            truncation: largest absolute value > 0 of the noise; small values give typical images,
                and fewer different ones. None leaves the noise normal.

        Returns:
            (n, H, W, C) float32 NumPy array in [0, 1].

        Raises:
            ValueError: labels that the networks do not know, or a truncation that is not positive.

        Reference: Brock, Donahue and Simonyan 2019, arXiv:1809.11096, section 3.1 (truncation).
        """
        if labels is None and self.classes:
            labels = np.arange(n) % self.classes
        return self.draw(self.noise(n, seed, truncation), labels)

    def noise(self, n: int, seed: int = 0, truncation: float | None = None):
        """Return the noise (n, L) of `sample`; arguments as there."""
        return draw_noise(n, self.latent_dim, seed, truncation)

    def draw(self, latents, labels=None) -> np.ndarray:
        """Return the averaged generator's images of given noise, (n, H, W, C) in [0, 1].

        Args:
            latents: (n, L) floats.
            labels: as for `sample`, but without a default.

        Raises:
            ValueError: labels that the networks do not know.
        """
        return images_in_chunks(self.ema_generator, latents, self._check_labels(labels))

    def train_step(self, data):
        """Play one round on a batch of real images (B, H, W, C) in [-1, 1], and their labels."""
        images, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        self.play(images, self._check_labels(labels))
        self.update_average()
        return self.get_metrics_result()

    def play(self, images, labels=None) -> None:
        """Let both players move."""
        if self.update == "simultaneous":
            self.train_both(images, labels)
        else:
            for share, share_labels in shares(images, labels, self.discriminator_steps):
                self.train_discriminator(share, share_labels)
            self.train_generator(share, share_labels)

    def train_discriminator(self, images, labels=None) -> None:
        """Algorithm 1, first half: D descends its loss on real and generated images."""
        latents = self.draw_latents(ops.shape(images)[0])  # (B, L)
        fake_images = call_keeping_statistics(self.generator, joined(latents, labels))
        variables = self.discriminator.trainable_variables
        with tf.GradientTape() as tape:
            real_logits = self.discriminator(joined(images, labels), training=True)  # (B, 1)
            fake_logits = self.discriminator(joined(fake_images, labels), training=True)  # (B, 1)
            d_loss = self.loss_pair.discriminator(real_logits, fake_logits)
            d_loss += self.penalty_term(images, fake_images, labels)
        self.descend(self.d_optimizer, tape.gradient(d_loss, variables), variables)
        self._track_discriminator(d_loss, real_logits, fake_logits)

    def train_generator(self, images, labels=None) -> None:
        """Algorithm 1, second half: G descends its loss on what the new D says of new images.

        It draws as many as there are real ones, which only relativistic pairs look at.
        """
        latents = self.draw_latents(ops.shape(images)[0])  # (B, L)
        variables = self.generator.trainable_variables
        with tf.GradientTape() as tape:
            fake_images = self.generator(joined(latents, labels), training=True)  # (B, H, W, C)
            g_loss = self.generator_loss(images, fake_images, labels)
        self.descend(self.g_optimizer, tape.gradient(g_loss, variables), variables)
        self.track(g_loss=g_loss)

    def generator_loss(self, images, fake_images, labels=None, weights=None):
        """Return G's loss in the eyes of D, or of a D with other trainable weights."""
        network, real_logits = self.discriminator, None
        fake_logits = call_keeping_statistics(network, joined(fake_images, labels), weights)
        if self.loss_pair.relativistic:
            real_logits = call_keeping_statistics(network, joined(images, labels), weights)
        return self.loss_pair.generator_loss(real_logits, fake_logits)

    def train_both(self, images, labels=None) -> None:
        """Both players descend from the same point, on the same images and noise."""
        latents = self.draw_latents(ops.shape(images)[0])  # (B, L)
        variables = self.generator.trainable_variables
        with tf.GradientTape() as tape:
            fake_images = self.generator(joined(latents, labels), training=True)  # (B, H, W, C)
        d_gradients, image_gradients = self.gradients(images, fake_images, labels)
        g_gradients = tape.gradient(fake_images, variables, output_gradients=image_gradients)
        self.descend(self.d_optimizer, d_gradients, self.discriminator.trainable_variables)
        self.descend(self.g_optimizer, g_gradients, variables)

    def gradients(self, images, fake_images, labels=None) -> tuple:
        """Return the gradients of L_D by D's weights, and of L_G by the fake images (B, H, W, C).

        One backward pass gives both where the slopes of the two losses have a known ratio.
        """
        variables = self.discriminator.trainable_variables
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(fake_images)
            real_logits = self.discriminator(joined(images, labels), training=True)  # (B, 1)
            fake_logits = self.discriminator(joined(fake_images, labels), training=True)  # (B, 1)
            d_loss = self.loss_pair.discriminator(real_logits, fake_logits)
            d_loss += self.penalty_term(images, ops.stop_gradient(fake_images), labels)
            g_loss = self.loss_pair.generator_loss(real_logits, fake_logits)
        self._track_discriminator(d_loss, real_logits, fake_logits)
        self.track(g_loss=g_loss)
        if not self.one_backward:
            return tape.gradient(d_loss, variables), tape.gradient(g_loss, fake_images)
        d_gradients, image_gradients = tape.gradient(d_loss, (variables, fake_images))
        judged = fake_logits - real_logits if self.loss_pair.relativistic else fake_logits
        ratios = ONE_BACKWARD_RATIOS[self.loss_name](judged)  # (B, 1)
        return d_gradients, image_gradients * ops.reshape(ratios, (-1, 1, 1, 1))

    def draw_latents(self, batch_size):
        """Draw standard normal noise (B, L), rows of one draw on each replica of a strategy."""
        seed = tf.cast(self.seed_generator.next(), tf.int32)
        return draw_rows(
            lambda shape: tf.random.stateless_normal(shape, seed), (batch_size, self.latent_dim)
        )

    def penalty_term(self, images, fake_images, labels=None):
        """Return the weighted penalty on D's slope, or 0 where this step takes none."""
        step = self.d_optimizer.iterations if self.penalty_interval > 1 else 0
        arguments = (images, fake_images, labels, step, self.seed_generator)
        return self.slope_penalty(self.discriminator, *arguments)

    def update_average(self) -> None:
        """Move the averaged generator; a short memory at first forgets the untrained weights."""
        step = ops.cast(self.g_optimizer.iterations, "float32")
        # The ramp is that of tf.train.ExponentialMovingAverage with num_updates.
        decay = ops.minimum(self.ema_decay, (1.0 + step) / (10.0 + step))
        for average, weight in zip(self.ema_generator.weights, self.generator.weights, strict=True):
            average.assign(decay * average + (1.0 - decay) * weight)

    def _track_discriminator(self, d_loss, real_logits, fake_logits):
        score = self.loss_pair.score
        self.track(d_loss=d_loss, real_score=score(real_logits), fake_score=score(fake_logits))

    def _check_labels(self, labels):
        """Return the labels of a conditional GAN as its networks take them, None for another."""
        if not self.conditional:
            return None
        if labels is None:
            raise ValueError("labels: expected one per image of a conditional GAN, found none")
        return class_vectors(labels, self.classes)

    def compile(  # type: ignore[override]  # two optimizers where others have one
        self, d_optimizer: keras.Optimizer, g_optimizer: keras.Optimizer, **kwargs
    ) -> None:
        """Set the players' optimizers.

        Args:
            d_optimizer: Keras optimizer of the discriminator.
            g_optimizer: Keras optimizer of the generator, another instance.
            **kwargs: `jit_compile`, `run_eagerly`, `steps_per_execution` as for `keras.Model`.

        Raises:
            ValueError: one optimizer for both, or float16 networks.
        """
        if d_optimizer is g_optimizer:
            raise ValueError("each player needs an optimizer of its own, found one for both")
        super().compile(d_optimizer=d_optimizer, g_optimizer=g_optimizer, **kwargs)

    def get_config(self) -> dict:
        """Return the constructor's arguments, networks included."""
        return {
            **super().get_config(),
            "latent_dim": self.latent_dim,
            "loss": self.loss_name,
            "update": self.update,
            "discriminator_steps": self.discriminator_steps,
            "penalty": self.penalty,
            "penalty_weight": self.penalty_weight,
            "penalty_interval": self.penalty_interval,
            "classes": self.classes,
            "ema_decay": self.ema_decay,
            "seed": self.seed,
        }
