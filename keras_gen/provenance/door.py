"""The door through which every generated picture leaves: here it is labelled, and signed.

`pictures.saving` encodes whatever it is given; nothing else in the package hands it a picture that
a model has drawn.
"""

import functools
import io
from pathlib import Path
from typing import Any

from PIL import Image

from keras_gen.pictures.saving import encode_picture, format_of, save_picture
from keras_gen.provenance.marks import Marks, Origin, pixel_digest
from keras_gen.provenance.packet import xmp_packet
from keras_gen.provenance.visible import draw_label


def save_generated(
    path: str | Path,
    picture: Image.Image,
    origin: Origin,
    marks: Marks | None = None,
    *,
    new: bool = False,
    **options: Any,
) -> None:
    """Write a generated picture, or a film of them, with its labels.

    The recorded digest is of the pixels that a reader decodes. Those of a PNG file are the
    picture's own; JPEG, GIF and most WebP files store others.

    Args:
        path: PNG, JPEG, WebP or GIF file; the suffix decides.
        picture: `PIL.Image.Image`.
        origin: what drew it.
        marks: the labels, by default invisible ones only, and the signer.
        new: refuse a file that is there by then.
        options: of the format's writer in Pillow.

    Raises:
        FileExistsError: with `new`, the file exists.
        ValueError: the suffix of another format, or a picture of more pixels than Pillow opens;
            nothing is written.
    """
    marks = marks or Marks()
    picture, options = _with_visible_label(picture, options, marks)
    xmp = _packet(picture, format_of(path), origin, marks, options)
    sign = functools.partial(marks.signer.sign, origin=origin) if marks.signer else None
    save_picture(path, picture, new=new, xmp=xmp, sign=sign, **options)


def encode_generated(picture: Image.Image, origin: Origin, marks: Marks | None = None) -> bytes:
    """Return the bytes of a labelled PNG file, for a page that inlines its pictures."""
    marks = marks or Marks()
    picture, options = _with_visible_label(picture, {}, marks)
    content = encode_picture(picture, xmp=_packet(picture, "PNG", origin, marks, options))
    return marks.signer.sign(content, "PNG", origin) if marks.signer else content


def _with_visible_label(picture, options, marks):
    """Return picture and options, with text in every frame where that is wanted."""
    if marks.visible is None:
        return picture, options
    frames = [draw_label(frame, marks.visible) for frame in options.get("append_images", ())]
    film = {"append_images": frames} if frames else {}
    return draw_label(picture, marks.visible), {**options, **film}


def _packet(picture, kind, origin, marks, options):
    """Return the packet for what a reader will decode from the file, or None if none is wanted."""
    if not marks.invisible:
        return None
    try:
        with Image.open(io.BytesIO(encode_picture(picture, kind, **options))) as decoded:
            return xmp_packet(origin.statement(marks, pixel_digest(decoded)))
    except Image.DecompressionBombError as error:  # which no other program would open either
        raise ValueError(
            f"expected a picture of at most {2 * (Image.MAX_IMAGE_PIXELS or 0):,} pixels, found "
            f"{picture.width:,} x {picture.height:,}"
        ) from error
