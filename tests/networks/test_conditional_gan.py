"""The conditional pair: shapes, where labels enter, the projection by hand, mixed precision."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gen.networks import conditional_gan, dcgan

ONE_HOT = tf.eye(3)


@pytest.mark.parametrize("side", [28, 32, 64])
def test_shapes(side):
    shape = (side, side, 3)
    generator = conditional_gan.generator(shape, latent_dim=5, width=4, classes=3)
    discriminator = conditional_gan.discriminator(shape, width=4, classes=3)
    images = generator([tf.zeros((3, 5)), ONE_HOT])
    assert images.shape == (3, *shape)
    assert discriminator([images, ONE_HOT]).shape == (3, 1)


def test_beside_the_labels_they_are_those_of_dcgan():
    """K more rows of the first kernel; a row of F for each class."""
    size = {"width": 4}
    generators = (
        dcgan.generator(latent_dim=5, **size),
        conditional_gan.generator(latent_dim=5, classes=3, **size),
    )
    more = generators[1].count_params() - generators[0].count_params()
    assert more == 3 * (7 * 7 * 16)
    pair = dcgan.discriminator(**size), conditional_gan.discriminator(classes=3, **size)
    assert pair[1].count_params() - pair[0].count_params() == 3 * (4 * 4 * 16)


def test_a_label_is_a_tenth_as_loud_as_the_noise_at_first():
    """The first kernel's entries are alike, and the noise is sqrt(100) times as long as a label."""
    first = conditional_gan.generator(width=16).layers[3]
    noise = np.random.default_rng(0).normal(size=(100, 100)) @ first.kernel[:100]
    label = np.asarray(first.kernel[100:])  # (10, 49 * 64): what each class adds
    loudness = np.sqrt(np.mean(label**2) / np.mean(noise**2))
    assert loudness == pytest.approx(0.1, rel=0.03)


def test_the_logit_is_a_linear_one_and_a_projection():
    """With features phi all 1 (F = 64), psi = 0.5 + 2 F and rows of V 1, 2, 3: 0.5 + 64 (2 + y)."""
    network = conditional_gan.discriminator(width=1, classes=3)
    (last,) = (x for x in network.layers if isinstance(x, keras.layers.Dense) and x.units == 1)
    last.set_weights([np.full((64, 1), 2.0), np.array([0.5])])
    rows = np.array([[1.0], [2.0], [3.0]]) * np.ones((1, 64))
    network.get_layer(conditional_gan.CLASS_LOGITS).set_weights([rows.T])
    images = tf.random.stateless_uniform((3, 28, 28, 1), (0, 1), -1.0, 1.0)
    flat = next(x for x in network.layers if isinstance(x, keras.layers.Flatten))
    features = keras.Model(network.inputs, flat.output)([images, ONE_HOT])  # (3, 64)
    expected = 0.5 + (2.0 + np.array([1.0, 2.0, 3.0])) * np.sum(features, axis=1)
    np.testing.assert_allclose(network([images, ONE_HOT])[:, 0], expected, rtol=1e-4, atol=1e-4)


def test_mixed_classes_lie_between_their_logits():
    """The projection is linear in the label."""
    network = conditional_gan.discriminator(width=4, classes=2)
    image = np.random.default_rng(0).uniform(-1, 1, (1, 28, 28, 1)).astype("float32")
    labels = tf.constant([[1.0, 0.0], [0.0, 1.0], [0.25, 0.75]])
    first, second, between = np.ravel(network([tf.repeat(image, 3, axis=0), labels]))
    assert between == pytest.approx(0.25 * first + 0.75 * second, abs=1e-5)
    assert first != second


@pytest.mark.parametrize("spectral_norm", [False, True])
def test_the_class_logits_have_a_layer_of_their_name(spectral_norm):
    """Whose inner product with the label is all that the label adds to the logit."""
    network = conditional_gan.discriminator(width=4, classes=3, spectral_norm=spectral_norm)
    named = network.get_layer(conditional_gan.CLASS_LOGITS).output
    image = tf.repeat(tf.random.stateless_uniform((1, 28, 28, 1), (0, 1), -1.0, 1.0), 3, axis=0)
    logits, classes = keras.Model(network.inputs, [network.output, named])([image, ONE_HOT])
    assert classes.shape == (3, 3)
    added = logits - network([image, tf.zeros((3, 3))])
    np.testing.assert_allclose(added[:, 0], np.diag(classes), rtol=1e-4, atol=1e-5)


def test_outputs_are_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        generator = conditional_gan.generator(latent_dim=5, width=4, classes=3)
        network = conditional_gan.discriminator(width=4, classes=3, spectral_norm=True)
    finally:
        keras.config.set_dtype_policy("float32")
    images = generator([tf.zeros((3, 5)), ONE_HOT])
    assert images.dtype == network([images, ONE_HOT]).dtype == "float32"


def test_other_sizes_are_refused():
    with pytest.raises(ValueError, match="expected square images of 28, 32 or 64 pixels"):
        conditional_gan.generator((30, 30, 1))
