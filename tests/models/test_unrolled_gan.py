"""Unrolling: none is the plain GAN, one step against finite differences, D itself left alone."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gen.losses import GAN_LOSSES
from keras_gen.models import GAN, UnrolledGAN
from keras_gen.networks import mlp_gan


def make(cls, seed=1, dropout=0.3, **options):
    keras.utils.set_random_seed(seed)
    shape = (4, 4, 1)
    networks = mlp_gan.generator(shape, 3, 2), mlp_gan.discriminator(shape, 2, dropout)
    model = cls(*networks, 3, seed=2, **options)
    model.compile(keras.optimizers.Adam(1e-2), keras.optimizers.Adam(1e-2))
    return model


@pytest.fixture
def images():
    return np.random.default_rng(0).uniform(-1, 1, (16, 4, 4, 1)).astype("float32")


@pytest.mark.parametrize("loss", ["non_saturating", "relativistic"])
def test_no_unrolled_step_is_the_plain_game_bit_for_bit(loss, images):
    """With dropout and BatchNorm, whose masks and statistics must be drawn in the same order."""
    plain = make(GAN, loss=loss, penalty="r1")
    unrolled = make(UnrolledGAN, loss=loss, penalty="r1", unrolled_steps=0)
    for model in (plain, unrolled):
        model.fit(images, batch_size=8, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(plain.variables, unrolled.variables, strict=True):
        np.testing.assert_array_equal(a, b)


def float64_pair():
    """G: a Dense layer of 2 latents to 4 pixels; D: two Dense layers. All in float64."""
    keras.utils.set_random_seed(0)
    dense = keras.layers.Dense
    latents = keras.Input((2,), dtype="float64")
    x = dense(4, activation="tanh", dtype="float64")(latents)
    generator = keras.Model(latents, keras.layers.Reshape((2, 2, 1), dtype="float64")(x))
    images = keras.Input((2, 2, 1), dtype="float64")
    x = keras.layers.Flatten(dtype="float64")(images)
    x = dense(3, activation="tanh", dtype="float64")(x)
    return generator, keras.Model(images, dense(1, dtype="float64")(x))


@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("loss", GAN_LOSSES)
def test_the_gradient_through_the_unrolling_equals_finite_differences(loss, steps):
    """Central differences of the whole function of G's weights, D's steps included, in float64."""
    generator, discriminator = float64_pair()
    options = {"unrolled_steps": steps, "unrolled_rate": 0.5, "penalty": "none"}
    model = UnrolledGAN(generator, discriminator, 2, loss=loss, **options)
    rng = np.random.default_rng(1)
    latents = tf.constant(rng.normal(size=(6, 2)))
    real = tf.constant(rng.uniform(-1, 1, (6, 2, 2, 1)))
    kernel = generator.trainable_variables[0]

    def value():
        return model.generator_loss(real, generator(latents, training=True))

    with tf.GradientTape() as tape:
        g_loss = value()
    exact = tape.gradient(g_loss, kernel).numpy()
    start, step = kernel.numpy(), 1e-5
    differences = np.empty_like(start)
    for index in np.ndindex(start.shape):
        moved = []
        for sign in (1, -1):
            changed = start.copy()
            changed[index] += sign * step
            kernel.assign(changed)
            moved.append(float(value()))
        differences[index] = (moved[0] - moved[1]) / (2 * step)
    np.testing.assert_allclose(exact, differences, rtol=1e-5, atol=1e-9)
    kernel.assign(start)
    with tf.GradientTape() as tape:  # without the path through D's steps it is another gradient
        fake = generator(latents, training=True)
        weights = [tf.stop_gradient(w) for w in model.unrolled_weights(real, fake)]
        g_loss = GAN.generator_loss(model, real, fake, None, weights)
    assert not np.allclose(tape.gradient(g_loss, kernel), exact, rtol=1e-3)


def test_d_itself_is_left_alone_by_the_unrolling(images):
    model = make(UnrolledGAN, unrolled_steps=4)
    before = [np.array(w) for w in model.discriminator.get_weights()]
    model.train_generator(tf.constant(images))
    fake = model.generator(model.draw_latents(16))
    moved = model.unrolled_weights(tf.constant(images), fake)
    assert not np.allclose(moved[0], before[0])
    trained = [np.array(w) for w in model.discriminator.trainable_variables]
    for a, b in zip(before, trained, strict=False):
        np.testing.assert_array_equal(a, b)


@pytest.mark.slow
def test_it_is_saved_and_goes_on_bit_for_bit(images, tmp_path):
    model = make(UnrolledGAN, unrolled_steps=2, unrolled_rate=0.25)
    model.fit(images, batch_size=8, shuffle=False, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert (loaded.unrolled_steps, loaded.unrolled_rate) == (2, 0.25)
    for each in (model, loaded):
        each.fit(images, batch_size=8, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="unrolled_steps: expected at least 0, found -1"):
        make(UnrolledGAN, unrolled_steps=-1)
    with pytest.raises(ValueError, match="unrolled steps need update='alternating'"):
        make(UnrolledGAN, update="simultaneous")
