"""Colour control: moments against NumPy, luma by hand, hues kept, pictures without colour."""

import numpy as np
import pytest
from scipy.linalg import sqrtm
from skimage.color import rgb2yiq

from keras_gen.pictures.colours import (
    colour_transform,
    luminance,
    match_colours,
    match_luminance,
    with_luminance,
)


def picture(seed, shape=(20, 30)):
    """Correlated colours around a tinted grey, all well inside [0, 1]."""
    rng = np.random.default_rng(seed)
    mixing = np.eye(3) + 0.4 * rng.uniform(-1, 1, (3, 3))  # dominant diagonal: far from singular
    return 0.5 + 0.04 * rng.uniform(-1, 1, 3) + 0.08 * rng.uniform(-1, 1, (*shape, 3)) @ mixing


def flat(colour):
    return np.tile(np.array(colour, "float64"), (8, 8, 1))


def moments(pixels):
    colours = np.reshape(pixels, (-1, 3)).astype("float64")
    return colours.mean(axis=0), np.cov(colours.T, bias=True)


def apply(transform, pixels):
    matrix, offset = transform
    return pixels @ matrix.T + offset


# --- mean and covariance --------------------------------------------------------------------------


def test_the_transform_gives_the_contents_moments():
    style, content = picture(0), picture(1, (13, 7))
    mapped = apply(colour_transform(style, content), style)
    for found, expected in zip(moments(mapped), moments(content), strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)
    assert abs(moments(style)[1] - moments(content)[1]).max() > 1e-3  # there was something to do


