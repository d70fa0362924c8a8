"""The files of style transfer: what goes in, checked before any work begins, and what comes out."""

import dataclasses
import hashlib
import json
import os
from pathlib import Path

import numpy as np

from keras_gen import data
from keras_gen.data.photo import SUFFIXES
from keras_gen.data.photos import PICTURES
from keras_gen.data.picture import SMALLEST
from keras_gen.models.style_tiles import GRID
from keras_gen.run_folder import write_text

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
    picture = data.read_picture(path)
    file_size = picture.pixels.shape[:2]
    shape = data.longest_side(file_size, size)
    if min(shape) < SMALLEST:
        least = -(-SMALLEST * max(file_size) // min(file_size))
        found = f"{file_size[1]}x{file_size[0]}"
        raise ValueError(f"size: expected at least {least} for a picture of {found}, found {size}")
    alpha, stays = picture.alpha, np.zeros(shape, "float32")
    if alpha is not None:
        opacity = data.resize(alpha / np.float32(255), shape)
        alpha, stays = np.rint(255 * opacity).astype("uint8"), 1 - opacity
    keep_path = keep and mask_path(keep)
    if keep:
        stays = np.maximum(stays, _read_mask(keep_path, file_size, shape))
    if stays.min() > 1 - HALF_A_LEVEL:
        raise ValueError(f"{keep_path or path}: expected pixels that may be painted, found none")
    pixels = data.resize(picture.pixels, shape)
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
    pixels = data.read_picture(path).pixels
    size = data.longest_side(pixels.shape[:2], longest)
    return path, data.resize(pixels, tuple(max(GRID, side) for side in size))


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
    return data.resize(data.read_mask(path, file_size), size)


def new_picture(out, stems):
    """Choose the file of the result, and make sure that it can be written.

    Args:
        out: the file, or None for the first of STEM-STEM.png, STEM-STEM-2.png, ... in this folder
            that is free.
        stems: names of what the picture is made from.

    Returns:
        `pathlib.Path`.

    Raises:
        FileExistsError: it, or a file that goes with it, is there already.
        NotADirectoryError: its folder is a file.
        ValueError: not the name of a PNG, JPEG or WebP file, or a folder that is write-protected.
    """
    if out is None:
        names = ("-".join([*stems, *number]) for number in _numbers())
        out = next(path for name in names if not _taken(path := Path(f"{name}.png")))
    out = Path(out)
    if out.suffix.lower() not in SUFFIXES:
        raise ValueError(f"out: expected a file name in {', '.join(SUFFIXES)}, found {out}")
    if _taken(out):
        raise FileExistsError(f"{_taken(out)[0]} exists already; give another --out")
    folder = next(parent for parent in out.absolute().parents if parent.exists())
    if not folder.is_dir():
        raise NotADirectoryError(f"{out}: expected a folder at {folder}, found a file")
    if not os.access(folder, os.W_OK):
        raise ValueError(f"{out}: expected a folder that can be written to, found {folder}")
    return out


def _numbers():
    yield ()
    yield from ((str(number),) for number in range(2, 1_000_000))


def animation_path(out):
    """Return where the animation of a picture lies."""
    return out.with_suffix(".gif")


def steps_folder(out):
    """Return where the intermediate pictures of a picture lie."""
    return out.with_name(f"{out.stem}_steps")


def account_path(out):
    """Return where the account of a picture lies."""
    return out.with_suffix(".json")


def _taken(out):
    """Return which of a picture's files exist."""
    paths = (out, account_path(out), animation_path(out), steps_folder(out))
    return [path for path in paths if path.exists()]


def write_account(out, account):
    """Write the account of a picture beside it."""
    text = json.dumps(account, indent=2, ensure_ascii=False, default=str)
    write_text(account_path(out), text + "\n")


def named(path):
    """Return the name of a file and the digest of its bytes."""
    path = Path(path)
    return {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
