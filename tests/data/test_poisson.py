"""Poisson samples: sizes, independence, and a stream that is a function of the step."""

import itertools

import numpy as np
import pytest

from keras_gen.data import poisson_batches


@pytest.fixture
def images():
    """Image i is grey level i everywhere."""
    return np.repeat(np.arange(200, dtype="uint8"), 4).reshape(200, 2, 2, 1)


def identity(x):
    return x


def take(stream, count):
    return [(x[:, 0, 0, 0].numpy(), sizes.numpy()) for x, sizes in itertools.islice(stream, count)]


def test_sizes_are_binomial_and_images_distinct(images):
    """200 draws of a mean size of 20: their mean within 4 errors, their deviation near 4.24."""
    steps = take(poisson_batches(images, 0.1, 2, seed=1, scale=identity), 100)
    sizes = np.concatenate([s for _, s in steps])
    assert len(sizes) == 200 and sizes.mean() == pytest.approx(20, abs=4 * 4.243 / np.sqrt(200))
    assert sizes.std(ddof=1) == pytest.approx(4.243, rel=0.2)
    counts = np.zeros(200)
    for levels, (first, second) in steps:
        assert len(levels) == first + second
        for draw in (levels[:first], levels[first:]):
            assert (np.diff(draw.astype(int)) > 0).all()  # none twice
            counts[draw] += 1
    assert counts.min() > 3 and counts.max() < 40  # 20 expected of each, +- 4.2


def test_a_stream_from_a_later_step_goes_on_where_the_first_would(images):
    whole = take(poisson_batches(images, 0.1, 1, seed=3), 5)
    rest = take(poisson_batches(images, 0.1, 1, seed=3, start_step=3), 2)
    for (a, m), (b, n) in zip(whole[3:], rest, strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(m, n)
    other = take(poisson_batches(images, 0.1, 1, seed=4), 1)
    assert not np.array_equal(other[0][0], whole[0][0])


def test_extremes(images):
    ((levels, sizes),) = take(poisson_batches(images, 1.0, 1, seed=0, scale=identity), 1)
    assert sizes.tolist() == [200] and levels.tolist() == list(range(200))
    ((levels, sizes),) = take(poisson_batches(images, 1e-9, 3, seed=0), 1)
    assert sizes.tolist() == [0, 0, 0] and not len(levels)


def test_mistakes_are_named(images):
    with pytest.raises(ValueError, match="expected uint8 images"):
        poisson_batches(images.astype("float32"), 0.1, 1, seed=0)
    with pytest.raises(ValueError, match=r"expected a probability in \(0, 1\], found 1.5"):
        poisson_batches(images, 1.5, 1, seed=0)
    with pytest.raises(ValueError, match="expected draws >= 1 and a step >= 0, found 0 and 0"):
        poisson_batches(images, 0.1, 0, seed=0)
