r"""Which classes of images a generator draws, and how evenly."""

import numpy as np


def class_shares(classes: np.ndarray, n_classes: int = 10) -> np.ndarray:
    r"""Share of each class among the samples.

    Formula:
        $p_c = \frac{1}{N} \sum_i \mathbf{1}[c_i = c]$

    Args:
        classes: (N,) integers in [0, n_classes) that a classifier assigns, N >= 1.
        n_classes: number of classes.

    Returns:
        (n_classes,) float64, sum 1.

    Raises:
        ValueError: another shape or dtype, no samples, or a class out of range.
    """
    classes = np.asarray(classes)
    if classes.ndim != 1 or not len(classes) or not np.issubdtype(classes.dtype, np.integer):
        raise ValueError(
            f"expected integer classes (N,), found {classes.dtype} of shape {classes.shape}"
        )
    if classes.min() < 0 or classes.max() >= n_classes:
        raise ValueError(
            f"expected classes from 0 to {n_classes - 1}, found {classes.min()} to {classes.max()}"
        )
    return np.bincount(classes, minlength=n_classes) / len(classes)


def class_entropy(shares: np.ndarray) -> float:
    r"""Entropy of the shares: how evenly the classes occur.

    Formula:
        $H = -\sum_c p_c \log p_c$, with 0 log 0 = 0

    Args:
        shares: (K,) floats >= 0 of sum 1.

    Returns:
        float in nats: 0 for a single class, log K for equal shares (2.303 for ten classes).

    Raises:
        ValueError: another shape, negative shares, or another sum.
    """
    shares = np.asarray(shares, "float64")
    if shares.ndim != 1 or not (shares >= 0).all() or not abs(shares.sum() - 1.0) < 1e-6:
        raise ValueError(f"expected shares (K,) >= 0 of sum 1, found {shares}")
    present = shares[shares > 0]
    return float(np.sum(present * np.log(1.0 / present)))
