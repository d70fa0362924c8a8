"""Which modes samples reach: worked by hand, and the mixture itself."""

import numpy as np
import pytest

from keras_gen.data import MIXTURES
from keras_gen.measures import count_modes

CENTRES = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])


def test_modes_and_quality_by_hand():
    """Deviation 0.1, so that 0.3 is still close: two at the first, one at the second, two lost."""
    points = np.array([[0.0, 0.29], [-0.1, 0.0], [1.2, 0.2], [0.0, 0.69], [0.5, 0.5]])
    covered, high_quality, shares = count_modes(points.reshape(5, 1, 1, 2), CENTRES, 0.1)
    assert (covered, high_quality) == (2, pytest.approx(0.6))
    np.testing.assert_allclose(shares, [0.4, 0.2, 0.0])


@pytest.mark.parametrize("name", MIXTURES)
def test_of_the_mixture_itself_98_9_percent_are_of_high_quality(name):
    """The distance to the centre is Rayleigh distributed: P(r <= 3 sigma) = 1 - exp(-9 / 2)."""
    mixture = MIXTURES[name]
    found = count_modes(mixture.draw(20_000, seed=5), mixture.centres, mixture.deviation)
    assert found.covered == len(mixture.centres)
    assert abs(found.high_quality - (1 - np.exp(-4.5))) < 0.003  # four standard errors


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="at least one point, found none"):
        count_modes(np.zeros((0, 2)), CENTRES, 0.1)
    with pytest.raises(ValueError, match="deviation: expected a number above 0, found 0"):
        count_modes(np.zeros((1, 2)), CENTRES, 0)
