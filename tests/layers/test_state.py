"""Random states are found, saved and restored; moving statistics are left alone."""

import keras
import numpy as np

from keras_gen.layers import load_seed_states, save_seed_states, seed_states, train_without_trace


def network():
    inputs = keras.Input((6,))
    x = keras.layers.Dense(6)(inputs)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Dropout(0.5)(x)
    return keras.Model(inputs, keras.layers.GaussianNoise(1.0)(x))


X = np.random.default_rng(0).normal(3, 2, (64, 6)).astype("float32")


def test_each_random_layer_has_one_state():
    assert len(seed_states(network())) == 2
    assert len(seed_states(network(), network())) == 4


def test_restored_states_draw_the_same_numbers_again():
    model, store = network(), {}
    model(X, training=True)
    save_seed_states(store, seed_states(model))
    first = np.asarray(model(X, training=True))
    second = np.asarray(model(X, training=True))
    load_seed_states(store, seed_states(model))
    assert np.array_equal(np.asarray(model(X, training=True)), first)
    assert not np.array_equal(first, second)


def test_a_run_without_trace_normalises_by_the_batch_and_moves_no_statistic():
    inputs = keras.Input((6,))
    norm = keras.layers.BatchNormalization()
    model = keras.Model(inputs, norm(inputs))
    out = np.asarray(train_without_trace(model, X))
    np.testing.assert_allclose(out.mean(axis=0), 0.0, atol=1e-5)  # the batch's own mean and
    np.testing.assert_allclose(out.std(axis=0), 1.0, atol=1e-3)  # deviation were taken away
    assert np.array_equal(norm.moving_mean, np.zeros(6))
    assert np.array_equal(norm.moving_variance, np.ones(6))


def test_a_run_without_trace_draws_new_masks_each_time():
    model = network()
    assert not np.array_equal(train_without_trace(model, X), train_without_trace(model, X))
