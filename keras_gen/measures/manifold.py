r"""Quality and variety, measured separately.

Quality asks whether fake features lie among real ones, variety whether real ones lie among fakes.

A distance between two sets is one number and cannot tell blurred images from missing kinds of
images. Here every sample gets a closed ball that reaches to its k-th nearest neighbour in its own
set, the sample itself not counted, and the balls together stand for the region that the set covers.
"""

from typing import NamedTuple

import numpy as np

from keras_gen.measures.distances import feature_pair

CHUNK_SIZE = 500  # rows at a time: 40 MB of distances to 10,000 others


class PrecisionRecall(NamedTuple):
    """Share of fake samples in the real region, and of real samples in the fake region."""

    precision: float
    recall: float


class DensityCoverage(NamedTuple):
    """Mean number of real balls that hold a fake sample, over k; share of balls that hold any."""

    density: float
    coverage: float


def precision_recall(
    real_features: np.ndarray, fake_features: np.ndarray, k: int = 3
) -> PrecisionRecall:
    r"""Improved precision and recall.

    Formula:
        precision: $\frac{1}{M} \sum_j \mathbf{1}[\exists i: \lVert y_j - x_i \rVert \le r_k(x_i)]$
        recall: $\frac{1}{N} \sum_i \mathbf{1}[\exists j: \lVert x_i - y_j \rVert \le r_k(y_j)]$
        with r_k(x) the distance from x to its k-th nearest neighbour in the set of x

    The large ball of a single outlier can hold many samples of the other set; `density_coverage`
    counts the balls, and uses none around fake samples. Values depend on N and M: compare only
    equal numbers.

    Args:
        real_features: (N, D) finite floats, N > k.
        fake_features: (M, D) finite floats, M > k.
        k: which neighbour ends the ball, >= 1.

    Returns:
        `PrecisionRecall(precision, recall)`, floats in [0, 1].

    Raises:
        ValueError: other shapes, values that are not finite, k < 1, or k >= N or M.

    Reference: Kynkäänniemi et al. 2019, arXiv:1904.06991, equations 1 to 3.
    """
    real, fake = _checked(real_features, fake_features, k)
    real_radii, fake_radii = _squared_radii(real, k), _squared_radii(fake, k)
    precise, recalled = np.zeros(len(fake), bool), np.zeros(len(real), bool)
    for rows, squares in _squared_distances(fake, real):  # (chunk, N)
        precise[rows] = np.any(squares <= real_radii, axis=1)
        recalled |= np.any(squares <= fake_radii[rows, None], axis=0)
    return PrecisionRecall(float(precise.mean()), float(recalled.mean()))


def inside_manifold(real_features: np.ndarray, fake_features: np.ndarray, k: int = 3) -> np.ndarray:
    r"""Which samples lie in the real region, one by one; their share is the precision.

    Formula:
        $\exists i: \lVert y_j - x_i \rVert \le r_k(x_i)$

    Args:
        real_features: (N, D) finite floats, N > k.
        fake_features: (M, D) finite floats, M >= 1.
        k: which neighbour ends the ball, >= 1.

    Returns:
        (M,) bool.

    Raises:
        ValueError: other shapes, values that are not finite, k < 1, or k >= N.

    Reference: Kynkäänniemi et al. 2019, arXiv:1904.06991, equation 1.
    """
    if k < 1 or len(real_features) <= k:
        raise ValueError(f"expected more than k real features and k >= 1, found k = {k}")
    real, fake = feature_pair(real_features, fake_features, at_least=1)
    radii, inside = _squared_radii(real, k), np.zeros(len(fake), bool)
    for rows, squares in _squared_distances(fake, real):  # (chunk, N)
        inside[rows] = np.any(squares <= radii, axis=1)
    return inside


def density_coverage(
    real_features: np.ndarray, fake_features: np.ndarray, k: int = 5
) -> DensityCoverage:
    r"""Density and coverage: like precision and recall, but with balls around real samples only.

    Formula:
        density: $\frac{1}{kM} \sum_j \sum_i \mathbf{1}[\lVert y_j - x_i \rVert \le r_k(x_i)]$
        coverage: $\frac{1}{N} \sum_i \mathbf{1}[\exists j: \lVert y_j - x_i \rVert \le r_k(x_i)]$
        with r_k(x) the distance from x to its k-th nearest neighbour among the real samples

    For two large samples of one distribution with N = M, the density is 1 and the coverage 1 - 2^-k
    on average: 0.969 for k = 5. Values depend on N and M: compare only equal numbers.

    Args:
        real_features: (N, D) finite floats, N > k.
        fake_features: (M, D) finite floats, M > k.
        k: which neighbour ends the ball, >= 1.

    Returns:
        `DensityCoverage(density, coverage)`, floats; density >= 0 can exceed 1, coverage in [0, 1].

    Raises:
        ValueError: other shapes, values that are not finite, k < 1, or k >= N or M.

    Reference: Naeem et al. 2020, arXiv:2002.09797, section 3.
    """
    real, fake = _checked(real_features, fake_features, k)
    radii = _squared_radii(real, k)
    pairs, covered = 0.0, np.zeros(len(real), bool)
    for _, squares in _squared_distances(fake, real):  # (chunk, N)
        inside = squares <= radii
        pairs += np.count_nonzero(inside)
        covered |= inside.any(axis=0)
    return DensityCoverage(float(pairs / (k * len(fake))), float(covered.mean()))


def _checked(real_features, fake_features, k):
    if k < 1:
        raise ValueError(f"expected k of at least 1, found {k}")
    return feature_pair(real_features, fake_features, at_least=k + 1)


def _squared_radii(features, k):
    """Return the squared distance of each sample to its k-th nearest other sample, (N,)."""
    radii = np.empty(len(features))
    for rows, squares in _squared_distances(features, features):
        np.fill_diagonal(squares[:, rows], np.inf)  # the sample itself, not its duplicates
        radii[rows] = np.partition(squares, k - 1, axis=1)[:, k - 1]
    return radii


def _squared_distances(points, others):
    """Yield slices of rows and their squared distances to all others, (chunk, M)."""
    other_squares = np.sum(others**2, axis=1)  # (M,)
    for start in range(0, len(points), CHUNK_SIZE):
        rows = slice(start, min(start + CHUNK_SIZE, len(points)))
        scale = np.sum(points[rows] ** 2, axis=1)[:, None] + other_squares  # (chunk, M)
        squares = scale - 2.0 * points[rows] @ others.T
        # |x|^2 + |y|^2 - 2 x.y cancels where x and y are nearly equal. A distance below a millionth
        # of the norms is beyond the precision of float32 features: duplicates, at exactly 0.
        squares[squares < 1e-12 * scale] = 0.0
        yield rows, squares
