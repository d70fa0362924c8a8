"""Every adversarial loss against its closed form, its slope, and an outside library.

The closed forms are written with SciPy in float64 from the papers' formulas, with probabilities
and logarithms, not with the softplus forms that the package uses.
"""

import numpy as np
import pytest
import tensorflow as tf
from scipy.special import expit, log_expit

from keras_gen import losses
from keras_gen.losses import GAN_LOSSES

LN2 = np.log(2.0)

# name: (closed form, slopes with respect to each logit times the batch size)
DISCRIMINATOR = {
    "minimax": (
        lambda r, f: -np.mean(log_expit(r)) - np.mean(log_expit(-f)),
        lambda r, f: (expit(r) - 1, expit(f)),
    ),
    "least_squares": (
        lambda r, f: np.mean((r - 1) ** 2) / 2 + np.mean(f**2) / 2,
        lambda r, f: (r - 1, f),
    ),
    "hinge": (
        lambda r, f: np.mean(np.maximum(0, 1 - r)) + np.mean(np.maximum(0, 1 + f)),
        lambda r, f: (np.where(r < 1, -1.0, 0.0), np.where(f > -1, 1.0, 0.0)),
    ),
    "wasserstein": (
        lambda r, f: np.mean(f) - np.mean(r),
        lambda r, f: (-np.ones_like(r), np.ones_like(f)),
    ),
    "relativistic": (
        lambda r, f: -np.mean(log_expit(r - f)),
        lambda r, f: (expit(r - f) - 1, 1 - expit(r - f)),
    ),
}
GENERATOR = {
    "saturating": (lambda f: np.mean(np.log1p(-expit(f))), lambda f: -expit(f)),
    "non_saturating": (lambda f: -np.mean(np.log(expit(f))), lambda f: expit(f) - 1),
    "least_squares": (lambda f: np.mean((f - 1) ** 2) / 2, lambda f: f - 1),
    "hinge": (lambda f: -np.mean(f), lambda f: -np.ones_like(f)),
    "wasserstein": (lambda f: -np.mean(f), lambda f: -np.ones_like(f)),
}
D_NAMES, G_NAMES = sorted(DISCRIMINATOR), sorted(GENERATOR)


def d_loss(name):
    return getattr(losses, f"{name}_discriminator_loss")


def g_loss(name):
    return getattr(losses, f"{name}_generator_loss")


@pytest.fixture
def logits():
    rng = np.random.default_rng(7)
    return rng.normal(0, 3, (64, 1)), rng.normal(0, 3, (64, 1))


def value_and_slopes(loss, *arguments):
    tensors = [tf.constant(a) for a in arguments]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        value = loss(*tensors)
    return float(value), [g.numpy() for g in tape.gradient(value, tensors)]


# --- numbers worked by hand ---------------------------------------------------------------------
# real logits (2, 0), fake logits (-1, 3). With softplus(x) = log(1 + e^x):
#   softplus(-2) = 0.126928, softplus(0) = 0.693147, softplus(-1) = 0.313262,
#   softplus(3) = 3.048587, softplus(1) = 1.313262, softplus(-3) = 0.048587
HAND_D = {
    "minimax": (0.126928 + 0.693147) / 2 + (0.313262 + 3.048587) / 2,
    "least_squares": ((2 - 1) ** 2 + (0 - 1) ** 2) / 4 + ((-1) ** 2 + 3**2) / 4,
    "hinge": (0 + 1) / 2 + (0 + 4) / 2,
    "wasserstein": (-1 + 3) / 2 - (2 + 0) / 2,
    "relativistic": (0.048587 + 3.048587) / 2,  # of r - f = (3, -3)
}
HAND_G = {
    "saturating": -(0.313262 + 3.048587) / 2,
    "non_saturating": (1.313262 + 0.048587) / 2,
    "least_squares": ((-1 - 1) ** 2 + (3 - 1) ** 2) / 4,
    "hinge": -(-1 + 3) / 2,
    "wasserstein": -(-1 + 3) / 2,
}


@pytest.mark.parametrize("name", D_NAMES)
def test_discriminator_loss_equals_the_hand_worked_number(name):
    value = float(d_loss(name)(np.array([[2.0], [0.0]]), np.array([[-1.0], [3.0]])))
    assert value == pytest.approx(HAND_D[name], abs=1e-6)


