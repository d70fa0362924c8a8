"""What noisy steps cost in privacy, as the accountant of the package dp-accounting counts it."""

import dataclasses
import functools
from typing import Any

MOST_STEPS = 10**9


@dataclasses.dataclass(frozen=True)
class Accountant:
    r"""Counts epsilon over the steps of DP-SGD: Gaussian noise on Poisson-sampled batches.

    Two data sets are neighbours where one holds one image more than the other. The count is by
    Rényi differential privacy, an upper bound that takes milliseconds; no formula of it is ours.

    Attributes:
        probability: q in (0, 1], of an image in a batch.
        noise_multiplier: $\sigma$ >= 0, the noise's standard deviation over the clipping norm.
        delta: $\delta$ in (0, 1).

    Reference: Abadi et al. 2016, arXiv:1607.00133; Mironov, Talwar and Zhang 2019,
        arXiv:1908.10530 (Poisson sampling).
    """

    probability: float
    noise_multiplier: float
    delta: float

    def event(self, steps: int) -> Any:
        """Return dp-accounting's description of what this number of steps reveals."""
        dp = library()
        step = dp.PoissonSampledDpEvent(self.probability, dp.GaussianDpEvent(self.noise_multiplier))
        return dp.SelfComposedDpEvent(step, steps)

    @functools.lru_cache(maxsize=2)  # noqa: B019 - of values that are equal, not of an instance
    def epsilon(self, steps: int) -> float:
        """Return epsilon after a number of steps: 0 for none, infinity for steps without noise."""
        library()
        from dp_accounting.rdp import RdpAccountant

        if steps == 0:
            return 0.0
        return float(RdpAccountant().compose(self.event(steps)).get_epsilon(self.delta))

    def steps_within(self, epsilon: float, most: int = MOST_STEPS) -> int:
        """Return the largest number of steps, up to `most`, that spends no more than epsilon."""
        if self.epsilon(most) <= epsilon:
            return most
        low, high = 0, most  # the first is affordable, the second is not
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.epsilon(middle) <= epsilon else (low, middle)
        return low


def library() -> Any:
    """Return the package dp-accounting.

    Raises:
        ValueError: it is not installed; the message says what to install.
    """
    try:
        import dp_accounting
    except ImportError as error:
        raise ValueError(
            "private training: expected the package dp-accounting, found none; "
            "pip install 'keras_gen[privacy]'"
        ) from error
    return dp_accounting
