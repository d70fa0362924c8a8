"""Another colour, the same light: closed forms in CIELAB, and the limits of sRGB."""

import numpy as np
import pytest

from keras_gen.data.tints import colour_lab, rgb_to_lab
from keras_gen.pictures.recolouring import recolour

TEAL = colour_lab("teal")
ALL = np.ones((1, 64), "float32")


def lab_of(pixels):
    return rgb_to_lab(pixels / 255)


def greys(first, last):
    """A row of 64 greys, (1, 64, 3)."""
    return np.repeat(np.linspace(first, last, 64).astype("uint8")[None, :, None], 3, axis=-1)


def test_a_plain_grey_becomes_exactly_the_colour():
    """L = mean L and z = mean z, so that L' = L_t and z' = z_t: teal is #008080 in CSS."""
    found = recolour(np.full((4, 16, 3), 150, np.uint8), np.ones((4, 16)), TEAL)
    assert found.dtype == np.uint8 and (abs(found - np.array([0, 128, 128.0])) <= 1).all()


@pytest.mark.parametrize("colour", ["teal", "peru", "orchid"])
def test_lightness_moves_by_the_difference_of_means(colour):
    """All fits, so that s = 1: L' - L is one number, L_t minus the mean."""
    old, target = greys(110, 160), colour_lab(colour)
    before, after = lab_of(old)[0, :, 0], lab_of(recolour(old, ALL, target))[0, :, 0]
    np.testing.assert_allclose(after - before, target[0] - before.mean(), atol=0.6)  # 8 bits


def test_a_grey_product_takes_the_hue_everywhere():
    """The mean is neutral, so that g = 0: z' = z_t."""
    after = lab_of(recolour(greys(110, 160), ALL, colour_lab("peru")))[0]
    target = colour_lab("peru")
    np.testing.assert_allclose(after[:, 1:].mean(0), target[1:], atol=1.0)
    assert np.ptp(np.hypot(after[:, 1], after[:, 2])) < 8


def test_white_highlights_of_a_colourful_product_stay_nearly_white():
    """Closed form: z = 0 becomes z_t (1 - |m|^2 / (|m|^2 + 100)) for a mean m."""
    red, white = [200, 40, 40], [255, 255, 255]
    old = np.array([[red] * 60 + [white] * 4], np.uint8)
    after = lab_of(recolour(old, ALL, TEAL))[0]
    mean = np.hypot(*lab_of(old)[0, :, 1:].mean(axis=0))
    expected = np.hypot(*TEAL[1:]) * (1 - mean**2 / (mean**2 + 100))
    assert expected < 2  # teal itself has a chroma of 30
    assert np.hypot(*after[-1, 1:]) == pytest.approx(expected, abs=1.0)


def test_a_colour_that_srgb_lacks_loses_chroma_and_keeps_lightness_and_hue():
    """No blue of lightness 90 has a chroma of 80 in sRGB."""
    target = np.array([90.0, 80 * np.cos(np.radians(280)), 80 * np.sin(np.radians(280))])
    found = lab_of(recolour(np.full((1, 1, 3), 120, np.uint8), np.ones((1, 1)), target))[0, 0]
    assert found[0] == pytest.approx(90, abs=0.5)
    assert np.degrees(np.arctan2(found[2], found[1])) % 360 == pytest.approx(280, abs=3)
    assert 5 < np.hypot(*found[1:]) < 40


@pytest.mark.parametrize(("colour", "end"), [("black", 0), ("white", 255)])
def test_black_and_white_keep_half_of_the_contrast(colour, end):
    """At least s = 1/2: L* of the greys 60 to 200 spans 56.5, of which half is 28."""
    old = greys(60, 200)
    before = lab_of(old)[0, :, 0]
    found = recolour(old, ALL, colour_lab(colour))
    spread = np.ptp(lab_of(found)[0, :, 0])
    assert spread == pytest.approx(np.ptp(before) / 2, rel=0.06)  # the tails of 1 % are clipped
    assert abs(found.astype(int) - end).min() <= 1


def test_the_mask_decides_what_changes_and_how_much():
    """Untouched at 0; at 1/2, half of the way between the old pixel and the new one."""
    old = np.full((1, 3, 3), 150, np.uint8)
    found = recolour(old, np.array([[0.0, 0.5, 1.0]]), TEAL)[0].astype(int)
    assert (found[0] == 150).all()
    assert (abs(found[1] - (150 + found[2]) / 2) <= 1).all()
    assert (abs(found[2] - np.array([0, 128, 128])) <= 1).all()


def test_what_lies_beside_the_mask_does_not_count():
    grey = np.full((1, 4, 3), 150, np.uint8)
    other = grey.copy()
    other[0, 3] = [250, 10, 10]
    mask = np.array([[1, 1, 1, 0.0]])
    assert (recolour(grey, mask, TEAL)[0, :3] == recolour(other, mask, TEAL)[0, :3]).all()


@pytest.mark.parametrize(
    ("pixels", "mask", "message"),
    [
        (np.zeros((2, 2, 3)), np.ones((2, 2)), "expected uint8"),
        (np.zeros((2, 2), np.uint8), np.ones((2, 2)), "expected uint8"),
        (np.zeros((2, 2, 3), np.uint8), np.ones((2, 3)), r"expected a mask of shape \(2, 2\)"),
        (np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2)), "expected a mask with a pixel"),
    ],
)
def test_what_cannot_be_recoloured_is_refused(pixels, mask, message):
    with pytest.raises(ValueError, match=message):
        recolour(pixels, mask, TEAL)
