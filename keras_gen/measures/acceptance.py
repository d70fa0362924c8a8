r"""How many images must people look at to trust the rest? Exact acceptance sampling.

Both functions ask for a random choice of images, judged without error. They say nothing of images
that were drawn later by another model.
"""

import bisect
import math

from scipy.stats import binom, binomtest, hypergeom


def sampling_plan(
    rate: float, confidence: float = 0.95, defects: int = 0, population: int | None = None
) -> int:
    r"""Smallest number of images to look at that holds the defect rate below a limit.

    Where at most `defects` of that many images turn out to be defective, the rate of defects is
    below `rate` with the given confidence: if it were not, so few would be found with a probability
    of at most $\alpha$ = 1 - confidence.

    Formula:
        endless stream: $\min n: \sum_{i=0}^{c} \binom{n}{i} p^i (1-p)^{n-i} \le \alpha$
        of M images: $\min n: \sum_{i=0}^{c} \binom{D}{i} \binom{M-D}{n-i} / \binom{M}{n}
        \le \alpha$, $D = \lceil p M \rceil$
        p = rate, c = defects, M = population; for c = 0, n = ceil(log(alpha) / log(1 - p)), which
        is about 3 / p at 95 % (the rule of three)

    Args:
        rate: p, the limit of the defect rate, in (0, 1).
        confidence: in (0, 1).
        defects: c >= 0, how many of the images looked at may be defective. It has to be chosen
            before looking; a number that is chosen to suit the result proves nothing.
        population: M, the number of images in all, or None for an endless stream.

    Returns:
        Number of images, an integer above `defects`; at most `population`.

    Raises:
        ValueError: an argument out of range, or so many `defects` that even all of the images would
            prove nothing.

    Reference: Hanley and Lippman-Hand 1983, JAMA 249(13), for the rule of three.
    """
    alpha = _checked(rate, confidence, defects)
    if population is None:
        # Chernoff's bound makes the last n of the range large enough for every c and alpha.
        last = math.ceil(10 * (defects + 1 - math.log(alpha)) / rate)
        return _first(defects + 1, last, lambda n: binom.cdf(defects, n, rate) <= alpha)
    limit = math.ceil(round(rate * population, 9))  # 0.07 * 100 is 7, not 7.000000000000001
    if limit <= defects:
        raise ValueError(
            f"expected fewer allowed defects than {limit}, the least of {population:,} images that "
            f"are a rate of {rate}; found {defects}"
        )
    return _first(
        defects + 1, population, lambda n: hypergeom.cdf(defects, population, limit, n) <= alpha
    )


def defect_bound(defects: int, n: int, confidence: float = 0.95) -> float:
    r"""Largest defect rate that goes with what was found, one-sided and exact.

    Formula:
        $p$ with $\sum_{i=0}^{c} \binom{n}{i} p^i (1-p)^{n-i} = \alpha$, 1 for c = n
        the rate at which c = defects or fewer of n have the probability alpha = 1 - confidence

    Args:
        defects: c, how many of the images were defective, in [0, n].
        n: how many images were looked at, >= 1.
        confidence: in (0, 1).

    Returns:
        float in (0, 1].

    Raises:
        ValueError: an argument out of range.

    Reference: Clopper and Pearson 1934, Biometrika 26(4).
    """
    _checked(0.5, confidence, defects)
    if defects > n or n < 1:
        raise ValueError(f"expected 0 <= defects <= n and n >= 1, found {defects} of {n}")
    interval = binomtest(defects, n, alternative="less").proportion_ci(confidence, "exact")
    return float(interval.high)


def _first(low, high, is_enough):
    """Return the first n in [low, high] that is enough; from there on, all are."""
    numbers = range(low, high + 1)
    return numbers[bisect.bisect_left(numbers, True, key=lambda n: bool(is_enough(n)))]


def _checked(rate, confidence, defects):
    """Return alpha."""
    for name, value in (("rate", rate), ("confidence", confidence)):
        if not 0 < value < 1:
            raise ValueError(f"expected a {name} between 0 and 1, found {value}")
    if defects < 0:
        raise ValueError(f"expected 0 or more defects, found {defects}")
    return 1 - confidence
