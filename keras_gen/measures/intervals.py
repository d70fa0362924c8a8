r"""How certain is a measured number? Confidence intervals for the chance in the samples drawn.

They account for chance, not for bias: the interval of a Fréchet distance covers what other samples
of the same size would give, and that lies above the distance of the two distributions.
"""

from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from scipy.stats import binomtest
from scipy.stats import t as student


class Interval(NamedTuple):
    """The ends of a confidence interval."""

    low: float
    high: float


def wilson_interval(successes: int, n: int, confidence: float = 0.95) -> Interval:
    r"""Wilson's interval for a proportion.

    Formula:
        $\frac{1}{1 + z^2/n} \left( p + \frac{z^2}{2n}
        \pm z \sqrt{\frac{p (1 - p)}{n} + \frac{z^2}{4 n^2}} \right)$, $p$ = successes / n

    z is the quantile of the standard normal distribution at (1 + confidence) / 2, 1.96 for 95 %.
    Unlike $p \pm z \sqrt{p(1-p)/n}$, the interval stays within [0, 1] and has a positive width at
    p = 0 and p = 1. Computed by SciPy.

    Args:
        successes: integer in [0, n].
        n: number of trials, >= 1.
        confidence: in (0, 1).

    Returns:
        `Interval(low, high)`, floats in [0, 1].

    Raises:
        ValueError: counts or a confidence out of range.

    Reference: Wilson, "Probable inference, the law of succession, and statistical inference",
        Journal of the American Statistical Association 22 (1927).
    """
    if not 0 <= successes <= n or n < 1:
        raise ValueError(f"expected 0 <= successes <= n and n >= 1, found {successes} of {n}")
    _check_confidence(confidence)
    interval = binomtest(successes, n).proportion_ci(confidence, method="wilson")
    return Interval(float(interval.low), float(interval.high))


def mean_interval(mean: float, standard_error: float, n: int, confidence: float = 0.95) -> Interval:
    r"""Student's interval of the mean of n independent values, its error estimated from them.

    Formula:
        $\bar x \pm t_{n-1} \, s / \sqrt n$
        mean +- t * standard_error, t the quantile of Student's distribution with n - 1 degrees of
        freedom at (1 + confidence) / 2: 2.26 for ten values and 95 %, 1.96 for very many

    Args:
        mean: of the values.
        standard_error: std(values, ddof=1) / sqrt(n).
        n: number of values, >= 2.
        confidence: in (0, 1).

    Returns:
        `Interval(low, high)`, floats in the units of the values.

    Raises:
        ValueError: fewer than 2 values, or a confidence out of range.

    Reference: Student, "The probable error of a mean", Biometrika 6 (1908).
    """
    _check_confidence(confidence)
    if n < 2:
        raise ValueError(f"expected at least 2 values, found {n}")
    margin = float(student.ppf((1 + confidence) / 2, n - 1) * standard_error)
    return Interval(float(mean) - margin, float(mean) + margin)


def bootstrap_interval(
    statistic: Callable[..., float],
    *arrays: np.ndarray,
    resamples: int = 200,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    r"""Normal interval around a statistic, with its standard error from the bootstrap.

    Formula:
        $t(x) \pm z \, \mathrm{std}_b \, t(x^{*b})$
        value +- z * std(values of the resampled arrays, ddof=1)

    The percentiles of the resampled values are not used. A resampled set repeats rows, as if the
    sample were smaller, and the upward bias of a Fréchet distance grows as the sample shrinks, so
    that all resampled values can lie above the value itself. Their spread is still right.

    Args:
        statistic: function that takes as many arrays as are given and returns a number.
        arrays: (N, ...), (M, ...), ...; the rows of each are drawn independently, with replacement.
            Rows that belong together, such as pairs, must be in one array.
        resamples: number of resampled values, >= 2; 200 give the standard error to about 5 %.
        confidence: in (0, 1).
        seed: integer; the same seed draws the same rows.

    Returns:
        `Interval(low, high)`, floats in the units of the statistic.

    Raises:
        ValueError: no array, an empty one, fewer than 2 resamples, or a confidence out of range.

    Reference: Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7
        (1979).
    """
    _check_confidence(confidence)
    if resamples < 2:
        raise ValueError(f"expected at least 2 resamples, found {resamples}")
    rows = [np.asarray(array) for array in arrays]
    if not rows or any(array.ndim == 0 or not len(array) for array in rows):
        raise ValueError(
            f"expected arrays with rows, found shapes {[array.shape for array in rows]}"
        )
    rng = np.random.default_rng(seed)
    value = float(statistic(*rows))
    values = [
        float(statistic(*(array[rng.integers(len(array), size=len(array))] for array in rows)))
        for _ in range(resamples)
    ]
    error = float(np.std(values, ddof=1))
    z = NormalDist().inv_cdf((1 + confidence) / 2)  # a normal number is in [-z, z] so often
    return Interval(value - z * error, value + z * error)


def _check_confidence(confidence):
    if not 0 < confidence < 1:
        raise ValueError(f"expected a confidence between 0 and 1, found {confidence}")
