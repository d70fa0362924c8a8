"""Grids with names."""

import io

import numpy as np
import pytest
from PIL import Image

from keras_gen.pictures import labelled_grid


def test_names_stand_at_the_middle_of_their_rows_and_columns():
    """Images of 8 x 10 and a gap of 2: rows begin at 0 and 10, columns at 0, 12 and 24."""
    images = np.zeros((6, 8, 10, 1), "float32")
    (axes,) = labelled_grid(images, ["above", "below"], ["a", "b", "c"]).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["above", "below"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b", "c"]
    assert np.allclose(axes.get_yticks(), [3, 13]) and np.allclose(axes.get_xticks(), [4, 16, 28])


def test_every_image_is_in_its_place_with_its_colour():
    images = np.zeros((4, 4, 4, 3), "float32")
    images[1, ..., 0] = images[2, ..., 1] = 1.0
    figure = labelled_grid(images, ["one", "two"], width=2.0)
    (shown,) = figure.axes[0].images
    pixels = shown.get_array()  # (10, 10, 3): two images of 4 and a gap of 2 each way
    assert pixels.shape == (10, 10, 3)
    assert (pixels[0, 6] == [255, 0, 0]).all() and (pixels[6, 0] == [0, 255, 0]).all()
    figure.savefig(file := io.BytesIO(), dpi=50, bbox_inches="tight")
    with Image.open(file) as picture:
        assert picture.width > 100  # 2 inches of images, and the names beside them


@pytest.mark.parametrize(("count", "columns"), [(5, ()), (6, ("a", "b"))])
def test_what_does_not_fit_is_refused_in_one_line(count, columns):
    with pytest.raises(ValueError, match=r"expected images that fill 2 rows .*, found"):
        labelled_grid(np.zeros((count, 4, 4, 1), "float32"), ["one", "two"], columns)
