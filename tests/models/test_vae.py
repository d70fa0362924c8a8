"""The VAE as a model: what it descends, what it measures, what it draws, saving and resuming."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from keras_gen import data
from keras_gen.layers import BernoulliSampling
from keras_gen.losses import bernoulli_nll, gaussian_kl
from keras_gen.models import VAE
from keras_gen.networks import vae

LATENT = 6


def make(beta=1.0, seed=3, rate=2e-3, pixels="grey"):
    keras.utils.set_random_seed(1)
    networks = [net(latent_dim=LATENT, width=4, hidden=32) for net in (vae.encoder, vae.decoder)]
    model = VAE(*networks, beta=beta, pixels=pixels, seed=seed)
    model.compile(keras.optimizers.Adam(rate))
    return model


@pytest.fixture
def images():
    return np.asarray(data.uint8_to_unit(data.fashion_mnist_10k().images[:64]))


def weights(layer):
    return [np.array(w) for w in layer.get_weights()]


def equal(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def fit(model, images, epochs=1):
    return model.fit(images, batch_size=16, epochs=epochs, shuffle=False, verbose=0).history


# --- training -----------------------------------------------------------------------------------


def test_training_lowers_the_bound_and_reports_its_two_terms(images):
    history = fit(make(), images, epochs=20)
    assert sorted(history) == ["kl", "negative_elbo", "nll"]
    # an undecided decoder costs 784 log 2 = 543.4 nats, which is where an untrained one begins
    assert history["negative_elbo"][0] == pytest.approx(784 * np.log(2), rel=0.05)
    assert 100 < history["negative_elbo"][-1] < 0.75 * history["negative_elbo"][0]
    total = np.add(history["nll"], history["kl"])
    np.testing.assert_allclose(history["negative_elbo"], total, rtol=1e-6)


def test_one_step_of_plain_descent_moves_along_the_gradient_of_the_bound(images):
    """SGD with rate r moves weights by -r g, so the bound falls by r |g|^2 to first order."""
    model, rate = make(), 1e-6
    model.compile(keras.optimizers.SGD(rate))
    before = weights(model)
    state = np.array(model.sampling.seed_generator.state)

    def bound():
        model.sampling.seed_generator.state.assign(state)
        return float(model.test_on_batch(images, return_dict=True)["negative_elbo"])

    at_start = bound()
    model.sampling.seed_generator.state.assign(state)
    model.reset_metrics()
    model.train_on_batch(images)
    model.reset_metrics()
    moved = sum(((a - b) ** 2).sum() for a, b in zip(before, weights(model), strict=True))
    assert at_start - bound() == pytest.approx(moved / rate, rel=0.05)


def test_both_networks_learn(images):
    model = make()
    before = weights(model.encoder), weights(model.decoder)
    fit(model, images)
    for old, network in zip(before, (model.encoder, model.decoder), strict=True):
        pairs = zip(old, weights(network), strict=True)
        assert all(not np.array_equal(a, b) for a, b in pairs), network.name


def test_a_large_beta_silences_the_latents(images):
    small, large = make(beta=0.1), make(beta=100.0)
    histories = [fit(model, images, epochs=15) for model in (small, large)]
    assert histories[1]["kl"][-1] < 0.5 < 5 < histories[0]["kl"][-1]
    # what is reported is the bound itself, whatever beta is descended
    total = np.add(histories[1]["nll"], histories[1]["kl"])
    np.testing.assert_allclose(histories[1]["negative_elbo"], total, rtol=1e-6)


def test_evaluate_weighs_a_last_smaller_batch_by_its_images(images):
    """The divergence needs no noise, so batches of any size must give the mean over the images."""
    model = make()
    mean, log_var = model.encode(images[:40])
    figures = model.evaluate(images[:40], batch_size=16, verbose=0, return_dict=True)
    assert figures["kl"] == pytest.approx(float(gaussian_kl(mean, log_var)), rel=1e-5)


def test_binary_pixels_are_learnt_from_draws_of_the_images(images):
    """A step on binary images is the grey model's step on what the layer draws of them."""
    grey, binary = make(), make(pixels="binary")
    drawn = np.asarray(BernoulliSampling(seed=4)(images))  # the model's seed is 3, its layer's 4
    assert set(np.unique(drawn)) == {0.0, 1.0}
    expected, found = grey.train_on_batch(drawn), binary.train_on_batch(images)
    assert found == expected and equal(weights(grey), weights(binary))
    again = binary.test_on_batch(images, return_dict=True)["kl"]
    assert again != binary.test_on_batch(images, return_dict=True)["kl"]  # other draws


# --- what it draws ------------------------------------------------------------------------------


