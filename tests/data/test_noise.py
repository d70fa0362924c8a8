"""The stream of noise: its distribution, and that a step decides its batch."""

import itertools

import numpy as np
import pytest

from keras_gen.data import noise_batches


def take(stream, count):
    return [batch.numpy() for batch in itertools.islice(stream, count)]


def test_noise_is_standard_normal_and_new_in_every_step():
    """Of 20,000 numbers the mean is within 4 errors, 4 / sqrt(20,000), and so is the deviation."""
    batches = take(noise_batches(50, 4, seed=1), 100)
    numbers = np.stack(batches)
    assert numbers.shape == (100, 50, 4) and numbers.dtype == "float32"
    assert numbers.mean() == pytest.approx(0, abs=0.0283)
    assert numbers.std() == pytest.approx(1, abs=0.02)
    assert len(np.unique(numbers)) > 19_900


def test_a_stream_from_a_later_step_goes_on_where_the_first_would():
    whole = take(noise_batches(3, 2, seed=5), 6)
    rest = noise_batches(3, 2, seed=5, start_step=4)
    assert rest.start_step == 4
    np.testing.assert_array_equal(take(rest, 2), whole[4:])
    assert not np.array_equal(take(noise_batches(3, 2, seed=6), 1), whole[:1])
