r"""How far one set of images is from another: distances between sets of feature vectors.

Neither distance needs pairs. The features come from a network that knows the subject, so values can
be compared only for the same network, and those of `frechet_distance` only for the same number of
images.
"""

from typing import NamedTuple

import numpy as np

from keras_gen.measures.intervals import Interval, mean_interval

MIN_BLOCKS = 10  # with fewer, the standard error itself would be a guess


class KernelDistance(NamedTuple):
    """An estimate of the squared maximum mean discrepancy, its standard error and 95 % interval."""

    value: float
    standard_error: float
    interval: Interval


def frechet_distance(real_features: np.ndarray, fake_features: np.ndarray) -> float:
    r"""Fréchet distance (squared) between Gaussians fitted to two sets of features: the FID.

    Formula:
        $d^2 = \lVert \mu_r - \mu_f \rVert^2 + \mathrm{tr}(\Sigma_r + \Sigma_f
        - 2 (\Sigma_r \Sigma_f)^{1/2})$
        |m_r - m_f|^2 + tr(S_r) + tr(S_f) - 2 tr(sqrt(S_r S_f)), covariances over n - 1

    The usual implementation takes a general matrix square root of $\Sigma_r \Sigma_f$, which is
    unstable where the product is nearly singular. With $\Sigma_r = R_r^T R_r$ and
    $\Sigma_f = R_f^T R_f$ the eigenvalues of $\Sigma_r \Sigma_f$ are the squared singular values of
    $R_r R_f^T$, so the last trace is the sum of these singular values, and the triangular factors
    of the centred features give $R$ without forming a covariance. This is exact even for fewer
    samples than dimensions.

    The estimate is biased upward, the more so the fewer the samples: compare only equal numbers.

    Args:
        real_features: (N, D) finite floats, N >= 2.
        fake_features: (M, D) finite floats, M >= 2.

    Returns:
        float >= 0, in squared units of the features; 0 for equal means and covariances.

    Raises:
        ValueError: other shapes, too few samples, or values that are not finite.

    Reference: Heusel et al. 2017, arXiv:1706.08500, equation 6; Dowson and Landau, "The Fréchet
        distance between multivariate normal distributions", Journal of Multivariate Analysis 12
        (1982); Chong and Forsyth 2020, arXiv:1911.07023 (the bias).
    """
    real, fake = feature_pair(real_features, fake_features, at_least=2)
    mean_real, mean_fake = real.mean(axis=0), fake.mean(axis=0)  # (D,)
    root_real = np.linalg.qr(real - mean_real, mode="r") / np.sqrt(len(real) - 1)  # (min(N, D), D)
    root_fake = np.linalg.qr(fake - mean_fake, mode="r") / np.sqrt(len(fake) - 1)  # (min(M, D), D)
    cross = np.linalg.svd(root_real @ root_fake.T, compute_uv=False)
    traces = np.sum(root_real**2) + np.sum(root_fake**2)
    distance = np.sum((mean_real - mean_fake) ** 2) + traces - 2 * np.sum(cross)
    return float(max(distance, 0.0))  # rounding can leave -1e-15 for equal sets


def kernel_distance(
    real_features: np.ndarray, fake_features: np.ndarray, block_size: int = 1000, seed: int = 0
) -> KernelDistance:
    r"""Kernel distance: the squared maximum mean discrepancy of a cubic kernel, the KID.

    Formula:
        $k(x, y) = (x^T y / D + 1)^3$ and, on blocks of m real and m fake samples,
        $d = \frac{1}{m(m-1)} \sum_{i \neq j} [k(x_i, x_j) + k(y_i, y_j)]
        - \frac{2}{m^2} \sum_{i,j} k(x_i, y_j)$
        averaged over the blocks; standard error = std(blocks, ddof=1) / sqrt(number of blocks),
        interval Student's, `mean_interval`

    The estimate is unbiased for every number of samples, and therefore sometimes negative for sets
    that are alike.

    Deviation: the paper averages over random subsets that overlap. Their values are not
    independent, so that their standard error would come out too small; the blocks here are
    disjoint. Samples that do not fill a block are left out.

    Args:
        real_features: (N, D) finite floats, N >= 20.
        fake_features: (M, D) finite floats, M >= 20.
        block_size: the largest m, >= 2; if the smaller set holds fewer than ten such blocks, m is a
            tenth of that set.
        seed: integer; the same seed gives the same blocks.

    Returns:
        `KernelDistance(value, standard_error, interval)`, floats, the interval a pair; 1,000 times
        the value is often quoted.

    Raises:
        ValueError: other shapes, too few samples, values that are not finite, or block_size < 2.

    Reference: Bińkowski et al. 2018, arXiv:1801.01401, section 4; Gretton et al., "A kernel
        two-sample test", JMLR 13 (2012), lemma 6; Zaremba et al. 2013, arXiv:1307.1954 (blocks).
    """
    if block_size < 2:
        raise ValueError(f"expected a block_size of at least 2, found {block_size}")
    real, fake = feature_pair(real_features, fake_features, at_least=2 * MIN_BLOCKS)
    smaller = min(len(real), len(fake))
    size = min(block_size, smaller // MIN_BLOCKS)
    rng = np.random.default_rng(seed)
    real_order, fake_order = rng.permutation(len(real)), rng.permutation(len(fake))
    blocks = [slice(start, start + size) for start in range(0, smaller - size + 1, size)]
    values = [_unbiased_mmd(real[real_order[block]], fake[fake_order[block]]) for block in blocks]
    mean, error = float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))
    return KernelDistance(mean, error, mean_interval(mean, error, len(values)))


def _unbiased_mmd(real, fake):
    size, dimensions = real.shape
    real_real, fake_fake, real_fake = (
        (x @ y.T / dimensions + 1.0) ** 3  # (m, m)
        for x, y in ((real, real), (fake, fake), (real, fake))
    )
    within = real_real.sum() + fake_fake.sum() - np.trace(real_real) - np.trace(fake_fake)
    return within / (size * (size - 1)) - 2.0 * real_fake.mean()


def feature_pair(
    real_features: np.ndarray, fake_features: np.ndarray, at_least: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return features (N, D) and (M, D) as float64; N and M must be `at_least`, values finite."""
    real, fake = np.asarray(real_features, "float64"), np.asarray(fake_features, "float64")
    if real.ndim != 2 or fake.ndim != 2 or real.shape[1:] != fake.shape[1:]:
        raise ValueError(f"expected features (N, D) and (M, D), found {real.shape}, {fake.shape}")
    if min(len(real), len(fake)) < at_least:
        raise ValueError(
            f"expected at least {at_least} samples in each set, found {len(real)} and {len(fake)}"
        )
    for name, features in (("real", real), ("fake", fake)):
        if not np.isfinite(features).all():
            raise ValueError(f"expected finite features, found NaN or infinity in the {name} set")
    return real, fake
