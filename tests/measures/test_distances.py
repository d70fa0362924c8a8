import numpy as np
import pytest
from scipy.linalg import sqrtm

from keras_gen.measures import frechet_distance, kernel_distance


def features(seed, n=400, dimensions=12):
    """Non-negative features with unequal, correlated coordinates, as a ReLU network gives them."""
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(dimensions, dimensions)) * np.geomspace(1, 0.01, dimensions)
    return np.maximum(rng.normal(size=(n, dimensions)) @ mixing + 0.5, 0)


def exact_sample(mean, covariance, n=50, seed=0):
    """Points whose sample mean and covariance are exactly these: whitened, then coloured."""
    points = np.random.default_rng(seed).normal(size=(n, len(mean)))
    points -= points.mean(axis=0)
    white = np.linalg.solve(np.linalg.cholesky(np.cov(points, rowvar=False)), points.T).T
    return white @ np.linalg.cholesky(covariance).T + mean


# --- Fréchet distance ---------------------------------------------------------------------------


def test_frechet_equals_the_form_with_a_matrix_root():
    real, fake = features(1), features(2, n=300) * 1.1
    covariances = [np.cov(x, rowvar=False) for x in (real, fake)]
    root = sqrtm(covariances[0] @ covariances[1])
    expected = np.sum((real.mean(axis=0) - fake.mean(axis=0)) ** 2) + np.trace(
        covariances[0] + covariances[1] - 2 * root.real
    )
    assert frechet_distance(real, fake) == pytest.approx(expected, rel=1e-6)


def test_frechet_of_gaussians_that_share_their_axes():
    """Diagonal covariances: |m|^2 + sum (s_r - s_f)^2 = (9 + 16) + (2 - 1)^2 + (1 - 3)^2 = 30."""
    real = exact_sample(np.array([0.0, 0.0]), np.diag([4.0, 1.0]))
    fake = exact_sample(np.array([3.0, 4.0]), np.diag([1.0, 9.0]), seed=1)
    assert frechet_distance(real, fake) == pytest.approx(30.0, rel=1e-10)


def test_frechet_of_gaussians_that_do_not():
    """S_r = [[2, 1], [1, 2]], S_f = diag(3, 1): the product has trace 8 and determinant 9; a 2x2
    matrix has tr sqrt(P) = sqrt(tr P + 2 sqrt(det P)) = sqrt(14); so 4 + 4 - 2 sqrt(14) = 0.516685.
    """
    real = exact_sample(np.zeros(2), np.array([[2.0, 1.0], [1.0, 2.0]]))
    fake = exact_sample(np.zeros(2), np.diag([3.0, 1.0]), seed=1)
    assert frechet_distance(real, fake) == pytest.approx(8 - 2 * np.sqrt(14), rel=1e-10)


def test_frechet_of_a_set_to_itself_is_zero():
    for scale in (1e-3, 1.0, 1e3):
        real = scale * features(3)
        assert 0 <= frechet_distance(real, real[::-1]) < 1e-12 * scale**2


def test_frechet_of_fewer_samples_than_dimensions():
    """Real on the first axis, variance ((-1)^2 + 1^2) / 1 = 2; fake on the second, 8: the product
    of the covariances is 0, so the distance is |m|^2 + 2 + 8 = 25 + 10, in all five dimensions.
    """
    real, fake = np.zeros((2, 5)), np.zeros((2, 5))
    real[:, 0] = -1, 1
    fake[:, 1] = -2, 2
    fake[:, 4] = 5
    assert frechet_distance(real, fake) == pytest.approx(35.0, rel=1e-12)
    assert frechet_distance(real, real) == pytest.approx(0.0, abs=1e-12)


def test_frechet_is_symmetric_and_free_of_order():
    real, fake = features(4), features(5)
    distance = frechet_distance(real, fake)
    assert frechet_distance(fake, real) == pytest.approx(distance, rel=1e-10)
    shuffled = np.random.default_rng(0).permutation(real)
    assert frechet_distance(shuffled, fake) == pytest.approx(distance, rel=1e-10)


def test_frechet_scales_with_the_square_and_ignores_a_rotation():
    real, fake = features(6), features(7)
    rotation = np.linalg.qr(np.random.default_rng(0).normal(size=(12, 12)))[0]
    distance = frechet_distance(real, fake)
    assert frechet_distance(3 * real @ rotation, 3 * fake @ rotation) == pytest.approx(9 * distance)


def test_frechet_is_biased_upward_by_few_samples():
    """Two samples of one Gaussian: the smaller they are, the further apart they seem."""
    means = []
    for n in (50, 500):
        pairs = [np.random.default_rng(seed).normal(size=(2, n, 8)) for seed in range(20)]
        means.append(np.mean([frechet_distance(*pair) for pair in pairs]))
    assert means[0] > 5 * means[1] > 0


# --- kernel distance ----------------------------------------------------------------------------


def test_kernel_of_constant_features_by_hand():
    """D = 2, real (1, 3), fake (0, 2): k(r, r) = (10/2 + 1)^3 = 216, k(f, f) = (4/2 + 1)^3 = 27,
    k(r, f) = (6/2 + 1)^3 = 64: 216 + 27 - 2 * 64 = 115 in every block.
    """
    real, fake = np.tile([1.0, 3.0], (40, 1)), np.tile([0.0, 2.0], (40, 1))
    value, error, _ = kernel_distance(real, fake)
    assert value == pytest.approx(115.0, rel=1e-12)
    assert error == pytest.approx(0.0, abs=1e-12)


