"""Style transfer from files to files: what changes, what stays, and what is written down."""

import contextlib
import dataclasses
import hashlib
import json
import logging
import os
import signal

import numpy as np
import pytest
from PIL import Image

from keras_gen import pictures
from keras_gen.environment import fastest_precision
from keras_gen.measures import HELD_OUT_LAYERS, held_out_distances, luminance_ssim
from keras_gen.pictures import grids
from keras_gen.provenance import Marks
from keras_gen.recipes import FastStyleRecipe
from keras_gen.runs import Run
from keras_gen.stylization import by_optimisation
from keras_gen.stylization.by_network import stylize_by_model
from keras_gen.stylization.by_optimisation import stylize
from keras_gen.stylization.options import StyleOptions

SMALL = StyleOptions(size=48, steps=2, weights="random", optimizer="adam")
FROM_NOISE = dataclasses.replace(SMALL, steps=4, start="noise", seed=3)


def fill(folder):
    """Put a content of 60 x 80 pixels and a style into a folder."""
    rng = np.random.default_rng(0)
    for name, shape in (("content", (60, 80)), ("style", (50, 40))):
        pixels = rng.integers(60, 200, (*shape, 3), "uint8")
        Image.fromarray(pixels).save(folder / f"{name}.png")
    return folder


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder to work in."""
    monkeypatch.chdir(fill(tmp_path))
    return tmp_path


@pytest.fixture
def unmeasured(monkeypatch):
    """Spare the second network where no style distance is looked at."""
    monkeypatch.setattr(by_optimisation, "held_out_distances", lambda *words: [0.0, 0.0])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder in which a picture was made from noise, and its record."""
    folder = fill(tmp_path_factory.mktemp("made"))
    with contextlib.chdir(folder):
        path, record = stylize("content.png", ["style.png"], None, FROM_NOISE)
    assert str(path) == "content-style.png"
    return folder, record


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def opened(path):
    with Image.open(path) as image:
        return image.copy()


def pixels_of(path):
    return np.asarray(opened(path).convert("RGB"), "float32") / 255


def changed(**fields):
    return dataclasses.replace(SMALL, **fields)


# --- what is written ------------------------------------------------------------------------------


def test_a_picture_and_its_record(made):
    folder, record = made
    assert opened(folder / "content-style.png").size == (48, 36)
    written = json.loads((folder / "content-style.json").read_text("utf-8"))
    assert written == json.loads(json.dumps(record, default=str))
    for name in ("content", "style"):
        found = written["content"] if name == "content" else written["styles"][0]
        assert found["file"] == f"{name}.png"
        assert found["sha256"] == hashlib.sha256((folder / f"{name}.png").read_bytes()).hexdigest()
    assert written["finished"] is True and written["keep"] is None and written["masks"] == []
    assert written["size"] == [36, 48] and written["content"]["size"] == [60, 80]
    assert written["scales"] == [{"size": [36, 48], "steps": 4}] and written["steps"] == 4
    assert written["features"] == {
        "name": "random", "description": "VGG19 with random kernels, seed 3", "sha256": None,
    }  # fmt: skip
    assert written["preset"]["name"] == "relative" and "block1_conv1" in written["preset"]["style"]
    assert sum(written["losses"].values()) == pytest.approx(
        sum(written["losses_by_layer"].values())
    )
    assert written["arguments"] == {
        "content": "content.png", "styles": ["style.png"],
        **json.loads(json.dumps(dataclasses.asdict(FROM_NOISE))), "precision": fastest_precision(),
    }  # fmt: skip
    assert written["seconds"] > 0 and written["peak_memory_mib"] > 100
    assert set(written["versions"]) >= {"keras_gen", "tensorflow", "keras", "python"}


def test_the_arguments_of_a_record_repeat_the_picture(made, monkeypatch, caplog):
    caplog.set_level(logging.INFO, "keras_gen")
    folder, record = made
    monkeypatch.chdir(folder)
    arguments = json.loads(json.dumps(record["arguments"]))
    content, styles = arguments.pop("content"), arguments.pop("styles")
    path, again = stylize(content, styles, None, StyleOptions(**arguments))
    assert str(path) == "content-style-2.png"
    assert np.array_equal(pixels_of("content-style.png"), pixels_of(path))
    assert again["losses"] == record["losses"] and again["measures"] == record["measures"]
    assert caplog.messages == [
        f"features: VGG19 with random kernels, seed 3, {fastest_precision()}", "sizes: 48x36",
    ]  # fmt: skip


