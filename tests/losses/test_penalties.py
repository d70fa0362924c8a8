"""Penalties on the slope of D against hand-made gradients, their closed forms, and torch."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gen import losses
from keras_gen.losses import PENALTIES


def value_and_slope(loss, gradients):
    gradients = tf.constant(gradients)
    with tf.GradientTape() as tape:
        tape.watch(gradients)
        value = loss(gradients)
    return float(value), tape.gradient(value, gradients).numpy()


def test_gradient_penalty_of_hand_made_gradients():
    """Norms 5 (3, 4), 1 and 0: ((5-1)^2 + 0 + (0-1)^2) / 3 = 17/3; for target 0, (25+1+0)/3."""
    gradients = np.zeros((3, 2, 2, 1))
    gradients[0, 0, 0, 0], gradients[0, 1, 1, 0] = 3.0, 4.0
    gradients[1, 0, 1, 0] = -1.0
    assert float(losses.gradient_penalty(gradients)) == pytest.approx(17 / 3, rel=1e-5)
    assert float(losses.gradient_penalty(gradients, target=0.0)) == pytest.approx(26 / 3, rel=1e-5)


def test_gradient_penalty_of_a_flat_critic_has_a_finite_slope():
    value, slope = value_and_slope(losses.gradient_penalty, np.zeros((2, 4, 4, 1), "float32"))
    assert value == pytest.approx(1.0, rel=1e-5)
    assert np.isfinite(slope).all()


def test_gradient_penalty_slope_equals_the_closed_form():
    """dP/dg_i = 2 (|g_i| - t) g_i / |g_i| / B."""
    gradients = np.random.default_rng(0).normal(size=(5, 3, 3, 2))
    norms = np.sqrt(np.sum(gradients**2, axis=(1, 2, 3), keepdims=True))
    value, slope = value_and_slope(losses.gradient_penalty, gradients)
    assert value == pytest.approx(np.mean((norms - 1) ** 2), rel=1e-12)
    np.testing.assert_allclose(slope, 2 * (norms - 1) * gradients / norms / 5, rtol=1e-10)


@pytest.mark.parametrize("penalty", [losses.r1_penalty, losses.r2_penalty])
def test_r1_and_r2_penalties_of_hand_made_gradients(penalty):
    """Squared norms 25 (3, 4), 1 and 0, halved: (25 + 1 + 0) / 6; the slope is g / B."""
    gradients = np.zeros((3, 2, 2, 1))
    gradients[0, 0, 0, 0], gradients[0, 1, 1, 0] = 3.0, 4.0
    gradients[1, 0, 1, 0] = -1.0
    value, slope = value_and_slope(penalty, gradients)
    assert value == pytest.approx(26 / 6, rel=1e-12)
    np.testing.assert_allclose(slope, gradients / 3, rtol=1e-12)


@pytest.mark.parametrize("penalty", [losses.r1_penalty, losses.r2_penalty])
def test_r1_and_r2_rest_at_a_flat_discriminator(penalty):
    value, slope = value_and_slope(penalty, np.zeros((2, 4, 4, 1), "float32"))
    assert value == 0.0 and not slope.any()


@pytest.mark.parametrize("name", PENALTIES)
def test_doubling_the_batch_leaves_every_term(name):
    gradients = np.random.default_rng(1).normal(size=(6, 3, 3, 2))
    for term in PENALTIES[name].terms.values():
        twice = float(term(np.concatenate([gradients] * 2)))
        assert twice == pytest.approx(float(term(gradients)), rel=1e-12)


def test_the_weights_are_those_of_the_papers():
    """WGAN-GP, section 4: lambda = 10; DRAGAN: 10; Mescheder et al., experiments: gamma = 10."""
    assert {name: penalty.weight for name, penalty in PENALTIES.items()} == {
        "wgan_gp": 10.0,
        "dragan": 10.0,
        "r1": 10.0,
        "r2": 10.0,
        "r1_r2": 10.0,
    }


@pytest.mark.peers
def test_torch_agrees_on_the_slope_of_a_critic():
    """A critic s(x) = sum(a x^2): both libraries differentiate it and penalise the norms alike."""
    torch = pytest.importorskip("torch", reason="torch is in the extra 'peers'")
    rng = np.random.default_rng(1)
    a, x = rng.normal(size=(1, 4, 4, 1)), rng.normal(size=(6, 4, 4, 1))
    points = torch.tensor(x, requires_grad=True)
    (slope,) = torch.autograd.grad((torch.tensor(a) * points**2).sum(), points)
    norms = slope.flatten(1).norm(dim=1)
    images = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(images)
        scores = tf.reduce_sum(a * images**2)
    found = tape.gradient(scores, images)
    expected = {
        "gradient_penalty": ((norms - 1) ** 2).mean(),
        "r1_penalty": (norms**2).mean() / 2,
        "r2_penalty": (norms**2).mean() / 2,
    }
    for name, value in expected.items():
        assert float(getattr(losses, name)(found)) == pytest.approx(value.item(), rel=1e-12)
