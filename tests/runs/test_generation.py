"""Runs that are read back for use, and those that draw nothing from noise."""

import dataclasses

import numpy as np
import pytest

from keras_gen.models import FastStyle
from keras_gen.recipes import FastStyleRecipe, MLPGANRecipe
from keras_gen.runs import Run
from keras_gen.runs.generation import generate

SMALL = FastStyleRecipe(width=4, blocks=1, weights="nowhere.h5")  # no VGG19 to be found


@pytest.fixture
def stopped(tmp_path):
    """A run of fast style transfer that was stopped after its first checkpoint."""
    (tmp_path / "checkpoints").mkdir()
    Run(path=tmp_path, name="fast_style", recipe=SMALL, provenance={}).save()
    model = dataclasses.replace(SMALL, seed=7).build_for_inference()
    model.save(Run.open(tmp_path).checkpoint_path(0))
    return tmp_path, model


def test_a_style_run_is_loaded_without_vgg19_stopped_or_finished(stopped):
    run_dir, model = stopped
    image = np.random.default_rng(0).uniform(size=(16, 20, 3)).astype("float32")
    expected = model.stylize(image)
    found = Run.open(run_dir).load_model()
    assert isinstance(found, FastStyle)
    np.testing.assert_array_equal(found.stylize(image), expected)
    model.save(run_dir / "model.keras")
    np.testing.assert_array_equal(Run.open(run_dir).load_model().stylize(image), expected)


def test_nothing_is_drawn_from_noise_where_there_is_none(stopped):
    run_dir, _ = stopped
    with pytest.raises(ValueError) as caught:
        generate(run_dir)
    assert str(caught.value) == (
        f"{run_dir}: expected a model that samples from noise, found one that transforms pictures; "
        f"use keras-gen stylize --model {run_dir}"
    )


def test_what_exists_is_not_replaced(tmp_path):
    """Neither by a grid, nor by an array, nor by one of the two after the other."""
    recipe = MLPGANRecipe(generator_width=4, discriminator_width=4, latent_dim=4)
    known = Run(path=tmp_path / "run", name="mlp_gan", recipe=recipe, provenance={})
    known.create()
    recipe.build().save(known.model_path)
    holiday = tmp_path / "holiday.jpg"
    holiday.write_text("mine")
    for words in ({"out": holiday}, {"out": known.path / "recipe.json"}, {"npz": known.path}):
        with pytest.raises((FileExistsError, ValueError)):
            generate(known, n=1, **words)
    with pytest.raises(FileExistsError, match="expected a folder for 1 images, found a file"):
        (tmp_path / "file").touch()
        generate(known, n=1, out=tmp_path / "file")
    with pytest.raises(ValueError, match=r"npz: expected a name that ends in \.npz"):
        generate(known, n=1, npz=tmp_path / "a.zip")
    with pytest.raises(ValueError, match="a folder with a dot in its name has to be there"):
        generate(known, n=1, out=tmp_path / "release-v1.2")
    (tmp_path / "release-v1.2").mkdir()
    assert generate(known, n=1, out=tmp_path / "release-v1.2") == [tmp_path / "release-v1.2"]
    assert holiday.read_text() == "mine"
    first = generate(known, n=1)
    assert generate(known, n=2) == first  # its own picture in its own folder
