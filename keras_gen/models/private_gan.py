"""A GAN whose discriminator is trained with differential privacy, and with it its generator."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from keras_gen.layers import call_keeping_statistics
from keras_gen.models.accountant import Accountant
from keras_gen.models.gan import GAN
from keras_gen.models.per_example import check_network, clipped_sum, forward, gradients_of_layer

PRIVATE_LOSSES = ("non_saturating", "saturating", "least_squares", "hinge")


@keras.saving.register_keras_serializable("keras_gen")
class PrivateGAN(GAN):
    r"""Generative adversarial network with a differentially private discriminator.

    Only D sees real images. Each of its steps is one of DP-SGD: the gradient of every example is
    clipped by itself, and Gaussian noise is added to their sum. Whatever is computed from D's
    weights afterwards reveals no more about the images than they do, so the steps of G, which sees
    D alone, cost nothing, however many they are.

    Formula:
        $g = \frac{1}{B} \left[ \sum_i \mathrm{clip}_C(\nabla \ell(x_i))
        + \sum_{j=1}^{B} \mathrm{clip}_C(\nabla \ell'(G(z_j)))
        + \mathcal{N}(0, \sigma^2 C^2 I) \right]$, over a Poisson sample of the real images x_i
        with mean size B = q N; D's optimizer takes g for the gradient

    The generated images are no data. Their gradients are clipped only so that neither side
    outweighs the other, and their number is always B, because the size of the sample would reveal
    something about the data. For the same reason no figure of real images is among the metrics.

    With $\sigma$ = 0 and a large C a step on B real images is that of `GAN`.

    `fit` needs batches of `data.poisson_batches`: the images of `discriminator_steps` samples one
    after another, and their sizes. On batches of another kind epsilon would be wrong.

    Args:
        generator: as for `GAN`.
        discriminator: a chain of Dense and Conv2D layers and of layers without state, so that it
            judges each image by itself.
        latent_dim: L, the length of the noise vector.
        examples: N >= 1, the number of real images.
        batch_size: B in [1, N], the mean size of a sample.
        clip_norm: C > 0.
        noise_multiplier: $\sigma$ >= 0; 0 protects nothing.
        delta: $\delta$ in (0, 1), of the epsilon that is counted; far below 1 / N.
        loss: one of `PRIVATE_LOSSES`: a sum over single images, without a penalty.
        discriminator_steps: k >= 1, D's steps per step of G, each on a sample of its own.
        ema_decay: as for `GAN`.
        seed: as for `GAN`. Whoever knows it can subtract the noise: a model that is released needs
            one that nobody else knows.
        name, trainable, dtype: as for `keras.Model`.

    Raises:
        ValueError: a loss, a network or a number that is none of these, or labels.

    Reference: Abadi et al. 2016, arXiv:1607.00133, Algorithm 1; Xie et al. 2018, arXiv:1802.06739
        (only D needs the noise); Bie, Kamath and Zhang 2023, arXiv:2302.02936 (many steps of D).
    """

    METRICS = ("g_loss", "fake_score")

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        latent_dim: int,
        *,
        examples: int,
        batch_size: int,
        clip_norm: float = 1.0,
        noise_multiplier: float = 1.0,
        delta: float = 1e-5,
        loss: str = "non_saturating",
        discriminator_steps: int = 1,
        ema_decay: float = 0.995,
        seed: int = 0,
        name: str = "private_gan",
        trainable: bool = True,
        dtype: Any = "float32",
    ):
        if loss not in PRIVATE_LOSSES:
            raise ValueError(f"loss must be one of {', '.join(PRIVATE_LOSSES)}; found '{loss}'")
        if not 1 <= batch_size <= examples:
            raise ValueError(f"batch_size: expected 1 to {examples} examples, found {batch_size}")
        if not (clip_norm > 0 and noise_multiplier >= 0 and 0 < delta < 1):
            raise ValueError(
                "expected clip_norm > 0, noise_multiplier >= 0 and delta in (0, 1), found "
                f"{clip_norm}, {noise_multiplier} and {delta}"
            )
        check_network(discriminator)
        super().__init__(
            generator,
            discriminator,
            latent_dim,
            loss=loss,
            discriminator_steps=discriminator_steps,
            ema_decay=ema_decay,
            seed=seed,
            name=name,
            trainable=trainable,
            dtype=dtype,
        )
        self.examples = examples
        self.batch_size = batch_size
        self.clip_norm = clip_norm
        self.noise_multiplier = noise_multiplier
        self.delta = delta
        self.accountant = Accountant(batch_size / examples, noise_multiplier, delta)
        # Those of D's optimizer begin at 0 with every `compile`; what was spent stays spent.
        self.noisy_steps = self.add_weight(
            (), "zeros", "int64", trainable=False, name="noisy_steps"
        )

    @property
    def looks_across(self) -> str:
        """The noise is added once, to the sum over the whole batch."""
        return "the noise of private training is added to the sum over the whole batch"

    def spending(self) -> dict[str, float]:
        """Return epsilon and delta of D's steps so far; each noisy step counts once."""
        return {"epsilon": self.accountant.epsilon(self._steps_paid()), "delta": self.delta}

    def _steps_paid(self):
        """Return D's steps under all optimizers; files of earlier versions hold the last one's."""
        last = int(self.d_optimizer.iterations.numpy()) if self.compiled else 0
        return max(last, int(self.noisy_steps.numpy()))

    def compile(self, *optimizers: Any, **options: Any) -> None:  # type: ignore[override]
        """Set the players' optimizers as `GAN` does, without forgetting the steps so far."""
        self.noisy_steps.assign(self._steps_paid())
        super().compile(*optimizers, **options)

    def descend(self, optimizer: keras.Optimizer, gradients: list, variables: list) -> None:
        """Take one step of an optimizer, and count it where it is D's."""
        super().descend(optimizer, gradients, variables)
        if optimizer is self.d_optimizer:
            self.noisy_steps.assign_add(1)

    def train_step(self, data):
        """Play one round on k samples of real images, one after another, and their sizes (k,)."""
        images, sizes, _ = keras.utils.unpack_x_y_sample_weight(data)
        for share in tf.split(images, sizes, num=self.discriminator_steps):  # (n, H, W, C) each
            self.train_discriminator(share)
        self.train_generator()
        self.update_average()
        return self.get_metrics_result()

    def train_discriminator(self, images, labels=None) -> None:
        """DP-SGD: D descends the noisy sum of the examples' clipped gradients, over B."""
        fake_images = call_keeping_statistics(self.generator, self.draw_latents(self.batch_size))
        sums = clipped_sum(self.example_gradients(images, fake_images), self.clip_norm)
        noisy = [(total + self.draw_noise(total)) / self.batch_size for total in sums]
        self.descend(self.d_optimizer, noisy, self.discriminator.trainable_variables)

    def example_gradients(self, images, fake_images) -> list:
        """Return the gradient of each image's part of D's loss, by each of D's weights.

        Args:
            images: (n, H, W, C), real images.
            fake_images: (m, H, W, C), generated images.

        Returns:
            One tensor (n + m, *shape) for each trainable weight of D, real images first.
        """
        n, m = ops.shape(images)[0], ops.shape(fake_images)[0]
        with tf.GradientTape() as tape:
            inputs = ops.concatenate([images, fake_images])
            passed, logits = forward(self.discriminator, inputs)  # logits (n + m, 1)
            d_loss = self.loss_pair.discriminator(logits[:n], logits[n:])
        slopes = tape.gradient(d_loss, [outputs for _, _, outputs in passed])
        # The loss is a mean over n real and one over m generated images: undone row by row.
        counts = tf.repeat([n, m], [n, m])  # (n + m,)
        gradients = []
        for (layer, inputs, _), slope in zip(passed, slopes, strict=True):
            slope = tf.einsum("b...,b->b...", slope, ops.cast(counts, slope.dtype))
            gradients += gradients_of_layer(layer, inputs, slope)
        return gradients

    def draw_noise(self, like):
        """Draw noise of standard deviation sigma C in the shape of a weight."""
        seed = tf.cast(self.seed_generator.next(), tf.int32)
        deviation = self.noise_multiplier * self.clip_norm
        return tf.random.stateless_normal(like.shape, seed, stddev=deviation, dtype=like.dtype)

    def train_generator(self, images=None, labels=None) -> None:
        """G descends its loss on what the new D says of B new images; no real one is looked at."""
        variables = self.generator.trainable_variables
        latents = self.draw_latents(self.batch_size)  # (B, L)
        with tf.GradientTape() as tape:
            fake_images = self.generator(latents, training=True)  # (B, H, W, C)
            fake_logits = call_keeping_statistics(self.discriminator, fake_images)  # (B, 1)
            g_loss = self.loss_pair.generator_loss(None, fake_logits)
        self.descend(self.g_optimizer, tape.gradient(g_loss, variables), variables)
        self.track(g_loss=g_loss, fake_score=self.loss_pair.score(fake_logits))

    def save_own_variables(self, store: dict) -> None:
        """Save also the number of noisy steps."""
        super().save_own_variables(store)
        store["noisy_steps"] = ops.convert_to_numpy(self.noisy_steps)

    def load_own_variables(self, store: dict) -> None:
        """Restore what `save_own_variables` saved; earlier versions did not count."""
        super().load_own_variables(store)
        counted = "noisy_steps" in store  # Keras' store of weights has no `get`
        self.noisy_steps.assign(store["noisy_steps"] if counted else 0)

    def get_config(self) -> dict:
        """Return the constructor's arguments, networks included."""
        config = super().get_config()
        for name in ("update", "penalty", "penalty_weight", "penalty_interval", "classes"):
            del config[name]
        names = ("examples", "batch_size", "clip_norm", "noise_multiplier", "delta")
        return {**config, **{name: getattr(self, name) for name in names}}
