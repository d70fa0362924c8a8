"""Epsilon is the library's own; the steps that a budget pays for."""

import sys

import pytest

from keras_gen.models.accountant import Accountant, library


@pytest.fixture
def dp():
    return pytest.importorskip("dp_accounting", reason="dp-accounting is in the extra 'privacy'")


pytestmark = pytest.mark.export  # the gate's second stage has the extra

SETTINGS = [(256 / 60_000, 1.0, 1e-5, 2_000), (0.01, 0.7, 1e-6, 500), (1.0, 5.0, 1e-5, 10)]


@pytest.mark.parametrize(("probability", "noise", "delta", "steps"), SETTINGS)
def test_epsilon_is_that_of_the_library(dp, probability, noise, delta, steps):
    from dp_accounting.rdp import RdpAccountant

    reference = RdpAccountant()
    event = dp.PoissonSampledDpEvent(probability, dp.GaussianDpEvent(noise))
    reference.compose(event, steps)
    found = Accountant(probability, noise, delta).epsilon(steps)
    assert found == pytest.approx(reference.get_epsilon(delta), rel=1e-12)


def test_a_slower_accountant_that_bounds_the_same_steps_agrees_from_below(dp):
    """Privacy loss distributions are nearly exact: Renyi's bound lies above, by half at most."""
    from dp_accounting.pld import PLDAccountant

    accountant = Accountant(0.01, 1.0, 1e-5)
    exact = PLDAccountant().compose(accountant.event(200)).get_epsilon(1e-5)
    assert exact < accountant.epsilon(200) < 3 / 2 * exact


def test_nothing_costs_nothing_and_no_noise_everything(dp):
    accountant = Accountant(0.01, 1.0, 1e-5)
    assert accountant.epsilon(0) == 0.0
    assert Accountant(0.01, 0.0, 1e-5).epsilon(1) == float("inf")


def test_steps_within_a_budget_are_the_most_that_it_pays_for(dp):
    accountant = Accountant(0.01, 1.0, 1e-5)
    steps = accountant.steps_within(2.0, most=10_000)
    assert accountant.epsilon(steps) <= 2.0 < accountant.epsilon(steps + 1)
    assert accountant.steps_within(2.0, most=7) == 7
    assert accountant.steps_within(0.01, most=10) == 0


def test_a_missing_library_is_told_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "dp_accounting", None)
    with pytest.raises(ValueError, match=r"expected the package dp-accounting, found none; pip "):
        library()
