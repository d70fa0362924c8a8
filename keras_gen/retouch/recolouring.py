"""Give the product of a photograph another colour."""

from pathlib import Path

import numpy as np

from keras_gen import pictures
from keras_gen.data.tints import colour_lab, rgb_to_lab
from keras_gen.files import expand
from keras_gen.provenance import Marks
from keras_gen.retouch.cutting import is_cutout, photo_matte
from keras_gen.retouch.matting import WEIGHTS
from keras_gen.retouch.photos import Photo, new_photo, origin_of, read_photo, write_photo

SAMPLE = 10**6  # pixels whose mean is good enough


def recolour(
    name: str | Path,
    colour: str,
    mask: str | Path | None = None,
    out: str | Path | None = None,
    *,
    marks: Marks | None = None,
    location: bool = False,
) -> tuple[Path, float]:
    """Give the product of a photograph another colour, and keep its light and shade.

    Args:
        name: picture file, or the name of a bundled picture.
        colour: a CSS colour name, such as teal, or #RRGGBB: the mean colour that is wanted.
        mask: a picture of the same size, white where the product is, or "cutout" for what
            `cut_out` finds; None for the transparency of the photograph, or all of it where it has
            none.
        out: PNG, JPEG or WebP file to write; by default PHOTO-COLOUR.png, or the first of
            PHOTO-COLOUR-2.png, ... that is free.
        marks: the labels, by default invisible ones only.
        location: keep the place where the photograph was taken, if its file names one.

    Returns:
        (path, distance): the file, and how far the mean colour came to lie from the one that was
        asked for, as the Euclidean distance in CIELAB (CIE 1976; 2 can just be seen).

    Raises:
        FileNotFoundError, FileExistsError, NotADirectoryError, ValueError: arguments or files that
            cannot be used; nothing is written.
    """
    target = colour_lab(colour)
    photo = read_photo(name, location=location)
    chosen = _chosen(photo, mask)
    out = new_photo(out, f"{photo.path.stem}-{colour.lstrip('#').lower()}.png")
    pixels = pictures.recolour(photo.pixels, chosen, target)
    made_from: list[str | Path] = [photo.path, colour, *_mask_file(mask)]
    write_photo(out, photo, pixels, photo.alpha, origin_of("recolour", *made_from), marks)
    product = pixels[chosen >= 0.5]  # (M, 3)
    some = product[:: 1 + len(product) // SAMPLE] / 255
    return out, float(np.linalg.norm(rgb_to_lab(some).mean(axis=0) - target))


def _chosen(photo: Photo, mask: str | Path | None) -> np.ndarray:
    """Return where the product is, (H, W) in [0, 1]."""
    if mask is None:
        opaque = np.full(photo.height_width, 255, np.uint8)
        # A file stores the product's own colour in a soft edge, so that all of it is recoloured.
        chosen = ((opaque if photo.alpha is None else photo.alpha) > 0).astype(np.float32)
    elif is_cutout(mask):
        chosen = photo_matte(photo)
    else:
        chosen = pictures.read_mask(expand(mask), photo.height_width)
    if chosen.max() < 0.5:
        raise ValueError(
            f"{mask or photo.path}: expected white (255) where the product is, found nothing "
            f"lighter than {round(255 * float(chosen.max()))} of 255"
        )
    return chosen


def _mask_file(mask):
    """Return the file that decides where the product is, if there is one."""
    if mask is None:
        return []
    return [WEIGHTS if is_cutout(mask) else expand(mask)]
