"""`recolour` from the command line: what it prints, and how it ends."""

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


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--colour", "tealish"), "unknown colour 'tealish': expected a name of CSS"),
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
