r"""Which images was the model trained on? How well an attacker can tell them from others."""

from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata

from keras_gen.measures.intervals import Interval, bootstrap_interval


class Membership(NamedTuple):
    """The area under an attack's ROC curve, and its 95 % interval."""

    area: float
    interval: Interval


def membership_attack(
    member_scores: np.ndarray, other_scores: np.ndarray, seed: int = 0
) -> Membership:
    r"""Area under the ROC curve of an attack that calls images with high scores members.

    Formula:
        $A = P(s_m > s_o) + \frac{1}{2} P(s_m = s_o)$
        (sum of the members' ranks among all - m (m + 1) / 2) / (m n)

    0.5 is guessing, 1 tells every member from every other image. Below 0.5 the attack is wrong more
    often than right, which an attacker would turn round. The interval is that of other images from
    the same sources, not of other training runs. It comes from the bootstrap and has no width where
    the scores of the two sets do not overlap.

    A weak attack proves nothing: a better one may exist. Only a guarantee such as differential
    privacy holds against all of them.

    Args:
        member_scores: (M,) finite floats, of images that the model was trained on.
        other_scores: (N,) finite floats, of images of the same kind that it has not seen.
        seed: integer, of the resampling.

    Returns:
        `Membership(area, interval)`, floats; the area and the ends of its interval in [0, 1].

    Raises:
        ValueError: other shapes, or values that are not finite.

    Reference: Hayes et al. 2019, arXiv:1705.07663 (D's scores); Chen et al. 2020, arXiv:1909.03935
        (distances to samples); Hanley and McNeil, "The meaning and use of the area under a receiver
        operating characteristic (ROC) curve", Radiology 143 (1982).
    """
    members, others = (np.asarray(s, "float64") for s in (member_scores, other_scores))
    for name, scores in (("members", members), ("others", others)):
        if scores.ndim != 1 or not len(scores) or not np.isfinite(scores).all():
            raise ValueError(f"expected finite scores (N,) of {name}, found {scores.shape}")
    low, high = bootstrap_interval(_area, members, others, seed=seed)
    return Membership(_area(members, others), Interval(max(low, 0.0), min(high, 1.0)))


def _area(members, others):
    ranks = rankdata(np.concatenate([members, others]))[: len(members)]  # of ties, their mean
    smallest = len(members) * (len(members) + 1) / 2
    return float((ranks.sum() - smallest) / (len(members) * len(others)))
