"""The recipe of restoration: what it builds, damages, draws and refuses."""

import dataclasses

import numpy as np
import pytest

from keras_gen.data.degradations import TASKS
from keras_gen.recipes import RestorerRecipe
from keras_gen.recipes import restorer as module

SMALL = {"width": 4, "levels": 2, "image_size": 32}


def test_every_field_reaches_the_model():
    recipe = RestorerRecipe(
        **SMALL, channels=1, adversarial_weight=0.3, ssim_weight=0.7, learning_rate=4e-3,
        d_learning_rate=3e-4, steps=1000, precision="mixed_bfloat16",
    )  # fmt: skip
    model = recipe.build()
    assert model.network.input_shape == (None, None, None, 10)  # 6 bands and 4 planes
    assert model.channels == 1
    assert (model.adversarial_weight, model.ssim_weight) == (0.3, 0.7)
    # 9 * 10 * 4 + 4 weights of the first layer, and two sizes of maps
    assert model.network.layers[1].count_params() == 364 and recipe.widths == (4, 8)
    assert model.network.layers[1].compute_dtype == "bfloat16"
    rates = [float(model.optimizer._learning_rate(step)) for step in (0, 500, 1000)]
    assert rates == pytest.approx([4e-3, 2e-3, 0.0], abs=1e-8)
    assert float(model.d_optimizer.learning_rate) == pytest.approx(3e-4)


def test_a_recipe_from_before_ssim_had_a_weight_trains_without_it():
    fields = dataclasses.asdict(RestorerRecipe(**SMALL))
    assert RestorerRecipe.from_fields(fields).ssim_weight == 0.1
    del fields["ssim_weight"]
    assert RestorerRecipe.from_fields(fields).ssim_weight == 0.0


def test_the_names_of_the_tasks_are_those_of_the_damage():
    """They are repeated, because a recipe must not import TensorFlow to be listed."""
    assert module.TASKS == TASKS


def test_the_seed_decides_the_first_weights():
    first, again, other = (
        RestorerRecipe(**SMALL, seed=s).build().network.get_weights()[0] for s in (1, 1, 2)
    )
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_only_its_tasks_are_learnt():
    images = np.full((6, 32, 32, 3), 0.5, "float32")
    inputs, truth = RestorerRecipe(**SMALL, tasks=("jpeg",)).change()(images, (0, 0))
    assert np.asarray(inputs)[..., 3:].max(axis=(0, 1, 2)).tolist() == [0, 1, 0, 0]
    assert truth is images


@pytest.mark.parametrize("channels", [1, 3])
def test_samples_show_products_damaged_and_restored_task_by_task(channels):
    recipe = RestorerRecipe(**SMALL, channels=channels, tasks=("inpaint", "denoise"))
    samples = recipe.samples(recipe.build())
    assert samples.shape == (16, 32, 32, channels)
    assert 0 <= samples.min() <= samples.max() <= 1
    # before training the network changes nothing, so that both of a pair are the same
    np.testing.assert_array_equal(samples[::2], samples[1::2])
    difference = np.abs(samples[8::2] - samples[:8:2])  # noise, against other pixels of holes
    assert 0.02 < difference.mean() < 0.2


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"tasks": ()}, "tasks: expected one or several of denoise, .* found none"),
        ({"tasks": ("jpeg", "jpeg")}, "tasks: expected .* found jpeg, jpeg"),
        ({"tasks": ("blur",)}, "tasks: expected denoise, jpeg, inpaint, upscale, found 'blur'"),
        ({"image_size": 30}, "sides divisible by 4 and 1 or 3 channels, found 30x30x3"),
        ({"channels": 2}, "sides divisible by 4 and 1 or 3 channels, found 64x64x2"),
    ],
)
def test_values_that_no_run_can_use_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        RestorerRecipe(**fields).check_image_shape()
