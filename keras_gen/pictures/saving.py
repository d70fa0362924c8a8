"""The one place that encodes pixels.

What a model has drawn comes here through `keras_gen.provenance`, which labels it.
"""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from keras_gen.files import replacing

# XMP in a GIF file is an extension whose data look like no sub-blocks; the bytes behind them lead
# any reader, wherever it took a byte of text for a length, to the end.
GIF_XMP = b"!\xff\x0bXMP DataXMP"
GIF_XMP_END = bytes([1, *range(255, -1, -1), 0])


def save_picture(
    path: str | Path,
    picture: Image.Image,
    *,
    new: bool = False,
    xmp: bytes | None = None,
    sign: Callable[[bytes, str], bytes] | None = None,
    **options: Any,
) -> None:
    """Write a picture file that is either whole or not there; a missing folder is made.

    Args:
        path: file to write; its suffix decides the format, as in `PIL.Image.Image.save`.
        picture: `PIL.Image.Image`.
        new: refuse a file that is there by then.
        xmp: a packet of metadata.
        sign: takes the bytes of the file and Pillow's name of its format, returns those to write.
        options: of the format's writer in Pillow, such as `quality`.

    Raises:
        FileExistsError: with `new`, the file exists.
        ValueError: a suffix that names no picture format; nothing is written.
    """
    path = Path(path)
    kind = format_of(path)
    content = encode_picture(picture, kind, xmp=xmp, **options)
    if sign is not None:
        content = sign(content, kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path, new=new) as temporary:
        temporary.write_bytes(content)


def format_of(path: str | Path) -> str:
    """Return Pillow's name of the format that a file's suffix names, or raise a ValueError."""
    suffix = Path(path).suffix
    kind = Image.registered_extensions().get(suffix.lower())
    if kind is None:
        raise ValueError(f"{path}: expected the suffix of a picture, found {suffix!r}")
    return kind


def encode_picture(
    picture: Image.Image, format: str = "PNG", *, xmp: bytes | None = None, **options: Any
) -> bytes:
    """Return the bytes of a picture file, for a page that inlines its pictures.

    Args:
        picture: `PIL.Image.Image`.
        format: Pillow's name of the format.
        xmp: a packet of metadata, for PNG, JPEG, WebP and GIF.
        options: as for `save_picture`.

    Raises:
        ValueError: a packet for another format.
    """
    if xmp and format == "PNG":
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode())
    elif xmp and format in ("JPEG", "WEBP"):
        options["xmp"] = xmp
    elif xmp and format != "GIF":
        raise ValueError(f"expected PNG, JPEG, WebP or GIF for a marked picture, found {format}")
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    content = buffer.getvalue()
    return _gif_with_xmp(content, xmp) if xmp and format == "GIF" else content


def _gif_with_xmp(content, xmp):
    """Return a GIF file with a packet behind its header and its colours."""
    flags = content[10]
    colours = 3 << (flags % 8 + 1) if flags >= 128 else 0  # bytes of the table
    start = 13 + colours
    extension = GIF_XMP + xmp + GIF_XMP_END
    return b"GIF89a" + content[6:start] + extension + content[start:]
