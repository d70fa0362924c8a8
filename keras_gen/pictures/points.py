"""A game of points: real ones, generated ones, and what the discriminator says of the plane."""

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

REACH = 1.1  # the picture shows the square [-REACH, REACH]^2
SIDE = 60  # places along each axis at which the discriminator is asked


def lattice() -> np.ndarray:
    """Return the places at which the discriminator is asked, (SIDE^2, 1, 1, 2) float32."""
    ticks = np.linspace(-REACH, REACH, SIDE, dtype="float32")
    return np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 1, 1, 2)


def beside(places, centre) -> np.ndarray:
    """Return each place, (N, 1, 1, 2), followed by one and the same centre: (2 N, 1, 1, 2)."""
    partners = np.broadcast_to(np.asarray(centre, "float32"), places.shape)
    return np.stack([places, partners], axis=1).reshape(-1, 1, 1, 2)


def point_picture(real, drawn, logits) -> np.ndarray:
    """Draw points over the surface of D's logits, which goes from red (generated) to blue (real).

    Args:
        real: (N, ...) float, N real points of two coordinates each, shown in grey.
        drawn: (M, ...) float, generated points, shown in orange.
        logits: (SIDE^2, 1), D's logits on the `lattice`.

    Returns:
        (H, W, 3) float32 in [0, 1].
    """
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # not the user's settings
        figure = Figure(figsize=(3.2, 3.2), dpi=100, layout="constrained")
        canvas = FigureCanvasAgg(figure)
        axes = figure.subplots()
        surface = np.asarray(logits).reshape(SIDE, SIDE)
        most = max(float(np.abs(surface).max()), 1e-6)
        ticks = np.linspace(-REACH, REACH, SIDE)
        levels = np.linspace(-most, most, 21)
        axes.contourf(ticks, ticks, surface, levels, cmap="RdBu", alpha=0.6)
        for points, colour in ((real, "0.25"), (drawn, "tab:orange")):
            axes.plot(*np.asarray(points).reshape(-1, 2).T, ".", color=colour, markersize=3.0)
        axes.set(aspect="equal", xlim=(-REACH, REACH), ylim=(-REACH, REACH), xticks=[], yticks=[])
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[..., :3].astype("float32") / 255.0