def test_kernel_leaves_the_diagonal_out_by_hand():
    """D = 1, ten times +1 and ten times -1 against zeros, in ten blocks of two.

    k(+1, -1) = 0 and k(+1, +1) = k(-1, -1) = 8, all others are 1. A block of unequal signs gives
    0 + 1 - 2 = -1, one of equal signs 8 + 1 - 2 = 7. With a share p of equal blocks the value is
    8p - 1 and the standard error 8 sqrt(p (1 - p) / 9). With the diagonal no block were below 3.
    """
    real, fake = np.repeat([[1.0], [-1.0]], 10, axis=0), np.zeros((20, 1))
    for seed in range(5):
        value, error, interval = kernel_distance(real, fake, seed=seed)
        share = (value + 1) / 8
        assert round(10 * share) == pytest.approx(10 * share, abs=1e-9) and 0 <= share <= 1
        assert error == pytest.approx(8 * np.sqrt(share * (1 - share) / 9), abs=1e-9)
        # of Student's table: nine degrees of freedom, 97.5 %
        assert interval == pytest.approx((value - 2.262 * error, value + 2.262 * error), abs=1e-3)


def test_kernel_is_unbiased_and_its_standard_error_honest():
    """Real uniform on three points, fake on two: the discrepancy of the distributions is the mean
    of the kernel over all pairs of points, equal ones included. 300 draws must average to it, and
    scatter as the standard error says (chance: 4 % of it).
    """
    points = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]]), np.array([[1.0, 1.0], [2.0, -1.0]])
    kernel = lambda x, y: ((x @ y.T / 2 + 1) ** 3).mean()
    real, fake = points
    expected = kernel(real, real) + kernel(fake, fake) - 2 * kernel(real, fake)
    rng = np.random.default_rng(0)
    draws = [
        kernel_distance(*(x[rng.integers(len(x), size=60)] for x in points), seed=draw)
        for draw in range(300)
    ]
    values, errors = np.transpose([draw[:2] for draw in draws])
    assert abs(values.mean() - expected) < 4 * values.std(ddof=1) / np.sqrt(300)
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(values.std(ddof=1), rel=0.15)


def test_kernel_of_two_halves_is_zero_within_its_error():
    both = features(8, n=4000)
    value, error, _ = kernel_distance(both[:2000], both[2000:])
    assert error > 0 and abs(value) < 3 * error
    value, error, _ = kernel_distance(both[:2000], both[2000:] + 0.5)
    assert value > 3 * error  # and the test can tell a difference


def test_kernel_depends_on_order_and_seed_only_by_chance():
    """The blocks are random: sets sorted by their norms, as sets sorted by class, do no harm."""
    real, fake = features(9, n=1000), features(10, n=1000)
    by_norm = lambda x: x[np.argsort(np.linalg.norm(x, axis=1))]
    value, error, _ = kernel_distance(real, fake, block_size=100)
    assert kernel_distance(real, fake, block_size=100)[:2] == (value, error)
    for other in (
        kernel_distance(by_norm(real), fake, block_size=100),
        kernel_distance(real, by_norm(fake), block_size=100),
        kernel_distance(real, fake, block_size=100, seed=1),
    ):
        assert other.value != value and abs(other.value - value) < 3 * error


def test_kernel_takes_at_least_ten_blocks_of_equal_size():
    """25 and 31 samples make blocks of 25 // 10 = 2, twelve of them, however many were asked for:
    the same result as for a block_size of 2, and another one than for three.
    """
    real, fake = features(11, n=25), features(12, n=31)
    assert kernel_distance(real, fake) == kernel_distance(real, fake, block_size=2)
    real, fake = features(11, n=40), features(12, n=40)
    assert kernel_distance(real, fake, block_size=3) != kernel_distance(real, fake, block_size=4)


# --- errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize("distance", [frechet_distance, kernel_distance])
def test_wrong_features_are_refused(distance):
    good = features(0, n=30)
    broken = good.copy()
    broken[3, 4] = np.nan
    wrong = {
        r"expected features .* found \(30, 12\), \(30, 11\)": (good, good[:, 1:]),
        r"expected features .* found \(30,\), \(30,\)": (good[:, 0], good[:, 0]),
        "expected finite features, found NaN or infinity in the fake set": (good, broken),
        "expected finite features, found NaN or infinity in the real set": (broken, good),
    }
    for message, pair in wrong.items():
        with pytest.raises(ValueError, match=message):
            distance(*pair)


def test_too_few_samples_are_refused():
    good = features(0, n=30)
    with pytest.raises(ValueError, match="at least 2 samples in each set, found 30 and 1"):
        frechet_distance(good, good[:1])
    with pytest.raises(ValueError, match="at least 20 samples in each set, found 19 and 30"):
        kernel_distance(good[:19], good)
    with pytest.raises(ValueError, match="expected a block_size of at least 2, found 1"):
        kernel_distance(good, good, block_size=1)
