"""Points of the plane in place of images: mixtures of Gaussians, whose modes can be counted.

A point is an image of one pixel with two channels, so that what trains on images trains on points.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from keras_gen.data.image_data import ImageData

POINTS = {"train": 100_000, "test": 10_000}


@dataclasses.dataclass(frozen=True, eq=False)
class Mixture:
    """Gaussians of one width and equal shares.

    Attributes:
        centres: (K, 2) float, the modes.
        deviation: standard deviation along each axis.
    """

    centres: np.ndarray
    deviation: float

    def draw(self, n: int, seed: int) -> np.ndarray:
        """Return n points, (n, 1, 1, 2) float32; the same seed gives the same points."""
        rng = np.random.default_rng(seed)
        centres = self.centres[rng.integers(len(self.centres), size=n)]  # (n, 2)
        points = centres + self.deviation * rng.normal(size=(n, 2))
        return points.astype("float32").reshape(n, 1, 1, 2)


def _ring(count, radius):
    angles = 2.0 * np.pi * np.arange(count) / count
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)  # (count, 2)


def _grid(side, distance):
    ticks = distance * (np.arange(side) - (side - 1) / 2)
    return np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)  # (side^2, 2)


# Those of the literature, in [-1, 1] as images are, and wider, so that fewer steps suffice:
# the ring's radius is 20 deviations (100 there), the grid's lines are 20 deviations apart (40).
MIXTURES = {
    "ring": Mixture(_ring(8, 0.8), 0.04),
    "grid": Mixture(_grid(5, 0.4), 0.02),
}


class PointData(ImageData):
    """`ImageData` whose images are points: (N, 1, 1, 2) float32 around 0."""

    @property
    def summary(self) -> str:
        """Name, number of points and number of modes."""
        modes = len(MIXTURES[self.name].centres)
        return f"{self.name}: {len(self.images):,} points around {modes} centres"


def point_set(name: str, image_shape: Sequence[int] | None = None, split: str = "train"):
    """Draw the points of a mixture.

    Args:
        name: a key of `MIXTURES`.
        image_shape: (1, 1, 2) or None.
        split: "train" or "test", other points of the same mixture.

    Returns:
        `PointData`, always the same.

    Raises:
        ValueError: another shape or split.
    """
    if image_shape is not None and tuple(image_shape) != (1, 1, 2):
        height, width, channels = image_shape
        raise ValueError(
            f"data: expected images of {height}x{width}x{channels}, found {name!r}: points, which "
            f"the recipes ring and grid learn"
        )
    if split not in POINTS:
        raise ValueError(f"unknown split {split!r}: expected {' or '.join(POINTS)}")
    seed = list(POINTS).index(split)
    return PointData(MIXTURES[name].draw(POINTS[split], seed), name, "drawn by numpy")
