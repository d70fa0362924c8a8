"""The random draws: their moments, gradients, seeds and dtypes."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gen.layers import BernoulliSampling, GaussianSampling

MEAN = np.full((20_000, 2), [1.0, -3.0], "float32")
LOG_VAR = np.full((20_000, 2), [0.0, 2 * np.log(3.0)], "float32")


def test_draws_have_the_mean_and_deviation_asked_for():
    draws = np.asarray(GaussianSampling(seed=0)(MEAN, LOG_VAR), "float64")
    error = np.array([1.0, 3.0]) / np.sqrt(len(draws))  # of a mean of 20,000 draws
    assert (abs(draws.mean(axis=0) - [1.0, -3.0]) < 4 * error).all()
    np.testing.assert_allclose(draws.std(axis=0), [1.0, 3.0], rtol=0.02)  # 4 / sqrt(2 * 20,000)


def test_gradients_pass_through_the_draw():
    # z = mu + sigma eps: dz/dmu = 1, dz/dlog_var = sigma eps / 2 = (z - mu) / 2
    mean, log_var = tf.constant(MEAN[:5]), tf.constant(LOG_VAR[:5])
    with tf.GradientTape() as tape:
        tape.watch((mean, log_var))
        draws = GaussianSampling(seed=0)(mean, log_var)
    d_mean, d_log_var = tape.gradient(draws, (mean, log_var))
    np.testing.assert_allclose(d_mean, np.ones((5, 2)))
    np.testing.assert_allclose(d_log_var, (draws - mean) / 2, rtol=1e-5, atol=1e-6)


def test_the_seed_decides_the_sequence():
    def sequence(seed):
        layer = GaussianSampling(seed=seed)
        return [np.asarray(layer(MEAN[:4], LOG_VAR[:4])) for _ in range(2)]

    first, again, other = sequence(1), sequence(1), sequence(2)
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first[0], first[1]) and not np.allclose(first, other)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "float32"])
def test_draws_are_float32_under_every_policy(policy):
    keras.config.set_dtype_policy(policy)
    try:
        layer = GaussianSampling()
    finally:
        keras.config.set_dtype_policy("float32")
    assert layer(MEAN[:2], LOG_VAR[:2]).dtype == "float32"


def test_it_can_be_made_again_from_its_config():
    layer = GaussianSampling(seed=7)
    again = GaussianSampling.from_config(layer.get_config())
    np.testing.assert_array_equal(layer(MEAN[:3], LOG_VAR[:3]), again(MEAN[:3], LOG_VAR[:3]))


def test_pixels_are_white_as_often_as_their_grey_says():
    grey = np.array([0.0, 0.1, 0.5, 0.9, 1.0], "float32")
    images = np.broadcast_to(grey, (40_000, 5))
    drawn = np.asarray(BernoulliSampling(seed=0)(images), "float64")
    assert set(np.unique(drawn)) == {0.0, 1.0}
    error = np.sqrt(grey * (1 - grey) / len(images))  # of the mean of 40,000 draws
    # 0 and 1 are certain: there the error is 0, and the mean must be exact
    assert (abs(drawn.mean(axis=0) - grey) <= 4 * error + 1e-9).all()


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "float32"])
def test_pixels_are_drawn_anew_from_a_seed_in_float32(policy):
    keras.config.set_dtype_policy(policy)
    try:
        layers = [BernoulliSampling(seed=1), BernoulliSampling(seed=1), BernoulliSampling(seed=2)]
    finally:
        keras.config.set_dtype_policy("float32")
    layers[1] = BernoulliSampling.from_config(layers[1].get_config())
    images = np.full((4, 8, 8, 1), 0.5, "float32")
    first, again, other = ([np.asarray(layer(images)) for _ in range(2)] for layer in layers)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first[0], first[1]) and not np.array_equal(first, other)
    assert first[0].dtype == "float32"
