"""Bounds of the likelihood, against integrals over the only latent of a toy VAE."""

import keras
import numpy as np
import pytest
import scipy.integrate
import tensorflow as tf
from scipy.special import expit

from keras_gen.data import fashion_mnist_10k, uint8_to_unit
from keras_gen.losses import bernoulli_nll, gaussian_kl
from keras_gen.measures import Likelihood
from keras_gen.networks import vae

# Two pixels, one latent: p(x|z) has the logits 2 z + 0.3 and -1.5 z - 0.2, and the posterior that
# the encoder states, N(0.5 x_1 - 0.4 x_2 + 0.2, e^-0.5), is wrong on purpose.
DECODER = [np.array([[2.0, -1.5]]), np.array([0.3, -0.2])]
MEAN = [np.array([[0.5], [-0.4]]), np.array([0.2])]
LOG_VAR = [np.zeros((2, 1)), np.array([-0.5])]
IMAGES = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float64")  # every image there is
GRID = np.linspace(-12, 12, 20_001)  # of z, (Z,)


@pytest.fixture(scope="module")
def toy():
    images, latents = keras.Input((1, 2, 1)), keras.Input((1,))
    pixels = keras.layers.Flatten()(images)
    encoder = keras.Model(images, [keras.layers.Dense(1)(pixels), keras.layers.Dense(1)(pixels)])
    logits = keras.layers.Reshape((1, 2, 1))(keras.layers.Dense(2)(latents))
    decoder = keras.Model(latents, logits)
    encoder.set_weights([*MEAN, *LOG_VAR])
    decoder.set_weights(DECODER)
    return Likelihood(encoder, decoder)


def integral(values):
    return scipy.integrate.trapezoid(values, GRID, axis=-1)


def gaussian(mean, variance):
    return np.exp(-0.5 * (GRID - mean) ** 2 / variance) / np.sqrt(2 * np.pi * variance)


def log_given_latent():
    """Log p(x|z) on the grid, (4, Z), from probabilities and not from the package's softplus."""
    p = expit(GRID[:, None] @ DECODER[0] + DECODER[1])  # (Z, 2)
    return np.stack([np.sum(np.log(np.where(x == 1, p, 1 - p)), axis=1) for x in IMAGES])


def log_likelihood():
    return np.log(integral(np.exp(log_given_latent()) * gaussian(0, 1)))  # (4,)


def elbo():
    """The integral of q log (p(x, z) / q), (4,)."""
    means = IMAGES @ MEAN[0] + MEAN[1]  # (4, 1)
    q = gaussian(means, np.exp(-0.5))  # (4, Z)
    log_ratio = np.log(gaussian(0, 1)) - np.log(np.maximum(q, 1e-300))
    return integral(q * (log_given_latent() + log_ratio))


def many(copies):
    """Each of the four images this often, in turn."""
    return np.tile(IMAGES, (copies, 1)).reshape(-1, 1, 2, 1).astype("float32")


def mean_and_error(values):
    """Mean of each of the four images over its copies, and its standard error, both (4,)."""
    values = values.reshape(-1, 4)
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))


def test_the_integrals_are_right():
    """The four images are all there are, so their probabilities sum to 1; bounds lie below."""
    assert np.exp(log_likelihood()).sum() == pytest.approx(1.0, abs=1e-9)
    assert (elbo() < log_likelihood() - 0.01).all()  # 0.02 to 0.54 nats below


def test_the_mean_of_many_draws_is_the_elbo(toy):
    nll, kl = toy.elbo(many(5000))
    assert nll.shape == kl.shape == (20_000,) and nll.dtype == kl.dtype == np.float64
    mean, error = mean_and_error(-(nll + kl))
    assert (error < 0.03).all()
    assert (np.abs(mean - elbo()) < 4 * error).all()


def test_one_draw_of_the_bound_is_the_elbo_too(toy):
    mean, error = mean_and_error(toy.importance_weighted_bound(many(5000), k=1))
    assert (error < 0.03).all()
    assert (np.abs(mean - elbo()) < 4 * error).all()


def test_two_thousand_draws_reach_the_likelihood_from_below(toy):
    """The bias is about -var(w) / (2 k E[w]^2), a thousandth of a nat or less here."""
    mean, error = mean_and_error(toy.importance_weighted_bound(many(25), k=2000))
    assert (error < 0.01).all()
    assert (np.abs(mean - log_likelihood()) < 4 * error).all()


def test_more_draws_make_the_bound_tighter(toy):
    bounds = [
        toy.importance_weighted_bound(many(500), k, seed).mean()
        for seed, k in enumerate((1, 10, 100))
    ]
    limit = log_likelihood().mean()
    gaps = limit - np.array(bounds)
    assert gaps[0] > 3 * gaps[1] > 0 and abs(gaps[2]) < 0.3 * gaps[1]


# --- a convolutional VAE ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def garments():
    return np.asarray(uint8_to_unit(fashion_mnist_10k("test").images[:130]))


@pytest.fixture(scope="module")
def networks():
    keras.utils.set_random_seed(4)
    return [net(latent_dim=3, width=4, hidden=16) for net in (vae.encoder, vae.decoder)]


def test_the_terms_average_to_the_losses_of_the_batches(networks, garments):
    """The same noise by hand, 100 images and then 30; the losses are means over a batch."""
    encoder, decoder = networks
    nll, kl = Likelihood(encoder, decoder).elbo(garments, seed=5)
    seeds = keras.random.SeedGenerator(5)
    for part in (slice(0, 100), slice(100, 130)):
        mean, log_var = encoder(garments[part])
        noise = tf.random.stateless_normal(mean.shape, tf.cast(seeds.next(), tf.int32))
        logits = decoder(mean + tf.exp(log_var / 2) * noise)
        assert nll[part].mean() == pytest.approx(
            float(bernoulli_nll(garments[part], logits)), rel=1e-5
        )
        assert kl[part].mean() == pytest.approx(float(gaussian_kl(mean, log_var)), rel=1e-5)
        assert min(nll[part].std(), kl[part].std()) > 1e-4  # one number an image, not their mean


def test_the_seed_decides_the_draws(networks, garments):
    likelihood = Likelihood(*networks)
    few = garments[:20]
    for measure in (
        lambda seed: likelihood.elbo(few, seed)[0],
        lambda seed: likelihood.importance_weighted_bound(few, 3, seed),
    ):
        np.testing.assert_array_equal(measure(1), measure(1))
        assert not np.array_equal(measure(1), measure(2))


def test_draws_of_one_image_differ(networks, garments):
    """Ten equal draws would make the bound of ten that of one."""
    likelihood = Likelihood(*networks)
    one, ten = (likelihood.importance_weighted_bound(garments[:5], k) for k in (1, 10))
    assert (np.abs(ten - one) > 1e-3).all()
