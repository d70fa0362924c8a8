"""What holds for every recipe: scales, values that are refused, and the docstring."""

import subprocess
import sys

import numpy as np
import pytest

from keras_gen.data import SCALES
from keras_gen.recipes import RECIPES, DCGANRecipe, FastStyleRecipe, MLPGANRecipe, VAERecipe


def test_the_scales_are_those_of_the_networks():
    pixels = np.array([0, 255], "uint8")
    ends = {
        recipe: np.asarray(SCALES[recipe.pixel_scale](pixels)).tolist()
        for recipe in RECIPES.values()
        if recipe.pixel_scale != "points"  # which are floats in memory
    }
    assert ends[DCGANRecipe] == ends[MLPGANRecipe] == [-1.0, 1.0]
    assert ends[VAERecipe] == ends[FastStyleRecipe] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("steps", -5, "steps: expected at least 1, found -5"),
        ("batch_size", 0, "batch size: expected at least 1, found 0"),
        ("dropout", 1.0, "dropout: expected less than 1, found 1.0"),
        ("d_learning_rate", -1.0, "d learning rate: expected at least 0, found -1.0"),
        ("loss", "ns", "loss: expected non_saturating, .*, found 'ns'"),
        ("seed", -1, "seed: expected at least 0, found -1"),
    ],
)
def test_values_that_no_run_can_use_are_refused(field, value, message):
    with pytest.raises(ValueError, match=message):
        DCGANRecipe(**{field: value})


def test_recipes_are_listed_without_keras():
    code = "import sys, keras_gen.recipes; print({'keras', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("name", RECIPES)
def test_the_docstring_states_command_hardware_and_figure(name):
    text = RECIPES[name].__doc__
    assert f"keras-gen train {name}" in text
    figures = ("Frechet distance", "nats", "PSNR", "style term", "modes")
    assert "CPU core" in text and any(figure in text for figure in figures)
