r"""Do two people who judge the same images agree, beyond what chance would bring about?"""

from collections.abc import Sequence
from typing import NamedTuple


class Agreement(NamedTuple):
    """How often two people agree, how often they would by chance, and kappa between the two."""

    observed: float
    expected: float
    kappa: float | None


def cohen_kappa(first: Sequence[str], second: Sequence[str]) -> Agreement:
    r"""Cohen's kappa of two people's decisions on the same images.

    Formula:
        $\kappa = \frac{p_o - p_e}{1 - p_e}$,
        $p_e = \sum_k \frac{n_{1k}}{N} \frac{n_{2k}}{N}$
        p_o = the share of images on which both decide alike; n_1k = how often the first decides k

    1 where they always agree, 0 where they agree as often as two who decide by lot, each with
    shares of their own; below 0 where they agree less. Where nearly all images get one decision,
    kappa is small or jumps with single images although the two agree almost always: read it beside
    the observed agreement.

    Args:
        first: the first one's decisions, one for each image; at least one.
        second: the second one's, in the same order.

    Returns:
        `Agreement(observed, expected, kappa)`; kappa is None where both give every image the one
        and same decision, since chance would then agree as well.

    Raises:
        ValueError: no decisions, or different numbers of them.

    Reference: Cohen 1960, "A coefficient of agreement for nominal scales", Educational and
        Psychological Measurement 20(1).
    """
    if not len(first) or len(first) != len(second):
        raise ValueError(
            f"expected two decisions on each of one or more images, found {len(first)} and "
            f"{len(second)}"
        )
    n = len(first)
    first, second = list(first), list(second)
    observed = sum(a == b for a, b in zip(first, second, strict=True)) / n
    expected = sum(first.count(k) * second.count(k) for k in set(first)) / n**2
    kappa = None if expected == 1.0 else (observed - expected) / (1.0 - expected)
    return Agreement(observed, expected, kappa)
