"""The curves of a run's metrics."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from keras_gen.pictures.saving import save_picture

DPI = 110


def save_curves(
    path: str | Path,
    rows: Sequence[Mapping[str, float]],
    panels: Sequence[tuple[str, Mapping[str, str]]],
) -> None:
    """Plot columns of `metrics.csv` over the steps.

    Args:
        path: PNG file to write.
        rows: one mapping per row, with the key `step` and those that the panels name.
        panels: (y label, {column: legend}) of each panel, from left to right.
    """
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # not the user's settings, which may ask for LaTeX
        picture = _draw(rows, panels)
    save_picture(path, picture, dpi=(DPI, DPI))


def _draw(rows, panels):
    """Return the plot as a picture."""
    figure = Figure(figsize=(5.2 * len(panels), 3.4), dpi=DPI, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    steps = [row["step"] for row in rows]
    row_of_axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (label, columns) in zip(row_of_axes, panels, strict=True):
        for column, legend in columns.items():
            marker = "o" if len(rows) < 3 else None  # a line of one point would be invisible
            axes.plot(steps, [row[column] for row in rows], label=legend, marker=marker)
        axes.set(xlabel="step", ylabel=label)
        axes.grid(alpha=0.3)
        axes.legend()
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba()))
