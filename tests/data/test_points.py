"""Toy worlds: the mixtures, and points as images of one pixel."""

import numpy as np
import pytest

from keras_gen import data
from keras_gen.data.points import POINTS, point_set


@pytest.mark.parametrize(("name", "modes"), [("ring", 8), ("grid", 25)])
def test_the_modes_are_far_apart(name, modes):
    """The ring's radius is 20 deviations, and the grid's lines are 20 deviations apart."""
    centres, deviation = data.MIXTURES[name].centres, data.MIXTURES[name].deviation
    assert centres.shape == (modes, 2) and len(np.unique(centres.round(6), axis=0)) == modes
    assert np.abs(centres).max() == pytest.approx(0.8)
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    nearest = apart[apart > 0].min()
    expected = {"ring": 2 * 20 * np.sin(np.pi / 8), "grid": 20.0}  # the chord between neighbours
    assert nearest / deviation == pytest.approx(expected[name])


def test_points_lie_around_their_centres_in_equal_shares():
    mixture = data.MIXTURES["grid"]
    points = mixture.draw(50_000, seed=3)
    assert points.shape == (50_000, 1, 1, 2) and points.dtype == np.float32
    offsets = points.reshape(-1, 1, 2) - mixture.centres  # (N, K, 2)
    nearest = np.linalg.norm(offsets, axis=2).argmin(axis=1)
    shares = np.bincount(nearest, minlength=25) / len(points)
    assert np.abs(shares - 0.04).max() < 0.005  # five standard errors are 0.0044
    own = offsets[np.arange(len(points)), nearest]
    np.testing.assert_allclose(own.std(axis=0), mixture.deviation, rtol=0.02)


def test_a_set_is_always_the_same_and_its_splits_differ():
    first, again = (data.load("ring") for _ in range(2))
    assert first.sha256 == again.sha256 != data.load("ring", split="test").sha256
    assert [len(data.load("ring", split=split).images) for split in POINTS] == [*POINTS.values()]
    assert first.summary == "ring: 100,000 points around 8 centres"
    assert data.has_test("ring") and data.data_folder("ring") is None


def test_points_are_no_images_of_other_shapes():
    with pytest.raises(ValueError, match=r"expected images of 28x28x1, found 'grid': points"):
        data.load("grid", (28, 28, 1))
    with pytest.raises(ValueError, match="unknown split 'dev': expected train or test"):
        point_set("ring", split="dev")


def test_batches_hand_points_on_as_they_are():
    points = data.load("ring").images
    batch = next(iter(data.batches(points, 8, seed=0, scale=data.SCALES["points"]))).numpy()
    assert batch.shape == (8, 1, 1, 2)
    assert all((points == point).all(axis=(1, 2, 3)).any() for point in batch)
    with pytest.raises(ValueError, match=r"expected uint8 images .* found float32"):
        data.batches(points, 8, seed=0)
