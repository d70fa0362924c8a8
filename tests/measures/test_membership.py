"""The area under the ROC curve: by hand, against another formula, and its interval."""

import numpy as np
import pytest

from keras_gen.measures import membership_attack


def test_the_area_by_hand():
    """Pairs of members 3, 1 and others 2, 1: 3 > 2, 3 > 1, 1 < 2, 1 = 1: (2 + 1/2) / 4."""
    assert membership_attack([3.0, 1.0], [2.0, 1.0]).area == 0.625


def test_the_area_of_two_normal_distributions():
    """Members one deviation above others: Phi(1 / sqrt 2) = 0.7602; 2,000 values each."""
    rng = np.random.default_rng(0)
    found = membership_attack(rng.normal(1, 1, 2000), rng.normal(0, 1, 2000))
    assert found.area == pytest.approx(0.7602, abs=0.03)
    low, high = found.interval
    assert low < 0.7602 < high
    assert high - low == pytest.approx(4 * 0.0075, rel=0.3)  # Hanley and McNeil's error


def test_extremes_stay_within_bounds():
    low, high = membership_attack(np.arange(10.0) + 8.5, np.arange(10.0)).interval
    assert 0.9 < low < high <= 1.0
    assert membership_attack([2.0, 3.0], [0.0, 1.0]).area == 1.0
    assert membership_attack([1.0, 1.0], [1.0, 1.0]).area == 0.5


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="expected finite scores"):
        membership_attack([float("nan")], [1.0])
    with pytest.raises(ValueError, match="of others"):
        membership_attack([1.0], [])
