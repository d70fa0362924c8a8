"""The one door through which pictures leave: nothing else in the package encodes pixels."""

import io
from pathlib import Path
from typing import Any

from PIL import Image

from keras_gen.files import replacing


def save_picture(
    path: str | Path, picture: Image.Image, *, new: bool = False, **options: Any
) -> None:
    """Write a picture file that is either whole or not there; a missing folder is made.

    Args:
        path: file to write; its suffix decides the format, as in `PIL.Image.Image.save`.
        picture: `PIL.Image.Image`.
        new: refuse a file that is there by then.
        options: of the format's writer in Pillow, such as `quality`.

    Raises:
        FileExistsError: with `new`, the file exists.
        ValueError: a suffix that names no picture format; nothing is written.
    """
    path = Path(path)
    kind = Image.registered_extensions().get(path.suffix.lower())
    if kind is None:
        raise ValueError(f"{path}: expected the suffix of a picture, found {path.suffix!r}")
    content = encode_picture(picture, kind, **options)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path, new=new) as temporary:
        temporary.write_bytes(content)


def encode_picture(picture: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    """Return the bytes of a picture file, for a page that inlines its pictures.

    Args:
        picture: `PIL.Image.Image`.
        format: Pillow's name of the format.
        options: as for `save_picture`.
    """
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()
