"""Single pictures for people.

picture.py  a photo for style transfer, floats at its own size: read, resized, masked, saved
colours.py  the content's colours for the style, or its luminance alone
grids.py    many images as one picture, and animations
curves.py   the curves of a run's metrics
latents.py  reconstructions, interpolations and traversals of a VAE
points.py   a game of points and the surface of its discriminator
saving.py   the one door through which every picture leaves
"""

from keras_gen.pictures.colours import luminance, match_colours, match_luminance, with_luminance
from keras_gen.pictures.curves import save_curves
from keras_gen.pictures.grids import grid, save_animation
from keras_gen.pictures.picture import (
    Picture,
    fit_longest_side,
    product_pictures,
    read_mask,
    read_picture,
    resize,
    save_photo,
)
from keras_gen.pictures.saving import encode_picture, save_picture

__all__ = [
    "Picture",
    "encode_picture",
    "fit_longest_side",
    "grid",
    "luminance",
    "match_colours",
    "match_luminance",
    "product_pictures",
    "read_mask",
    "read_picture",
    "resize",
    "save_animation",
    "save_curves",
    "save_photo",
    "save_picture",
    "with_luminance",
]
