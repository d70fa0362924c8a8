"""The feature network against keras.applications, at its borders, and where it is cut."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gen.networks import vgg19

IMAGES = np.random.default_rng(0).uniform(size=(2, 53, 37, 3)).astype("float32")


@pytest.fixture(scope="module")
def whole():
    return vgg19.features(vgg19.LAYERS, weights="random")


# --- the same function as Keras' ------------------------------------------------------------------


def test_pixels_equal_keras_preprocessing(whole):
    pixels = keras.Model(whole.input, whole.get_layer("pixels").output)(IMAGES)
    expected = keras.applications.vgg19.preprocess_input(255 * IMAGES)
    np.testing.assert_array_equal(pixels, expected)


def test_a_colour_worked_by_hand(whole):
    # red 1, green 0.5, blue 0: blue first, 0 - 103.939, 127.5 - 116.779, 255 - 123.68
    image = np.tile(np.array([1.0, 0.5, 0.0], "float32"), (1, 16, 16, 1))
    pixels = keras.Model(whole.input, whole.get_layer("pixels").output)(image)
    assert np.asarray(pixels)[0, 3, 5] == pytest.approx([-103.939, 10.721, 131.32], abs=1e-4)


def test_features_equal_keras_applications_exactly(whole):
    reference = keras.applications.VGG19(include_top=False, weights=None)
    for name in vgg19.LAYERS:
        reference.get_layer(name).set_weights(whole.get_layer(name).get_weights())
    outputs = [reference.get_layer(name).output for name in vgg19.LAYERS]
    pixels = keras.applications.vgg19.preprocess_input(255 * IMAGES)
    expected = keras.Model(reference.input, outputs)(pixels)
    found = whole(IMAGES)
    assert tuple(found) == vgg19.LAYERS
    for name, values in zip(vgg19.LAYERS, expected, strict=True):
        np.testing.assert_array_equal(found[name], values)
        assert float(np.max(values)) > 1.0, name  # zeros would be equal as well


def test_average_pooling_takes_means_of_four():
    names = ["block1_conv2", "block2_conv1"]
    network = vgg19.features(names, weights="random", pooling="avg")
    maps = network(IMAGES[:, :8, :10])
    before, after = (np.asarray(maps[name]) for name in names)
    means = before.reshape(2, 4, 2, 5, 2, 64).mean(axis=(2, 4))
    kernel, bias = network.get_layer("block2_conv1").get_weights()
    expected = np.maximum(tf.nn.conv2d(means, kernel, 1, "SAME") + bias, 0)
    np.testing.assert_allclose(after, expected, rtol=1e-4, atol=1e-3)


# --- borders --------------------------------------------------------------------------------------


def first_map(images, padding):
    network = vgg19.features(["block1_conv1"], weights="random", padding=padding)
    return np.asarray(network(images)["block1_conv1"])


def test_replicate_padding_sees_no_border_in_a_constant_image():
    image = np.full((1, 9, 7, 3), [0.9, 0.6, 0.2], "float32")
    replicate, zeros = (first_map(image, padding) for padding in ("replicate", "zeros"))
    spread = np.ptp(replicate, axis=(1, 2))
    assert spread.max() <= 1e-4 * replicate.max()
    assert np.ptp(zeros, axis=(1, 2)).max() > 0.1 * zeros.max()


def test_padding_changes_only_the_border():
    replicate, zeros = (first_map(IMAGES, padding) for padding in ("replicate", "zeros"))
    assert replicate.shape == zeros.shape == (2, 53, 37, 64)
    inner = np.s_[:, 1:-1, 1:-1]
    np.testing.assert_allclose(replicate[inner], zeros[inner], rtol=1e-4, atol=1e-3)
    assert abs(replicate[:, 0] - zeros[:, 0]).max() > 1.0


def test_replicate_padding_equals_edge_padding_by_numpy():
    network = vgg19.features(["block1_conv1"], weights="random", padding="replicate")
    kernel, bias = network.get_layer("block1_conv1").get_weights()
    pixels = keras.applications.vgg19.preprocess_input(255 * IMAGES)
    padded = np.pad(pixels, [(0, 0), (1, 1), (1, 1), (0, 0)], mode="edge")
    expected = np.maximum(tf.nn.conv2d(padded, kernel, 1, "VALID") + bias, 0)
    np.testing.assert_allclose(network(IMAGES)["block1_conv1"], expected, rtol=1e-4, atol=1e-3)


# --- size, cut, precision -------------------------------------------------------------------------


def test_maps_are_halved_in_every_block(whole):
    shapes = {name: tuple(values.shape) for name, values in whole(IMAGES).items()}
    assert shapes["block1_conv1"] == (2, 53, 37, 64)
    assert shapes["block2_conv2"] == (2, 26, 18, 128)
    assert shapes["block3_conv4"] == (2, 13, 9, 256)
    assert shapes["block4_conv1"] == (2, 6, 4, 512)
    assert shapes["block5_conv4"] == (2, 3, 2, 512)


def test_the_network_ends_at_the_deepest_layer_in_use():
    network = vgg19.features(["block2_conv1", "block1_conv1"], weights="random")
    # 3x3 convolutions 3-64, 64-64, 64-128 with biases
    assert network.count_params() == 1_792 + 36_928 + 73_856
    names = [layer.name for layer in network.layers if layer.weights]
    assert names == ["block1_conv1", "block1_conv2", "block2_conv1"]
    assert set(network(IMAGES)) == {"block1_conv1", "block2_conv1"}


def test_nothing_is_trainable_and_the_gradient_reaches_the_image(whole):
    assert whole.trainable_variables == []
    images = tf.Variable(IMAGES)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(whole(images)["block5_conv1"])
    assert abs(tape.gradient(loss, images).numpy()).max() > 0


def test_the_global_precision_policy_has_no_say(whole):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = vgg19.features(["block3_conv1"], weights="random")
        found = network(IMAGES)["block3_conv1"]
    finally:
        keras.config.set_dtype_policy("float32")
    assert found.dtype == "float32"
    np.testing.assert_array_equal(found, whole(IMAGES)["block3_conv1"])


def test_bfloat16_features_are_near_the_float32_ones(whole):
    network = vgg19.features(["block3_conv1"], weights="random", dtype="mixed_bfloat16")
    found = network(IMAGES)["block3_conv1"]
    assert found.dtype == "bfloat16"
    found, expected = np.asarray(found, "float32"), np.asarray(whole(IMAGES)["block3_conv1"])
    error = np.sqrt(np.mean((found - expected) ** 2) / np.mean(expected**2))
    assert 1e-4 < error < 0.03  # eight bits: 2^-9 = 0.002 a rounding, five layers


def test_the_source_of_the_weights_is_on_the_network(whole):
    assert whole.source.name == "random"
    assert whole.source.description == "VGG19 with random kernels, seed 0"


# --- mistakes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"layers": ["conv4_2"]}, "expected layers from block1_conv1 to .*, found 'conv4_2'"),
        ({"layers": []}, "expected layers from block1_conv1 to block5_conv4, found none"),
        ({"pooling": "mean"}, "unknown pooling 'mean': expected max or avg"),
        ({"padding": "reflect"}, "unknown padding 'reflect': expected zeros or replicate"),
    ],
)
def test_unknown_names_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        vgg19.features(**{"layers": ["block1_conv1"], "weights": "random", **arguments})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("shape", "smallest"),
    [((1, 3, 64, 3), 4), ((1, 64, 3, 3), 4), ((64, 64, 3), 4), ((1, 64, 64, 1), 4)],
    ids=str,
)
def test_images_of_another_shape_are_refused_in_one_line(shape, smallest):
    network = vgg19.features(["block3_conv1"], weights="random")
    with pytest.raises(ValueError) as caught:
        network(np.zeros(shape, "float32"))
    assert str(caught.value) == (
        f"vgg19: expected images (B, H, W, 3), H and W at least {smallest} for these layers, "
        f"found {shape}"
    )
    assert network(np.zeros((1, 4, 4, 3), "float32"))["block3_conv1"].shape == (1, 1, 1, 256)


def test_whole_numbers_are_refused():
    network = vgg19.features(["block1_conv1"], weights="random")
    with pytest.raises(ValueError, match=r"^vgg19: expected floats in \[0, 1\], found uint8$"):
        network(np.zeros((1, 8, 8, 3), "uint8"))