def test_the_transform_is_made_of_symmetric_square_roots():
    style, content = picture(2), picture(3)
    matrix, offset = colour_transform(style, content)
    (style_mean, style_cov), (content_mean, content_cov) = moments(style), moments(content)
    expected = sqrtm(content_cov) @ np.linalg.inv(sqrtm(style_cov))
    np.testing.assert_allclose(matrix, expected, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(offset, content_mean - expected @ style_mean, rtol=0, atol=1e-10)


def test_the_order_of_the_channels_does_not_matter():
    # It would with Cholesky factors.
    style, content = picture(4), picture(5)
    turned = match_colours(style[..., ::-1], content[..., ::-1])
    np.testing.assert_allclose(turned[..., ::-1], match_colours(style, content), atol=1e-6)


def test_a_picture_matched_with_itself_stays():
    style = picture(6)
    matched = match_colours(style, style)
    assert matched.dtype == np.float32
    np.testing.assert_allclose(matched, style, atol=1e-6)


def test_the_match_is_the_transform_clipped():
    style, content = picture(7), 0.5 + 5 * (picture(8) - 0.5)
    mapped = apply(colour_transform(style, content), style)
    assert mapped.min() < -0.01 and mapped.max() > 1.01
    np.testing.assert_allclose(match_colours(style, content), np.clip(mapped, 0, 1), atol=1e-6)


def test_of_a_grey_content_only_greys_are_left():
    greys = np.random.default_rng(9).uniform(0.3, 0.7, (16, 16, 1)).repeat(3, axis=-1)
    style = picture(9)
    mapped = apply(colour_transform(style, greys), style)
    np.testing.assert_allclose(np.ptp(mapped, axis=-1), 0, atol=1e-7)
    np.testing.assert_allclose(moments(mapped)[1], moments(greys)[1], rtol=0, atol=1e-7)


def test_the_noise_of_a_grey_style_is_not_blown_up():
    # Greys that vary by 0.1, with noise of a fortieth of a level in each channel.
    rng = np.random.default_rng(10)
    style = rng.uniform(0.33, 0.67, (32, 32, 1)) + rng.normal(0, 1e-4, (32, 32, 3))
    content = picture(11)
    matrix, offset = colour_transform(style, content)
    largest = np.sqrt(np.linalg.eigvalsh(moments(content)[1])[-1])
    assert np.linalg.norm(matrix, 2) <= 255 * largest * 1.001  # 1 / (1 / 255) times its deviation
    # Left to itself the noise would be stretched to the content's deviation in every direction.
    expected = moments(content)[1]
    spread = np.linalg.eigvalsh(moments(style @ matrix.T + offset)[1])
    assert spread[1] < 0.05 * np.linalg.eigvalsh(expected)[1]


@pytest.mark.parametrize("colour", [(0, 0, 0), (0.5, 0.5, 0.5), (0.9, 0.2, 0.1)])
def test_a_style_of_one_colour_becomes_the_contents_mean(colour):
    content = picture(12)
    expected = np.broadcast_to(content.mean(axis=(0, 1)), (8, 8, 3))
    np.testing.assert_allclose(match_colours(flat(colour), content), expected, atol=1e-6)


def test_a_content_of_one_colour_gives_its_colour_to_the_style():
    expected = np.broadcast_to([0.9, 0.2, 0.1], (20, 30, 3))
    matched = match_colours(picture(13), flat((0.9, 0.2, 0.1)))
    np.testing.assert_allclose(matched, expected, atol=1e-6)


# --- luminance ------------------------------------------------------------------------------------


def test_luma_of_pure_colours():
    # Rec. 601: 0.299, 0.587, 0.114; yellow is red and green.
    colours = np.array([[[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 1, 1], [0, 0, 0]]], float)
    luma = luminance(colours)
    assert luma.dtype == np.float32
    np.testing.assert_allclose(luma, [[0.299, 0.587, 0.114, 0.886, 1, 0]], atol=1e-7)


def test_luma_and_kept_chroma_are_those_of_scikit_images_yiq():
    rng = np.random.default_rng(14)
    pixels, luma = rng.uniform(0.4, 0.6, (4, 4, 3)), rng.uniform(0.4, 0.6, (4, 4))
    np.testing.assert_allclose(luminance(pixels), rgb2yiq(pixels)[..., 0], atol=1e-6)
    changed = rgb2yiq(with_luminance(pixels, luma))
    np.testing.assert_allclose(changed[..., 0], luma, atol=1e-6)
    np.testing.assert_allclose(changed[..., 1:], rgb2yiq(pixels)[..., 1:], atol=1e-6)


def test_its_own_luminance_changes_nothing():
    pixels = np.random.default_rng(15).uniform(size=(16, 16, 3)).astype("float32")
    np.testing.assert_allclose(with_luminance(pixels, luminance(pixels)), pixels, atol=1e-6)


def test_chrominance_is_kept_where_it_fits():
    # (0.5, 0.4, 0.3) has luma 0.1495 + 0.2348 + 0.0342 = 0.4185; 0.1 more, and 0.1 more in each.
    changed = with_luminance(flat((0.5, 0.4, 0.3)), np.full((8, 8), 0.5185))
    np.testing.assert_allclose(changed, flat((0.6, 0.5, 0.4)), atol=1e-6)


def test_out_of_gamut_a_colour_goes_towards_grey():
    # Red has R - Y = 0.701 and G - Y = B - Y = -0.299. At luma 0.6 red may rise by 0.4:
    # t = 0.4 / 0.701, the others fall by 0.299 t = 0.1706.
    changed = with_luminance(flat((1, 0, 0)), np.full((8, 8), 0.6))
    np.testing.assert_allclose(changed, flat((1.0, 0.42939, 0.42939)), atol=1e-5)
    # At luma 0.2 the others reach 0 first: t = 0.2 / 0.299, red rises by 0.701 t = 0.4689.
    changed = with_luminance(flat((1, 0, 0)), np.full((8, 8), 0.2))
    np.testing.assert_allclose(changed, flat((0.66890, 0, 0)), atol=1e-5)


def test_every_luminance_is_met_and_every_hue_is_kept():
    rng = np.random.default_rng(16)
    pixels, luma = rng.uniform(size=(32, 32, 3)), rng.uniform(size=(32, 32))
    changed = with_luminance(pixels, luma)
    assert changed.dtype == np.float32 and changed.min() >= 0 and changed.max() <= 1
    np.testing.assert_allclose(luminance(changed), luma, atol=1e-6)
    before = pixels - luminance(pixels)[..., None]
    after = changed - luma[..., None]
    scale = np.sum(before * after, -1) / np.sum(before**2, -1)
    assert scale.min() >= 0 and scale.max() <= 1 + 1e-5
    assert 0.1 < np.mean(scale > 0.999) < 0.9  # both cases occur
    np.testing.assert_allclose(after, scale[..., None] * before, atol=1e-6)


@pytest.mark.parametrize(("luma", "expected"), [(0.0, 0), (1.0, 1), (-3.0, 0), (1.5, 1)])
def test_black_and_white_have_no_colour(luma, expected):
    pixels = np.random.default_rng(17).uniform(size=(8, 8, 3))
    pixels[0, 0] = 0.5  # neither has grey
    changed = with_luminance(pixels, np.full((8, 8), luma))
    np.testing.assert_allclose(changed, np.full((8, 8, 3), expected), atol=1e-7)


def test_luminance_is_matched_in_mean_and_deviation():
    rng = np.random.default_rng(18)
    style, content = rng.uniform(0.2, 0.9, (16, 16)), rng.uniform(0.4, 0.6, (9, 9))
    matched = match_luminance(style, content)
    assert matched.dtype == np.float32 and matched.shape == (16, 16)
    assert matched.mean(dtype="float64") == pytest.approx(content.mean(), abs=1e-6)
    assert matched.std(dtype="float64") == pytest.approx(content.std(), abs=1e-6)
    assert np.corrcoef(matched.ravel(), style.ravel())[0, 1] == pytest.approx(1, abs=1e-6)


def test_matched_luminance_stays_in_range_and_one_grey_becomes_the_mean():
    style = np.random.default_rng(19).exponential(0.1, (16, 16)).clip(0, 1)
    content = np.repeat([[0.0], [1.0]], 8, axis=0)
    matched = match_luminance(style, content)
    assert matched.min() >= 0 and matched.max() == 1
    np.testing.assert_allclose(match_luminance(np.full((4, 4), 0.3), content), 0.5, atol=1e-7)


# --- mistakes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("pixels", [np.zeros((4, 4, 3), "uint8"), np.zeros((1, 4, 4, 3))], ids=str)
def test_other_arrays_are_refused_in_one_line(pixels):
    good = picture(20)
    calls = [
        lambda: luminance(pixels),
        lambda: with_luminance(pixels, np.zeros((4, 4))),
        lambda: match_colours(pixels, good),
        lambda: match_colours(good, pixels),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=r"^expected floats \(H, W, 3\), found .* of shape"):
            call()
    with pytest.raises(ValueError, match=r"^expected luma of shape \(20, 30\), found \(30, 20\)"):
        with_luminance(good, np.zeros((30, 20)))
