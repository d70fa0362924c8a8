"""The terms of the ELBO: numbers by hand, closed forms, Monte Carlo, finite differences, torch."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats
from scipy.special import expit, log_expit

from keras_gen.losses import bernoulli_nll, gaussian_kl, negative_elbo


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    images = rng.uniform(size=(6, 4, 4, 1))
    logits = rng.normal(0, 4, (6, 4, 4, 1))
    return images, logits, rng.normal(0, 2, (6, 3)), rng.normal(-1, 1.5, (6, 3))


def test_numbers_worked_by_hand():
    # two pixels with logits 0 and ln 3, p = 1/2 and 3/4; grey values 1 and 0
    images, logits = np.array([1.0, 0.0]), np.array([0.0, np.log(3.0)])
    nll = bernoulli_nll(images.reshape(1, 1, 2, 1), logits.reshape(1, 1, 2, 1))
    assert float(nll) == pytest.approx(np.log(2.0) + np.log(4.0), rel=1e-12)
    # mu = (1, 0), sigma^2 = (1, e): 0.5 * (1 + 1 - 1 - 0) + 0.5 * (0 + e - 1 - 1) = e/2 - 1/2
    kl = gaussian_kl(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]]))
    assert float(kl) == pytest.approx(0.5 * np.e - 0.5, rel=1e-12)


def test_an_undecided_decoder_costs_log_2_a_pixel(batch):
    nll = bernoulli_nll(batch[0], np.zeros_like(batch[1]))
    assert float(nll) == pytest.approx(16 * np.log(2.0), rel=1e-12)


def test_nll_equals_the_cross_entropy_of_probabilities(batch):
    images, logits = batch[:2]
    expected = -(images * log_expit(logits) + (1 - images) * log_expit(-logits))
    assert float(bernoulli_nll(images, logits)) == pytest.approx(expected.sum() / 6, rel=1e-12)


def test_slope_of_the_nll_is_p_minus_x(batch):
    images, logits = batch[0], tf.constant(batch[1])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        nll = bernoulli_nll(images, logits)
    expected = (expit(batch[1]) - images) / 6
    np.testing.assert_allclose(tape.gradient(nll, logits), expected, rtol=1e-10, atol=1e-14)


def test_kl_agrees_with_a_monte_carlo_estimate(batch):
    # E_q[log q(z) - log p(z)] with SciPy's densities, 200,000 draws for each of the six posteriors
    mean, log_var = batch[2:]
    scale = np.exp(log_var / 2)
    draws = mean + scale * np.random.default_rng(1).normal(size=(200_000, *mean.shape))
    ratio = stats.norm.logpdf(draws, mean, scale) - stats.norm.logpdf(draws)
    estimates = ratio.sum(axis=2).mean(axis=1)  # one estimate of the batch's mean for each draw
    error = estimates.std(ddof=1) / np.sqrt(len(estimates))
    assert abs(float(gaussian_kl(mean, log_var)) - estimates.mean()) < 4 * error
    assert error < 0.01 * estimates.mean()  # or the line above would prove nothing


def test_kl_is_zero_at_the_prior_and_keeps_its_digits_near_it():
    zeros = np.zeros((2, 5), "float32")
    assert float(gaussian_kl(zeros, zeros)) == 0.0
    # near 0, exp(v) - 1 - v = v^2/2 + v^3/6 + ...: five latents of v = 1e-2, mean 0
    value = float(gaussian_kl(zeros, np.full((2, 5), 1e-2, "float32")))
    assert value == pytest.approx(5 * 0.5 * (1e-4 / 2 + 1e-6 / 6), rel=1e-4)


def test_the_bound_adds_its_terms_and_beta_weighs_the_second(batch):
    nll, kl = float(bernoulli_nll(*batch[:2])), float(gaussian_kl(*batch[2:]))
    assert float(negative_elbo(*batch)) == pytest.approx(nll + kl, rel=1e-12)
    assert float(negative_elbo(*batch, beta=4.0)) == pytest.approx(nll + 4 * kl, rel=1e-12)


def test_doubling_the_batch_changes_nothing(batch):
    doubled = [np.concatenate([array, array]) for array in batch]
    assert float(negative_elbo(*doubled)) == pytest.approx(float(negative_elbo(*batch)), rel=1e-12)


@pytest.mark.parametrize("extreme", [-1e4, 1e4])
def test_extreme_float32_logits_stay_finite(extreme):
    images, logits = np.zeros((2, 2, 2, 1), "float32"), np.full((2, 2, 2, 1), extreme, "float32")
    assert float(bernoulli_nll(images, logits)) == pytest.approx(4 * max(extreme, 0.0))
    assert np.isfinite(
        float(gaussian_kl(np.full((2, 3), 1e3, "float32"), np.full((2, 3), -80.0, "float32")))
    )


def test_gradient_of_the_bound_equals_finite_differences(batch):
    # through the reparameterisation and a linear decoder, in float64, central differences
    images, _, mean, log_var = batch
    rng = np.random.default_rng(2)
    noise, decoder = rng.normal(size=mean.shape), rng.normal(size=(3, 16))

    def bound(mean, log_var):
        latents = mean + tf.exp(0.5 * log_var) * noise
        logits = tf.reshape(latents @ decoder, (6, 4, 4, 1))
        return negative_elbo(images, logits, mean, log_var, beta=1.5)

    point = [tf.constant(mean), tf.constant(log_var)]
    with tf.GradientTape() as tape:
        tape.watch(point)
        value = bound(*point)
    gradients = tape.gradient(value, point)
    for which in (0, 1):
        for index in np.ndindex(mean.shape):
            step = np.zeros_like(mean)
            step[index] = 1e-5
            ends = []
            for sign in (1, -1):
                moved = [mean, log_var]
                moved[which] = moved[which] + sign * step
                ends.append(float(bound(*moved)))
            slope = (ends[0] - ends[1]) / 2e-5
            assert float(gradients[which][index]) == pytest.approx(slope, rel=1e-6, abs=1e-8)


@pytest.mark.peers
def test_torch_agrees(batch):
    torch = pytest.importorskip("torch", reason="torch is in the extra peers")
    images, logits, mean, log_var = (torch.tensor(array) for array in batch)
    nll = torch.nn.functional.binary_cross_entropy_with_logits(logits, images, reduction="sum") / 6
    posterior = torch.distributions.Normal(mean, torch.exp(log_var / 2))
    prior = torch.distributions.Normal(torch.zeros_like(mean), 1.0)
    kl = torch.distributions.kl_divergence(posterior, prior).sum() / 6
    assert float(bernoulli_nll(*batch[:2])) == pytest.approx(float(nll), rel=1e-12)
    assert float(gaussian_kl(*batch[2:])) == pytest.approx(float(kl), rel=1e-12)
