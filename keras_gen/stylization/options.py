"""What can be decided about a style transfer: the fields are the flags of `keras-gen stylize`.

Nothing heavy is imported here, so that the command line can list them at once.
"""

import math
from dataclasses import dataclass, fields

from keras_gen.recipes import PRECISIONS, option


@dataclass(frozen=True, kw_only=True)
class StyleOptions:
    """Everything beside the pictures; a value that no work can use is refused at once."""

    size: int = option(512, "pixels of the longer side of the result, 32 to 2048")
    preset: str = option(
        "ours",
        "weights of the layers: paper, gatys_code, tf_tutorial, keras_io or ours",
        metavar="NAME",
    )
    content_weight: float = option(1.0, "factor on the preset's weight of the content")
    smoothness: float = option(1.0, "factor on the preset's weight of the total variation")
    style_weights: tuple = option(
        (), "one for each style, only ratios matter", item_type=float, metavar="WEIGHT"
    )
    masks: tuple = option(
        (),
        "one for each style, a picture of the content's size, white where the style applies",
        item_type=str,
        metavar="MASK",
    )
    keep: str = option(
        None,
        "such a picture, white where the content stays as it is; mug_logo_mask comes along",
        metavar="MASK",
    )
    colours: str = option(
        "style",
        "the style's; the content's, painting luminance alone; or styles matched to the content's",
        choices=("style", "luminance", "match"),
    )
    style_scale: float = option(
        1.0, "how large strokes are: 1 shows the style as large as the content"
    )
    schedule: str = option(
        "quality", "coarse to fine, or one scale as in the papers", choices=("quality", "classic")
    )
    steps: int = option(
        None, "at the first scale, by default 200, or 300 of the classic schedule", least=1
    )
    optimizer: str = option("lbfgs", "how the loss is descended", choices=("lbfgs", "adam"))
    start: str = option("content", "what the work begins with", choices=("content", "noise"))
    weights: str = option(
        "auto", "of VGG19: auto, imagenet, hed, random, or a file", metavar="NAME"
    )
    precision: str = option("float32", "precision of the features", choices=PRECISIONS)
    tile: str = option(
        "auto",
        "side of tiles in pixels, a multiple of 16; 0: whole; auto: tiles above 768 x 768",
        metavar="SIDE",
    )
    every: int = option(0, "steps between pictures for NAME_steps and NAME.gif; 0: none")
    seed: int = option(0, "of random weights and of noise")

    def __post_init__(self):
        """Refuse values that no work can use, before anything is read."""
        for field in fields(self):
            name, value = field.name.replace("_", " "), getattr(self, field.name)
            choices, least = field.metadata.get("choices"), field.metadata.get("least", 0)
            if choices and value not in choices:
                raise ValueError(f"{name}: expected {', '.join(choices)}, found '{value}'")
            for number in value if isinstance(value, tuple) else (value,):
                if isinstance(number, int | float) and not least <= number < math.inf:
                    raise ValueError(f"{name}: expected numbers from {least} on, found {number}")
        if self.style_weights and not any(self.style_weights):
            raise ValueError("style weights: expected some above 0, found none")
        if self.style_weights and self.masks:
            raise ValueError("style weights: expected none beside masks, which share the picture")
        if self.tile != "auto" and not self.tile.isdecimal():
            raise ValueError(f"tile: expected auto or a number of pixels, found '{self.tile}'")

    @property
    def tile_side(self):
        """The side of tiles as `StyleTransfer.stylize` wants it: "auto", pixels, or None."""
        return "auto" if self.tile == "auto" else int(self.tile) or None
