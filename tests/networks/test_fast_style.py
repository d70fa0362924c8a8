"""The image transformation network: sizes, borders, instance normalisation, precision."""

import keras
import numpy as np
import pytest

from keras_gen.networks import fast_style

RNG = np.random.default_rng(0)


def small():
    keras.utils.set_random_seed(0)
    return fast_style.transformer(width=4, blocks=1)


@pytest.mark.parametrize("size", [(5, 5), (8, 8), (9, 14), (15, 11), (21, 33), (64, 48)])
def test_every_size_keeps_its_size(size):
    images = RNG.uniform(size=(2, *size, 3)).astype("float32")
    stylised = np.asarray(small()(images))
    assert stylised.shape == images.shape
    assert stylised.dtype == np.float32
    assert stylised.min() > 0 and stylised.max() < 1  # a sigmoid
    assert stylised.std(axis=(1, 2)).min() > 1e-3  # a constant would pass as well


def test_the_papers_number_of_weights():
    """Johnson et al., 32 channels and 5 blocks; each normalised map has 2 weights and no bias."""
    c = 32
    kernels = 81 * 3 * c + 9 * c * 2 * c + 9 * 2 * c * 4 * c  # down
    kernels += 10 * 9 * (4 * c) ** 2  # five blocks of two
    kernels += 9 * 4 * c * 2 * c + 9 * 2 * c * c + 81 * c * 3 + 3  # up
    norms = 2 * (c + 2 * c + 4 * c + 10 * 4 * c + 2 * c + c)
    network = fast_style.transformer()
    assert network.count_params() == kernels + norms
    assert sum(np.size(w) for w in network.trainable_weights) == kernels + norms


def test_no_transposed_convolution():
    kinds = {type(layer) for layer in small().layers}
    assert keras.layers.UpSampling2D in kinds and keras.layers.Conv2DTranspose not in kinds


def test_the_normalisation_is_that_of_one_image_and_one_channel():
    network = small()
    first = next(x for x in network.layers if isinstance(x, keras.layers.GroupNormalization))
    maps = RNG.normal(3.0, 2.0, (2, 6, 7, 4)).astype("float32")
    mean = maps.mean(axis=(1, 2), keepdims=True)
    variance = maps.var(axis=(1, 2), keepdims=True)
    # gamma 1 and beta 0 at the start; epsilon 1e-5
    np.testing.assert_allclose(first(maps), (maps - mean) / np.sqrt(variance + 1e-5), atol=1e-5)


def test_contrast_and_brightness_of_the_content_change_nothing():
    """The first convolution is linear, so x -> a x + b moves its maps, which are normalised."""
    network = small()
    images = RNG.uniform(0.2, 0.8, (1, 24, 24, 3)).astype("float32")
    before = np.asarray(network(images))
    np.testing.assert_allclose(network(0.3 * images + 0.5), before, atol=5e-3)
    assert np.abs(np.asarray(network(images[:, ::-1])) - before).max() > 0.05


def test_an_image_does_not_see_its_neighbours_in_the_batch():
    network = small()
    images = RNG.uniform(size=(3, 16, 16, 3)).astype("float32")
    np.testing.assert_allclose(network(images)[1], network(images[1:2])[0], atol=1e-5)


def test_a_constant_image_has_no_frame():
    """Mirrored pixels continue a constant image, where zeros would darken its border.

    A constant map has no variance, and with gamma 1 each normalisation would multiply the rounding
    of the convolution before it by 1 / sqrt(epsilon) = 316; gamma 0.001 divides it by three.
    """
    network = small()
    for layer in network.layers:
        if isinstance(layer, keras.layers.GroupNormalization):
            layer.gamma.assign(np.full(layer.gamma.shape, 0.001))
            layer.beta.assign(np.full(layer.beta.shape, 0.5))
    image = np.tile(np.array([0.9, 0.4, 0.2], "float32"), (1, 20, 20, 1))
    stylised = np.asarray(network(image))
    np.testing.assert_allclose(stylised, stylised[:, :1, :1] * np.ones((1, 20, 20, 1)), atol=1e-5)


def test_bfloat16_inside_float32_outside():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    network = small()
    keras.config.set_dtype_policy(before)
    assert network.layers[2].compute_dtype == "bfloat16"
    images = RNG.uniform(size=(1, 33, 30, 3)).astype("float32")
    stylised = np.asarray(network(images))
    assert stylised.dtype == np.float32 and np.isfinite(stylised).all()
    np.testing.assert_allclose(stylised, small()(images), atol=0.1)


def test_saved_and_read_again_it_draws_the_same_at_other_sizes(tmp_path):
    network = small()
    network.save(tmp_path / "network.keras")
    again = keras.models.load_model(tmp_path / "network.keras")
    images = RNG.uniform(size=(1, 19, 26, 3)).astype("float32")
    np.testing.assert_array_equal(again(images), network(images))