def test_measures_are_those_of_the_finished_picture(made):
    """Computed again from the file's pixels, which are rounded to 8 bits."""
    folder, record = made
    content = pictures.resize(pictures.read_picture(folder / "content.png").pixels, (36, 48))
    style = pictures.resize(pictures.read_picture(folder / "style.png").pixels, (48, 38))
    image, measures = pixels_of(folder / "content-style.png"), record["measures"]
    assert measures["luminance_ssim"] == pytest.approx(luminance_ssim(image, content), abs=0.01)
    expected = held_out_distances([image, content], [style], weights="random", seed=3)
    found = [measures["style_distance"], measures["style_distance_of_content"]]
    assert found == pytest.approx(expected, rel=0.02)
    assert abs(found[0] - found[1]) > 0.05
    assert tuple(measures["style_distance_layers"]) == HELD_OUT_LAYERS


def test_pictures_of_the_work_and_their_animation(here, unmeasured):
    """Steps 2 and 4 of 5, and the last, all of the size of the result."""
    options = changed(size=200, steps=3, save_every=2)  # two scales, of 3 and 3 / 2 = 2 steps
    stylize("content.png", ["style.png"], here / "a.jpg", options)
    steps = [f"a_steps/step-0000{number}.png" for number in (2, 4, 5)]
    assert [name for name in files(here) if name.startswith("a")] == [
        "a.gif", "a.jpg", "a.json", "a_steps", *steps,
    ]  # fmt: skip
    assert {opened(step).size for step in steps} == {(200, 150)}
    with Image.open("a.gif") as animation:
        assert animation.n_frames == 3 and animation.size == (200, 150)
    assert abs(pixels_of(steps[-1]) - pixels_of("a.jpg")).mean() < 0.02  # JPEG is lossy


def test_an_animation_has_no_more_frames_than_a_page_can_bear(here, unmeasured, monkeypatch):
    monkeypatch.setattr(grids, "FRAMES", 3)
    stylize("content.png", ["style.png"], here / "a.png", changed(steps=7, save_every=1))
    with Image.open("a.gif") as animation:
        assert animation.n_frames == 3
    assert len(files(here / "a_steps")) == 7


# --- what stays -----------------------------------------------------------------------------------


def test_transparency_is_kept(here, unmeasured):
    rgba = np.full((60, 60, 4), 255, np.uint8)
    rgba[..., :3] = np.random.default_rng(1).integers(0, 256, (60, 60, 3))
    rgba[:, :30, 3] = 0
    Image.fromarray(rgba).save("cut.png")
    path, _ = stylize("cut.png", ["style.png"], None, changed(size=60))
    painted = np.asarray(opened(path))
    assert np.array_equal(painted[..., 3], rgba[..., 3])
    assert abs(painted[:, 30:, :3].astype(int) - rgba[:, 30:, :3]).max() > 5


def test_a_mask_keeps_the_content_and_regions_have_their_styles(here, unmeasured):
    """Grey content: the left is painted white, the right black, and the upper half stays."""
    for name, level in (("grey", 128), ("white", 255), ("black", 0)):
        Image.new("RGB", (64, 64), (level,) * 3).save(f"{name}.png")
    left, right, up = np.zeros((3, 64, 64), np.uint8)
    left[:, :32], right[:, 32:], up[:32] = 255, 255, 255
    for name, mask in (("left", left), ("right", right), ("up", up)):
        Image.fromarray(mask).save(f"{name}.png")
    masks = ("left.png", "right.png")
    options = changed(size=64, steps=15, masks=masks, keep="up.png", preset="gatys_code")
    path, record = stylize("grey.png", ["white.png", "black.png"], None, options)
    found = pixels_of(path)
    assert (found[:32] == np.float32(128 / 255)).all()
    assert found[32:, :32].mean() > found[32:, 32:].mean() + 0.2
    assert [mask["file"] for mask in record["masks"]] == ["left.png", "right.png"]
    assert record["keep"]["file"] == "up.png"


def test_luminance_alone_leaves_the_contents_colours(here):
    """I and Q of YIQ are the content's, as far as the new luminance allows."""
    path, _ = stylize("content.png", ["style.png"], None, changed(colours="luminance", steps=4))
    content = pictures.resize(pictures.read_picture("content.png").pixels, (36, 48))
    found = pixels_of(path)
    chroma = [x - pictures.luminance(x)[..., None] for x in (found, content)]
    assert np.median(abs(chroma[0] - chroma[1])) < 1 / 255
    assert abs(pictures.luminance(found) - pictures.luminance(content)).mean() > 0.01


def test_colours_of_what_the_network_sees(here):
    """A red content: matched, the style has its mean; as luminance, both are grey, of one level."""
    red = np.random.default_rng(2).uniform([150, 20, 20], [250, 80, 80], (64, 64, 3))
    Image.fromarray(red.astype("uint8")).save("red.png")

    def seen(colours):
        options = changed(colours=colours)
        job = by_optimisation._Job("red.png", ["style.png"], None, options, Marks(), False)
        return job.seen_content, job.seen_styles[0]

    mean = seen("style")[0].mean(axis=(0, 1))
    assert seen("match")[1].mean(axis=(0, 1)) == pytest.approx(mean, abs=0.01)
    assert abs(seen("style")[1].mean(axis=(0, 1)) - mean).max() > 0.2
    content, style = seen("luminance")
    assert np.ptp(content, axis=-1).max() == np.ptp(style, axis=-1).max() == 0
    assert style.mean() == pytest.approx(content.mean(), abs=0.01)


