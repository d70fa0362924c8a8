"""A file in, a file in another colour out; nothing is written where something is wrong."""

import numpy as np
import pytest
from PIL import Image

from keras_gen.retouch import recolour

GREY = np.full((40, 60, 3), 150, np.uint8)
TEAL = np.array([0, 128, 128])


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.fromarray(GREY).save("photo.png")
    half = np.zeros((40, 60), np.uint8)
    half[:, :30] = 255
    Image.fromarray(half).save("half.png")
    return tmp_path


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image).astype(int)


def test_all_of_an_opaque_photo_is_recoloured(here):
    path, distance = recolour("photo.png", "teal")
    assert path.name == "photo-teal.png" and distance < 0.5
    assert (abs(pixels(path) - TEAL) <= 1).all()


def test_a_mask_says_where_the_product_is(here):
    path, distance = recolour("photo.png", "#008080", "half.png")
    found = pixels(path)
    assert path.name == "photo-008080.png" and distance < 0.5
    assert (abs(found[:, :30] - TEAL) <= 1).all() and (found[:, 30:] == 150).all()


def test_what_is_transparent_keeps_its_colour_and_its_transparency(here):
    rgba = np.dstack([GREY, np.full((40, 60), 255, np.uint8)])
    rgba[:, 30:, 3] = 0
    rgba[:, 29, 3] = 100  # a soft edge takes the whole colour
    Image.fromarray(rgba).save("cut.png")
    found = pixels(recolour("cut.png", "teal")[0])
    assert (found[..., 3] == rgba[..., 3]).all()
    assert (abs(found[:, :30, :3] - TEAL) <= 1).all() and (found[:, 30:, :3] == 150).all()


def test_how_far_the_colour_came_is_told(here):
    """Black is out of reach of a photo with contrast, and the distance says so."""
    ramp = np.tile(np.linspace(60, 200, 60).astype("uint8")[None, :, None], (40, 1, 3))
    Image.fromarray(ramp).save("ramp.png")
    assert recolour("ramp.png", "black")[1] > 10


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("photo.png", "tealish"), "unknown colour 'tealish'"),
        (("photo.png", "#12345"), "unknown colour '#12345'"),
        (("photo.png", "teal", "small.png"), r"small\.png: expected a mask of 60x40 pixels"),
        (("photo.png", "teal", "black.png"), r"black\.png: expected white \(255\)"),
        (("photo.png", "teal", "none.png"), r"none\.png: expected an image file, found nothing"),
        (("small.png", "teal"), r"small\.png: expected at least 32x32 pixels, found 20x20"),
        (("text.jpg", "teal"), r"text\.jpg: not a JPEG, PNG or WebP image"),
        (("nothing.jpg", "teal"), "expected a picture file or one of"),
        (("photo.png", "teal", None, "half.png"), r"half\.png exists already"),
        (("photo.png", "teal", None, "a.gif"), "out: expected a file name in"),
        (("photo.png", "teal", None, "text.jpg/a.png"), r"expected a folder at .*text\.jpg"),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_is_written(here, arguments, message):
    Image.fromarray(GREY[:20, :20]).save("small.png")
    Image.fromarray(np.zeros((40, 60), np.uint8)).save("black.png")
    (here / "text.jpg").write_text("no picture")
    before = sorted(here.iterdir())
    with pytest.raises((ValueError, OSError), match=message):
        recolour(*arguments)
    assert sorted(here.iterdir()) == before
