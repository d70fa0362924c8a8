import numpy as np
import pytest

from keras_gen.data.tints import (
    NAMES,
    SATURATION,
    colour_lab,
    lab_to_linear,
    nearest_names,
    product_lab,
    rgb_to_lab,
)


def test_lab_of_known_colours():
    """White and black by definition; the three primaries as CIE's formulas give them under D65.

    The numbers are those of the table in Bruce Lindbloom's calculator, to one decimal.
    """
    rgb = [[1, 1, 1], [0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    expected = [
        [100, 0, 0],
        [0, 0, 0],
        [53.2, 80.1, 67.2],
        [87.7, -86.2, 83.2],
        [32.3, 79.2, -107.9],
    ]
    np.testing.assert_allclose(rgb_to_lab(rgb), expected, atol=0.06)


def test_lab_is_that_of_scikit_image():
    color = pytest.importorskip("skimage.color")
    rgb = np.random.default_rng(0).uniform(size=(500, 3))
    np.testing.assert_allclose(rgb_to_lab(rgb), color.rgb2lab(rgb), atol=0.01)


def test_lab_and_back():
    rgb = np.random.default_rng(1).uniform(size=(200, 3))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    np.testing.assert_allclose(lab_to_linear(rgb_to_lab(rgb)), linear, atol=1e-9)


def test_a_product_has_the_hue_and_lightness_asked_for_and_its_share_of_chroma():
    hue, lightness = np.array([0.0, 90.0, 200.0, 310.0]), np.array([38.0, 78.0, 50.0, 60.0])
    lab = product_lab(hue, lightness)
    np.testing.assert_allclose(lab[:, 0], lightness)
    np.testing.assert_allclose(np.degrees(np.arctan2(lab[:, 2], lab[:, 1])) % 360, hue, atol=1e-6)
    grey = lab * [1, 0, 0]
    # At the greatest chroma one channel is at its end: 0 or 1; a little further lies outside.
    ends = lab_to_linear(grey + (lab - grey) / SATURATION)
    assert np.minimum(ends, 1 - ends).min(-1) == pytest.approx(np.zeros(4), abs=1e-6)


def test_names_are_read_and_found_again():
    labs = np.stack([colour_lab(name) for name in NAMES])
    assert list(nearest_names(labs)) == list(NAMES)
    assert list(nearest_names(labs + np.array([2, -1, 1]))) == list(NAMES)
    np.testing.assert_array_equal(colour_lab("#008080"), colour_lab("teal"))


@pytest.mark.parametrize("text", ["tael", "", "#12", "12"])
def test_an_unknown_colour(text):
    with pytest.raises(ValueError) as caught:
        colour_lab(text)
    assert str(caught.value) == (
        f"unknown colour {text!r}: expected a CSS colour name, such as teal, or #RRGGBB"
    )
