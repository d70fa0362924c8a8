"""The adversarial game as a Keras model: two players, two optimizers, one `train_step`."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gen.layers import load_seed_states, save_seed_states, seed_states, train_without_trace
from keras_gen.losses import GAN_LOSSES, gradient_penalty, minimax_discriminator_loss

NETWORKS = ("generator", "discriminator")
METRICS = ("d_loss", "g_loss", "real_score", "fake_score")
UPDATES = ("simultaneous", "alternating")

# (dl_G / ds) / (dl_D / ds) at the logit s of a fake image. D's gradient at the image times this is
# G's. Least squares and hinge are missing: there D's slope can be zero where G's is not.
ONE_BACKWARD_RATIOS = {
    "non_saturating": lambda s: -ops.exp(-ops.maximum(s, -80.0)),  # (sigma(s) - 1) / sigma(s)
    "saturating": lambda s: -ops.ones_like(s),
    "wasserstein_gp": lambda s: -ops.ones_like(s),
}


@keras.saving.register_keras_serializable("keras_gen")
class GAN(keras.Model):
    r"""Generative adversarial network.

    Calling the model is the documents' combined model: latents (B, L) -> the logits (B, 1) of
    D(G(z)). Freezing D to train it, as they do, silently trains nothing in Keras 3; here every
    gradient names the variables that it is for.

    Formula:
        $\min_G \max_D \; E[\log D(x)] + E[\log(1 - D(G(z)))]$, or any other pair of `GAN_LOSSES`.

    Two updates are offered. `alternating` is Algorithm 1: D moves, then G answers the new D with
    fresh noise. `simultaneous` moves both from the same point with one batch of noise. For pairs in
    `ONE_BACKWARD_RATIOS`, and a D that judges each image by itself, one backward pass through D
    serves both players, exactly; otherwise there are two.

    Args:
        generator: model, latents (B, L) -> images (B, H, W, C) in [-1, 1].
        discriminator: model, images -> logits (B, 1).
        latent_dim: L, the length of the noise vector.
        loss: name of a pair in `GAN_LOSSES`.
        update: `simultaneous` or `alternating`.
        discriminator_steps: k of Algorithm 1, D's steps per step of G, each on its own share of the
            batch; `alternating` only. The WGAN-GP paper takes 5.
        penalty_weight: weight >= 0 of the gradient penalty; only `wasserstein_gp` has one.
        ema_decay: decay in [0, 1) of the generator's moving average, which draws the samples.
        seed: integer; the same seed gives the same run on the same machine.

    Raises:
        ValueError: an unknown loss or update, or a gradient penalty on a D with BatchNorm.

    Reference: Goodfellow et al. 2014, arXiv:1406.2661, Algorithm 1; Shen et al. 2021,
        arXiv:2103.00430 (both players from one backward pass).
    """

    def __init__(
        self,
        generator,
        discriminator,
        latent_dim,
        loss="non_saturating",
        update="simultaneous",
        discriminator_steps=1,
        penalty_weight=10.0,
        ema_decay=0.995,
        seed=0,
        name="gan",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        if loss not in GAN_LOSSES:
            raise ValueError(f"loss must be one of {', '.join(GAN_LOSSES)}; found '{loss}'")
        if update not in UPDATES:
            raise ValueError(f"update must be one of {', '.join(UPDATES)}; found '{update}'")
        if discriminator_steps != 1 and update == "simultaneous":
            raise ValueError("discriminator_steps other than 1 needs update='alternating'")
        mixes_samples = any(
            isinstance(layer, keras.layers.BatchNormalization) for layer in discriminator.layers
        )
        if loss == "wasserstein_gp" and mixes_samples:
            raise ValueError("wasserstein_gp needs a discriminator without BatchNormalization")
        self.generator = generator
        self.discriminator = discriminator
        self.ema_generator = keras.models.clone_model(generator)
        self.ema_generator.set_weights(generator.get_weights())
        self.ema_generator.trainable = False
        self.latent_dim = latent_dim
        self.loss_name = loss
        self.loss_pair = GAN_LOSSES[loss]
        self.update = update
        self.one_backward = loss in ONE_BACKWARD_RATIOS and not mixes_samples
        self.discriminator_steps = discriminator_steps
        self.penalty_weight = penalty_weight
        self.ema_decay = ema_decay
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.trackers = {key: keras.metrics.Mean(name=key) for key in METRICS}
        self.built = True  # the networks arrive built; without this tf.distribute tries again

    def call(self, latents, training=False):
        """Return the logits (B, 1) of D(G(z))."""
        return self.discriminator(self.generator(latents, training=training), training=training)

    def sample(self, n, seed=0):
        """Draw n images from the averaged generator.

        Args:
            n: number of images, >= 1.
            seed: integer; the same seed gives the same images.

        Returns:
            (n, H, W, C) float32 NumPy array in [0, 1].
        """
        latents = keras.random.normal((n, self.latent_dim), seed=seed)  # (n, L)
        chunks = [
            ops.convert_to_numpy(self.ema_generator(latents[start : start + 256], training=False))
            for start in range(0, n, 256)
        ]
        return np.clip((np.concatenate(chunks) + 1.0) / 2.0, 0.0, 1.0)  # (n, H, W, C)

    def train_step(self, data):
        """Play one round on a batch of real images (B, H, W, C) in [-1, 1]."""
        images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        for network in (self.generator, self.discriminator):
            if not network.trainable_variables:
                raise ValueError(f"{network.name} has no trainable weights")
        if self.update == "alternating":
            for part in ops.split(images, self.discriminator_steps):
                self._discriminator_step(part)
            self._generator_step(ops.shape(part)[0])
        else:
            self._simultaneous_step(images)
        self._update_average()
        return {metric.name: metric.result() for metric in self.metrics}

    def _discriminator_step(self, images):
        """Algorithm 1, first half: D descends its loss on real and generated images."""
        latents = self.draw_latents(ops.shape(images)[0])  # (B, L)
        fake_images = train_without_trace(self.generator, latents)  # (B, H, W, C)
        variables = self.discriminator.trainable_variables
        with tf.GradientTape() as tape:
            real_logits = self.discriminator(images, training=True)  # (B, 1)
            fake_logits = self.discriminator(fake_images, training=True)  # (B, 1)
            d_loss = self.loss_pair.discriminator(real_logits, fake_logits)
            d_loss += self._penalty(images, fake_images)
        self._apply(self.d_optimizer, tape.gradient(d_loss, variables), variables)
        self._track_discriminator(d_loss, real_logits, fake_logits)

    def _generator_step(self, batch_size):
        """Algorithm 1, second half: G descends its loss on what the new D says of new images."""
        latents = self.draw_latents(batch_size)  # (B, L)
        variables = self.generator.trainable_variables
        with tf.GradientTape() as tape:
            fake_images = self.generator(latents, training=True)  # (B, H, W, C)
            fake_logits = train_without_trace(self.discriminator, fake_images)  # (B, 1)
            g_loss = self.loss_pair.generator(fake_logits)
        self._apply(self.g_optimizer, tape.gradient(g_loss, variables), variables)
        self.trackers["g_loss"].update_state(g_loss)

    def _simultaneous_step(self, images):
        """Both players descend from the same point, on the same images."""
        d_variables = self.discriminator.trainable_variables
        g_variables = self.generator.trainable_variables
        latents = self.draw_latents(ops.shape(images)[0])  # (B, L)
        with tf.GradientTape() as g_tape:
            fake_images = self.generator(latents, training=True)  # (B, H, W, C)
        with tf.GradientTape(persistent=True) as d_tape:
            d_tape.watch(fake_images)
            real_logits = self.discriminator(images, training=True)  # (B, 1)
            fake_logits = self.discriminator(fake_images, training=True)  # (B, 1)
            d_loss = self.loss_pair.discriminator(real_logits, fake_logits)
            d_loss += self._penalty(images, ops.stop_gradient(fake_images))
            g_loss = self.loss_pair.generator(fake_logits)
        if self.one_backward:
            d_grads, image_grads = d_tape.gradient(d_loss, (d_variables, fake_images))
            ratios = ONE_BACKWARD_RATIOS[self.loss_name](fake_logits)  # (B, 1)
            image_grads *= ops.reshape(ratios, (-1, 1, 1, 1))  # (B, H, W, C)
        else:
            d_grads = d_tape.gradient(d_loss, d_variables)
            image_grads = d_tape.gradient(g_loss, fake_images)
        g_grads = g_tape.gradient(fake_images, g_variables, output_gradients=image_grads)
        self._apply(self.d_optimizer, d_grads, d_variables)
        self._apply(self.g_optimizer, g_grads, g_variables)
        self._track_discriminator(d_loss, real_logits, fake_logits)
        self.trackers["g_loss"].update_state(g_loss)

    def draw_latents(self, batch_size):
        """Draw standard normal noise (B, L), other noise on each replica of a strategy."""
        seed, counter = tf.unstack(tf.cast(self.seed_generator.next(), tf.int32))
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        shape = (batch_size, self.latent_dim)
        return tf.random.stateless_normal(shape, seed=(seed + replica, counter))

    def _penalty(self, images, fake_images):
        """Weighted gradient penalty at random points between real and fake images, or 0."""
        if self.loss_name != "wasserstein_gp":
            return 0.0
        shares = keras.random.uniform((ops.shape(images)[0], 1, 1, 1), seed=self.seed_generator)
        blends = shares * images + (1.0 - shares) * fake_images  # (B, H, W, C), one share an image
        with tf.GradientTape() as tape:
            tape.watch(blends)
            logits = self.discriminator(blends, training=True)  # (B, 1)
        return self.penalty_weight * gradient_penalty(tape.gradient(logits, blends))

    def _apply(self, optimizer, grads, variables):
        """Take one step; replicas sum their gradients, so each gives its share of the mean."""
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        optimizer.apply([grad / replicas for grad in grads], variables)

    def _track_discriminator(self, d_loss, real_logits, fake_logits):
        """Track the loss, D(x) and D(G(z)); these are probabilities if the loss makes them so."""
        is_probability = self.loss_pair.discriminator is minimax_discriminator_loss
        score = ops.sigmoid if is_probability else (lambda logits: logits)
        self.trackers["d_loss"].update_state(d_loss)
        self.trackers["real_score"].update_state(score(real_logits))
        self.trackers["fake_score"].update_state(score(fake_logits))

    def _update_average(self):
        """Move the averaged generator; a short memory at first forgets the untrained weights."""
        step = ops.cast(self.g_optimizer.iterations, "float32")
        decay = ops.minimum(self.ema_decay, (1.0 + step) / (10.0 + step))
        for average, weight in zip(self.ema_generator.weights, self.generator.weights, strict=True):
            average.assign(decay * average + (1.0 - decay) * weight)

    @property
    def steps_done(self):
        """Number of training steps so far."""
        return int(self.g_optimizer.iterations)

    @property
    def metrics(self):
        """The four running means; Keras' own `loss` is left out, since it would stay 0."""
        return list(self.trackers.values())

    def compile(self, d_optimizer, g_optimizer, **kwargs):
        """Set the players' optimizers, built here so that their state is saved and restored.

        Args:
            d_optimizer: Keras optimizer of the discriminator.
            g_optimizer: Keras optimizer of the generator, another instance.
            **kwargs: `jit_compile`, `run_eagerly`, `steps_per_execution` as for `keras.Model`.

        Raises:
            ValueError: one optimizer for both, or float16 networks.
        """
        if d_optimizer is g_optimizer:
            raise ValueError("each player needs an optimizer of its own, found one for both")
        if "float16" in (self.generator.compute_dtype, self.discriminator.compute_dtype):
            raise ValueError("mixed_float16 would need two loss scales; use mixed_bfloat16")
        super().compile(optimizer=None, **kwargs)
        self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer
        self.d_optimizer.build(self.discriminator.trainable_variables)
        self.g_optimizer.build(self.generator.trainable_variables)

    def get_compile_config(self):
        """Return what `compile_from_config` needs; called when a `.keras` file is written."""
        return {
            "d_optimizer": keras.optimizers.serialize(self.d_optimizer),
            "g_optimizer": keras.optimizers.serialize(self.g_optimizer),
        }

    def compile_from_config(self, config):
        """Compile as the saved model was; called when a `.keras` file is read."""
        self.compile(**{key: keras.optimizers.deserialize(value) for key, value in config.items()})

    def get_config(self):
        """Return the constructor's arguments, networks included."""
        networks = {key: getattr(self, key) for key in NETWORKS}
        return {
            **super().get_config(),
            **{key: keras.saving.serialize_keras_object(net) for key, net in networks.items()},
            "latent_dim": self.latent_dim,
            "loss": self.loss_name,
            "update": self.update,
            "discriminator_steps": self.discriminator_steps,
            "penalty_weight": self.penalty_weight,
            "ema_decay": self.ema_decay,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config):
        """Make the model that `get_config` described."""
        networks = {key: keras.saving.deserialize_keras_object(config[key]) for key in NETWORKS}
        return cls(**{**config, **networks})

    def _seed_states(self):
        return [self.seed_generator.state, *seed_states(self.generator, self.discriminator)]

    def save_own_variables(self, store):
        """Save the random states, so that a resumed run draws the same noise."""
        save_seed_states(store, self._seed_states())

    def load_own_variables(self, store):
        """Restore what `save_own_variables` saved."""
        load_seed_states(store, self._seed_states())
