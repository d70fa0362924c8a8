"""One picture for style transfer: floats in [0, 1] at its own size, read and resized."""

import dataclasses
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from keras_gen.data.decoding import SUFFIXES, decode, flatten
from keras_gen.data.scales import unit_to_uint8
from keras_gen.data.shipped import PRODUCTS

MIN_SIDE = 32  # pixels: below this, VGG19's deeper layers have almost no positions left
MAX_ASPECT_RATIO = 10  # longer side over shorter side
# JPEG with full colour resolution (4:4:4); WebP halves it (4:2:0), and PNG ignores both.
PHOTO_QUALITY = {"quality": 95, "subsampling": 0}


@dataclasses.dataclass(frozen=True, eq=False)
class Picture:
    """A picture as a network sees it, and the transparency of its file.

    Attributes:
        pixels: float32, (H, W, 3) in [0, 1], sRGB, laid on white where it is transparent.
        alpha: uint8, (H, W), 255 where opaque; None where the file has no transparency.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None = None


def read_picture(path: str | Path) -> Picture:
    """Read a JPEG, PNG or WebP file for style transfer, decoded by `keras_gen.data.decoding`.

    Args:
        path: the file.

    Returns:
        `Picture`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a folder, not an image in one of the formats, damaged, a side of less than 32
            pixels, sides of more than 10 to 1, or more pixels than `PIL.Image.MAX_IMAGE_PIXELS`.
    """
    image = read_image(path)
    alpha = np.array(image.getchannel("A")) if image.mode == "RGBA" else None  # (H, W)
    return Picture(np.asarray(flatten(image), "float32") / 255, alpha)


def read_image(path: str | Path) -> Image.Image:
    """Read a file as `read_picture` does, and return its colours as they are, with the alpha.

    Arguments and exceptions are those of `read_picture`.

    Returns:
        `PIL.Image.Image` of mode "RGB", or "RGBA" where the file has transparency.
    """
    image = _decode(path)
    short, long = sorted(image.size)
    found = f"found {image.width}x{image.height}"
    if short < MIN_SIDE:
        raise ValueError(f"{path}: expected at least {MIN_SIDE}x{MIN_SIDE} pixels, {found}")
    if long > MAX_ASPECT_RATIO * short:
        raise ValueError(
            f"{path}: expected sides of at most {MAX_ASPECT_RATIO} to 1, {found} pixels"
        )
    return image


def read_mask(path: str | Path, size: Sequence[int]) -> np.ndarray:
    """Read a mask: the lightness of a picture, 1 where white, 0 where black or transparent.

    Args:
        path: JPEG, PNG or WebP file.
        size: `(height, width)` that the mask must have.

    Returns:
        float32, (H, W) in [0, 1].

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: not a picture that `read_picture` can decode, or one of another size.
    """
    image = _decode(path)
    height, width = size
    if image.size != (width, height):
        raise ValueError(
            f"{path}: expected a mask of {width}x{height} pixels (width x height), "
            f"found {image.width}x{image.height}"
        )
    return np.asarray(flatten(image, "black").convert("L"), "float32") / 255


def fit_longest_side(size: Sequence[int], longest: int) -> tuple[int, int]:
    """Scale a size so that its longer side is `longest`, keeping the aspect ratio.

    Args:
        size: `(height, width)` in pixels.
        longest: pixels, at least 1.

    Returns:
        `(height, width)`, whole numbers, at least 1.
    """
    scale = longest / max(size)
    height, width = (max(1, round(side * scale)) for side in size)
    return height, width


def resize(pixels: np.ndarray, size: Sequence[int]) -> np.ndarray:
    """Resize to exactly `size`, antialiased (Lanczos), channel by channel in float32.

    Lanczos overshoots beside edges, so the result is clipped. Resizing to the same size leaves the
    values as they are.

    Args:
        pixels: (H, W, C) or (H, W) floats in [0, 1].
        size: `(height, width)` of the result.

    Returns:
        New float32 array, (height, width, C) or (height, width) in [0, 1].

    Raises:
        ValueError: another number of dimensions, or not floats.
    """
    pixels = np.asarray(pixels)
    if pixels.ndim not in (2, 3) or not np.issubdtype(pixels.dtype, np.floating):
        raise ValueError(
            f"expected floats (H, W) or (H, W, C), found {pixels.dtype} of shape {pixels.shape}"
        )
    pixels = pixels.astype("float32")
    height, width = size
    if pixels.shape[:2] == (height, width):
        return pixels
    if pixels.ndim == 3:
        channels = np.moveaxis(pixels, -1, 0)  # (C, H, W)
        return np.stack([resize(channel, size) for channel in channels], axis=-1)
    image = Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS)
    return np.clip(np.asarray(image), 0, 1)


def photo_image(
    path: str | Path, pixels: np.ndarray, alpha: np.ndarray | None = None
) -> Image.Image:
    """Return what a PNG, JPEG or WebP file of these pixels stores; the suffix decides.

    With `alpha`, `pixels` are the colours as seen on a white background, as in `Picture`. PNG and
    WebP files store the alpha and the colours that look like this on white: the white in the pixels
    of a soft edge or of a shadow is removed, since a viewer adds it again. A JPEG file stores the
    colours as seen on white. They are sRGB.

    Args:
        path: file to be written, ending in .png, .jpg, .jpeg or .webp.
        pixels: (H, W, 3) floats in [0, 1], rounded to 8 bits and clipped.
        alpha: uint8, (H, W), 255 where opaque, or None.

    Raises:
        ValueError: another suffix, or arrays of other shapes or dtypes.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"{path}: expected a name in {', '.join(SUFFIXES)}, found {suffix!r}")
    pixels = np.asarray(pixels)
    if pixels.ndim != 3 or pixels.shape[-1] != 3:
        raise ValueError(f"{path}: expected pixels (H, W, 3), found shape {pixels.shape}")
    if alpha is not None:
        if alpha.dtype != np.uint8 or alpha.shape != pixels.shape[:2]:
            raise ValueError(
                f"{path}: expected uint8 alpha of shape {pixels.shape[:2]}, "
                f"found {alpha.dtype} of shape {alpha.shape}"
            )
        opacity = alpha[..., None] / np.float32(255)  # (H, W, 1)
        pixels = np.maximum(pixels, 1 - opacity)  # at least so much white shows through
        if suffix not in (".jpg", ".jpeg"):
            pixels = 1 - (1 - pixels) / np.maximum(opacity, 1 / 255)  # the colour without the white
    image = Image.fromarray(np.asarray(unit_to_uint8(pixels)))
    if alpha is not None and suffix not in (".jpg", ".jpeg"):
        image.putalpha(Image.fromarray(alpha))
    return image


def _decode(path: str | Path) -> Image.Image:
    # Pillow warns above 89 million pixels and refuses above twice as many; as floats, the former
    # already take a gigabyte.
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        return decode(path)


def product_pictures(size: int) -> np.ndarray:
    """Return the package's four whole product pictures, float32 (4, size, size, 3) in [0, 1]."""
    pictures = [read_picture(file).pixels for file in PRODUCTS]
    return np.stack([resize(picture, (size, size)) for picture in pictures])
