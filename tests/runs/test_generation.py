"""Runs that are read back for use, and those that draw nothing from noise."""

import dataclasses
import json

import numpy as np
import pytest
from PIL import Image

from keras_gen.data import FASHION_MNIST_CLASSES, unit_to_uint8
from keras_gen.models import FastStyle
from keras_gen.recipes import ConditionalGANRecipe, FastStyleRecipe, MLPGANRecipe
from keras_gen.runs import Run
from keras_gen.runs.generation import generate, record_generated

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


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """An untrained run with the classes of the embedded sample."""
    path = tmp_path_factory.mktemp("runs") / "run"
    recipe = ConditionalGANRecipe(generator_width=4, discriminator_width=4, latent_dim=4)
    names = {"data": {"classes": list(FASHION_MNIST_CLASSES)}}
    run = Run(path=path, name="conditional_gan", recipe=recipe, provenance=names)
    run.create()
    recipe.build().save(run.model_path)
    return run


def test_a_grid_has_a_row_for_each_class_asked_for(labelled, tmp_path):
    out, npz = tmp_path / "a.png", tmp_path / "a.npz"
    assert generate(labelled, 6, 1, out, npz, labels=["bag", "boot", "3"]) == [npz, out]
    arrays = np.load(npz)
    assert arrays["labels"].tolist() == [8, 8, 9, 9, 3, 3]
    expected = labelled.load_model().sample(6, 1, labels=arrays["labels"])
    np.testing.assert_array_equal(arrays["images"], unit_to_uint8(expected))
    with Image.open(out) as picture:
        assert picture.size == (2 * (2 * 30 - 2), 2 * (3 * 30 - 2))  # 2 columns, 3 rows, zoom 2
    generate(labelled, 5, 1, tmp_path / "b.png", labels=["bag", "boot", "3"])
    with Image.open(tmp_path / "b.png") as picture:
        assert picture.size == (2 * (2 * 30 - 2), 2 * (3 * 30 - 2))
        assert np.asarray(picture)[2 * 60 :, 2 * 30 :].min() == 255  # of the third class is one


def test_without_labels_all_classes_have_even_shares(labelled, tmp_path):
    generate(labelled, 25, npz=tmp_path / "a.npz")
    counts = np.bincount(np.load(tmp_path / "a.npz")["labels"], minlength=10)
    assert counts.tolist() == [3] * 5 + [2] * 5


def test_two_classes_are_mixed_at_fixed_noise(labelled, tmp_path):
    """The ends of a row are the two classes, drawn from one noise."""
    generate(labelled, 18, 5, npz=tmp_path / "a.npz", labels=["shirt", "coat"], mix=True)
    arrays = np.load(tmp_path / "a.npz")
    assert list(arrays) == ["images", "provenance"] and len(arrays["images"]) == 18
    noise = np.random.default_rng(5).normal(size=(2, 4)).astype("float32")
    ends = unit_to_uint8(labelled.load_model().draw(noise, np.array([6, 4])))
    np.testing.assert_array_equal(arrays["images"][0], ends[0])
    np.testing.assert_array_equal(arrays["images"][17], ends[1])


def test_requests_that_make_no_sense_are_refused(labelled, tmp_path):
    for words, message in (
        ({"labels": ["hat"]}, "label 'hat': expected one of 0 T-shirt/top, .* it names none"),
        ({"mix": True}, "mix: expected two labels and no truncation, found 0"),
        ({"truncation": 0.0}, "truncation: expected a number above 0 for a GAN, found 0.0"),
    ):
        with pytest.raises(ValueError, match=message):
            generate(labelled, 4, npz=tmp_path / "a.npz", **words)
    recipe = MLPGANRecipe(generator_width=4, discriminator_width=4, latent_dim=4)
    plain = Run(path=tmp_path / "plain", name="mlp_gan", recipe=recipe, provenance={})
    for words in ({"labels": ["bag"]}, {"mix": True}):
        with pytest.raises(ValueError, match="expected a run with classes, found a mlp_gan run"):
            generate(plain, 4, **words)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "asked",
    [
        {"n": 6, "labels": ["bag", "boot", "3"]},
        {"n": 5, "labels": ["bag", "boot", "3"]},
        {"n": 13},
        {"n": 3},
        {"n": 20, "labels": ["shirt", "coat"], "mix": True},
    ],
)
def test_a_grid_of_too_many_pixels_is_refused_before_anything_is_drawn(
    labelled, tmp_path, monkeypatch, asked
):
    """The limit is met by the pixels of the very grid; with one less it is refused."""
    (out,) = generate(labelled, out=tmp_path / "a.png", **asked)
    with Image.open(out) as picture:
        width, height = picture.size
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", width * height)
    generate(labelled, out=tmp_path / "b.png", **asked)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", width * height - 1)
    monkeypatch.setattr(Run, "load_model", lambda run: pytest.fail("was drawn"))
    message = f"at most {width * height - 1:,} pixels, found {width:,} x {height:,}; .* folder"
    with pytest.raises(ValueError, match=message):
        generate(labelled, out=tmp_path / "c.png", **asked)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png"]


def test_a_line_in_the_run_says_where_pictures_lie_unless_it_is_left_out(labelled, tmp_path):
    generate(labelled, 2, 5, tmp_path / "a.png", record=False)
    known = labelled.path / "generated.jsonl"
    before = known.read_text().splitlines() if known.exists() else []
    record_generated(labelled, [tmp_path / "moved"], 2, 5)
    generate(labelled, 2, 5, tmp_path / "b.png")
    *rest, moved, drawn = map(json.loads, known.read_text().splitlines())
    assert len(rest) == len(before)
    assert moved == {**drawn, "files": [str(tmp_path / "moved")]}
    assert drawn["files"] == [str(tmp_path / "b.png")]
