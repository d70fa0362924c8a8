"""The recipe that draws what is asked for: what it takes from its data, builds and refuses."""

import dataclasses

import numpy as np
import pytest

from keras_gen import data
from keras_gen.recipes import ConditionalGANRecipe
from keras_gen.runs import Run, training

SMALL = {"generator_width": 4, "discriminator_width": 4, "latent_dim": 6, "batch_size": 8}


def test_the_classes_are_those_of_the_data():
    images = data.ImageData(np.zeros((4, 28, 28, 1), "uint8"), "x", "here", np.array([0, 2, 1, 2]))
    recipe = ConditionalGANRecipe(**SMALL).for_data(images)
    assert recipe.classes == 3
    model = recipe.build()
    assert model.classes == 3 and model.generator.input_shape == [(None, 6), (None, 3)]
    with pytest.raises(ValueError, match="expected images with classes, such as photos in one sub"):
        recipe.for_data(dataclasses.replace(images, labels=None))


def test_pictures_of_a_run_have_a_row_for_each_class_and_a_noise_for_each_column():
    recipe = ConditionalGANRecipe(**SMALL, classes=3)
    model = recipe.build()
    samples = recipe.samples(model)
    assert samples.shape == (24, 28, 28, 1) and recipe.layout["columns"] == 8
    noise = np.random.default_rng(0).normal(size=(8, 6)).astype("float32")
    np.testing.assert_allclose(samples[8:16], model.draw(noise, np.ones(8, int)), atol=1e-6)
    many = dataclasses.replace(recipe, classes=40)
    assert len(many.samples(many.build())) == 16 * 8


@pytest.mark.slow
def test_a_run_is_trained_resumed_and_drawn_with_its_labels(tmp_path):
    """Bit for bit as one that was not interrupted; class names are kept for `generate --label`."""
    recipe = ConditionalGANRecipe(**SMALL, steps=6, save_every=2, precision="mixed_bfloat16")
    assert training.train("conditional_gan", recipe, tmp_path / "whole")
    short = dataclasses.replace(recipe, steps=4)
    assert training.train("conditional_gan", short, tmp_path / "short")
    assert training.resume(tmp_path / "short", steps=6)
    whole, again = (Run.open(tmp_path / name).load_model() for name in ("whole", "short"))
    for a, b in zip(whole.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    run = Run.open(tmp_path / "whole")
    assert run.provenance["data"]["classes"] == list(data.FASHION_MNIST_CLASSES)
    assert run.class_numbers(["bag", "ANKLE BOOT", "boot", "3", "t-shirt"]) == [8, 9, 9, 3, 0]
    for word in ("o", "12", "hat", ""):
        with pytest.raises(ValueError, match=f"label '{word}': expected one of 0 T-shirt/top, 1 "):
            run.class_numbers([word])


def test_packs_are_refused():
    with pytest.raises(ValueError, match="expected no packing beside labels"):
        ConditionalGANRecipe(d_extras=("packing",))


@pytest.mark.usefixtures("few_steps")
def test_kinds_of_products_are_its_classes(tmp_path):
    recipe = ConditionalGANRecipe(**SMALL, data="products", image_size=64, channels=3, steps=1)
    assert training.train("conditional_gan", recipe, tmp_path / "run")
    run = Run.open(tmp_path / "run")
    assert run.class_numbers(["mug", "chair"]) == [0, 7]
    assert run.load_model().draw(np.zeros((2, 6), "float32"), [0, 7]).shape == (2, 64, 64, 3)
