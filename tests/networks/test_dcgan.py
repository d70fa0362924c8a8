"""Shapes, sizes, ranges and the absence of checkerboards of the convolutional pair."""

import keras
import numpy as np
import pytest

from keras_gen.networks import dcgan

SHAPES = [(size, size, channels) for size in (28, 32, 64) for channels in (1, 3)]


def feature_shapes(network, kind):
    return [tuple(layer.output.shape[1:]) for layer in network.layers if isinstance(layer, kind)]


def test_generator_has_the_documents_channels_and_ends_at_28():
    network = dcgan.generator(width=64)
    assert feature_shapes(network, keras.layers.Reshape) == [(7, 7, 256)]
    assert feature_shapes(network, keras.layers.Conv2DTranspose) == [
        (7, 7, 128),
        (14, 14, 64),
        (28, 28, 1),
    ]
    assert network.output_shape == (None, 28, 28, 1)


def test_generator_parameters_at_width_64():
    """Dense 100*12544; 3x3 256->128, 4x4 128->64, 4x4 64->1 with a bias; 4 a normalised channel."""
    weights = 100 * 12544 + 9 * 256 * 128 + 16 * 128 * 64 + (16 * 64 + 1)
    assert dcgan.generator(width=64).count_params() == weights + 4 * (256 + 128 + 64)


def test_every_strided_kernel_is_divisible_by_its_stride():
    for shape in SHAPES:
        for layer in dcgan.generator(shape, width=8).layers:
            if isinstance(layer, keras.layers.Conv2DTranspose):
                assert layer.kernel_size[0] % layer.strides[0] == 0


def test_discriminator_normalises_nothing_over_the_batch():
    """An image's logit must not depend on its company, else one backward pass is not exact."""
    network = dcgan.discriminator(width=8)
    images = np.random.default_rng(0).uniform(-1, 1, (6, 28, 28, 1)).astype("float32")
    alone = network(images[:1], training=False)
    np.testing.assert_allclose(network(images, training=False)[:1], alone, rtol=1e-5, atol=1e-6)
    assert not any(isinstance(x, keras.layers.BatchNormalization) for x in network.layers)


@pytest.mark.parametrize("image_shape", SHAPES)
def test_images_and_logits_have_the_promised_shape_range_and_dtype(image_shape):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        generator = dcgan.generator(image_shape, latent_dim=5, width=4)
        discriminator = dcgan.discriminator(image_shape, width=4)
    finally:
        keras.config.set_dtype_policy("float32")
    images = generator(np.random.default_rng(0).normal(0, 50, (2, 5)))
    logits = discriminator(images)
    assert images.shape == (2, *image_shape) and logits.shape == (2, 1)
    assert images.dtype == "float32" and logits.dtype == "float32"
    assert float(keras.ops.max(keras.ops.abs(images))) <= 1.0


@pytest.mark.parametrize("bad", [(30, 30, 1), (28, 32, 1), (28, 28, 2)])
@pytest.mark.parametrize("network", [dcgan.generator, dcgan.discriminator])
def test_another_shape_is_refused_with_the_shapes_named(network, bad):
    height, width, channels = bad
    with pytest.raises(ValueError, match=rf"28, 32 or 64 .* found {height}x{width}x{channels}"):
        network(bad)


def test_an_even_kernel_covers_every_pixel_equally_and_an_odd_one_does_not():
    """A constant map through a constant kernel, stride 2: kernel 4 gives one value, 5 gives four.

    Worked by hand: with kernel 4 each inner output pixel is reached by 2 x 2 kernel positions; with
    kernel 5 by 2 or 3 in each direction, so 4, 6 and 9 (Odena et al. 2016).
    """
    for kernel, values in ((4, {4.0}), (5, {4.0, 6.0, 9.0})):
        layer = keras.layers.Conv2DTranspose(
            1, kernel, strides=2, padding="same", kernel_initializer="ones"
        )
        inner = np.asarray(layer(np.ones((1, 8, 8, 1), "float32")))[0, 4:-4, 4:-4, 0]
        assert set(inner.ravel().tolist()) == values