# --- Ctrl-C ---------------------------------------------------------------------------------------


def test_ctrl_c_saves_the_best_picture_so_far(here, unmeasured, monkeypatch):
    """The signal comes in the second evaluation, at the first of two scales."""
    on_step = by_optimisation._Monitor.__call__

    def interrupted(self, step):
        if step.number == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return on_step(self, step)

    monkeypatch.setattr(by_optimisation._Monitor, "__call__", interrupted)
    before = signal.getsignal(signal.SIGINT)
    path, record = stylize("content.png", ["style.png"], None, changed(size=200, steps=50))
    assert signal.getsignal(signal.SIGINT) is before
    assert record["finished"] is False and record["steps"] == 2
    assert opened(path).size == (200, 150)
    assert json.loads(path.with_suffix(".json").read_text("utf-8"))["finished"] is False


# --- a trained network ----------------------------------------------------------------------------


@pytest.fixture
def run_dir(here):
    """A run of fast style transfer, untrained."""
    folder = here / "runs" / "fast_style-1"
    (folder / "checkpoints").mkdir(parents=True)
    recipe = FastStyleRecipe(width=4, blocks=1, weights="nowhere.h5")  # no VGG19 to be found
    features = {"features": {"name": "hed"}}
    run = Run(path=folder, name="fast_style", recipe=recipe, provenance=features)
    run.save()
    recipe.build_for_inference().save(run.checkpoint_path(0))
    return folder


def test_a_trained_network_paints_in_one_pass(run_dir, here):
    mask = np.zeros((60, 80), np.uint8)
    mask[:30] = 255
    Image.fromarray(mask).save("keep.png")
    path, record = stylize_by_model("content.png", run_dir, None, 80, "keep.png")
    assert str(path) == "content-fast_style-1.png"
    content, found = pictures.read_picture("content.png").pixels, pixels_of(path)
    drawn = Run.open(run_dir).load_model().stylize(content)
    assert np.array_equal(found[:30], content[:30]) and abs(drawn - content).max() > 0.01
    np.testing.assert_allclose(found[30:], drawn[30:], atol=0.6 / 255)  # rounded to 8 bits
    assert json.loads((here / "content-fast_style-1.json").read_text("utf-8")) == json.loads(
        json.dumps(record, default=str)
    )
    assert record["model"]["recipe"] == "fast_style"
    assert record["model"]["fields"]["style"] == "flow_field"
    assert record["model"]["features"] == {"name": "hed"}
    expected = luminance_ssim(found, content)
    assert record["measures"] == {"luminance_ssim": pytest.approx(expected, abs=0.01)}


# --- mistakes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("styles", "options", "message"),
    [
        (["style.png"], {"preset": "mine"}, "unknown preset 'mine': expected paper, gatys_code"),
        ([], {}, "styles: expected at least one, found none"),
        (["style.png"], {"style_weights": (1, 2)}, "style weights: expected 1, one for each style"),
        (
            ["style.png"],
            {"style_weights": (0, 0.0)},
            "style weights: expected 1, one for each style",
        ),
        (["style.png"], {"style_weights": (0.0,)}, "style weights: expected some above 0, found"),
        (
            ["style.png"],
            {"style_weights": (1,), "masks": ("m.png",)},
            "style weights: expected none beside masks, which share the picture",
        ),
        (["style.png"], {"masks": ("a", "b")}, "masks: expected 1, one for each style, found 2"),
        (["style.png"], {"tile": "100"}, "tile: expected a multiple of 16, found 100"),
        (["style.png"], {"style_scale": 0}, "style scale: expected a style of 32 to 2048"),
        (["style.png"], {"colours": "match", "size": 31}, "size: expected 32 to 2048"),
    ],
)
def test_mistakes_are_found_before_any_network_is_built(
    here, monkeypatch, styles, options, message
):
    monkeypatch.setattr(by_optimisation, "StyleTransfer", None)
    before = files(here)
    with pytest.raises(ValueError, match=message):
        stylize("content.png", styles, None, changed(**options))
    assert files(here) == before


def test_a_run_of_another_recipe_cannot_paint(here):
    (here / "bare").mkdir()
    (here / "bare" / "recipe.json").write_text('{"recipe": "dcgan", "fields": {}}')
    with pytest.raises(ValueError, match="bare: expected a run of fast_style, found one of dcgan"):
        stylize_by_model("content.png", "bare")
