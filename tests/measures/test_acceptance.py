"""Acceptance sampling: numbers worked by hand, and the definition itself around them."""

import math

import pytest
from scipy.stats import binom

from keras_gen.measures import defect_bound, sampling_plan


@pytest.mark.parametrize(
    ("rate", "confidence", "expected"),
    [(0.01, 0.95, 299), (0.05, 0.95, 59), (0.1, 0.95, 29), (0.01, 0.99, 459), (0.001, 0.95, 2995)],
)
def test_without_a_defect_it_is_the_rule_of_three(rate, confidence, expected):
    """(1 - p)^n <= alpha: 0.99^298 = 0.0500, a little above, and 0.99^299 = 0.0495."""
    assert sampling_plan(rate, confidence) == expected
    assert expected == math.ceil(math.log(1 - confidence) / math.log(1 - rate))
    if confidence == 0.95 and rate < 0.05:
        assert expected == pytest.approx(3 / rate, rel=0.01)


@pytest.mark.parametrize("defects", [1, 2, 5, 40])
def test_the_plan_is_the_smallest_that_holds(defects):
    n = sampling_plan(0.02, 0.95, defects)
    assert binom.cdf(defects, n, 0.02) <= 0.05 < binom.cdf(defects, n - 1, 0.02)


def test_one_allowed_defect_worked_by_hand():
    """(1 - p)^n + n p (1 - p)^(n - 1) = (1 + n) / 2^n for p = 1/2: 5/16 at 4, 6/32 at 5."""
    assert sampling_plan(0.5, 0.8, defects=1) == 5
    assert sampling_plan(0.5, 0.6875, defects=1) == 4


@pytest.mark.parametrize(("confidence", "expected"), [(0.5, 3), (0.95, 8)])
def test_of_ten_images_two_of_which_would_be_too_many(confidence, expected):
    """None of n: (10 - n)(9 - n) / 90, that is 0.62 at 2, 0.47 at 3, 0.067 at 7, 0.022 at 8."""
    assert sampling_plan(0.2, confidence, population=10) == expected


def test_a_finite_number_needs_fewer_and_tends_to_the_stream():
    numbers = [sampling_plan(0.01, population=m) for m in (100, 300, 1000, 10_000, 1_000_000)]
    assert numbers == sorted(numbers) and numbers[0] == 95 and numbers[-1] in (298, 299)
    assert sampling_plan(0.07, population=100) == sampling_plan(0.065, population=100)  # 7 of 100


def test_the_bound_is_the_inverse_of_the_plan():
    """None of n: 1 - alpha^(1/n)."""
    assert defect_bound(0, 100) == pytest.approx(1 - 0.05**0.01)
    for defects in (0, 1, 3):
        n = sampling_plan(0.03, 0.9, defects)
        assert defect_bound(defects, n, 0.9) <= 0.03 < defect_bound(defects, n - 1, 0.9)
    assert defect_bound(4, 4) == 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sampling_plan(0.0), "expected a rate between 0 and 1, found 0.0"),
        (lambda: sampling_plan(0.1, 1.0), "expected a confidence between 0 and 1, found 1.0"),
        (lambda: sampling_plan(0.1, defects=-1), "expected 0 or more defects, found -1"),
        (
            lambda: sampling_plan(0.02, defects=2, population=100),
            "expected fewer allowed defects than 2, the least of 100 images that are a rate of "
            "0.02; found 2",
        ),
        (lambda: defect_bound(3, 2), "expected 0 <= defects <= n and n >= 1, found 3 of 2"),
        (lambda: defect_bound(0, 0), "expected 0 <= defects <= n and n >= 1, found 0 of 0"),
    ],
)
def test_mistakes_are_named(call, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        call()
