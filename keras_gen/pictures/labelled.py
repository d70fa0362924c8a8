"""Grids of images with names beside their rows and above their columns."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from keras_gen.pictures.grids import grid

GAP = 2  # white pixels between images


def labelled_grid(
    images: np.ndarray, rows: Sequence[str], columns: Sequence[str] = (), width: float = 8.0
) -> Figure:
    """Lay images out in rows, each with its name at the left.

    In a notebook, the figure is shown where it is the last value of a cell.

    Args:
        images: (N, H, W, C) floats in [0, 1], C in {1, 3}; N is a multiple of the number of rows.
        rows: names, from top to bottom.
        columns: names above the columns, from left to right; none by default.
        width: of the figure, in inches.

    Returns:
        `matplotlib.figure.Figure`, which pyplot does not know, so that nothing has to close it.

    Raises:
        ValueError: the images do not fill the rows, or the names of columns are not one each.
    """
    per_row, rest = divmod(len(images), len(rows))
    if rest or len(columns) not in (0, per_row):
        raise ValueError(
            f"expected images that fill {len(rows)} rows and a name for each column or none, "
            f"found {len(images)} images and {len(columns)} names"
        )
    picture = np.asarray(grid(images, per_row, GAP))
    side = width / picture.shape[1]  # inches of a pixel
    figure = Figure(figsize=(width, side * picture.shape[0] + 0.3 * bool(columns)))
    figure.set_layout_engine("none")  # of a notebook's settings, which would make room for names
    axes = figure.add_axes((0, 0, 1, 1))
    axes.imshow(picture, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    height, breadth = images.shape[1] + GAP, images.shape[2] + GAP
    axes.set_yticks(height * np.arange(len(rows)) + height / 2 - GAP, rows)
    axes.set_xticks(breadth * np.arange(len(columns)) + breadth / 2 - GAP, columns)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    return figure