def test_reconstructions_decode_the_posterior_means(images):
    model = make()
    mean, _ = model.encode(images)
    expected = 1 / (1 + np.exp(-np.asarray(model.decoder(mean))))
    found = model.reconstruct(images)
    assert found.shape == images.shape and found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_calling_the_model_gives_logits_of_a_random_reconstruction(images):
    model = make()
    first, second = (np.asarray(model(images)) for _ in range(2))
    assert first.shape == images.shape and not np.array_equal(first, second)
    assert np.isfinite(float(bernoulli_nll(images, first)))


def test_samples_decode_the_prior_and_the_seed_decides_them():
    model = make()
    samples = model.sample(300, seed=11)
    assert samples.shape == (300, 28, 28, 1)
    expected = model.decode(keras.random.normal((300, LATENT), seed=11))
    np.testing.assert_array_equal(samples, expected)
    assert 0.0 <= samples.min() < samples.max() <= 1.0
    assert not np.array_equal(samples, model.sample(300, seed=12))


def test_an_interpolation_begins_and_ends_with_the_reconstructions(images):
    model = make()
    walk = model.interpolate(images[0], images[1], steps=5)
    np.testing.assert_allclose(walk[[0, -1]], model.reconstruct(images[:2]), atol=1e-6)
    mean, _ = model.encode(images[:2])
    np.testing.assert_allclose(walk[2:3], model.decode(mean.mean(axis=0)[None]), atol=1e-6)


def test_a_traversal_changes_one_latent(images):
    model = make()
    mean, _ = model.encode(images[:1])
    walk = model.traverse(images[0], 2, [-1.0, float(mean[0, 2]), 1.0])
    np.testing.assert_allclose(walk[1:2], model.reconstruct(images[:1]), atol=1e-6)
    moved = mean.copy()
    moved[0, 2] = 1.0
    np.testing.assert_allclose(walk[2:3], model.decode(moved), atol=1e-6)


# --- saving, mistakes, devices ------------------------------------------------------------------


@pytest.mark.parametrize("pixels", ["grey", "binary"])
def test_a_keras_file_holds_the_whole_state_and_goes_on_bit_for_bit(images, tmp_path, pixels):
    model = make(beta=2.0, pixels=pixels)
    fit(model, images)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert (loaded.beta, loaded.pixels, loaded.seed) == (2.0, pixels, 3)
    assert loaded.steps_done == 4
    for each in (model, loaded):
        fit(each, images, epochs=2)
    assert equal(weights(model), weights(loaded))
    pairs = zip(model.optimizer.variables, loaded.optimizer.variables, strict=True)
    assert all(np.array_equal(a, b) for a, b in pairs)


def test_the_same_seed_gives_the_same_run(images):
    runs = [make(), make(), make(seed=4)]
    for model in runs:
        fit(model, images)
    assert equal(weights(runs[0]), weights(runs[1]))
    assert not equal(weights(runs[0]), weights(runs[2]))


def test_mistakes_are_named():
    encoder, decoder = vae.encoder(latent_dim=6), vae.decoder(latent_dim=5)
    with pytest.raises(ValueError, match="decoder takes 5 latents; the encoder gives 6"):
        VAE(encoder, decoder)
    with pytest.raises(ValueError, match="beta must be at least 0; found -1"):
        VAE(encoder, vae.decoder(latent_dim=6), beta=-1)
    with pytest.raises(ValueError, match="pixels: expected grey or binary; found white"):
        VAE(encoder, vae.decoder(latent_dim=6), pixels="white")
    keras.config.set_dtype_policy("mixed_float16")
    try:
        with pytest.raises(ValueError, match="use mixed_bfloat16"):
            make()
    finally:
        keras.config.set_dtype_policy("float32")


TWO_DEVICES = """
import numpy as np, tensorflow as tf, keras
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
from keras_gen.models import VAE
from keras_gen.networks import vae

def train(strategy):
    keras.utils.set_random_seed(0)
    with strategy.scope():
        model = VAE(vae.encoder(width=4, hidden=8), vae.decoder(width=4, hidden=8))
        model.sampling.call = lambda mean, log_var: mean  # noise would differ with the batch's size
        model.compile(keras.optimizers.SGD(1e-4))
    x = np.random.default_rng(0).uniform(size=(32, 28, 28, 1)).astype("float32")
    data = tf.data.Dataset.from_tensor_slices(x).batch(16)
    return model, model.fit(data, epochs=2, shuffle=False, verbose=0).history

a, logs_a = train(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]))
b, logs_b = train(tf.distribute.get_strategy())
gap = max(float(np.abs(x - y).max()) for x, y in zip(a.get_weights(), b.get_weights()))
print(gap, abs(logs_a["negative_elbo"][-1] / logs_b["negative_elbo"][-1] - 1))
"""


@pytest.mark.slow
def test_two_devices_train_like_one():
    """Run apart, because logical devices must be set before TensorFlow starts."""
    done = subprocess.run(
        [sys.executable, "-c", TWO_DEVICES], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    gap, loss_gap = map(float, done.stdout.split()[-2:])
    assert gap < 1e-5 and loss_gap < 1e-5
