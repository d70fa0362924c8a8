"""Sizes, ranges and precision of the classifier of garments."""

import keras
import numpy as np
import pytest

from keras_gen.networks import fashion_net


@pytest.fixture
def images():
    return np.random.default_rng(0).uniform(0, 1, (6, 28, 28, 1)).astype("float32")


def test_parameters():
    """3x3 kernels 1->32->64->96->96, 4 for each normalised channel, a Dense layer of 96 to 10."""
    kernels = 9 * (1 * 32 + 32 * 64 + 64 * 96 + 96 * 96)
    normalised = 4 * (32 + 64 + 96 + 96)
    assert fashion_net.classifier().count_params() == kernels + normalised + (96 * 10 + 10)


def test_features_are_96_means_of_a_rectified_map_and_there_are_ten_logits(images):
    network = fashion_net.classifier()
    maps = keras.Model(network.input, network.layers[-4].output)(images, training=False)
    features, logits = network(images, training=False)
    assert maps.shape == (6, 7, 7, 96) and features.shape == (6, 96) and logits.shape == (6, 10)
    assert float(keras.ops.min(maps)) == 0.0 < float(keras.ops.max(maps))
    np.testing.assert_allclose(features, np.mean(maps, axis=(1, 2)), rtol=1e-5, atol=1e-7)
    assert float(keras.ops.min(logits)) < 0.0  # no activation


def test_an_image_is_judged_by_itself(images):
    network = fashion_net.classifier()
    together, alone = network(images, training=False), network(images[:1], training=False)
    for several, one in zip(together, alone, strict=True):
        np.testing.assert_allclose(several[:1], one, rtol=1e-5, atol=1e-6)


def test_training_drops_features_and_use_does_not(images):
    network = fashion_net.classifier()
    (_, first), (_, second) = (network(images, training=False) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    (_, first), (_, second) = (network(images, training=True) for _ in range(2))
    assert np.abs(first - second).max() > 1e-4


def test_logits_are_float32_under_mixed_precision(images):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        _, logits = fashion_net.classifier()(images)
    finally:
        keras.config.set_dtype_policy("float32")
    assert logits.dtype == "float32"
