"""Style distance by hand, and SSIM of luminance beside scikit-image."""

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from keras_gen.losses import gram_matrix
from keras_gen.measures import HELD_OUT_LAYERS, luminance_ssim, style_distance
from keras_gen.models.style.presets import PRESETS
from keras_gen.networks.vgg19.network import LAYERS

A = np.array([[[3.0, 0.0], [0.0, 4.0]]])  # norm sqrt(9 + 16) = 5


def test_one_layer_by_hand():
    """A difference of [[0, 1], [1, 1]] has the norm sqrt(3); A has 5."""
    g = A + np.array([[0.0, 1.0], [1.0, 1.0]])
    assert style_distance({"x": g}, {"x": A}) == pytest.approx(np.sqrt(3) / 5, rel=1e-14)


def test_layers_count_equally_whatever_their_size():
    """2 A is 1 away from A, and 0 is 1 away, A 0 away: the mean of 1, 1 and 0, at any scale."""
    grams = {"a": 2 * A, "b": 0 * A, "c": 1e-12 * A}
    style_grams = {"a": A, "b": 1e12 * A, "c": 1e-12 * A}
    assert style_distance(grams, style_grams) == pytest.approx(2 / 3, rel=1e-14)


def test_it_is_free_of_positions_and_grows_with_the_change():
    """Gram matrices forget where; features scaled by s give s^2 - 1."""
    features = np.random.default_rng(0).normal(size=(1, 6, 7, 5))
    style = {"x": gram_matrix(features)}
    turned = {"x": gram_matrix(features[:, ::-1, ::-1])}
    assert style_distance(turned, style) == pytest.approx(0, abs=1e-12)
    for scale in (1.1, 1.5):
        scaled = {"x": gram_matrix(scale * features)}
        assert style_distance(scaled, style) == pytest.approx(scale**2 - 1, rel=1e-12)


@pytest.mark.parametrize(
    ("grams", "style_grams", "message"),
    [
        ({"a": A}, {"b": A}, "of the same layers, found a and b"),
        ({}, {}, "of the same layers, found none and none"),
        ({"a": A[:, :1, :1]}, {"a": A}, r"a: .* one shape, found \(1, 1, 1\), \(1, 2, 2\)"),
        ({"a": A}, {"a": 0 * A}, "a: expected a style with features"),
    ],
)
def test_what_cannot_be_compared_is_refused(grams, style_grams, message):
    with pytest.raises(ValueError, match=message):
        style_distance(grams, style_grams)


def test_no_preset_looks_at_the_held_out_layers():
    assert [layer[:6] for layer in HELD_OUT_LAYERS] == [f"block{b}" for b in range(1, 6)]
    assert set(HELD_OUT_LAYERS) <= set(LAYERS)
    for name, preset in PRESETS.items():
        weights = preset(64, 64)
        assert not set(HELD_OUT_LAYERS) & {*weights.style, *weights.content}, name


def test_scikit_image_agrees_on_the_luminance():
    """Luma of Rec. 601 written out here, its SSIM by scikit-image; 1e-7 is luma in float32."""
    first, second = np.random.default_rng(0).random((2, 33, 27, 3))
    y = [0.299 * p[..., 0] + 0.587 * p[..., 1] + 0.114 * p[..., 2] for p in (first, second)]
    expected = structural_similarity(
        *y, data_range=1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
    )
    assert abs(expected) > 1e-3
    assert luminance_ssim(first, second) == pytest.approx(expected, abs=1e-6)


def test_colour_alone_changes_nothing():
    """Red + d, green - d * 0.299 / 0.587 has the same luma."""
    image = np.random.default_rng(1).uniform(0.2, 0.6, (20, 20, 3))
    other = image + 0.1 * np.array([1.0, -0.299 / 0.587, 0.0])
    assert luminance_ssim(image, other) == pytest.approx(1, abs=1e-6)
    assert luminance_ssim(image, image[::-1]) < 0.5
