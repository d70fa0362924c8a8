"""What can be decided, and that it is what the model and the presets know."""

import math

import pytest

from keras_gen.models.style.checks import STARTS
from keras_gen.models.style.descent import OPTIMIZERS
from keras_gen.models.style.presets import PRESETS
from keras_gen.models.style.pyramid import SCHEDULES
from keras_gen.models.style.stopping import WINDOW
from keras_gen.stylization.options import StyleOptions


def test_choices_are_those_of_the_model():
    choices = {
        name: set(field.metadata.get("choices", ()))
        for name, field in StyleOptions.__dataclass_fields__.items()
    }
    assert choices["schedule"] == set(SCHEDULES)
    assert choices["optimizer"] == set(OPTIMIZERS)
    assert choices["start"] == set(STARTS)
    assert StyleOptions().preset in PRESETS


def test_every_field_has_a_help_text():
    for name, field in StyleOptions.__dataclass_fields__.items():
        assert len(field.metadata["help"]) > 10, name
    help = StyleOptions.__dataclass_fields__["tolerance"].metadata["help"]
    assert f"its last {WINDOW} steps" in help


@pytest.mark.parametrize(
    ("tile", "side"), [("auto", "auto"), ("0", None), ("512", 512), ("00", None)]
)
def test_tiles_as_the_model_wants_them(tile, side):
    assert StyleOptions(tile=tile).tile_side == side


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"colours": "blue"}, "colours: expected style, luminance, match, found 'blue'"),
        ({"content_weight": -0.1}, "content weight: expected at least 0, found -0.1"),
        ({"smoothness": math.nan}, "smoothness: expected at least 0, found nan"),
        ({"style_scale": math.inf}, "style scale: expected a finite number, found inf"),
        ({"steps": 0}, "steps: expected at least 1, found 0"),
        ({"tolerance": -1.0}, "tolerance: expected at least 0, found -1.0"),
        ({"save_every": -1}, "save every: expected at least 0, found -1"),
        ({"seed": -1}, "seed: expected at least 0, found -1"),
        ({"style_weights": (1, -1)}, "style weights: expected at least 0, found -1"),
        ({"tile": "-16"}, "tile: expected auto or a number of pixels, found '-16'"),
    ],
)
def test_what_no_work_can_use_is_refused_in_one_line(fields, message):
    with pytest.raises(ValueError) as caught:
        StyleOptions(**fields)
    assert str(caught.value) == message
