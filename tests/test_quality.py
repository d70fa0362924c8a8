"""Training quality on budgets of a minute: the recipes still learn to draw garments.

The judge is FashionNet. The bounds are measured figures with room for other processors' rounding,
not wishes: see each test.
"""

import dataclasses

import numpy as np
import pytest

from keras_gen import data
from keras_gen.evaluation import measure_autoencoders
from keras_gen.evaluation.measure_autoencoders import measure_likelihood, measure_pairs
from keras_gen.measures import frechet_distance, load_features
from keras_gen.recipes import DCGANRecipe, MLPGANRecipe, VAERecipe
from keras_gen.runs import Run, training


@pytest.fixture(scope="module")
def features():
    return load_features("fashion_net", (28, 28, 1))


def trained(name, recipe, run_dir):
    """Train without checkpoints on the way, which take as long as a quarter of the steps."""
    training.train(name, dataclasses.replace(recipe, save_every=recipe.steps), run_dir)
    return np.asarray(data.unit_to_uint8(Run.open(run_dir).load_model().sample(2000, seed=1)))


def figures(features, samples):
    """FD-FashionNet to 2,000 embedded images, and the share of each class."""
    real, _ = features(data.fashion_mnist_10k().images[:2000])
    fake, classes = features(samples)
    return frechet_distance(real, fake), np.bincount(classes, minlength=10) / len(samples)


@pytest.mark.slow
def test_the_judge_knows_garments_from_noise(features):
    noise = np.random.default_rng(0).integers(0, 256, (2000, 28, 28, 1), dtype=np.uint8)
    images = data.fashion_mnist_10k()
    distance, _ = figures(features, noise)
    same, shares = figures(features, images.images[2000:4000])
    assert distance > 20 and same < 0.2
    np.testing.assert_allclose(
        shares, np.bincount(images.labels[2000:4000], minlength=10) / 2000, atol=0.03
    )


@pytest.mark.slow
def test_dcgan_draws_garments_of_all_classes(features, tmp_path):
    distance, shares = figures(
        features, trained("dcgan", DCGANRecipe(steps=1000), tmp_path / "run")
    )
    print(f"dcgan: {distance:.2f}, {shares}")
    assert 4.0 < distance < 10.0  # 8.2 and 8.4 with seeds 0 and 1
    assert shares.min() > 0.015  # 0.037 and 0.033


@pytest.mark.slow
def test_mlp_gan_draws_garments_of_all_classes(features, tmp_path):
    distance, shares = figures(
        features, trained("mlp_gan", MLPGANRecipe(steps=1000), tmp_path / "run")
    )
    print(f"mlp_gan: {distance:.2f}, {shares}")
    assert 5.0 < distance < 11.5  # 9.3 and 9.6 with seeds 0 and 1
    assert shares.min() > 0.005  # 0.016 and 0.015


@pytest.mark.slow
def test_vae_bounds_held_out_images_and_reconstructs_them_better_than_pca(
    features, tmp_path, monkeypatch
):
    monkeypatch.setattr(measure_autoencoders, "LIKELIHOOD_DRAWS", 10)  # a bound as well, and sooner
    recipe = VAERecipe(steps=1500)
    distance, shares = figures(features, trained("vae", recipe, tmp_path / "run"))
    model, images = Run.open(tmp_path / "run").load_model(), data.fashion_mnist_10k()
    held_out = data.fashion_mnist_10k("test").images
    bound = {figure.key: figure.value for figure in measure_likelihood(model, held_out)}
    pairs = {figure.key: figure for figure in measure_pairs(model, held_out, images.images)}
    print(f"vae: {distance:.2f}, {shares}, {bound}, {pairs}")
    assert 235 < bound["importance_weighted"] < bound["negative_elbo"] < 249  # 245.7
    assert 5 < bound["kl"] < 30
    assert pairs["psnr"].value > pairs["psnr"].reference
    assert pairs["ssim"].value > pairs["ssim"].reference
    assert 1.0 < distance < 15.0  # 11.4
    assert (shares > 0.02).sum() >= 8  # nine; so short a run draws no sandals
