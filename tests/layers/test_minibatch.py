"""Layers that see several examples: hand-worked numbers, gradients, packs in order."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gen.layers import MinibatchStandardDeviation, Pack, layers_within, mixes_examples


def test_the_channel_is_the_mean_deviation_over_the_batch():
    """Two examples of two features, (0, 1) and (4, 1): deviations 2 and 0, mean 1."""
    inputs = np.array([[0.0, 1.0], [4.0, 1.0]], "float32").reshape(2, 1, 2, 1)
    outputs = np.array(MinibatchStandardDeviation()(inputs))
    assert outputs.shape == (2, 1, 2, 2)
    np.testing.assert_array_equal(outputs[..., 0], inputs[..., 0])
    np.testing.assert_allclose(outputs[..., 1], 1.0, atol=1e-4)  # sqrt(1e-8) / 2 of the flat one
    flat = np.array(MinibatchStandardDeviation()(inputs.reshape(2, 2)))
    np.testing.assert_allclose(flat[:, 2], 1.0, atol=1e-4)


def test_equal_examples_have_no_deviation_and_a_finite_slope():
    inputs = tf.ones((4, 3, 3, 2))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        channel = MinibatchStandardDeviation()(inputs)[..., -1]
    assert float(tf.reduce_max(channel)) < 2e-4
    assert np.isfinite(tape.gradient(channel, inputs)).all()


def test_packs_hold_neighbours_of_the_batch_in_their_channels():
    images = np.arange(4 * 2 * 2 * 3, dtype="float32").reshape(4, 2, 2, 3)
    packs = np.array(Pack(2)(images))
    assert packs.shape == (2, 2, 2, 6)
    np.testing.assert_array_equal(packs[0], np.concatenate([images[0], images[1]], axis=-1))
    np.testing.assert_array_equal(packs[1], np.concatenate([images[2], images[3]], axis=-1))


@pytest.mark.parametrize("layer", [MinibatchStandardDeviation(), Pack(2)])
def test_shapes_of_a_functional_model_and_of_its_file(layer, tmp_path):
    inputs = keras.Input((4, 4, 1))
    model = keras.Model(inputs, layer(inputs))
    assert model.output_shape == (None, 4, 4, 2)
    model.save(tmp_path / "model.keras")
    images = np.random.default_rng(0).normal(size=(6, 4, 4, 1)).astype("float32")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(images), model(images))


def test_which_layers_look_at_other_examples():
    layers = keras.layers
    mixing = [layers.BatchNormalization(), MinibatchStandardDeviation(), Pack(2)]
    assert all(map(mixes_examples, mixing))
    apart = [layers.Dense(1), layers.GroupNormalization(), layers.Dropout(0.5)]
    assert not any(map(mixes_examples, apart))


def test_layers_are_found_in_nested_models_and_in_wrappers():
    layers = keras.layers
    norm, dense = layers.BatchNormalization(), layers.Dense(2)
    body = keras.Sequential([layers.TimeDistributed(norm), layers.SpectralNormalization(dense)])
    inputs = keras.Input((3, 4))
    network = keras.Model(inputs, keras.Sequential([body])(inputs))
    found = list(layers_within(network))
    assert found[0] is network and len(found) == len(set(map(id, found)))
    assert {id(norm), id(dense), id(body)} < set(map(id, found))
    assert mixes_examples(network) and mixes_examples(body)
    assert not mixes_examples(keras.Sequential([layers.SpectralNormalization(dense)]))
