"""Small networks for points."""

import keras
import numpy as np
import pytest

from keras_gen.networks import point_gan


def test_shapes_and_sizes():
    generator, discriminator = point_gan.generator(latent_dim=5, width=7), point_gan.discriminator()
    assert generator.output_shape == (None, 1, 1, 2)
    assert discriminator.output_shape == (None, 1)
    assert generator.count_params() == (5 * 7 + 7) + (7 * 7 + 7) + (7 * 2 + 2)
    assert discriminator.count_params() == (2 * 128 + 128) + (128 * 128 + 128) + 129


def test_points_have_no_bounds():
    generator = point_gan.generator(latent_dim=3, width=4)
    generator.layers[-2].bias.assign([5.0, -7.0])
    far = generator(np.zeros((1, 3), "float32")).numpy().ravel()
    np.testing.assert_allclose(far, [5.0, -7.0])


@pytest.mark.parametrize(
    ("extra", "size"), [("spectral_norm", True), ("minibatch_std", True), ("packing", 2)]
)
def test_every_extra_of_a_discriminator_is_there(extra, size):
    plain, extended = point_gan.discriminator(), point_gan.discriminator(**{extra: size})
    assert [type(x) for x in plain.layers] != [type(x) for x in extended.layers]
    points = np.random.default_rng(0).normal(size=(6, 1, 1, 2)).astype("float32")
    assert extended(points).shape == ((3, 1) if extra == "packing" else (6, 1))


def test_outputs_are_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        networks = point_gan.generator(), point_gan.discriminator()
    finally:
        keras.config.set_dtype_policy("float32")
    assert [n.output.dtype for n in networks] == ["float32"] * 2
