"""Sizes, ranges and precision of the second judge."""

import keras
import numpy as np
import pytest

from keras_gen.networks import strided_net


@pytest.fixture
def images():
    return np.random.default_rng(0).uniform(0, 1, (6, 28, 28, 1)).astype("float32")


def test_parameters():
    """5x5 kernels 1->24->48->96 with biases, dense layers of 4 * 4 * 96 to 96 and of 96 to 10."""
    kernels = 25 * (1 * 24 + 24 * 48 + 48 * 96) + (24 + 48 + 96)
    dense = (1536 * 96 + 96) + (96 * 10 + 10)
    assert strided_net.classifier().count_params() == kernels + dense


def test_features_tell_where_something_is(images):
    """Not so FashionNet's, which are means over positions of a last map."""
    network = strided_net.classifier()
    features, logits = network(images, training=False)
    assert features.shape == (6, 96) and logits.shape == (6, 10)
    shifted, _ = network(np.roll(images, 4, axis=2), training=False)
    assert np.abs(shifted - features).max() > 0.01 * np.abs(features).max()


def test_an_image_is_judged_by_itself(images):
    network = strided_net.classifier()
    together, alone = network(images, training=False), network(images[:1], training=False)
    for several, one in zip(together, alone, strict=True):
        np.testing.assert_allclose(several[:1], one, rtol=1e-5, atol=1e-6)


def test_outputs_are_float32_under_mixed_precision(images):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        features, logits = strided_net.classifier()(images)
    finally:
        keras.config.set_dtype_policy("float32")
    assert features.dtype == logits.dtype == "float32"
