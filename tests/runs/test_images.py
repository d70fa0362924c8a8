"""The images of a run: found where they lie today, and recognised by their hash."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from keras_gen import data
from keras_gen.recipes import MLPGANRecipe
from keras_gen.runs import Run, held_out_images, training, training_images, with_data

SMALL = {
    "generator_width": 4,
    "discriminator_width": 4,
    "latent_dim": 4,
    "batch_size": 4,
    "penalty": "none",
}


pytestmark = pytest.mark.usefixtures("few_steps")


def write_photos(folder, seed):
    folder.mkdir(parents=True)
    for i in range(6):
        pixels = np.random.default_rng((seed, i)).integers(0, 256, (28, 28), "uint8")
        Image.fromarray(pixels).save(folder / f"{i}.png")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run on the folder photos, named as seen from the folder of its owner; not trained yet."""
    write_photos(tmp_path / "shop" / "photos", seed=0)
    write_photos(tmp_path / "other" / "photos", seed=1)
    monkeypatch.chdir(tmp_path / "shop")
    recipe = MLPGANRecipe(**SMALL, data="photos/", steps=1)
    run, _ = training.prepare("mlp_gan", recipe, tmp_path / "run")
    run.create()
    return Run.open(run.path)


def test_a_run_finds_its_images_from_any_folder(run, tmp_path, monkeypatch):
    """`other` has a folder of the same name with other photos in it."""
    then = run.provenance["data"]["sha256"]
    monkeypatch.chdir(tmp_path / "other")
    assert training_images(with_data(run)).sha256 == then
    split, images = held_out_images(with_data(run))
    assert (split, images.sha256) == ("train", then)
    assert training.resume(run)


def test_moved_images_are_found_by_name_and_remembered(run, tmp_path, monkeypatch):
    shutil.move(tmp_path / "shop" / "photos", tmp_path / "moved")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"unknown data 'photos/'.*; the run was trained on"):
        training_images(with_data(run))
    assert len(training_images(with_data(run, tmp_path / "moved")).images) == 6
    assert training.resume(run, data_source="moved")
    monkeypatch.chdir(tmp_path / "other")
    assert training.resume(run.path, steps=2)  # it knows the new place from now on


def test_other_images_are_refused_everywhere(run, tmp_path):
    (tmp_path / "shop" / "photos" / "5.png").unlink()
    for wanted in (None, tmp_path / "other" / "photos"):
        with pytest.raises(ValueError, match=r"expected the images that .* was trained on"):
            training_images(with_data(run, wanted))
        with pytest.raises(ValueError, match="name the right ones with --data"):
            held_out_images(with_data(run, wanted))
        with pytest.raises(ValueError, match="expected the images that"):
            training.resume(run, steps=4, data_source=wanted)


def test_a_run_of_an_earlier_version_knows_no_folder(run):
    """It is read as its recipe says."""
    content = json.loads((run.path / "recipe.json").read_text())
    del content["data"]["folder"]
    (run.path / "recipe.json").write_text(json.dumps(content))
    assert len(training_images(with_data(Run.open(run.path))).images) == 6


def test_a_name_of_a_data_set_and_of_a_folder_is_not_guessed(tmp_path, monkeypatch):
    """`--data photos` beside a folder photos trained on an astronaut, a cat, a cup and a rocket."""
    monkeypatch.chdir(tmp_path)
    write_photos(tmp_path / "photos", seed=0)
    for function in (data.load, data.held_out, data.data_folder):
        with pytest.raises(ValueError, match=r"write \./photos for the folder"):
            function("photos")
    assert len(data.load("./photos", (28, 28, 1)).images) == 6
    with pytest.raises(ValueError, match="found an empty text"):
        data.load("")


def test_pictures_of_runs_are_no_photos(tmp_path):
    """A run folder among the photos: its samples are not trained on, and it can be resumed."""
    write_photos(tmp_path / "photos", seed=0)
    recipe = MLPGANRecipe(**SMALL, data=str(tmp_path / "photos"), steps=1)
    training.train("mlp_gan", recipe, tmp_path / "photos" / "runs" / "a")
    assert len(data.load(tmp_path / "photos", (28, 28, 1)).images) == 6
    assert training.resume(tmp_path / "photos" / "runs" / "a", steps=2)
