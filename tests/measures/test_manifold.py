import numpy as np
import pytest

from keras_gen.measures import density_coverage, inside_manifold, manifold, precision_recall


def line(*numbers):
    """Features of one dimension: points on a line, whose distances a reader can see."""
    return np.array(numbers, "float64")[:, None]


# Real 0, 1, 2, 4 and k = 1: radii 1, 1, 1, 2; balls [-1, 1], [0, 2], [1, 3], [2, 6].
# Fake -0.5, 3.5, 5, 9: nearest neighbours at 4, 1.5, 1.5, 4; balls [-4.5, 3.5], [2, 5], [3.5, 6.5],
# [5, 13].
REAL, FAKE = line(0, 1, 2, 4), line(-0.5, 3.5, 5, 9)


def test_precision_recall_by_hand():
    """-0.5 lies in the first real ball, 3.5 and 5 in the last, 9 in none: 3/4. The fake balls hold
    0, 1, 2 (the first) and 4 (the second): 4/4.
    """
    assert precision_recall(REAL, FAKE, k=1) == (0.75, 1.0)


def test_density_coverage_by_hand():
    """The fakes lie in 1, 1, 1, 0 real balls: 3 / (1 * 4). Of the real balls the first and the last
    hold a fake: 2/4.
    """
    assert density_coverage(REAL, FAKE, k=1) == (0.75, 0.5)


def test_the_second_neighbour_by_hand():
    """With k = 2: real radii 2, 1, 2, 3, balls [-2, 2], [0, 2], [0, 4], [1, 7]. The fakes lie in
    1, 2, 1 and 0 of them: precision 3/4, density 4 / (2 * 4), coverage 3/4 (not the second). Fake
    radii 5.5, 4, 5.5, 5.5: the first ball, [-6, 5], holds every real point: recall 1.
    """
    assert precision_recall(REAL, FAKE, k=2) == (0.75, 1.0)
    assert density_coverage(REAL, FAKE, k=2) == (0.5, 0.75)


def test_precision_and_recall_swap_with_the_sets():
    precision, recall = precision_recall(REAL, FAKE, k=1)
    assert precision_recall(FAKE, REAL, k=1) == (recall, precision)


def test_a_generator_that_misses_modes():
    """Real: eight points around each of four far corners. Fake: points within 0.1 of the middle of
    two of the corners. Everything fake is in the region, half of the real points are covered.

    k = 7 makes each real ball reach the farthest of its corner, 2 at least (the width of the
    square of eight), so it holds the middle, and density is 8 balls / 7.
    """
    square = np.array([[i, j] for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)], float)
    corners = 1000.0 * np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    real = np.concatenate([corner + square for corner in corners])  # (32, 2)
    fake = np.concatenate([corner + 0.1 * square for corner in corners[:2]])  # (16, 2)
    assert density_coverage(real, fake, k=7) == (pytest.approx(8 / 7), 0.5)
    # Recall takes the balls of the fakes, and theirs end within 0.3 of the middle.
    assert precision_recall(real, fake, k=7) == (1.0, 0.0)
    # The same points as the real ones of two corners: recall is their share, a half.
    assert precision_recall(real, real[:16], k=7) == (1.0, 0.5)


def test_a_generator_of_nothing_like_it():
    assert precision_recall(REAL, FAKE + 100, k=1) == (0, 0)
    assert density_coverage(REAL, FAKE + 100, k=1) == (0, 0)


def test_two_samples_of_one_distribution():
    """Theory (Naeem et al., section 3): density 1, and a real ball of the k-th neighbour is empty
    where the k nearest of the N - 1 + M others are all real, with probability
    (N-1)...(N-k) / ((N+M-1)...(N+M-k)). Averages over 40 draws; four standard errors.
    """
    n, m, k = 150, 100, 3
    rng = np.random.default_rng(0)
    draws = np.array(
        [density_coverage(rng.normal(size=(n, 4)), rng.normal(size=(m, 4)), k) for _ in range(40)]
    )
    empty = np.prod([(n - i) / (n + m - i) for i in range(1, k + 1)])
    errors = draws.std(axis=0, ddof=1) / np.sqrt(40)
    assert (errors < 0.02).all()
    np.testing.assert_array_less(np.abs(draws.mean(axis=0) - [1.0, 1 - empty]), 4 * errors)


