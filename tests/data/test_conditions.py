"""Requests as vectors, by hand; angles in words; what is not known of images is refused."""

import numpy as np
import pytest

from keras_gen import data
from keras_gen.data.conditions import (
    Requests,
    condition_vectors,
    known_requests,
    random_requests,
    read_angle,
)
from keras_gen.data.tints import product_lab


def test_vectors_by_hand():
    """(78 - 58) / 20 = 1, 25 / 50 = 0.5, -50 / 50 = -1; sin 30 = 1 / 2, cos 30 = sqrt(3) / 2."""
    asked = Requests(np.array([2, 0]), np.array([[78, 25, -50], [58, 0, 0]]), np.array([30, 270]))
    expected = [
        [0, 0, 1, 1, 0.5, -1, 0.5, np.sqrt(3) / 2],
        [1, 0, 0, 0, 0, 0, -1, 0],
    ]
    vectors = condition_vectors(asked, 3)
    assert vectors.dtype == "float32"
    np.testing.assert_allclose(vectors, expected, atol=1e-7)


def test_a_turn_ends_where_it_began():
    asked = Requests(np.zeros(2, int), np.zeros((2, 3)), np.array([0.0, 360.0]))
    first, last = condition_vectors(asked, 1)
    np.testing.assert_allclose(first, last, atol=1e-6)


def test_what_images_show_is_what_they_would_be_asked_for():
    """Hue 90 degrees is the yellow axis b*, so that a* is 0 and b* the chroma."""
    images = data.products(split="test")
    known = known_requests(images)
    np.testing.assert_array_equal(known.kinds, images.labels)
    np.testing.assert_array_equal(known.angles, images.conditions["angle"])
    stored = product_lab(images.conditions["hue"], images.conditions["lightness"])
    np.testing.assert_allclose(known.colours, stored, atol=1e-3)
    yellow = data.ImageData(
        np.zeros((1, 2, 2, 3), "uint8"), "x", "here", np.array([0]), conditions={
            "hue": np.array([90.0]), "lightness": np.array([50.0]), "chroma": np.array([30.0]),
            "angle": np.array([7.0]),
        },
    )  # fmt: skip
    np.testing.assert_allclose(known_requests(yellow).colours, [[50, 0, 30]], atol=1e-12)


def test_images_of_which_they_are_not_known_are_refused():
    with pytest.raises(ValueError, match="expected images of known kind, colour and angle, such"):
        known_requests(data.fashion_mnist_10k("test"))


def test_random_requests_are_those_of_the_catalogue():
    """Kinds in even shares; lightness within 38 and 78, whose mean is 58; angles all around."""
    asked = random_requests(800, 8, seed=3)
    assert np.bincount(asked.kinds).tolist() == [100] * 8
    lightness, angles = asked.colours[:, 0], asked.angles
    assert 38 <= lightness.min() < 39 and 77 < lightness.max() <= 78
    assert lightness.mean() == pytest.approx(58, abs=1.5)  # 3.6 standard errors of 40 / sqrt(12)
    assert np.histogram(angles, 8, (0, 360))[0].min() > 65  # of 100 expected; 3.7 deviations
    again, other = (random_requests(800, 8, seed) for seed in (3, 4))
    np.testing.assert_array_equal(again.angles, angles)
    assert not np.array_equal(other.angles, angles)


@pytest.mark.parametrize(("said", "degrees"), [("30", 30), (-90, 270), ("720.5", 0.5), (0, 0)])
def test_angles_are_read(said, degrees):
    assert read_angle(said) == degrees


@pytest.mark.parametrize("said", ["north", "", "nan", "inf", float("nan")])
def test_what_is_no_angle_is_refused(said):
    with pytest.raises(ValueError, match="expected the angle in degrees, found"):
        read_angle(said)
