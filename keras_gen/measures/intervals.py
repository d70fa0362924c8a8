r"""How sure is a measured number? Intervals from the chance of which samples were drawn.

They speak of chance, not of bias: the interval of a Fréchet distance surrounds what other samples
of the same size would give, and that is above the distance of the distributions.
"""

from statistics import NormalDist
from typing import NamedTuple

import numpy as np


class Interval(NamedTuple):
    """The ends of a confidence interval."""

    low: float
    high: float


def wilson_interval(successes, n, confidence=0.95):
    r"""Wilson's interval for a proportion.

    Formula:
        $\frac{1}{1 + z^2/n} \left( p + \frac{z^2}{2n}
        \pm z \sqrt{\frac{p (1 - p)}{n} + \frac{z^2}{4 n^2}} \right)$, $p$ = successes / n

    Unlike $p \pm z \sqrt{p(1-p)/n}$ it stays within [0, 1] and has a width for p = 0 and p = 1.

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
    z, p = _quantile(confidence), successes / n
    centre = p + z**2 / (2 * n)
    spread = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    # Rounding must not lift the lower end for 0 successes off 0, nor lower the other off 1.
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == n else (centre + spread) / scale
    return Interval(float(low), float(high))


def bootstrap_interval(statistic, *arrays, resamples=200, confidence=0.95, seed=0):
    r"""Normal interval around a statistic, with its standard error from the bootstrap.

    Formula:
        $t(x) \pm z \, \mathrm{std}_b \, t(x^{*b})$
        value +- z * std(values of the resampled arrays, ddof=1)

    Not the percentiles of the resampled values. A resampled set repeats rows, as if the sample were
    smaller, and a Fréchet distance is biased upward, the more the smaller the sample: all its
    resampled values can lie above the value itself. Their spread is still right.

    Args:
        statistic: function of as many arrays as are given, returns a number.
        arrays: (N, ...), (M, ...), ...; the rows of each are drawn independently, with replacement.
            Rows that belong together, such as pairs, go into one array.
        resamples: number of resampled values, >= 2; 200 give the standard error within 5 % or so.
        confidence: in (0, 1).
        seed: integer; the same seed draws the same rows.

    Returns:
        `Interval(low, high)`, floats in the units of the statistic.

    Raises:
        ValueError: no array, an empty one, fewer than 2 resamples, or a confidence out of range.

    Reference: Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7
        (1979).
    """
    z = _quantile(confidence)
    if resamples < 2:
        raise ValueError(f"expected at least 2 resamples, found {resamples}")
    arrays = [np.asarray(array) for array in arrays]
    if not arrays or any(array.ndim == 0 or not len(array) for array in arrays):
        raise ValueError(
            f"expected arrays with rows, found shapes {[array.shape for array in arrays]}"
        )
    rng = np.random.default_rng(seed)
    value = float(statistic(*arrays))
    values = [
        float(statistic(*(array[rng.integers(len(array), size=len(array))] for array in arrays)))
        for _ in range(resamples)
    ]
    error = float(np.std(values, ddof=1))
    return Interval(value - z * error, value + z * error)


def _quantile(confidence):
    """Z such that a standard normal number lies in [-z, z] with this probability."""
    if not 0 < confidence < 1:
        raise ValueError(f"expected a confidence between 0 and 1, found {confidence}")
    return NormalDist().inv_cdf((1 + confidence) / 2)
