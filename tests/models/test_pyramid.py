"""The Laplacian pyramid: by hand, whole again, blind to what is constant, at odd sizes."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from keras_gen.models.pyramid import extend, laplacian_bands

RNG = np.random.default_rng(0)


def test_one_level_by_hand():
    """Means 1 and 5 of pairs; in between, bilinear interpolation takes 3/4 of the nearer one."""
    images = np.array([0.0, 2.0, 4.0, 6.0], "float32").reshape(1, 1, 4, 1).repeat(2, axis=1)
    fine, coarse = (np.asarray(each)[0, :, :, 0] for each in laplacian_bands(images, 1))
    np.testing.assert_allclose(coarse, [[1, 2, 4, 5]] * 2, rtol=1e-6)
    np.testing.assert_allclose(fine, [[-1, 0, 0, 1]] * 2, atol=1e-6)


@pytest.mark.parametrize("size", [(16, 16), (32, 48)])
@pytest.mark.parametrize("levels", [0, 1, 4])
def test_the_bands_sum_to_the_images(size, levels):
    images = RNG.uniform(size=(2, *size, 3)).astype("float32")
    bands = laplacian_bands(images, levels)
    assert len(bands) == levels + 1 and {each.shape for each in bands} == {images.shape}
    np.testing.assert_allclose(sum(np.asarray(each) for each in bands), images, atol=1e-6)


def test_what_is_constant_is_in_the_last_band_alone():
    *bands, rest = laplacian_bands(np.full((1, 16, 24, 1), 0.7, "float32"), 3)
    np.testing.assert_allclose(np.stack([np.asarray(each) for each in bands]), 0, atol=1e-6)
    np.testing.assert_allclose(rest, 0.7, rtol=1e-6)


def test_noise_is_quartered_from_band_to_band():
    """Each band is the one before, at twice the scale, of means with a quarter of the variance.

    Only nearly, because the weights of the interpolation are sampled more finely.
    """
    images = RNG.normal(size=(4, 128, 128, 1)).astype("float32")
    variances = [float(np.var(each)) for each in laplacian_bands(images, 4)]
    for finer, coarser in itertools.pairwise(variances[1:4]):
        assert 0.2 < coarser / finer < 0.3


def test_the_last_row_and_column_are_repeated_where_the_step_does_not_divide():
    """As NumPy pads by the edge; the same where sides are known only when the graph runs."""
    images = RNG.uniform(size=(2, 5, 12, 3)).astype("float32")
    expected = np.pad(images, [(0, 0), (0, 3), (0, 0), (0, 0)], mode="edge")
    graph = tf.function(lambda x: extend(x, 4), input_signature=[tf.TensorSpec([None] * 4)])
    for found in (extend(images, 4), graph(images)):
        np.testing.assert_array_equal(found, expected)
    assert extend(images, 1) is images
