"""Which modes of a known mixture samples reach."""

from typing import NamedTuple

import numpy as np

SAMPLES = 2500  # the number in the literature; more samples reach more modes


class Modes(NamedTuple):
    """What `count_modes` found."""

    covered: int
    high_quality: float
    shares: np.ndarray


def count_modes(points, centres, deviation: float) -> Modes:
    r"""Count the modes that samples reach, and the share of samples that lie close to one.

    Formula:
        A sample x is of high quality where $\min_k |x - c_k| \le 3 \sigma$. A mode is covered
        where it is the nearest one of at least one sample of high quality.

    Args:
        points: (N, ...) float, N samples of two coordinates each.
        centres: (K, 2) float, the modes $c_k$.
        deviation: $\sigma$ > 0, the standard deviation of each mode along each axis.

    Returns:
        `Modes`: `covered`, from 0 to K; `high_quality`, in [0, 1]; `shares`, (K,), the share of all
        samples that are of high quality and nearest to each mode. Of the mixture itself, a share of
        1 - exp(-9 / 2) = 0.989 is of high quality.

    Raises:
        ValueError: no points, or a deviation that is not positive.

    Reference: Srivastava et al. 2017, arXiv:1705.07761, and Lin et al. 2018, arXiv:1712.04086, who
        count 2,500 samples.
    """
    points = np.asarray(points, "float64").reshape(-1, 2)
    if not len(points):
        raise ValueError("expected at least one point, found none")
    if not deviation > 0:
        raise ValueError(f"deviation: expected a number above 0, found {deviation}")
    distances = np.linalg.norm(points[:, None] - np.asarray(centres)[None], axis=2)  # (N, K)
    close = distances.min(axis=1) <= 3.0 * deviation  # (N,)
    hits = np.bincount(distances.argmin(axis=1)[close], minlength=len(centres))  # (K,)
    return Modes(int((hits > 0).sum()), float(close.mean()), hits / len(points))
