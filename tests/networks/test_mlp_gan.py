"""Shapes, sizes and ranges of the fully connected pair."""

from itertools import pairwise

import keras
import numpy as np
import pytest

from keras_gen.networks import mlp_gan


def test_generator_has_the_documents_widths_and_the_missing_layer():
    network = mlp_gan.generator()
    units = [layer.units for layer in network.layers if isinstance(layer, keras.layers.Dense)]
    assert units == [128, 256, 512, 1024, 784]
    assert network.output_shape == (None, 28, 28, 1)


def test_generator_parameters_are_those_of_five_dense_layers():
    """Inputs * units and 4 numbers for each normalised unit; a bias in the last layer alone."""
    hidden = sum(a * b + 4 * b for a, b in pairwise([100, 128, 256, 512, 1024]))
    assert mlp_gan.generator().count_params() == hidden + (1024 + 1) * 784


def test_discriminator_has_the_documents_widths_and_a_logit():
    network = mlp_gan.discriminator()
    dense = [layer for layer in network.layers if isinstance(layer, keras.layers.Dense)]
    assert [layer.units for layer in dense] == [1024, 512, 256, 1]
    assert dense[-1].activation is keras.activations.linear
    sizes = [784, 1024, 512, 256, 1]
    assert network.count_params() == sum((a + 1) * b for a, b in pairwise(sizes))


@pytest.mark.parametrize("image_shape", [(28, 28, 1), (32, 32, 3), (64, 64, 1)])
def test_images_and_logits_have_the_promised_shape_range_and_dtype(image_shape):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        generator = mlp_gan.generator(image_shape, latent_dim=7, width=8)
        discriminator = mlp_gan.discriminator(image_shape, width=8)
    finally:
        keras.config.set_dtype_policy("float32")
    images = generator(np.random.default_rng(0).normal(0, 50, (3, 7)))
    logits = discriminator(images)
    assert images.shape == (3, *image_shape) and logits.shape == (3, 1)
    assert images.dtype == "float32" and logits.dtype == "float32"
    assert float(keras.ops.max(keras.ops.abs(images))) <= 1.0
