"""The recipe that draws products: what it takes from its data, builds, refuses, and resumes."""

import dataclasses

import numpy as np
import pytest

from keras_gen import data
from keras_gen.data.conditions import Requests, condition_vectors, random_requests
from keras_gen.recipes import ProductGANRecipe
from keras_gen.runs import Run, training

SMALL = {"generator_width": 2, "discriminator_width": 2, "latent_dim": 3, "batch_size": 8}


def test_kinds_and_conditions_are_those_of_the_data():
    images = data.products(split="test").take(np.arange(50))
    images = dataclasses.replace(images, labels=images.labels % 3)
    recipe = ProductGANRecipe(**SMALL).for_data(images)
    assert recipe.classes == 3 and recipe.penalty == "r1"
    assert recipe.conditions(images).shape == (50, 8)
    model = recipe.build()
    assert model.generator.input_shape == [(None, 3), (None, 8)]
    assert (model.pixel_weight, model.candidates) == (recipe.pixel_weight, recipe.candidates)
    with pytest.raises(ValueError, match="expected images of known kind, colour and angle"):
        recipe.for_data(dataclasses.replace(images, conditions={}))


def test_pictures_of_a_run_show_an_object_of_each_kind_turned_step_by_step():
    recipe = ProductGANRecipe(**SMALL, classes=2)
    model = recipe.build()
    samples = recipe.samples(model)
    assert samples.shape == (16, 64, 64, 3) and recipe.layout["columns"] == 8
    colours = random_requests(2, 2, recipe.seed).colours
    asked = Requests(np.array([1]), colours[1:], np.array([90.0]))
    noise = np.random.default_rng(recipe.seed).normal(size=(2, 3)).astype("float32")
    expected = model.draw(noise[1:], condition_vectors(asked, 2))
    np.testing.assert_allclose(samples[8 + 2 : 8 + 3], expected, atol=1e-5)


@pytest.mark.slow
def test_a_run_is_trained_and_resumed_bit_for_bit(tmp_path):
    recipe = ProductGANRecipe(**SMALL, steps=4, save_every=2, precision="mixed_bfloat16")
    assert training.train("product_gan", recipe, tmp_path / "whole")
    short = dataclasses.replace(recipe, steps=2)
    assert training.train("product_gan", short, tmp_path / "short")
    assert training.resume(tmp_path / "short", steps=4)
    whole, again = (Run.open(tmp_path / name).load_model() for name in ("whole", "short"))
    for a, b in zip(whole.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    run = Run.open(tmp_path / "whole")
    assert run.class_numbers(["teapot", "CHAIR"], "kind") == [1, 7]


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ({"update": "simultaneous"}, "update: expected alternating, found 'simultaneous'"),
        ({"loss": "relativistic"}, "loss: expected non_saturating, .*, found 'relativistic'"),
        ({"d_extras": ("packing",)}, "d extras: expected spectral_norm, minibatch_std, found"),
        ({"unrolled_steps": 2}, "unrolled steps: expected at most 0, found 2"),
        ({"candidates": 0}, "candidates: expected at least 1, found 0"),
    ],
)
def test_what_it_cannot_do_is_refused(field, message):
    with pytest.raises(ValueError, match=message):
        ProductGANRecipe(**field)


def test_data_and_sizes_that_do_not_fit_are_refused_before_anything_is_written(tmp_path):
    for fields, message in (
        ({"data": "fashion_mnist_10k"}, "expected images of known kind, colour and angle"),
        ({"image_size": 28}, "product_gan: expected images of 64x64 pixels"),
    ):
        with pytest.raises(ValueError, match=message):
            training.train("product_gan", ProductGANRecipe(**SMALL, **fields), tmp_path / "run")
    assert not list(tmp_path.iterdir())
