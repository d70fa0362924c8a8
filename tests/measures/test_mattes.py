"""Mattes beside the true ones, by hand."""

import numpy as np
import pytest

from keras_gen.measures import intersection_over_union, matte_errors

TRUE = np.array([[[1.0, 1.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]])
FOUND = np.array([[[1.0, 0.4], [0.5, 0.0]], [[0.0, 1.0], [0.0, 0.0]], [[0.2, 0.0], [0.0, 0.0]]])


def test_intersection_over_union_by_hand():
    """One common pixel of three; none of two; both empty once they are cut at one half."""
    np.testing.assert_allclose(intersection_over_union(TRUE, FOUND), [1 / 3, 0, 1])


def test_errors_by_hand():
    """(0.6 + 0.5) / 4, 2 / 4 and 0.2 / 4."""
    np.testing.assert_allclose(matte_errors(TRUE, FOUND), [0.275, 0.5, 0.05])


def test_a_matte_is_equal_to_itself_with_and_without_a_channel():
    for mattes in (TRUE, TRUE[..., None]):
        assert (intersection_over_union(mattes, mattes) == 1).all()
        assert (matte_errors(mattes, mattes) == 0).all()


@pytest.mark.parametrize("measure", [intersection_over_union, matte_errors])
def test_other_shapes_are_refused(measure):
    with pytest.raises(ValueError, match="expected mattes of one shape"):
        measure(TRUE, FOUND[:2])
