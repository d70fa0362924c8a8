"""When a descent has nothing left to gain."""

import math

WINDOW = 20  # evaluations: more than a line search takes that goes wrong


class Plateau:
    r"""Tells after each evaluation of a loss whether the descent may end.

    Formula:
        $m_t = \min_{s \le t} L_s$; the end is where $m_{t-w} - m_t < \tau \, m_t$
        the last w evaluations lowered the lowest loss by less than the share tolerance of it

    The lowest loss so far never rises. A line search that goes too far, or the noise of fewer bits,
    therefore looks like no gain for as long as it lasts, and not like a change; only w evaluations
    without gain end the descent.

    Args:
        tolerance: $\tau$ >= 0, a share of the loss; 0 never ends the descent.
        window: w >= 1.
    """

    def __init__(self, tolerance: float, window: int = WINDOW):
        self.tolerance = tolerance
        self.window = window
        self.lowest: list[float] = []  # m_t

    def __call__(self, loss: float) -> bool:
        """Take the loss of one more evaluation; return whether the descent may end."""
        before = self.lowest[-1] if self.lowest else math.inf
        self.lowest.append(min(before, loss))
        if len(self.lowest) <= self.window:
            return False
        gain = self.lowest[-1 - self.window] - self.lowest[-1]
        return gain < self.tolerance * self.lowest[-1]
