"""The files of style transfer: what goes in, checked before any work begins, and what comes out."""

import dataclasses
from pathlib import Path

import numpy as np

from keras_gen import data, pictures
from keras_gen.data.shipped import PICTURES
from keras_gen.networks.vgg19.tiles import GRID
from keras_gen.pictures.picture import SMALLEST

HALF_A_LEVEL = 0.5 / 255  # of 8 bits: less is rounding
LARGEST = 2048  # pixels of the longer side, which take 3.5 GiB in tiles


@dataclasses.dataclass(frozen=True, eq=False)
class Content:
    """A content picture at the size of the result.

    Attributes:
        path: its file.
        keep_path: the file of the mask of what stays, or None.
        file_size: (height, width) of the file, which masks must have as well.
        pixels: float32, (H, W, 3) in [0, 1].
        alpha: uint8, (H, W), 255 where opaque; None where the file has no transparency.
        keep: float32, (H, W) in [0, 1], 1 where nothing is painted: where a mask asks for it, and
            where the picture is transparent. None: everything is painted.
    """

    path: Path
    keep_path: Path | None
    file_size: tuple
    pixels: np.ndarray
    alpha: np.ndarray | None
    keep: np.ndarray | None

    @property
    def size(self):
        """(height, width) of the result."""
        return self.pixels.shape[:2]

    @property
    def visible(self):
        """The pixels that are not transparent, (1, M, 3), to take statistics of."""
        opaque = np.ones(self.size, bool) if self.alpha is None else self.alpha > 0
        return self.pixels[opaque][None]


def read_content(name, size, keep=None):
    """Read a content picture and bring its longer side to `size`.

    Args:
        name: a file, or the bare name of one of the package's pictures.
        size: pixels of the longer side, 32 to 2048.
        keep: a file of the content's size, white where the content stays as it is, or the bare
            name of a mask of the package.

    Returns:
        `Content`.

    Raises:
        FileNotFoundError, ValueError: a picture, a mask or a size that cannot be used.
    """
    if not SMALLEST <= size <= LARGEST:
        raise ValueError(f"size: expected {SMALLEST} to {LARGEST} pixels, found {size}")
    path = data.picture_path(name)
    picture = pictures.read_picture(path)
    file_size = picture.pixels.shape[:2]
    shape = pictures.longest_side(file_size, size)
    if min(shape) < SMALLEST:
        least = -(-SMALLEST * max(file_size) // min(file_size))
        found = f"{file_size[1]}x{file_size[0]}"
        raise ValueError(f"size: expected at least {least} for a picture of {found}, found {size}")
    alpha, stays = picture.alpha, np.zeros(shape, "float32")
    if alpha is not None:
        opacity = pictures.resize(alpha / np.float32(255), shape)
        alpha, stays = np.rint(255 * opacity).astype("uint8"), 1 - opacity
    keep_path = keep and mask_path(keep)
    if keep:
        stays = np.maximum(stays, _read_mask(keep_path, file_size, shape))
    if stays.min() > 1 - HALF_A_LEVEL:
        raise ValueError(f"{keep_path or path}: expected pixels that may be painted, found none")
    pixels = pictures.resize(picture.pixels, shape)
    stays = stays if stays.max() > HALF_A_LEVEL else None
    return Content(path, keep_path, file_size, pixels, alpha, stays)


def read_style(name, longest):
    """Read a style picture and bring its longer side to `longest` pixels.

    Args:
        name: a file, or the bare name of one of the package's pictures.
        longest: 32 to 2048 pixels; what is narrower than the features need becomes 16 wide.

    Returns:
        (path, pixels): the file, and float32 (H, W, 3) in [0, 1].

    Raises:
        ValueError: a picture or a size that cannot be used.
    """
    if not SMALLEST <= longest <= LARGEST:
        raise ValueError(
            f"style scale: expected a style of {SMALLEST} to {LARGEST} pixels, found {longest}"
        )
    path = data.picture_path(name)
    pixels = pictures.read_picture(path).pixels
    size = pictures.longest_side(pixels.shape[:2], longest)
    return path, pictures.resize(pixels, tuple(max(GRID, side) for side in size))


def read_region(name, content):
    """Read the mask of a style's region, white where the style applies.

    Args:
        name: a file of the size of the content's file, or the bare name of a mask of the package.
        content: the `Content`.

    Returns:
        float32, (H, W) in [0, 1].

    Raises:
        FileNotFoundError, ValueError: a mask that cannot be used, or that leaves nothing to paint.
    """
    mask = _read_mask(mask_path(name), content.file_size, content.size)
    if not (mask if content.keep is None else mask * (1 - content.keep)).any():
        raise ValueError(f"{name}: expected white where the picture may be painted, found none")
    return mask


def mask_path(name):
    """Return the path of a mask: a file, or one of the package's own."""
    shipped = PICTURES / f"{name}.png"
    return shipped if shipped.is_file() and not Path(name).is_file() else Path(name)


def _read_mask(path, file_size, size):
    return pictures.resize(pictures.read_mask(path, file_size), size)
