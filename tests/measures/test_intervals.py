from statistics import NormalDist

import numpy as np
import pytest
import scipy.stats

from keras_gen.measures import (
    bootstrap_interval,
    frechet_distance,
    mean_interval,
    wilson_interval,
)


@pytest.mark.parametrize("confidence", [0.68, 0.95, 0.99])
@pytest.mark.parametrize(("successes", "n"), [(0, 10), (1, 10), (5, 10), (10, 10), (987, 1000)])
def test_wilsons_interval_equals_the_closed_form(successes, n, confidence):
    z, p = NormalDist().inv_cdf((1 + confidence) / 2), successes / n
    centre = p + z**2 / (2 * n)
    spread = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    expected = (centre - spread) / (1 + z**2 / n), (centre + spread) / (1 + z**2 / n)
    assert wilson_interval(successes, n, confidence) == pytest.approx(expected, abs=1e-12)


def test_wilsons_interval_by_hand():
    """Two of four, z = 1.959964: z^2 = 3.841459, 1 + z^2/n = 1.960365; centre 1/2 by symmetry,
    half width z sqrt(1/16 + z^2/64) / 1.960365 = 1.959964 * 0.350033 / 1.960365 = 0.349961.
    """
    low, high = wilson_interval(2, 4)
    assert low == pytest.approx(0.150039, abs=1e-6)
    assert high == pytest.approx(0.849961, abs=1e-6)


def test_wilsons_interval_stays_in_its_range():
    for n in range(1, 100):  # rounding would leave some of them outside
        assert wilson_interval(0, n).low == 0.0
        assert wilson_interval(n, n).high == 1.0
    assert 0.3 < wilson_interval(0, 7).high < 0.4  # 1 - p = z^2 / (n + z^2): 3.841 / 10.841 = 0.354


def test_the_interval_of_a_mean_is_students():
    """Of tables: 2.262 at nine degrees of freedom and 95 %, 3.250 at 99 %; 12.706 at one."""
    assert mean_interval(5.0, 0.1, 10) == pytest.approx((4.7738, 5.2262), abs=1e-4)
    assert mean_interval(5.0, 0.1, 10, confidence=0.99) == pytest.approx((4.675, 5.325), abs=1e-4)
    assert mean_interval(0.0, 1.0, 2).high == pytest.approx(12.706, abs=1e-3)
    assert mean_interval(5.0, 0.1, 10**6) == pytest.approx((5 - 0.195996, 5 + 0.195996), abs=1e-6)
    assert mean_interval(5.0, 0.0, 10) == (5.0, 5.0)  # equal values


def test_the_interval_of_a_mean_holds_what_it_promises():
    """95 % of 2,000 means of five normal numbers, within three standard errors (1.5 %)."""
    values = np.random.default_rng(0).normal(size=(2000, 5))
    errors = values.std(axis=1, ddof=1) / np.sqrt(5)
    ends = [mean_interval(m, e, 5) for m, e in zip(values.mean(axis=1), errors, strict=True)]
    assert np.mean([low < 0 < high for low, high in ends]) == pytest.approx(0.95, abs=0.015)


def test_one_value_has_no_interval():
    with pytest.raises(ValueError, match="at least 2 values, found 1"):
        mean_interval(5.0, 0.1, 1)


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5), (0, 0)])
def test_wrong_counts_are_refused(successes, n):
    with pytest.raises(ValueError, match=f"expected 0 <= successes <= n .* {successes} of {n}"):
        wilson_interval(successes, n)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95])
def test_wrong_confidence_is_refused(confidence):
    with pytest.raises(ValueError, match="expected a confidence between 0 and 1, found"):
        wilson_interval(1, 2, confidence)
    with pytest.raises(ValueError, match="expected a confidence between 0 and 1, found"):
        bootstrap_interval(np.mean, np.arange(5), confidence=confidence)


def test_bootstrap_of_a_mean_equals_the_closed_form():
    """The standard error of a mean is std(ddof=0) / sqrt(n), and z = 1.959964. The standard error
    of 2,000 resamples has itself an error of 1 / sqrt(4,000) = 1.6 %; 6 % is nearly four of it.
    """
    data = np.random.default_rng(0).normal(3, 2, 150)
    low, high = bootstrap_interval(np.mean, data, resamples=2000)
    assert (low + high) / 2 == pytest.approx(data.mean(), rel=1e-12)
    assert (high - low) / 2 == pytest.approx(1.959964 * data.std() / np.sqrt(150), rel=0.06)


def test_scipy_agrees_on_the_standard_error_of_two_sets():
    """Rows of the two sets are drawn independently; tolerance as above, for both sides."""
    rng = np.random.default_rng(1)
    data = rng.normal(0, 1, 80), rng.exponential(2, 120)
    statistic = lambda x, y, axis=-1: np.mean(y, axis=axis) - np.median(x, axis=axis)
    expected = scipy.stats.bootstrap(
        data, statistic, n_resamples=2000, method="percentile", random_state=2
    ).standard_error
    low, high = bootstrap_interval(statistic, *data, resamples=2000, confidence=0.9)
    assert (high - low) / 2 == pytest.approx(1.644854 * expected, rel=0.09)


def test_bootstrap_interval_holds_the_truth_as_often_as_it_says():
    """200 samples of 100 normal numbers: 95 % of the intervals hold the mean 0, give or take four
    standard errors of 1.5 %, and a little less for the normal quantile in place of Student's.
    """
    rng = np.random.default_rng(3)
    intervals = [bootstrap_interval(np.mean, rng.normal(size=100), seed=i) for i in range(200)]
    share = np.mean([low < 0 < high for low, high in intervals])
    assert 0.89 < share < 1.0


def test_percentiles_of_a_frechet_distance_would_miss_it():
    """The reason for the normal interval: every resampled distance lies above the distance."""
    real, fake = np.random.default_rng(4).normal(size=(2, 200, 16))
    value = frechet_distance(real, fake)
    seen = []
    interval = bootstrap_interval(
        lambda x, y: seen.append(frechet_distance(x, y)) or seen[-1], real, fake, resamples=50
    )
    assert seen[0] == value and min(seen[1:]) > value
    assert interval.low < value < interval.high
    half_width = 1.959964 * np.std(seen[1:], ddof=1)
    assert interval == pytest.approx((value - half_width, value + half_width), rel=1e-6)


def test_rows_stay_whole_and_the_seed_decides():
    """Pairs in one array stay pairs: the difference of its two columns is 1 in every resample."""
    pairs = np.stack([np.arange(10.0), np.arange(10.0) + 1], axis=1)
    low, high = bootstrap_interval(lambda x: np.mean(x[:, 1] - x[:, 0]), pairs)
    assert low == high == 1.0
    interval = bootstrap_interval(np.mean, pairs, seed=5)
    assert interval == bootstrap_interval(np.mean, pairs, seed=5)
    assert interval != bootstrap_interval(np.mean, pairs, seed=6)


def test_wrong_arrays_are_refused():
    with pytest.raises(ValueError, match=r"expected arrays with rows, found shapes \[\]"):
        bootstrap_interval(lambda: 0.0)
    with pytest.raises(ValueError, match=r"expected arrays with rows, found shapes \[\(3,\), \(0,"):
        bootstrap_interval(lambda x, y: 0.0, np.zeros(3), np.zeros((0, 2)))
    with pytest.raises(ValueError, match="expected at least 2 resamples, found 1"):
        bootstrap_interval(np.mean, np.zeros(3), resamples=1)
