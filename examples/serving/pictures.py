"""Pictures that come in, read up to a limit and decoded small, and labelled ones that go out."""

import asyncio
import io
import zipfile

import numpy as np
from fastapi import HTTPException, Request
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from starlette.requests import ClientDisconnect

from keras_gen.provenance import Marks, Origin, array_mark, encode_generated

FORMATS = ("JPEG", "PNG", "WEBP")  # never Pillow's rare ones
LEAST_SIDE = 16  # pixels of the shorter side, once the picture is reduced
# A progressive JPEG passes over all of its pixels once for each scan. Encoders write about ten, an
# attacker 100,000 in a few megabytes.
MOST_SCANS = 100
START_OF_SCAN = b"\xff\xda"  # compressed data never contain it


async def read_body(request: Request, most: int, seconds: float) -> bytes:
    """Read the body of a request as it arrives, and stop where it is too large or too slow."""
    too_large = HTTPException(413, f"picture: expected at most {most:,} bytes, found more")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                if len(body) + len(chunk) > most:
                    raise too_large
                body += chunk
    except TimeoutError as error:
        reason = f"picture: expected all of it within {seconds:g} s, found a slower connection"
        raise HTTPException(408, reason) from error
    except ClientDisconnect as error:  # nobody is there to read this
        raise HTTPException(400, "picture: the connection was closed") from error
    return bytes(body)


def decode(content: bytes, most_pixels: int, side: int) -> np.ndarray:
    """Return an upright sRGB picture on white, reduced where its longer side is above `side`.

    Args:
        content: a JPEG, PNG or WebP file.
        most_pixels: that it may state; nothing of a larger one is decoded.
        side: pixels.

    Returns:
        uint8, (1, H, W, 3).

    Raises:
        HTTPException: 413, 415 or 422 with a reason that names nothing of this machine.
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            _judge(image, content, most_pixels)
            image = _on_white(_upright(_reduced(image, side)))
    except UnidentifiedImageError as error:
        reason = "picture: expected a JPEG, PNG or WebP file, found something else"
        raise HTTPException(415, reason) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise HTTPException(413, _pixels_expected(most_pixels, "many more")) from error
    except HTTPException:
        raise
    except Exception as error:  # damaged files make decoders raise almost any type of error
        reason = "picture: expected a whole file, found a damaged or truncated one"
        raise HTTPException(422, reason) from error
    if min(image.size) < LEAST_SIDE:
        reason = f"expected at least {LEAST_SIDE} pixels a side when reduced to {side}"
        raise HTTPException(422, f"picture: {reason}, found {image.width}x{image.height}")
    return np.asarray(image)[None]


def _judge(image: Image.Image, content: bytes, most_pixels: int) -> None:
    """Refuse by what the header says, before any pixel is decoded."""
    if image.width * image.height > most_pixels:
        found = f"{image.width}x{image.height}"
        raise HTTPException(413, _pixels_expected(most_pixels, found))
    if image.format in ("PNG", "WEBP") and getattr(image, "is_animated", False):
        raise HTTPException(422, "picture: expected a still one, found an animation")
    if image.mode[0] in "IF":
        raise HTTPException(422, "picture: expected 8 bits per channel, found more")
    if image.format not in ("PNG", "WEBP") and content.count(START_OF_SCAN) > MOST_SCANS:
        reason = f"picture: expected at most {MOST_SCANS} scans in a progressive JPEG, found more"
        raise HTTPException(422, reason)


def _pixels_expected(most, found):
    return f"picture: expected at most {most:,} pixels, found {found}"


def _reduced(image: Image.Image, side: int) -> Image.Image:
    """Decode, and reduce; JPEG files are decoded small already."""
    if image.mode in ("1", "P", "PA"):  # whose values are no shades
        image = image.convert("RGBA")
    image.thumbnail((side, side))
    return image


def _upright(image: Image.Image) -> Image.Image:
    """Turn a picture as its EXIF says; a broken EXIF block is ignored."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # Pillow raises almost any type of error
        return image


def _on_white(image: Image.Image) -> Image.Image:
    """Return RGB, as sRGB, on white; a profile that is broken or of other channels is ignored."""
    profile = image.info.get("icc_profile")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        canvas = Image.new("RGBA", image.size, "white")
        canvas.alpha_composite(image)
        image = canvas.convert("RGB")
    if profile and image.mode in ("L", "RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            image = ImageCms.profileToProfile(image, source, target, outputMode="RGB") or image
        except (OSError, ImageCms.PyCMSError):
            pass
    return image.convert("RGB")


def encode(
    images: np.ndarray, labels: np.ndarray | None, format: str, origin: Origin, marks: Marks
) -> bytes:
    """Return a file of labelled pictures; the same arguments give the same bytes.

    Args:
        images: uint8, (N, H, W, C).
        labels: class numbers (N,) for an NPZ file, or None.
        format: "png" for one picture, "zip" for a PNG file of each, "npz" for the array.
        origin: what drew them.
        marks: the labels.
    """
    buffer = io.BytesIO()
    if format == "npz":
        classes = {} if labels is None else {"labels": labels}
        mark = array_mark(images, origin, marks)
        np.savez_compressed(buffer, images=images, **classes, **mark)
        return buffer.getvalue()
    files = [
        encode_generated(
            Image.fromarray(image.squeeze(-1) if image.shape[-1] == 1 else image), origin, marks
        )
        for image in images
    ]
    if format == "png":
        return files[0]
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, content in enumerate(files):
            archive.writestr(zipfile.ZipInfo(f"{number:05d}.png"), content)
    return buffer.getvalue()