def test_brute_force_agrees_beyond_one_chunk():
    """Differences in float64, no matrix product, one pair of balls at a time."""
    rng = np.random.default_rng(1)
    real, fake = rng.normal(size=(1203, 5)), 0.8 * rng.normal(size=(1101, 5)) + 0.3
    distances = lambda x, y: np.sqrt(sum((x[:, None, d] - y[None, :, d]) ** 2 for d in range(5)))
    radius = lambda x, k: np.sort(distances(x, x), axis=1)[:, k]  # column 0 is the point itself
    cross = distances(real, fake)  # (1203, 1101)
    in_real, in_fake = cross <= radius(real, 3)[:, None], cross <= radius(fake, 3)
    assert precision_recall(real, fake) == (in_real.any(axis=0).mean(), in_fake.any(axis=1).mean())
    in_real = cross <= radius(real, 5)[:, None]
    expected = in_real.sum() / (5 * 1101), in_real.any(axis=1).mean()
    assert density_coverage(real, fake) == pytest.approx(expected, rel=1e-12)


def test_duplicates_have_a_distance_of_exactly_zero():
    """Three equal points that no float holds exactly: radii 0 at k = 2. A copy of them is inside,
    one that is off by 5e-7, as a float32 network makes it in another batch, too; one that is off by
    1e-4 is not. Before the rounding is removed, |x|^2 + |x|^2 - 2 x.x is not 0 for many of them.
    """
    points = np.random.default_rng(2).normal(size=(50, 96))
    raw = 2 * np.sum(points**2, axis=1) - 2 * np.diag(points @ points.T)
    assert np.any(raw != 0)
    real = np.repeat(points, 3, axis=0)
    for copies in (real.copy(), real * (1 + 5e-7)):
        assert precision_recall(real, copies, k=2) == (1.0, 1.0)
        assert density_coverage(real, copies, k=2) == (3 / 2, 1.0)  # three balls of radius 0
    assert precision_recall(real, real * (1 + 1e-4), k=2) == (0.0, 0.0)


@pytest.mark.parametrize("measure", [precision_recall, density_coverage])
def test_free_of_order_and_of_the_chunk(measure, monkeypatch):
    rng = np.random.default_rng(3)
    real, fake = rng.normal(size=(90, 6)), rng.normal(size=(70, 6)) + 0.5
    values = measure(real, fake)
    assert 0 < values[1] < 1  # else the test could not fail
    assert measure(rng.permutation(real), rng.permutation(fake)) == values
    monkeypatch.setattr(manifold, "CHUNK_SIZE", 7)
    assert measure(real, fake) == values


@pytest.mark.parametrize("measure", [precision_recall, density_coverage])
def test_wrong_arguments_are_refused(measure):
    with pytest.raises(ValueError, match="expected at least 5 samples in each set, found 4 and 4"):
        measure(REAL, FAKE, k=4)
    with pytest.raises(ValueError, match="expected k of at least 1, found 0"):
        measure(REAL, FAKE, k=0)
    with pytest.raises(ValueError, match=r"expected features .* found \(4, 1\), \(4, 2\)"):
        measure(REAL, np.tile(FAKE, (1, 2)), k=1)
    with pytest.raises(ValueError, match="expected finite features, found NaN or infinity"):
        measure(REAL, FAKE * np.inf, k=1)


def test_samples_inside_the_real_region_one_by_one():
    """Points 0, 1, 3 on a line with k = 1: balls of radius 1, 1 and 2 reach from -1 to 5."""
    real = np.array([[0.0], [1.0], [3.0]])
    fake = np.array([[-1.5], [-1.0], [2.5], [5.0], [5.5]])
    inside = inside_manifold(real, fake, k=1)
    assert inside.tolist() == [False, True, True, True, False]
    assert precision_recall(real, fake, k=1).precision == inside.mean()
    assert inside_manifold(real, fake[:1], k=1).tolist() == [False]  # one sample will do
    with pytest.raises(ValueError, match="expected more than k real features"):
        inside_manifold(real, fake, k=3)
