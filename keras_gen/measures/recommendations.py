r"""What is like the things that somebody bought, and how often such a recommendation is right.

Likeness is the cosine between the features of two pictures, such as those of `load_features`. That
somebody who bought one thing wants another one like it is an assumption, which no picture proves.

Reference: Salton, Wong and Yang 1975, "A Vector Space Model for Automatic Indexing", Communications
    of the ACM 18(11), for the cosine; He et al. 2017, arXiv:1708.05031, section 4.1, for leaving
    one item of each customer out and counting hits among the first k.
"""

import numpy as np


def mean_direction(features: np.ndarray) -> np.ndarray:
    r"""Return the direction that is most like several vectors together.

    Formula:
        $t = s / |s|$, $s = \sum_i f_i / |f_i|$
        the sum of the unit vectors, made a unit vector

    The mean cosine of a unit vector t to the f_i is $t \cdot s / N$, and by Cauchy and Schwarz no
    direction makes that larger than the direction of s. Each vector counts alike, however long.

    Args:
        features: (N, D) floats, N >= 1, no row of zeros.

    Returns:
        float64, (D,), of length 1.

    Raises:
        ValueError: another shape, a row of zeros, or vectors that cancel one another.
    """
    total = _unit(features).sum(axis=0)  # (D,)
    length = np.linalg.norm(total)
    if length < 1e-9 * len(features):
        raise ValueError("expected vectors with a mean direction, found some that cancel out")
    return total / length


def cosine_similarity(features: np.ndarray, others: np.ndarray) -> np.ndarray:
    r"""Return the cosine of the angle between each vector and each of some others.

    Formula:
        $\cos(f, g) = \frac{f \cdot g}{|f| \, |g|}$

    Args:
        features: (N, D) floats, no row of zeros.
        others: (M, D) floats, no row of zeros.

    Returns:
        float64, (N, M), in [-1, 1].

    Raises:
        ValueError: other shapes, or a row of zeros.
    """
    first, second = _unit(features), _unit(others)
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f"expected vectors of one length, found {first.shape[1]} and {second.shape[1]}"
        )
    return np.clip(first @ second.T, -1.0, 1.0)


def held_out_hits(
    scores: np.ndarray, bought: np.ndarray, held_out: np.ndarray, k: int
) -> np.ndarray:
    r"""Tell for which customers the item that was held out is among the first k recommended.

    Formula:
        $\mathbf{1}[\,|\{j \notin \text{bought} : s_j \ge s_h\}| \le k\,]$, h the item held out
        it counts itself; items with its own score stand before it, so that scores which are all
        alike hit nothing

    The share of hits is the hit rate at k, whose interval is `wilson_interval`. Recommending k of
    N - n items at random hits in k / (N - n) of the cases.

    Args:
        scores: (B, N) floats, what each of N items is worth to each of B customers.
        bought: (B, n) whole numbers, items that are not recommended again.
        held_out: (B,) whole numbers, one item of each customer that is not in `bought`.
        k: number of items shown, from 1 to N.

    Returns:
        (B,) bool.

    Raises:
        ValueError: other shapes, k out of range, or an item that is both bought and held out.
    """
    scores = np.array(scores, "float64")
    bought, held_out = np.asarray(bought), np.asarray(held_out)
    shapes = scores.shape[:1], bought.shape[:1], held_out.shape
    if scores.ndim != 2 or bought.ndim != 2 or len(set(shapes)) > 1:
        raise ValueError(
            "expected scores (B, N), items bought (B, n) and held out (B,), "
            f"found {scores.shape}, {bought.shape} and {held_out.shape}"
        )
    if not 1 <= k <= scores.shape[1]:
        raise ValueError(f"expected k from 1 to {scores.shape[1]} items, found {k}")
    if (bought == held_out[:, None]).any():
        raise ValueError("expected held-out items that are not among those bought, found one")
    np.put_along_axis(scores, bought, -np.inf, axis=1)
    own = np.take_along_axis(scores, held_out[:, None], axis=1)  # (B, 1)
    return (scores >= own).sum(axis=1) <= k


def _unit(vectors):
    """Return vectors (N, D) divided by their lengths."""
    vectors = np.asarray(vectors, "float64")
    if vectors.ndim != 2 or not len(vectors):
        raise ValueError(f"expected vectors (N, D), found shape {vectors.shape}")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)  # (N, 1)
    if not (lengths > 0).all():
        raise ValueError("expected vectors with a direction, found a row of zeros")
    return vectors / lengths
