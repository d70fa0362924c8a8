"""One photo: decoded to upright 8-bit sRGB pixels, and resized without aliasing."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from keras_gen.files import require_file

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
# Photos come from strangers, so only the documented formats are decoded, never Pillow's rare ones.
_FORMATS = ("JPEG", "PNG", "WEBP")


def read_photo(path: str | Path, channels: int = 3) -> Image.Image:
    """Read a JPEG, PNG or WebP file upright, as a viewer shows it, with transparency on white.

    Args:
        path: the file.
        channels: 1 (grey) or 3 (RGB).

    Returns:
        `PIL.Image.Image` of mode "L" or "RGB".

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: no regular file, not an image in one of the formats, damaged, or larger than
            Pillow allows.
    """
    return flatten(decode(path)).convert("L" if channels == 1 else "RGB")


def decode(path: str | Path) -> Image.Image:
    """Decode a JPEG, PNG or WebP file to upright sRGB pixels of 8 bits.

    EXIF rotation is applied; a broken EXIF block is ignored. Colours are converted from an embedded
    profile to sRGB (perceptual intent); a profile that is broken or made for other channels than
    those of the file is ignored. 16-bit grey is rounded to 8 bits; of 16-bit colour Pillow keeps
    the upper byte.

    Args:
        path: the file.

    Returns:
        `PIL.Image.Image` of mode "RGB", or "RGBA" where the file has transparency.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: no regular file, not an image in one of the formats, damaged, or larger than
            Pillow allows.
    """
    require_file(path, "an image file")
    try:
        with Image.open(path, formats=_FORMATS) as image:
            image.load()
            return _standard(_upright(image))
    except UnidentifiedImageError as error:
        raise ValueError(f"{path}: not a JPEG, PNG or WebP image") from error
    except PermissionError:
        raise
    except MemoryError as error:
        raise ValueError(f"{path}: too large for the memory of this machine") from error
    except Exception as error:  # damaged files make decoders raise almost any type of error
        reason = str(error).partition("\n")[0] or type(error).__name__
        if "MAX_TEXT_CHUNK" in reason or "Decompressed Data Too Large" in reason:  # of Pillow < 11
            reason = "its text or colour profile is larger than 1 MB; save it without"
        raise ValueError(f"{path}: {reason}") from error


def _upright(image):
    """Turn an image as its EXIF says; a broken EXIF block is ignored, as a broken profile is."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # the pixels are whole already, and Pillow raises almost any type of error
        return image


def flatten(image: Image.Image, background: str = "white") -> Image.Image:
    """Lay an image of mode "RGB" or "RGBA" on a background; the result has mode "RGB"."""
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, background), image)
    return image.convert("RGB")


def fit_photo(
    image: Image.Image, size: Sequence[int], fit: str = "pad", fill: str = "white"
) -> Image.Image:
    """Resize an image to exactly `size`, antialiased (Lanczos), keeping its aspect ratio.

    Args:
        image: `PIL.Image.Image` of mode "L" or "RGB".
        size: `(height, width)` in pixels.
        fit: "pad" shows the whole image, centred on a background of colour `fill`; "crop" fills
            `size` with the centre of the image.
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
    # A very long image keeps at least one pixel on its short side.
    inner = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    canvas = Image.new(image.mode, (width, height), fill)
    corner = ((width - inner[0]) // 2, (height - inner[1]) // 2)
    canvas.paste(image.resize(inner, Image.Resampling.LANCZOS), corner)
    return canvas


def _standard(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):  # 16-bit grey, which Pillow's own conversion clips at 255
        levels = np.asarray(image, np.float32) / 257.0
        image = Image.fromarray(np.round(levels).astype(np.uint8))
    if not image.has_transparency_data:
        return _srgb(image, profile)
    grey = image.mode in ("L", "LA")
    image = image.convert("RGBA")
    # A profile is made for the channels of the file, so grey is converted as one channel.
    colour = _srgb(image.getchannel("R") if grey else image.convert("RGB"), profile)
    colour.putalpha(image.getchannel("A"))
    return colour


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode not in ("L", "RGB", "CMYK"):
        image = image.convert("RGB")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
            return converted or image  # Pillow returns None only for a change in place
        except (OSError, ImageCms.PyCMSError):
            pass  # the profile is broken, or made for other channels
    return image.convert("RGB")
