"""The curves of a run's metrics."""

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from keras_gen.files import replacing


def save_curves(path, rows, panels):
    """Plot columns of `metrics.csv` over the steps.

    Args:
        path: PNG to write.
        rows: list of dicts with the key `step` and those that the panels name, all numbers.
        panels: list of (y label, {column: legend}), one panel each, left to right.
    """
    figure = Figure(figsize=(5.2 * len(panels), 3.4), layout="constrained")
    FigureCanvasAgg(figure)
    steps = [row["step"] for row in rows]
    row = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (label, columns) in zip(row, panels, strict=True):
        for column, legend in columns.items():
            marker = "o" if len(rows) < 3 else None  # a line of one point would be invisible
            axes.plot(steps, [row[column] for row in rows], label=legend, marker=marker)
        axes.set(xlabel="step", ylabel=label)
        axes.grid(alpha=0.3)
        axes.legend()
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=110)
