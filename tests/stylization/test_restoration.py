"""Restoration from files to files: sizes, labels, records, and what is refused before it begins."""

import json
import os

import numpy as np
import pytest
from PIL import Image

from keras_gen.pictures.picture import read_picture
from keras_gen.recipes import RestorerRecipe
from keras_gen.runs import Run, train
from keras_gen.stylization import restore

SMALL = {"width": 2, "levels": 2, "image_size": 16, "batch_size": 2, "steps": 1}


@pytest.fixture(scope="module")
def runs(tmp_path_factory, untraced):
    """A folder with two restorers of one step, one of which learnt JPEG damage only."""
    folder = tmp_path_factory.mktemp("runs")
    for i in range(2):
        pixels = np.random.default_rng(i).integers(0, 256, (20, 20, 3), "uint8")
        (folder / "photos").mkdir(exist_ok=True)
        Image.fromarray(pixels).save(folder / "photos" / f"{i}.png")
    source = str(folder / "photos")
    with untraced():
        train("restorer", RestorerRecipe(**SMALL, data=source), folder / "all")
        train("restorer", RestorerRecipe(**SMALL, data=source, tasks=("jpeg",)), folder / "jpeg")
    return folder


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a photo of 50 x 40 pixels, one with a soft edge, and masks."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    photo = rng.integers(0, 256, (40, 50, 3), "uint8")
    Image.fromarray(photo).save("photo.png")
    alpha = np.full((40, 50, 1), 255, "uint8")
    alpha[:20] = 80
    Image.fromarray(np.concatenate([photo, alpha], axis=-1)).save("soft.png")
    mask = np.zeros((40, 50), "uint8")
    mask[5:15, 5:20] = 255
    Image.fromarray(mask).save("mask.png")
    Image.fromarray(mask[:20]).save("short.png")
    Image.fromarray(np.zeros_like(mask)).save("black.png")
    Image.new("RGB", (20, 50)).save("small.png")
    return tmp_path


def test_a_photo_is_restored_beside_a_record(here, runs):
    ((path, record),) = restore(["photo.png"], runs / "all", "jpeg")
    assert str(path) == "photo-restored.png"
    written = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert written == json.loads(json.dumps(record, default=str)) and written["size"] == [40, 50]
    assert record["task"] == "jpeg" and record["finished"] and record["mask"] is None
    assert record["photo"]["file"] == "photo.png" and record["model"]["recipe"] == "restorer"
    model = Run.open(runs / "all").load_model()
    expected = model.restore(read_picture("photo.png").pixels, "jpeg")
    with Image.open(path) as picture:
        levels = np.asarray(picture)
    np.testing.assert_array_equal(levels, np.rint(255 * expected).astype("uint8"))


def test_the_picture_is_marked_as_partly_made_by_a_model(here, runs, read_mark):
    ((path, _),) = restore(["photo.png"], runs / "all")
    source = read_mark(path)["Iptc4xmpExt:DigitalSourceType"]
    assert source.endswith("compositeWithTrainedAlgorithmicMedia")


def test_upscaling_doubles_the_size_and_keeps_transparency(here, runs):
    ((path, _),) = restore(["soft.png"], runs / "all", "upscale")
    with Image.open(path) as picture:
        assert picture.size == (100, 80) and picture.mode == "RGBA"
        alpha = np.asarray(picture)[..., 3]
    assert (alpha[:35] == 80).all() and (alpha[45:] == 255).all()


def test_a_mask_means_holes_and_the_rest_stays(here, runs):
    ((path, record),) = restore(["photo.png"], runs / "all", mask="mask.png")
    assert record["task"] == "inpaint" and record["mask"]["file"] == "mask.png"
    with Image.open(path) as after, Image.open("photo.png") as before:
        changed = (np.asarray(after) != np.asarray(before)).any(axis=-1)
    assert changed[5:15, 5:20].mean() > 0.9
    changed[5:15, 5:20] = False
    assert not changed.any()


def test_several_photos_are_restored_in_turn_and_names_are_numbered(here, runs):
    names = [str(path) for path, _ in restore(["photo.png", "soft.png"], runs / "all")]
    assert names == ["photo-restored.png", "soft-restored.png"]
    ((again, _),) = restore(["photo.png"], runs / "all")
    assert str(again) == "photo-restored-2.png"


@pytest.mark.parametrize(
    ("photos", "run", "options", "message"),
    [
        (["photo.png"], "all", {"mask": "short.png"}, "short.png: expected a mask of 50x40 pixels"),
        (["photo.png"], "all", {"mask": "black.png"}, "white where pixels are missing, found none"),
        (["photo.png"], "all", {"mask": "gone.png"}, "gone.png"),
        (["photo.png"], "all", {"task": "inpaint"}, "mask: expected one for inpaint"),
        (["photo.png"], "all", {"task": "jpeg", "mask": "mask.png"}, "no other task, found a mask"),
        (["photo.png"], "all", {"task": "blur"}, "task: expected denoise, jpeg"),
        (["photo.png"], "jpeg", {}, r"a task that it learnt \(jpeg\), found denoise"),
        (["small.png"], "all", {}, "small.png: expected at least 32x32 pixels, found 20x50"),
        (["photo.png", "small.png"], "all", {}, "small.png: expected at least 32x32"),
        (["photo.png", "soft.png"], "all", {"out": "a.png"}, "expected one photo .* found 2"),
        (["photo.png"], "all", {"out": "photo.png"}, "photo.png exists already"),
        (["photo.png"], "all", {"out": "a.bmp"}, "out: expected a file name in"),
        (["photo.png"], "photos", {}, "recipe.json"),
    ],
)
def test_mistakes_are_named_before_anything_is_written(here, runs, photos, run, options, message):
    before = sorted(os.listdir())
    with pytest.raises((ValueError, FileNotFoundError, FileExistsError), match=message):
        list(restore(photos, runs / run, **options))
    assert sorted(os.listdir()) == before


def test_a_run_of_another_recipe_is_refused(here):
    with pytest.raises(ValueError, match="dcgan: expected a run of restorer, found one of dcgan"):
        restore(["photo.png"], "dcgan")
