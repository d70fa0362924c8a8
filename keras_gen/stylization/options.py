"""The options of style transfer: the fields are the flags of `keras-gen stylize`.

Nothing heavy is imported here, so that the command line can list them at once.
"""

from dataclasses import dataclass

from keras_gen.recipes import PRECISIONS, check_options, option


@dataclass(frozen=True, kw_only=True)
class StyleOptions:
    """Everything except the pictures; values that are never valid are refused at once."""

    size: int = option(512, "pixels of the longer side of the result, 32 to 2048")
    preset: str = option(
        "relative",
        "weights of the layers: paper, gatys_code, tf_tutorial, keras_io or relative",
        metavar="NAME",
    )
    content_weight: float = option(1.0, "factor on the preset's weight of the content")
    smoothness: float = option(1.0, "factor on the preset's weight of the total variation")
    style_weights: tuple = option(
        (), "one per style; only their ratios matter", item_type=float, metavar="WEIGHT"
    )
    masks: tuple = option(
        (),
        "one per style: a picture of the content's size, white where the style applies",
        item_type=str,
        metavar="MASK",
    )
    keep: str | None = option(
        None,
        "a picture of the content's size, white where the content stays as it is; "
        "mug_logo_mask is bundled, and cutout is the product that keras-gen cutout finds",
        item_type=str,
        metavar="MASK",
    )
    colours: str = option(
        "style",
        "style: the style's colours; luminance: the content's, and only luminance is stylised; "
        "match: the style's picture is first given the content's colours",
        choices=("style", "luminance", "match"),
    )
    style_scale: float = option(
        1.0, "size of the strokes: 1 shows the style as large as the content"
    )
    schedule: str = option(
        "quality", "coarse to fine, or one scale as in the papers", choices=("quality", "classic")
    )
    steps: int | None = option(
        None,
        "most steps at the first scale (160, or 300 with the classic schedule)",
        item_type=int,
        least=1,
    )
    tolerance: float = option(
        0.02,
        "end a scale where its last 20 steps lowered the loss by less than this share; 0: never",
    )
    optimizer: str = option("lbfgs", "optimizer that minimises the loss", choices=("lbfgs", "adam"))
    start: str = option("content", "initial image", choices=("content", "noise"))
    weights: str = option(
        "auto", "weights of VGG19: auto, imagenet, hed, random, or a file", metavar="NAME"
    )
    precision: str = option(
        "auto",
        "precision of the features; auto: mixed_bfloat16 where the processor multiplies bfloat16",
        choices=("auto", *PRECISIONS),
    )
    tile: str = option(
        "auto",
        "side of tiles in pixels, a multiple of 16; 0: no tiles; auto: tiles above 768 x 768",
        metavar="SIDE",
    )
    save_every: int = option(
        0, "save an intermediate picture every N steps, and an animation of them; 0: never"
    )
    seed: int = option(0, "seed of random weights and of noise")

    def __post_init__(self):
        """Refuse values that are never valid, before anything is read."""
        check_options(self)
        if self.tile != "auto" and not self.tile.isdecimal():
            raise ValueError(f"tile: expected auto or a number of pixels, found '{self.tile}'")

    @property
    def tile_side(self) -> str | int | None:
        """The side of tiles as `StyleTransfer.stylize` takes it: "auto", pixels, or None."""
        return "auto" if self.tile == "auto" else int(self.tile) or None
