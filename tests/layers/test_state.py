"""Random states are recognised; a call that keeps statistics moves none."""

import keras
import numpy as np

from keras_gen.layers import call_keeping_statistics, is_seed_state


def network():
    inputs = keras.Input((6,))
    x = keras.layers.Dense(6)(inputs)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Dropout(0.5)(x)
    return keras.Model(inputs, keras.layers.GaussianNoise(1.0)(x))


X = np.random.default_rng(0).normal(3, 2, (64, 6)).astype("float32")


def test_each_random_layer_has_one_state():
    assert sum(map(is_seed_state, network().variables)) == 2


def test_a_call_that_keeps_statistics_normalises_by_the_batch_and_moves_no_statistic():
    inputs = keras.Input((6,))
    norm = keras.layers.BatchNormalization()
    model = keras.Model(inputs, norm(inputs))
    out = np.asarray(call_keeping_statistics(model, X))
    np.testing.assert_allclose(out.mean(axis=0), 0.0, atol=1e-5)  # the batch's own mean and
    np.testing.assert_allclose(out.std(axis=0), 1.0, atol=1e-3)  # deviation were taken away
    assert np.array_equal(norm.moving_mean, np.zeros(6))
    assert np.array_equal(norm.moving_variance, np.ones(6))


def test_a_call_that_keeps_statistics_draws_new_masks_each_time():
    model = network()
    assert not np.array_equal(call_keeping_statistics(model, X), call_keeping_statistics(model, X))
