"""The pixel loss of G by hand, the nearest of several draws, and files that go on bit for bit."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gen.models import GAN, ProductGAN
from keras_gen.networks import product_gan

CLASSES, LATENT, K = 3, 4, 8
RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(-1, 1, (6, 64, 64, 3)).astype("float32")
LABELS = RNG.normal(size=(6, K)).astype("float32")


def make(**options):
    keras.utils.set_random_seed(1)
    networks = (
        product_gan.generator(latent_dim=LATENT, width=2, conditions=K),
        product_gan.discriminator(width=2, conditions=K),
    )
    model = ProductGAN(*networks, LATENT, classes=CLASSES, seed=5, **options)
    model.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
    return model


def test_without_pixels_it_is_gan_bit_for_bit():
    """With one candidate and a weight of 0 no noise is chosen and no distance counts."""
    ours = make(pixel_weight=0.0, candidates=1)
    keras.utils.set_random_seed(1)
    networks = (
        product_gan.generator(latent_dim=LATENT, width=2, conditions=K),
        product_gan.discriminator(width=2, conditions=K),
    )
    plain = GAN(*networks, LATENT, update="alternating", seed=5)
    plain.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
    for model in (ours, plain):
        model.fit(IMAGES, LABELS, batch_size=6, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(ours.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


class Flat(keras.layers.Layer):
    """Images (B, 64, 64, 3) of one grey: the first entry of the noise plus a weight."""

    def build(self, _):
        self.level = self.add_weight(shape=(), initializer="zeros")

    def call(self, latents):
        grey = latents[:, :1] + self.level
        return keras.ops.broadcast_to(grey[:, None, None, :], (len(latents), 64, 64, 3))

    def compute_output_shape(self, shape):
        return (shape[0], 64, 64, 3)


def flat_model(**options):
    latents, labels = keras.Input((LATENT,)), keras.Input((K,))
    generator = keras.Model([latents, labels], Flat()(latents))
    discriminator = product_gan.discriminator(width=2, conditions=K)
    return ProductGAN(generator, discriminator, LATENT, classes=CLASSES, **options)


def test_of_several_draws_the_nearest_is_taken():
    """Images of greys 0.5 and -1; drawn are greys 0, 0.4 and -3, then 2, -0.7 and 9."""
    model = flat_model(candidates=3)
    drawn = [np.array([[first], [second]]) * np.ones((1, LATENT), "float32")
             for first, second in ((0.0, 2.0), (0.4, -0.7), (-3.0, 9.0))]  # fmt: skip
    left = iter(drawn)
    model.draw_latents = lambda count: tf.constant(next(left), "float32")
    images = np.array([0.5, -1.0], "float32")[:, None, None, None] * np.ones((1, 64, 64, 3))
    found = model.nearest_latents(tf.constant(images, "float32"), LABELS[:2])
    np.testing.assert_allclose(found[:, 0], [0.4, -0.7], rtol=1e-6)


def test_the_pixel_loss_and_its_slope_by_hand():
    """At noise 0 the image is the level w = 0 and the real one 0.5 everywhere: |0.5 - w| = 0.5.

    Its slope by w is -1, so that with D's part silenced, a rate of 0.01 and a weight of 7 the
    level moves by 0.07.
    """
    model = flat_model(pixel_weight=7.0, candidates=1)
    model.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.01))
    for weight in model.discriminator.trainable_variables:
        weight.assign(tf.zeros_like(weight))  # the logit no longer depends on the image
    model.draw_latents = lambda count: tf.zeros((count, LATENT))
    model.train_generator(tf.fill((4, 64, 64, 3), 0.5), tf.constant(LABELS[:4]))
    assert float(model.trackers["pixel_loss"].result()) == pytest.approx(0.5, rel=1e-6)
    assert float(model.trackers["g_loss"].result()) == pytest.approx(np.log(2), rel=1e-5)
    (level,) = model.generator.trainable_variables
    assert float(level.value) == pytest.approx(0.07, rel=1e-4)


def test_the_first_steps_leave_d_out(tmp_path):
    """Two of three steps here; a model saved between them knows how many are left."""
    model = make(pixel_steps=2, candidates=1, pixel_weight=3.0)
    start = [np.array(weight) for weight in model.discriminator.trainable_variables]
    drawn = np.array(model.generator.trainable_variables[0])
    model.fit(IMAGES, LABELS, batch_size=6, epochs=1, shuffle=False, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    again.fit(IMAGES, LABELS, batch_size=6, epochs=1, shuffle=False, verbose=0)
    for a, b in zip(again.discriminator.trainable_variables, start, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(again.generator.trainable_variables[0], drawn)
    assert (again.steps_done, int(again.d_optimizer.iterations)) == (2, 0)
    again.fit(IMAGES, LABELS, batch_size=6, epochs=1, shuffle=False, verbose=0)
    assert (again.steps_done, int(again.d_optimizer.iterations)) == (3, 1)
    assert "first steps leave the discriminator out" in again.looks_across
    assert not make().looks_across


@pytest.mark.slow
def test_a_model_read_back_from_its_file_goes_on_bit_for_bit(tmp_path):
    model = make(candidates=2, pixel_weight=3.0)
    model.fit(IMAGES, LABELS, batch_size=6, epochs=2, shuffle=False, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert (again.candidates, again.pixel_weight, again.classes) == (2, 3.0, CLASSES)
    for each in (model, again):
        each.fit(IMAGES, LABELS, batch_size=6, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_samples_are_those_that_were_requested():
    model = make()
    asked = model.requested(5, seed=2)
    assert asked.kinds.tolist() == [0, 1, 2, 0, 1]
    images = model.sample(5, seed=2)
    assert images.shape == (5, 64, 64, 3) and 0 <= images.min() <= images.max() <= 1
    np.testing.assert_array_equal(images, model.sample(5, seed=2))
    assert not np.array_equal(images, model.sample(5, seed=3))


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="a pixel loss needs update='alternating'"):
        make(update="simultaneous")
    with pytest.raises(ValueError, match="candidates: expected at least 1, found 0"):
        make(candidates=0)
