"""Noise that several replicas share: together they draw what one device draws."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gen.layers import Dropout, GaussianSampling, draw_rows, replicas


@pytest.fixture
def replica(monkeypatch):
    """Return a function that makes this process replica r of R."""
    return lambda number, count: monkeypatch.setattr(replicas, "_place", lambda: (number, count))


def test_rows_of_one_draw(replica):
    """Of the 6 rows 0 to 5, replica 1 of 3 has rows 2 and 3."""

    def count_up(shape):
        return ops.reshape(ops.arange(np.prod(shape)), shape)

    replica(1, 3)
    assert np.array_equal(draw_rows(count_up, (2, 2)), [[4, 5], [6, 7]])
    replica(0, 1)
    assert np.array_equal(draw_rows(count_up, (2, 2)), [[0, 1], [2, 3]])


def parts_and_whole(replica, layer_of_seed, arguments):
    """Return what two replicas compute of a half each, and what one device does of it all."""
    parts = []
    for number in (0, 1):
        replica(number, 2)
        parts.append(
            np.array(layer_of_seed()(*(a[4 * number : 4 * number + 4] for a in arguments)))
        )
    replica(0, 1)
    return np.concatenate(parts), np.array(layer_of_seed()(*arguments))


def test_replicas_sample_together_what_one_device_samples(replica):
    mean, log_var = np.random.default_rng(0).normal(size=(2, 8, 3)).astype("float32")
    parts, whole = parts_and_whole(replica, lambda: GaussianSampling(5), (mean, log_var))
    assert np.allclose(parts, whole, atol=1e-6)
    assert not np.allclose(parts[:4] - mean[:4], parts[4:] - mean[4:])


def test_replicas_drop_together_what_one_device_drops(replica):
    ones = np.ones((8, 50), "float32")

    def layer():
        dropout = Dropout(0.25, seed=3)
        return lambda x: dropout(x, training=True)

    parts, whole = parts_and_whole(replica, layer, (ones,))
    assert np.array_equal(parts, whole) and not np.array_equal(parts[:4], parts[4:])
    assert set(np.unique(whole)) == {np.float32(0), np.float32(1) / np.float32(0.75)}
    assert np.array_equal(Dropout(0.25)(ones, training=False), ones)


def test_on_one_device_dropout_is_that_of_keras():
    x = np.random.default_rng(0).normal(size=(4, 6)).astype("float32")
    own, theirs = (kind(0.5, seed=1)(x, training=True) for kind in (Dropout, keras.layers.Dropout))
    assert np.array_equal(own, theirs)
