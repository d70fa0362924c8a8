"""Gradients of single examples against a tape for each of them; clipping by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from keras_gen.models.per_example import check_network, clipped_sum, forward, gradients_of_layer
from keras_gen.networks import dcgan, mlp_gan


def odd_network():
    """Strides, a dilation, both paddings, and a layer without a bias."""
    images = keras.Input((9, 7, 2))
    x = layers.Conv2D(3, (3, 2), strides=2, padding="same")(images)  # (B, 5, 4, 3)
    x = layers.LeakyReLU(0.2)(x)
    x = layers.Conv2D(2, 2, dilation_rate=2, padding="valid", use_bias=False)(x)
    return keras.Model(images, layers.Dense(1)(layers.Flatten()(x)))


NETWORKS = {
    "odd": odd_network,
    "dcgan": lambda: dcgan.discriminator((28, 28, 1), width=2),
    "mlp_gan": lambda: mlp_gan.discriminator((4, 4, 1), width=2, dropout=0.0),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_are_those_of_a_tape_for_each_example(name):
    network = NETWORKS[name]()
    images = np.random.default_rng(0).normal(size=(3, *network.input_shape[1:])).astype("float32")
    with tf.GradientTape() as tape:
        passed, logits = forward(network, tf.constant(images))
        loss = tf.reduce_sum(tf.square(logits))
    slopes = tape.gradient(loss, [outputs for _, _, outputs in passed])
    found = []
    for (layer, inputs, _), slope in zip(passed, slopes, strict=True):
        found += gradients_of_layer(layer, inputs, slope)
    for i, image in enumerate(images):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(network(image[None])))
        expected = tape.gradient(loss, network.trainable_variables)
        for ours, theirs in zip(found, expected, strict=True):
            scale = float(tf.reduce_max(tf.abs(theirs))) + 1e-6
            np.testing.assert_allclose(ours[i], theirs, rtol=1e-4, atol=1e-4 * scale)


def test_clipping_by_hand():
    """Norms over both weights: 5, 0.5 and 0; with C = 1 the first is divided by 5."""
    kernels = tf.constant([[[3.0, 0.0]], [[0.3, 0.0]], [[0.0, 0.0]]])  # (3, 1, 2)
    biases = tf.constant([[4.0], [-0.4], [0.0]])  # (3, 1)
    kernel, bias = clipped_sum([kernels, biases], 1.0)
    np.testing.assert_allclose(kernel, [[0.6 + 0.3, 0.0]], rtol=1e-6)
    np.testing.assert_allclose(bias, [0.8 - 0.4], rtol=1e-6)
    unclipped = clipped_sum([kernels, biases], 5.0)
    np.testing.assert_allclose(unclipped[0], [[3.3, 0.0]], rtol=1e-6)


def test_no_example_moves_the_sum_by_more_than_the_norm():
    rng = np.random.default_rng(1)
    gradients = [tf.constant(rng.normal(size=(6, *shape)) * 50) for shape in ((4, 3), (3,))]
    whole = clipped_sum(gradients, 0.7)
    for i in range(6):
        others = [tf.boolean_mask(g, np.arange(6) != i) for g in gradients]
        part = clipped_sum(others, 0.7)
        moved = [a - b for a, b in zip(whole, part, strict=True)]
        norm = np.sqrt(sum(float(tf.reduce_sum(tf.square(m))) for m in moved))
        assert norm == pytest.approx(0.7)  # all of them are longer, so that each moves it so far


@pytest.mark.parametrize(
    ("extra", "match"),
    [
        ({"spectral_norm": True}, "expected Dense or Conv2D, found SpectralNormalization"),
        ({"minibatch_std": True}, "found one that looks at several"),
        ({"packing": 2}, "found one that looks at several"),
    ],
)
def test_networks_that_mix_examples_or_hide_weights_are_refused(extra, match):
    with pytest.raises(ValueError, match=match):
        check_network(dcgan.discriminator(width=2, **extra))


def test_batch_normalization_and_branches_are_refused():
    images = keras.Input((4,))
    x = layers.Dense(3)(images)
    with pytest.raises(ValueError, match="expected Dense or Conv2D, found BatchNormalization"):
        check_network(keras.Model(images, layers.Dense(1)(layers.BatchNormalization()(x))))
    with pytest.raises(ValueError, match="expected one layer after another"):
        check_network(keras.Model(images, layers.Dense(1)(layers.Add()([x, layers.ReLU()(x)]))))
    active = keras.Model(images, layers.Dense(1)(layers.Dense(3, activation="tanh")(images)))
    with pytest.raises(ValueError, match="expected the activation as a layer of its own"):
        check_network(active)
