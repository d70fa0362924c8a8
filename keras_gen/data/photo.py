"""One photo: decoded to upright, opaque 8-bit pixels, and resized without aliasing."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
# Photos come from strangers: only the formats that are promised, none of Pillow's rare decoders.
_FORMATS = ("JPEG", "PNG", "WEBP")


def read_photo(path, channels=3):
    """Read a JPEG, PNG or WebP file as one looks at it.

    EXIF rotation is applied, transparency is laid on white, and 16-bit grey is scaled to 8 bits.
    Embedded colour profiles are not applied.

    Args:
        path: the file.
        channels: 1 (grey) or 3 (RGB).

    Returns:
        `PIL.Image.Image` of mode "L" or "RGB".

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: not an image in one of the formats, damaged, or larger than Pillow allows.
    """
    if not Path(path).exists():
        raise FileNotFoundError(f"{path}: expected an image file, found nothing")
    try:
        with Image.open(path, formats=_FORMATS) as image:
            return _flatten(ImageOps.exif_transpose(image), channels)
    except UnidentifiedImageError as error:
        raise ValueError(f"{path}: not a JPEG, PNG or WebP image") from error
    except Exception as error:  # damaged files make decoders raise nearly any type
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise ValueError(f"{path}: {reason}") from error


def fit_photo(image, size, fit="pad", fill="white"):
    """Resize an image to exactly `size`, antialiased (Lanczos), with its aspect kept.

    Args:
        image: `PIL.Image.Image` of mode "L" or "RGB".
        size: `(height, width)` in pixels.
        fit: "pad" shows the whole image, centred on `fill`; "crop" fills `size` with the centre
            of the image.
        fill: colour of the bars that "pad" adds.

    Returns:
        `PIL.Image.Image` of the same mode.

    Raises:
        ValueError: unknown `fit`.
    """
    height, width = size
    if fit == "crop":
        return ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
    if fit != "pad":
        raise ValueError(f"unknown fit {fit!r}: expected 'pad' or 'crop'")
    scale = min(width / image.width, height / image.height)
    # A very long image keeps at least one pixel of its short side.
    inner = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    canvas = Image.new(image.mode, (width, height), fill)
    corner = ((width - inner[0]) // 2, (height - inner[1]) // 2)
    canvas.paste(image.resize(inner, Image.Resampling.LANCZOS), corner)
    return canvas


def _flatten(image, channels):
    if image.mode.startswith("I"):  # 16-bit grey; Pillow's own conversion clips at 255
        levels = np.asarray(image, np.float32) / 257.0
        image = Image.fromarray(np.round(levels).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("L" if channels == 1 else "RGB")
