"""A game of points as a picture."""

import numpy as np

from keras_gen.layers import Pack
from keras_gen.pictures.points import REACH, SIDE, beside, lattice, point_picture


def test_the_lattice_covers_the_square():
    places = lattice().reshape(SIDE, SIDE, 2)
    np.testing.assert_allclose(places[0, 0], [-REACH, -REACH], rtol=1e-6)
    np.testing.assert_allclose(places[-1, -1], [REACH, REACH], rtol=1e-6)
    assert places[0, 1, 0] > places[0, 0, 0] and places[0, 1, 1] == places[0, 0, 1]


def test_every_place_is_paired_with_the_centre():
    """As packs of two the discriminator sees (x, y) of the place, then (x, y) of the centre."""
    pairs = Pack(2)(beside(lattice(), [0.5, -0.25])).numpy().reshape(-1, 4)
    np.testing.assert_array_equal(pairs[:, :2], lattice().reshape(-1, 2))
    np.testing.assert_array_equal(pairs[:, 2:], np.tile([0.5, -0.25], (SIDE**2, 1)))


def test_real_is_blue_generated_red_and_points_stand_where_they_are():
    """Logits that rise with x: red on the left, blue on the right; one orange point on top."""
    logits = lattice().reshape(-1, 2)[:, :1]
    drawn = np.tile([0.0, 0.8], (40, 1))
    picture = point_picture(np.zeros((0, 2)), drawn, logits)
    height, width, channels = picture.shape
    assert channels == 3 and 0 <= picture.min() < picture.max() <= 1
    middle = height // 2
    left, right = picture[middle, width // 10], picture[middle, -width // 10]
    assert left[0] > left[2] + 0.2 and right[2] > right[0] + 0.2
    orange = (picture[..., 0] > 0.9) & (picture[..., 1] < 0.6) & (picture[..., 2] < 0.2)
    rows, columns = np.nonzero(orange)
    assert len(rows) and abs(columns.mean() / width - 0.5) < 0.03
    assert abs(rows.mean() / height - (REACH - 0.8) / (2 * REACH)) < 0.03
