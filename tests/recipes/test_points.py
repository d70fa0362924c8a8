"""Toy worlds as recipes: they train, resume, and show their points."""

import numpy as np
import pytest
from PIL import Image

from keras_gen import data
from keras_gen.cli import main
from keras_gen.evaluation import read_measurements
from keras_gen.recipes import RECIPES, GridRecipe, RingRecipe
from keras_gen.runs import Run

SMALL = {"generator_width": 4, "discriminator_width": 4, "latent_dim": 3, "batch_size": 16}


def test_a_toy_world_is_trained_resumed_and_shown(tmp_path, capfd, monkeypatch, untraced):
    monkeypatch.chdir(tmp_path)
    flags = [f"--{key.replace('_', '-')}={value}" for key, value in SMALL.items()]
    flags += ["--steps=3", "--save-every=1"]
    with untraced():
        assert main(["train", "ring", "--run-dir=run", *flags]) == 0
        assert "ring: 100,000 points around 8 centres" in capfd.readouterr().out
        assert main(["train", "--run-dir=run", "--resume", "--steps=4"]) == 0
    run = Run.open("run")
    assert run.recipe.penalty == "none"  # the plain game
    with Image.open("run/samples.gif") as film:
        assert film.n_frames == 5
    points = run.recipe.points(run.load_model(), 10, seed=0)
    assert points.shape == (10, 1, 1, 2)
    np.testing.assert_array_equal(points, run.recipe.points(run.load_model(), 10, seed=0))
    assert main(["generate", "run"]) == 2
    assert "samples from noise, found one that draws points" in capfd.readouterr().err
    assert main(["evaluate", "run", "--n=100"]) == 0
    shown = capfd.readouterr().out
    assert "modes covered, of 8" in shown and "100 real: test points of ring" in shown
    assert "PSNR" not in shown and read_measurements("run").steps == 4


def test_the_samples_of_a_run_are_those_of_the_generator_itself():
    """Its average over time would hide how it jumps from mode to mode."""
    model = RingRecipe(**SMALL).build()
    model.fit(data.MIXTURES["ring"].draw(32, seed=0), batch_size=16, verbose=0)
    for average, weight in zip(model.ema_generator.weights, model.generator.weights, strict=True):
        np.testing.assert_array_equal(average, weight)


@pytest.mark.parametrize("name", ["ring", "grid"])
def test_every_cure_is_a_flag(name):
    recipe = RECIPES[name](**SMALL, d_extras=("packing",), penalty="r1", unrolled_steps=1)
    model = recipe.build()
    history = model.fit(recipe_points(recipe), batch_size=16, verbose=0).history
    assert np.isfinite(history["d_loss"] + history["g_loss"]).all()
    (picture,) = recipe.samples(model)
    assert picture.shape[2] == 3 and 0 <= picture.min() < picture.max() <= 1
    assert GridRecipe().data == "grid"


def recipe_points(recipe):
    return data.MIXTURES[recipe.data].draw(16, seed=0)


@pytest.mark.parametrize("field", [{"image_size": 2}, {"channels": 3}, {"data": "photos"}])
def test_other_data_are_refused(field):
    with pytest.raises(ValueError, match=r"expected .*, found"):
        RingRecipe(**field)
