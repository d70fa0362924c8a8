"""The end of a descent, on curves whose gain per window is known."""

import numpy as np
import pytest

from keras_gen.models.style.stopping import Plateau


def end_of(losses, **options):
    """Return after how many of the losses the descent ends, or None."""
    plateau = Plateau(**options)
    return next((i for i, loss in enumerate(losses, start=1) if plateau(loss)), None)


def test_a_plateau_ends_the_descent_one_window_after_it_began():
    """100, 99, ..., 51, then 50 for ever: the 51st loss is the lowest, the 71st ends it."""
    losses = [*np.arange(100.0, 50.0, -1.0), *[50.0] * 60]
    assert end_of(losses, tolerance=1e-9, window=20) == 71


def test_a_gain_of_the_tolerance_is_worked_by_hand():
    """Each loss is 0.99 of the one before: ten of them gain 0.99^-10 - 1 = 0.10573 of the last."""
    losses = 0.99 ** np.arange(200)
    assert end_of(losses, tolerance=0.1057, window=10) is None
    assert end_of(losses, tolerance=0.1058, window=10) == 11


def test_the_end_is_where_the_slope_of_a_power_law_says():
    """1 / t gains (1 / (t - w) - 1 / t) t = w / (t - w): less than 0.249 for t - w > 80.3."""
    assert end_of(1 / np.arange(1.0, 300.0), tolerance=0.249, window=20) == 101


@pytest.mark.parametrize("seed", range(5))
def test_noise_and_a_line_search_are_not_mistaken(seed):
    """A loss that falls by 1 % a step, with noise of 2 % and an overshoot every seventh step."""
    rng = np.random.default_rng(seed)
    losses = 0.99 ** np.arange(300) * (1 + 0.02 * rng.uniform(-1, 1, 300))
    losses[3::7] *= 5
    assert end_of(losses, tolerance=0.05, window=20) is None  # the fall alone gains 0.22
    flat = [*losses[:100], *losses[99] * (1 + 0.02 * rng.uniform(0, 1, 100))]
    assert 100 < end_of(flat, tolerance=0.05, window=20) <= 121


def test_a_tolerance_of_0_never_ends_it():
    assert end_of([1.0] * 500, tolerance=0.0) is None
    assert end_of([0.0] * 500, tolerance=0.0) is None


def test_a_loss_that_is_not_a_number_gains_nothing():
    """min(m, nan) keeps m, so that only the window decides."""
    assert end_of([2.0, *[float("nan")] * 30], tolerance=0.01, window=20) == 21
