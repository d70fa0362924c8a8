"""`cutout` and `recolour` from the command line: what it prints, and how it ends."""

import numpy as np
import pytest
from PIL import Image

from keras_gen.cli import main


def run(*words):
    """Run the command line in this process; argparse leaves by SystemExit."""
    try:
        return main([str(word) for word in words])
    except SystemExit as leave:
        return leave.code


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.fromarray(np.full((40, 60, 3), 150, np.uint8)).save("photo.png")
    return tmp_path


def test_recolour_prints_how_near_it_came_and_the_file(here, capsys):
    assert run("recolour", "photo.png", "--colour", "teal", "--visible-label", "en") == 0
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("mean colour of the product: ") and first.endswith("teal in CIELAB")
    assert last == "photo-teal.png" and (here / last).is_file()


def test_cutout_prints_each_file_and_its_limits(here, capsys, monkeypatch):
    from keras_gen.retouch import cutting
    from keras_gen.retouch.matting import LIMITS

    half = np.ones((40, 60), "float32") * (np.arange(60) < 30)
    monkeypatch.setattr(cutting, "matte_of", lambda pixels: half)
    assert run("cutout", "photo.png", "--out", "cut") == 0
    first, last = capsys.readouterr().out.splitlines()
    assert first == "cut/photo-cutout.png: the product covers 50% of the picture"
    assert last == LIMITS and "look at" in last


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("gone.png",), "expected a picture file or one of"),
        (("photo.png", "--out", "cut.jpg"), "out: expected a file name in .png, .webp"),
        ((), "the following arguments are required: PHOTO"),
    ],
)
def test_mistakes_of_cutout_are_one_line_and_status_2(here, capsys, words, message):
    assert run("cutout", *words) == 2
    captured = capsys.readouterr()
    assert message in captured.err and captured.err.count("\n") == 1
    assert [path.name for path in here.iterdir()] == ["photo.png"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--colour", "tealish"), "unknown colour 'tealish': expected a CSS colour name"),
        (("--colour", "teal", "--mask", "gone.png"), "gone.png: expected an image file"),
        ((), "the following arguments are required: --colour"),
        (("--colour", "teal", "--out", "photo.png"), "photo.png exists already"),
    ],
)
def test_mistakes_are_one_line_and_status_2(here, capsys, words, message):
    assert run("recolour", "photo.png", *words) == 2
    captured = capsys.readouterr()
    assert message in captured.err and captured.err.count("\n") == 1
    assert [path.name for path in here.iterdir()] == ["photo.png"]
