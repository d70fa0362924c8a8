"""The pictures and masks of style transfer, checked before any work begins."""

import dataclasses
from pathlib import Path

import numpy as np

from keras_gen import data, pictures
from keras_gen.data.shipped import SHIPPED
from keras_gen.files import expand
from keras_gen.networks.vgg19.tiles import GRID
from keras_gen.pictures.details import Details, read_details
from keras_gen.pictures.picture import MIN_SIDE
from keras_gen.retouch.cutting import is_cutout, require_product
from keras_gen.retouch.matting import WEIGHTS, matte_of

HALF_A_LEVEL = 0.5 / 255  # of 8 bits: less is rounding
MAX_SIDE = 2048  # pixels of the longer side, which take 3.5 GiB in tiles


@dataclasses.dataclass(frozen=True, eq=False)
class Content:
    """A content picture at the size of the result.

    Attributes:
        path: its file.
        keep_path: the file of the mask of what stays, or of the weights that found it, or None.
        file_size: (height, width) of the file, which masks must have as well.
        pixels: float32, (H, W, 3) in [0, 1].
        alpha: uint8, (H, W), 255 where opaque; None where the file has no transparency.
        keep: float32, (H, W) in [0, 1], 1 where the content stays: where a mask is white, and where
            the picture is transparent. None: everything is stylised.
        details: EXIF and colour profile of the file, which the result keeps.
    """

    path: Path
    keep_path: Path | None
    file_size: tuple[int, int]
    pixels: np.ndarray
    alpha: np.ndarray | None
    keep: np.ndarray | None
    details: Details

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the result."""
        height, width, _ = self.pixels.shape
        return height, width

    @property
    def visible(self) -> np.ndarray:
        """The pixels that are not transparent, (1, M, 3), whose statistics count."""
        opaque = np.ones(self.size, bool) if self.alpha is None else self.alpha > 0
        return self.pixels[opaque][None]

    def keep_in(self, image: np.ndarray) -> np.ndarray:
        """Return an image of the same size with the content wherever `keep` is 1."""
        if self.keep is None:
            return image
        keep = self.keep[..., None]  # (H, W, 1)
        return keep * self.pixels + (1 - keep) * image


def read_content(
    name: str | Path, size: int, keep: str | Path | None = None, *, location: bool = False
) -> Content:
    """Read a content picture and bring its longer side to `size`.

    Args:
        name: a file, or the name of a bundled picture.
        size: pixels of the longer side, 32 to 2048.
        keep: a file of the content's size, white where the content stays as it is, the name of a
            bundled mask, or "cutout" for the product that the network of `retouch` finds.
        location: keep the place that the file's EXIF names, if it does.

    Returns:
        `Content`.

    Raises:
        FileNotFoundError, ValueError: a picture, a mask or a size that cannot be used.
    """
    if not MIN_SIDE <= size <= MAX_SIDE:
        raise ValueError(f"size: expected {MIN_SIDE} to {MAX_SIDE} pixels, found {size}")
    path = data.picture_path(name)
    picture = pictures.read_picture(path)
    file_size = (len(picture.pixels), len(picture.pixels[0]))
    shape = pictures.fit_longest_side(file_size, size)
    if min(shape) < MIN_SIDE:
        least = -(-MIN_SIDE * max(file_size) // min(file_size))
        found = f"{file_size[1]}x{file_size[0]}"
        raise ValueError(f"size: expected at least {least} for a picture of {found}, found {size}")
    alpha = picture.alpha
    kept = np.zeros(shape, "float32")
    if alpha is not None:
        opacity = pictures.resize(alpha / np.float32(255), shape)
        alpha = np.rint(255 * opacity).astype("uint8")
        kept = 1 - opacity
    keep_path = None
    if is_cutout(keep):
        keep_path = WEIGHTS
        matte = matte_of(np.rint(255 * picture.pixels).astype("uint8"))
        kept = np.maximum(kept, pictures.resize(require_product(matte, path), shape))
    elif keep:
        keep_path = mask_path(keep)
        mask = _read_mask(keep_path, file_size, shape)
        if mask.max() < 0.5:  # of 0 and 1 instead of 0 and 255, or drawn in the alpha channel
            level = round(255 * float(mask.max()))
            raise ValueError(
                f"{keep_path}: expected white (255) where the content stays, found nothing lighter "
                f"than {level} of 255; multiply a mask of 0 and 1 by 255"
            )
        kept = np.maximum(kept, mask)
    if kept.min() > 1 - HALF_A_LEVEL:
        raise ValueError(f"{keep_path or path}: expected pixels to stylise, found none")
    pixels = pictures.resize(picture.pixels, shape)
    anything_kept = kept.max() > HALF_A_LEVEL
    details = read_details(path, location=location)
    return Content(
        path, keep_path, file_size, pixels, alpha, kept if anything_kept else None, details
    )


def read_style(name: str | Path, longest: int) -> tuple[Path, np.ndarray]:
    """Read a style picture and bring its longer side to `longest` pixels.

    Args:
        name: a file, or the name of a bundled picture.
        longest: 32 to 2048 pixels; a shorter side is made at least 16, which the features need.

    Returns:
        (path, pixels): the file, and float32 (H, W, 3) in [0, 1].

    Raises:
        ValueError: a picture or a size that cannot be used.
    """
    if not MIN_SIDE <= longest <= MAX_SIDE:
        raise ValueError(
            f"style scale: expected a style of {MIN_SIDE} to {MAX_SIDE} pixels, found {longest}"
        )
    path = data.picture_path(name)
    pixels = pictures.read_picture(path).pixels
    size = pictures.fit_longest_side(pixels.shape[:2], longest)
    return path, pictures.resize(pixels, tuple(max(GRID, side) for side in size))


def read_region(name: str | Path, content: Content) -> np.ndarray:
    """Read the mask of a style's region, white where the style applies.

    Args:
        name: a file of the size of the content's file, or the name of a bundled mask.
        content: the `Content`.

    Returns:
        float32, (H, W) in [0, 1].

    Raises:
        FileNotFoundError, ValueError: a mask that is unusable or leaves nothing to stylise.
    """
    mask = _read_mask(mask_path(name), content.file_size, content.size)
    if not (mask if content.keep is None else mask * (1 - content.keep)).any():
        raise ValueError(f"{name}: expected white where the content may be stylised, found none")
    return mask


def mask_path(name: str | Path) -> Path:
    """Return the path of a mask: a file, or a bundled one."""
    shipped, path = SHIPPED / f"{name}.png", expand(name)
    return shipped if shipped.is_file() and not path.is_file() else path


def _read_mask(path, file_size, size):
    return pictures.resize(pictures.read_mask(path, file_size), size)
