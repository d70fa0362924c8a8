"""Likelihood and reconstructions of a VAE, beside what the measures give by themselves."""

import keras
import numpy as np
import pytest

from keras_gen import data, measures
from keras_gen.evaluation import measure_autoencoders
from keras_gen.layers import BernoulliSampling
from keras_gen.models import VAE
from keras_gen.networks import vae


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    return VAE(*(net(latent_dim=4, width=4, hidden=16) for net in (vae.encoder, vae.decoder)))


@pytest.fixture(scope="module")
def held_out():
    return data.fashion_mnist_10k("test").images[:150]


def test_likelihood_figures(model, held_out, monkeypatch):
    """Against the means of the values of each image."""
    monkeypatch.setattr(measure_autoencoders, "LIKELIHOOD_DRAWS", 5)
    found = {f.key: f for f in measure_autoencoders.measure_likelihood(model, held_out, seed=3)}
    assert list(found) == ["negative_elbo", "nll", "kl", "importance_weighted"]
    judge, unit = measures.Likelihood(model.encoder, model.decoder), held_out / 255
    nll, kl = judge.elbo(unit, 3)
    assert found["negative_elbo"].value == pytest.approx((nll + kl).mean(), rel=1e-6)
    assert found["nll"].value == pytest.approx(nll.mean(), rel=1e-6)
    assert found["kl"].value == pytest.approx(kl.mean(), rel=1e-6)
    bound = judge.importance_weighted_bound(unit, 5, 3)
    assert found["importance_weighted"].value == pytest.approx(-bound.mean(), rel=1e-6)
    assert [f.n_real for f in found.values()] == [150] * 4
    assert [f.better for f in found.values()] == ["lower", "lower", "near", "lower"]
    margin = 1.97601 * nll.std(ddof=1) / np.sqrt(150)
    expected = [nll.mean() - margin, nll.mean() + margin]
    assert found["nll"].interval == pytest.approx(expected, rel=1e-6)
    for figure in found.values():
        assert (figure.n_fake, figure.features, figure.reference) == (0, "pixels", None)
        assert figure.label.endswith(", nats")


def test_the_likelihood_of_binary_pixels_is_that_of_one_draw_of_them(model, held_out, monkeypatch):
    monkeypatch.setattr(measure_autoencoders, "LIKELIHOOD_DRAWS", 5)
    binary = VAE(model.encoder, model.decoder, pixels="binary")
    found = {f.key: f for f in measure_autoencoders.measure_likelihood(binary, held_out, seed=3)}
    drawn = np.asarray(BernoulliSampling(3)(held_out.astype("float32") / 255))
    judge = measures.Likelihood(model.encoder, model.decoder)
    elbo = sum(judge.elbo(drawn, 3)).mean()
    assert found["negative_elbo_binary"].value == pytest.approx(elbo, rel=1e-6)
    assert found["negative_elbo_binary"].label == "negative ELBO, nats, of binary pixels"
    bound = judge.importance_weighted_bound(drawn, 5, 3)
    assert found["importance_weighted_binary"].value == pytest.approx(-bound.mean(), rel=1e-6)


def test_reconstructions_stand_beside_pca_of_the_same_length(model, held_out):
    train = data.fashion_mnist_10k().images[:500]
    found = {f.key: f for f in measure_autoencoders.measure_pairs(model, held_out, train)}
    assert [f.label for f in found.values()] == [
        "PSNR of reconstructions, dB",
        "SSIM of reconstructions",
    ]
    linear = measures.pca_reconstructions(held_out, train, 4)
    for key, measure in (("psnr", measures.psnr), ("ssim", measures.ssim)):
        figure, unit = found[key], held_out / 255.0
        expected = measure(unit.astype("float32"), model.reconstruct(unit)).mean()
        assert figure.value == pytest.approx(expected, rel=1e-4)
        assert figure.reference == pytest.approx(measure(unit, linear * 1.0).mean(), rel=1e-4)
        assert figure.reference_name == "PCA of 4 components"
        assert (figure.better, figure.n_real, figure.n_fake) == ("higher", 150, 150)
        assert figure.interval[0] < figure.value < figure.interval[1]


def test_a_reference_that_is_infinite_is_left_out(model):
    """PCA of identical images is exact: its PSNR is infinite, which is not JSON."""
    same = np.full((120, 28, 28, 1), 200, "uint8")
    found = {f.key: f for f in measure_autoencoders.measure_pairs(model, same, same)}
    assert found["psnr"].reference is None
    assert found["ssim"].reference == pytest.approx(1.0, abs=1e-6)
