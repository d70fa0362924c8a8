"""Training steps of others on the networks of our recipe, written from the published algorithms.

Each takes a `GAN` that the recipe has built, for its networks and optimizers, so that all start
from the same weights with the same settings. A step takes an iterator of batches and returns the
two losses. The label noise of keras.io's example is left out, so that all descend one loss.
"""

import keras
import tensorflow as tf
from keras import ops


def ours(gan):
    """Return our own step; it also moves the generator's average, which the others do not have."""
    gan.make_train_function()
    return gan.train_function


class KerasIoOrder(keras.Model):
    """The order of keras.io's DCGAN example: D on one batch of both kinds, G on new noise."""

    def __init__(self, gan):
        super().__init__()
        self.generator, self.discriminator = gan.generator, gan.discriminator
        self.players = (gan.d_optimizer, gan.g_optimizer)
        self.latent_dim = gan.latent_dim
        self.seed_generator = keras.random.SeedGenerator(gan.seed)
        self.cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
        self.means = [keras.metrics.Mean(name) for name in ("d_loss", "g_loss")]
        self.compile(loss=None)

    @property
    def metrics(self):
        """The running means of both losses."""
        return self.means

    def train_step(self, images):
        """Train D on the joined batch, then G on fresh noise, each under a tape of its own."""
        d_optimizer, g_optimizer = self.players
        count = ops.shape(images)[0]
        both = ops.concatenate([self.draw(count), images])  # (2B, H, W, C)
        truth = ops.concatenate([ops.zeros((count, 1)), ops.ones((count, 1))])
        variables = self.discriminator.trainable_variables
        with tf.GradientTape() as tape:
            d_loss = self.cross_entropy(truth, self.discriminator(both, training=True))
        d_optimizer.apply(tape.gradient(d_loss, variables), variables)
        variables = self.generator.trainable_variables
        with tf.GradientTape() as tape:
            logits = self.discriminator(self.draw(count), training=True)
            g_loss = self.cross_entropy(ops.ones((count, 1)), logits)
        g_optimizer.apply(tape.gradient(g_loss, variables), variables)
        for mean, loss in zip(self.means, (d_loss, g_loss), strict=True):
            mean.update_state(loss)
        return {mean.name: mean.result() for mean in self.means}

    def draw(self, count):
        """Draw noise and return G's images of it."""
        noise = keras.random.normal((count, self.latent_dim), seed=self.seed_generator)
        return self.generator(noise, training=True)


def keras_io_order(gan):
    """Return the step of keras.io's order, as Keras compiles it for `fit`."""
    model = KerasIoOrder(gan)
    model.make_train_function()
    return model.train_function


def tensorflow_tutorial(gan):
    """Return the step of TensorFlow's DCGAN tutorial: two tapes, both losses from one noise."""
    generator, discriminator = gan.generator, gan.discriminator
    d_optimizer, g_optimizer = gan.d_optimizer, gan.g_optimizer
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)

    @tf.function
    def step(images):
        noise = tf.random.normal((len(images), gan.latent_dim))
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fakes = generator(noise, training=True)
            real_logits = discriminator(images, training=True)
            fake_logits = discriminator(fakes, training=True)
            g_loss = cross_entropy(tf.ones_like(fake_logits), fake_logits)
            d_loss = cross_entropy(tf.ones_like(real_logits), real_logits)
            d_loss += cross_entropy(tf.zeros_like(fake_logits), fake_logits)
        for tape, loss, network, optimizer in (
            (g_tape, g_loss, generator, g_optimizer),
            (d_tape, d_loss, discriminator, d_optimizer),
        ):
            variables = network.trainable_variables
            optimizer.apply(tape.gradient(loss, variables), variables)
        return {"d_loss": d_loss, "g_loss": g_loss}

    return lambda batches: step(next(batches))


SYSTEMS = {  # name: (step, update of the recipe that lends the networks)
    "ours, simultaneous": (ours, "simultaneous"),
    "ours, alternating": (ours, "alternating"),
    "keras.io's order": (keras_io_order, "alternating"),
    "TensorFlow tutorial's loop": (tensorflow_tutorial, "simultaneous"),
}