@pytest.mark.parametrize("name", G_NAMES)
def test_generator_loss_equals_the_hand_worked_number(name):
    value = float(g_loss(name)(np.array([[-1.0], [3.0]])))
    assert value == pytest.approx(HAND_G[name], abs=1e-6)


# --- closed form, slope, reduction, extremes ----------------------------------------------------


@pytest.mark.parametrize("name", D_NAMES)
def test_discriminator_loss_and_slope_equal_the_closed_form(name, logits):
    closed_form, slopes = DISCRIMINATOR[name]
    value, found = value_and_slopes(d_loss(name), *logits)
    assert value == pytest.approx(closed_form(*logits), rel=1e-12)
    for slope, expected in zip(found, slopes(*logits), strict=True):
        np.testing.assert_allclose(slope, expected / 64, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("name", G_NAMES)
def test_generator_loss_and_slope_equal_the_closed_form(name, logits):
    closed_form, slope = GENERATOR[name]
    value, (found,) = value_and_slopes(g_loss(name), logits[1])
    assert value == pytest.approx(closed_form(logits[1]), rel=1e-12)
    np.testing.assert_allclose(found, slope(logits[1]) / 64, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("name", D_NAMES)
def test_doubling_the_batch_leaves_the_discriminator_loss(name, logits):
    once = float(d_loss(name)(*logits))
    twice = float(d_loss(name)(*(np.concatenate([x, x]) for x in logits)))
    assert twice == pytest.approx(once, rel=1e-12)


@pytest.mark.parametrize("name", G_NAMES)
def test_doubling_the_batch_leaves_the_generator_loss(name, logits):
    once = float(g_loss(name)(logits[1]))
    assert float(g_loss(name)(np.concatenate([logits[1]] * 2))) == pytest.approx(once, rel=1e-12)


@pytest.mark.parametrize("extreme", [-1e4, 1e4])
def test_extreme_float32_logits_stay_finite(extreme):
    logits = np.full((4, 1), extreme, "float32")
    for name in D_NAMES:
        value, slopes = value_and_slopes(d_loss(name), logits, -logits)
        assert np.isfinite(value) and all(np.isfinite(s).all() for s in slopes), name
    for name in G_NAMES:
        value, (slope,) = value_and_slopes(g_loss(name), logits)
        assert np.isfinite(value) and np.isfinite(slope).all(), name


def test_the_relativistic_generator_wants_the_differences_of_d_turned_round(logits):
    """Hand: f - r = (-3, 3): (3.048587 + 0.048587) / 2. Its slopes are D's turned round."""
    hand = losses.relativistic_generator_loss(np.array([[2.0], [0.0]]), np.array([[-1.0], [3.0]]))
    assert float(hand) == pytest.approx((3.048587 + 0.048587) / 2, abs=1e-6)
    value, found = value_and_slopes(losses.relativistic_generator_loss, *logits)
    real, fake = logits
    assert value == pytest.approx(-np.mean(log_expit(fake - real)), rel=1e-12)
    expected = (1 - expit(fake - real)) / 64, (expit(fake - real) - 1) / 64
    for slope, closed in zip(found, expected, strict=True):
        np.testing.assert_allclose(slope, closed, rtol=1e-10, atol=1e-14)
    extreme = np.full((4, 1), 1e4, "float32")
    value, found = value_and_slopes(losses.relativistic_generator_loss, extreme, -extreme)
    assert np.isfinite(value) and all(np.isfinite(slope).all() for slope in found)


def test_only_differences_count_in_relativistic_pairs(logits):
    for loss in (losses.relativistic_discriminator_loss, losses.relativistic_generator_loss):
        assert float(loss(*logits)) == pytest.approx(float(loss(*(x + 5 for x in logits))))


# --- what the docstrings promise ----------------------------------------------------------------


def test_a_discriminator_that_cannot_tell_scores_log_4():
    zeros = np.zeros((3, 1))
    assert float(losses.minimax_discriminator_loss(zeros, zeros)) == pytest.approx(2 * LN2)
    assert float(losses.saturating_generator_loss(zeros)) == pytest.approx(-LN2)
    assert float(losses.non_saturating_generator_loss(zeros)) == pytest.approx(LN2)


def test_saturating_slope_vanishes_where_the_other_is_largest():
    """At s = -10, sigma = 4.54e-5: slopes -4.54e-5 and -0.99995; closed form -sigma, sigma - 1."""
    rejected = np.array([[-10.0]])
    _, (saturating,) = value_and_slopes(losses.saturating_generator_loss, rejected)
    _, (non_saturating,) = value_and_slopes(losses.non_saturating_generator_loss, rejected)
    assert saturating.item() == pytest.approx(-4.5398e-5, rel=1e-4)
    assert non_saturating.item() == pytest.approx(-0.9999546, rel=1e-6)


def test_the_documents_generator_loss_teaches_to_be_caught():
    """-log(1 - D) falls as the logit falls: its minimiser makes D reject the image."""
    document = -np.log1p(-expit(np.array([-2.0, 2.0])))
    assert document[0] < document[1]
    corrected = [float(losses.saturating_generator_loss(np.array([[s]]))) for s in (-2.0, 2.0)]
    assert corrected[0] > corrected[1]


def test_every_name_has_its_pair():
    assert list(GAN_LOSSES) == [
        "non_saturating",
        "saturating",
        "least_squares",
        "hinge",
        "wasserstein_gp",
        "relativistic",
    ]
    assert GAN_LOSSES["hinge"].discriminator is losses.hinge_discriminator_loss
    assert GAN_LOSSES["hinge"].generator is losses.hinge_generator_loss
    assert [name for name, pair in GAN_LOSSES.items() if pair.relativistic] == ["relativistic"]


# --- an outside library -------------------------------------------------------------------------


@pytest.mark.peers
def test_torch_agrees(logits):
    torch = pytest.importorskip("torch", reason="torch is in the extra 'peers'")
    F = torch.nn.functional
    real, fake = (torch.tensor(x) for x in logits)
    ones, zeros, bce = torch.ones_like, torch.zeros_like, F.binary_cross_entropy_with_logits
    expected = {
        "minimax_discriminator_loss": bce(real, ones(real)) + bce(fake, zeros(fake)),
        "saturating_generator_loss": -bce(fake, zeros(fake)),
        "non_saturating_generator_loss": bce(fake, ones(fake)),
        "least_squares_discriminator_loss": (
            F.mse_loss(real, ones(real)) + F.mse_loss(fake, zeros(fake))
        )
        / 2,
        "least_squares_generator_loss": F.mse_loss(fake, ones(fake)) / 2,
        "hinge_discriminator_loss": (
            F.margin_ranking_loss(real, zeros(real), ones(real), margin=1.0)
            + F.margin_ranking_loss(zeros(fake), fake, ones(fake), margin=1.0)
        ),
        "hinge_generator_loss": -fake.mean(),
        "wasserstein_discriminator_loss": fake.mean() - real.mean(),
        "wasserstein_generator_loss": -fake.mean(),
        "relativistic_discriminator_loss": bce(real - fake, ones(real)),
        "relativistic_generator_loss": bce(fake - real, ones(real)),
    }
    for name, value in expected.items():
        both = "discriminator" in name or "relativistic" in name
        arguments = logits if both else logits[1:]
        assert float(getattr(losses, name)(*arguments)) == pytest.approx(value.item(), rel=1e-12), (
            name
        )


# --- D's verdict for readers --------------------------------------------------------------------


@pytest.mark.parametrize("name", GAN_LOSSES)
def test_the_score_is_a_probability_only_where_the_loss_makes_it_one(name, logits):
    """sigma(0) = 1/2, sigma(2) = 0.880797; the other losses leave a logit or a critic's score."""
    score = GAN_LOSSES[name].score
    if name in ("saturating", "non_saturating"):
        assert np.asarray(score(np.zeros((2, 1)))).tolist() == [[0.5], [0.5]]
        assert float(score(np.full((1, 1), 2.0))[0, 0]) == pytest.approx(0.880797, abs=1e-6)
        np.testing.assert_allclose(score(logits[0]), expit(logits[0]), rtol=1e-12)
        extremes = np.asarray(score(np.array([[-1e4], [1e4]])))
        assert extremes.tolist() == [[0.0], [1.0]]
    else:
        np.testing.assert_array_equal(score(logits[0]), logits[0])
