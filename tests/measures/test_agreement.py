"""Cohen's kappa against tables worked by hand."""

import pytest

from keras_gen.measures import cohen_kappa


def decisions(both, only_first, only_second, neither):
    """The decisions of two people from the four cells of their table, a for approve."""
    return (
        "a" * both + "a" * only_first + "r" * only_second + "r" * neither,
        "a" * both + "r" * only_first + "a" * only_second + "r" * neither,
    )


def test_kappa_worked_by_hand():
    """20, 5, 10, 15 of 50.

    Observed (20 + 15) / 50 = 0.7; the first approves 25, the second 30, so by chance
    0.5 * 0.6 + 0.5 * 0.4 = 0.5; kappa (0.7 - 0.5) / 0.5 = 0.4.
    """
    assert cohen_kappa(*decisions(20, 5, 10, 15)) == pytest.approx((0.7, 0.5, 0.4))


def test_the_ends_of_the_scale():
    assert cohen_kappa(*decisions(3, 0, 0, 3)).kappa == 1.0
    assert cohen_kappa(*decisions(4, 4, 4, 4)).kappa == 0.0
    assert cohen_kappa(*decisions(0, 5, 5, 0)) == (0.0, 0.5, -1.0)


def test_agreement_that_chance_would_reach_has_no_kappa():
    """One rejection more makes it 0: the second approves all, so chance agrees as often."""
    assert cohen_kappa("aaaa", "aaaa") == (1.0, 1.0, None)
    assert cohen_kappa("aaar", "aaaa") == (0.75, 0.75, 0.0)


def test_rare_rejections_make_kappa_small_beside_high_agreement():
    """90 of 96 alike, yet chance alone would bring 0.93: 93 and 93 approvals of 96."""
    agreement = cohen_kappa(*decisions(90, 3, 3, 0))
    assert agreement.observed == 90 / 96 and -0.04 < agreement.kappa < 0.0


@pytest.mark.parametrize("pair", [("", ""), ("a", "ab")])
def test_each_image_needs_two_decisions(pair):
    with pytest.raises(ValueError, match="expected two decisions on each"):
        cohen_kappa(*pair)
