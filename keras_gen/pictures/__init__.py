"""Single pictures for people.

picture.py      a photo for style transfer, floats at its own size: read, resized, masked
colours.py      the content's colours for the style, or its luminance alone
recolouring.py  another colour for a product, with its light and shade
grids.py        many images as one picture, and animations
labelled.py     the same, with names beside the rows
curves.py       the curves of a run's metrics
latents.py      reconstructions, interpolations and traversals of a VAE
points.py       a game of points and the surface of its discriminator
details.py      what a photo's file says beside its pixels: EXIF and colour profile
saving.py       the one place that encodes pixels

Names are imported when they are first used: who labels pictures that another runtime has drawn
needs `saving` alone, and must not wait for TensorFlow.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keras_gen.pictures.colours import luminance, match_colours, match_luminance, with_luminance
    from keras_gen.pictures.curves import save_curves
    from keras_gen.pictures.grids import animation, gif, grid
    from keras_gen.pictures.picture import (
        Picture,
        fit_longest_side,
        photo_image,
        product_pictures,
        read_image,
        read_mask,
        read_picture,
        resize,
    )
    from keras_gen.pictures.recolouring import recolour
    from keras_gen.pictures.saving import encode_picture, save_picture

HOMES = {
    "luminance": "colours",
    "match_colours": "colours",
    "match_luminance": "colours",
    "with_luminance": "colours",
    "save_curves": "curves",
    "animation": "grids",
    "gif": "grids",
    "grid": "grids",
    "grid_size": "grids",
    "labelled_grid": "labelled",
    "Picture": "picture",
    "fit_longest_side": "picture",
    "photo_image": "picture",
    "product_pictures": "picture",
    "read_image": "picture",
    "read_mask": "picture",
    "read_picture": "picture",
    "resize": "picture",
    "recolour": "recolouring",
    "encode_picture": "saving",
    "save_picture": "saving",
}  # name -> the file that defines it

__all__ = [
    "Picture",
    "animation",
    "encode_picture",
    "fit_longest_side",
    "gif",
    "grid",
    "grid_size",
    "labelled_grid",
    "luminance",
    "match_colours",
    "match_luminance",
    "photo_image",
    "product_pictures",
    "read_image",
    "read_mask",
    "read_picture",
    "recolour",
    "resize",
    "save_curves",
    "save_picture",
    "with_luminance",
]


def __getattr__(name: str) -> Any:
    """Import the file that defines a name."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{HOMES[name]}"), name)
