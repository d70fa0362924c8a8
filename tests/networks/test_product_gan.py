"""The pair that draws products: shapes, conditions in every layer, the projection by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gen.networks import product_gan

LABELS = tf.random.stateless_normal((3, 9), (0, 1))


@pytest.mark.parametrize("channels", [1, 3])
def test_shapes(channels):
    shape = (64, 64, channels)
    images = product_gan.generator(shape, 5, 4, 9)([tf.zeros((3, 5)), LABELS])
    assert images.shape == (3, *shape)
    network = product_gan.discriminator(shape, width=4, conditions=9, spectral_norm=True)
    assert network([images, LABELS]).shape == (3, 1)


def test_conditions_enter_every_layer():
    """With the noise and all else fixed they change each map that follows a normalisation."""
    network = product_gan.generator(latent_dim=5, width=4, conditions=9)
    maps = [layer.output for layer in network.layers if isinstance(layer, keras.layers.ReLU)]
    scales = [layer for layer in network.layers if isinstance(layer, keras.layers.Multiply)]
    assert len(maps) == len(scales) == 3
    for layer in network.layers:  # what reaches the maps through the first one is cut off
        if isinstance(layer, keras.layers.Dense) and layer.units == 8 * 8 * 16:
            layer.kernel.assign(tf.zeros_like(layer.kernel))
    drawn = keras.Model(network.inputs, maps)([tf.zeros((3, 5)), LABELS], training=False)
    for each in drawn:
        assert float(np.ptp(np.asarray(each), axis=0).max()) > 1e-3


def test_the_logit_is_a_linear_one_and_a_projection():
    """With phi all 1 (256 features), psi = 0.5 + 2 phi and e(y) = 3: 0.5 + 512 + 768."""
    network = product_gan.discriminator(width=2, conditions=9)
    for layer in network.layers:
        if isinstance(layer, keras.layers.Dense):
            value = {1: 0.5, 256: 1.0, 128: 0.0}[layer.units]
            layer.set_weights([np.zeros(layer.kernel.shape), np.full(layer.units, value)])
    (psi,) = (x for x in network.layers if isinstance(x, keras.layers.Dense) and x.units == 1)
    psi.kernel.assign(np.full((256, 1), 2.0))
    (rows,) = (
        x for x in network.layers
        if isinstance(x, keras.layers.Dense) and x.kernel.shape == (128, 256)
    )  # fmt: skip
    rows.bias.assign(np.full(256, 3.0))
    logits = network([tf.zeros((3, 64, 64, 3)), LABELS])
    np.testing.assert_allclose(logits, np.full((3, 1), 1280.5), rtol=1e-6)


def test_spectral_norm_bounds_every_layer_with_weights():
    """Those of the conditions as well, or e(y) could grow where phi(x) cannot; by default none."""
    kinds = keras.layers.Dense | keras.layers.Conv2D
    for bounded in (True, False):
        network = product_gan.discriminator(width=2, conditions=9, spectral_norm=bounded)
        free = [layer for layer in network.layers if isinstance(layer, kinds)]
        wrapper = keras.layers.SpectralNormalization
        wrapped = [layer for layer in network.layers if isinstance(layer, wrapper)]
        assert (len(wrapped), len(free)) == ((8, 0) if bounded else (0, 8))  # 4 and 4


def test_outputs_are_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        generator = product_gan.generator(latent_dim=5, width=4, conditions=9)
        network = product_gan.discriminator(width=4, conditions=9)
    finally:
        keras.config.set_dtype_policy("float32")
    images = generator([tf.zeros((3, 5)), LABELS])
    assert images.dtype == network([images, LABELS]).dtype == "float32"


@pytest.mark.parametrize("network", [product_gan.generator, product_gan.discriminator])
@pytest.mark.parametrize("shape", [(28, 28, 3), (64, 32, 3), (64, 64, 2)])
def test_other_shapes_are_refused(network, shape):
    with pytest.raises(ValueError, match="product_gan: expected images of 64x64 pixels with 1 or"):
        network(shape)
