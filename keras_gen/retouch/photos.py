"""A photograph that is retouched: colours and transparency as they are, and the file's details."""

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
from PIL import Image

from keras_gen import data, pictures
from keras_gen.data.decoding import SUFFIXES, flatten
from keras_gen.files import digest, first_free, numbered, require_new
from keras_gen.pictures.details import Details, read_details
from keras_gen.pictures.picture import PHOTO_QUALITY
from keras_gen.provenance import Marks, Origin, save_generated

JPEG = (".jpg", ".jpeg")


@dataclasses.dataclass(frozen=True, eq=False)
class Photo:
    """A photograph at its own size, upright.

    Attributes:
        path: its file.
        pixels: uint8, (H, W, 3), sRGB, not laid on anything where it is transparent.
        alpha: uint8, (H, W), 255 where opaque; None where the file has no transparency.
        details: EXIF and colour profile of the file, which the result keeps.
    """

    path: Path
    pixels: np.ndarray
    alpha: np.ndarray | None
    details: Details

    @property
    def height_width(self) -> tuple[int, int]:
        """Both sides in pixels."""
        height, width, _ = self.pixels.shape
        return height, width


def read_photo(name: str | Path, *, location: bool = False) -> Photo:
    """Read a photograph that is retouched.

    Args:
        name: a file, or the name of a bundled picture.
        location: keep the place that the file's EXIF names, if it does.

    Raises:
        FileNotFoundError, ValueError: a picture that cannot be used, as `pictures.read_picture`.
    """
    path = data.picture_path(name)
    image = pictures.read_image(path)
    alpha = np.asarray(image.getchannel("A")) if image.mode == "RGBA" else None
    details = read_details(path, location=location)
    return Photo(path, np.asarray(image.convert("RGB")), alpha, details)


def new_photo(out: str | Path | None, default: str, suffixes: tuple[str, ...] = SUFFIXES) -> Path:
    """Choose the file of a result, and make sure that it can be written.

    Args:
        out: the file, or None for `default`, or default-2, ... in the current folder.
        default: name with a suffix.
        suffixes: of the formats that will do.

    Raises:
        FileExistsError, NotADirectoryError, PermissionError, ValueError: as `files.require_new`,
            or another suffix.
    """
    out = Path(out) if out is not None else first_free(numbered(default))
    if out.suffix.lower() not in suffixes:
        raise ValueError(f"out: expected a file name in {', '.join(suffixes)}, found {out}")
    return require_new(out)


def write_photo(
    out: Path,
    photo: Photo,
    pixels: np.ndarray,
    alpha: np.ndarray | None,
    origin: Origin,
    marks: Marks | None,
) -> None:
    """Write retouched pixels with the details of a photograph, labelled; JPEG on white.

    Args:
        out: a new PNG, JPEG or WebP file.
        photo: where they come from.
        pixels: uint8, (H, W, 3), sRGB.
        alpha: uint8, (H, W), or None.
        origin, marks: the labels.

    Raises:
        FileExistsError: the file is there by now.
    """
    image = Image.fromarray(pixels)
    if alpha is not None:
        image.putalpha(Image.fromarray(alpha))
    if out.suffix.lower() in JPEG:
        image = flatten(image)
    image, options = photo.details.apply(image)
    save_generated(out, image, origin, marks, new=True, **{**PHOTO_QUALITY, **options})


def origin_of(model: str, *made_from: str | Path) -> Origin:
    """Return what a label says of a photograph that was retouched with these files and words."""
    parts = [digest(each) if isinstance(each, Path) else each for each in made_from]
    run_id = hashlib.sha256(" ".join(parts).encode()).hexdigest()[:12]
    return Origin(model=model, run_id=run_id, seed=0, composite=True)
