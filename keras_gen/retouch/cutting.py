"""Cut the product out of a photograph: its colours, and how much of each pixel it covers."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from keras_gen.data.composites import foreground
from keras_gen.files import expand
from keras_gen.provenance import Marks
from keras_gen.retouch.matting import SIDE, matte_of
from keras_gen.retouch.photos import Photo, new_photo, origin_of, read_photo, write_photo

CUTOUT = "cutout"  # in place of a mask's file: the product that the network finds
SUFFIXES = (".png", ".webp")  # formats that hold transparency


def cut_out(
    names: Sequence[str | Path],
    out: str | Path | None = None,
    *,
    marks: Marks | None = None,
    location: bool = False,
) -> Iterator[tuple[Path, float]]:
    """Cut products out of photographs, one after the other.

    The colours of a soft edge become those of the product nearby, so that little of the old
    background shines through on a new one, and nothing of it stays below what is transparent.

    Args:
        names: picture files, or names of bundled pictures.
        out: PNG or WebP file to write, of a single photograph; or a folder for PHOTO-cutout.png,
            which may exist, and has to where its name has a dot. By default these lie in the
            current folder, under the first name that is free.
        marks: the labels, by default invisible ones only.
        location: keep the place where the photograph was taken, if its file names one.

    Yields:
        (path, share): the file, and the share of the picture that the product covers.

    Raises:
        FileNotFoundError, FileExistsError, NotADirectoryError, ValueError: arguments or files that
            cannot be used. All are checked before the first is written; only that a photograph
            shows no product is found out when its turn comes.
    """
    for name in names:
        read_photo(name)  # a mistake in the last is told before the first is cut out
    outs = _files(names, out)
    for name, path in zip(names, outs, strict=True):
        photo = read_photo(name, location=location)
        matte = photo_matte(photo)
        alpha = np.rint(255 * matte).astype("uint8")
        edge = max(photo.height_width) / SIDE  # pixels of the photograph in one of the network's
        colours = foreground(photo.pixels, alpha / 255, reach=edge)
        origin = origin_of("cutout", photo.path)
        write_photo(path, photo, colours, alpha, origin, marks)
        yield path, float(matte.mean())


def photo_matte(photo: Photo) -> np.ndarray:
    """Return the matte of a photograph's product, float32 (H, W) in [0, 1].

    What is transparent in its file is no product, and the network sees white there.

    Raises:
        ValueError: the network finds no product.
    """
    if photo.alpha is None:
        matte = matte_of(photo.pixels)
    else:
        opacity = photo.alpha / np.float32(255)
        seen = 255 - opacity[..., None] * (255 - photo.pixels.astype("float32"))
        matte = np.minimum(matte_of(np.rint(seen).astype("uint8")), opacity)
    return require_product(matte, photo.path)


def require_product(matte: np.ndarray, path: Path) -> np.ndarray:
    """Return a matte in which there is a product, or raise a ValueError."""
    if matte.max() < 0.5:
        raise ValueError(
            f"{path}: expected a product that can be cut out, found none; "
            "it should stand alone and apart from what is behind it"
        )
    return matte


def is_cutout(mask: str | Path | None) -> bool:
    """Tell whether the name of a mask asks for the product that the network finds."""
    return str(mask) == CUTOUT and not expand(CUTOUT).is_file()


def _files(names, out):
    """Choose one new file for each photograph."""
    stems = [Path(name).stem for name in names]
    defaults = [f"{stem}-cutout.png" for stem in stems]
    if out is not None and Path(out).suffix and not Path(out).is_dir():
        if len(names) > 1:
            raise ValueError(f"out: expected a folder for {len(names)} photos, found {out}")
        return [new_photo(out, defaults[0], SUFFIXES)]
    doubled = {stem for stem in stems if stems.count(stem) > 1}
    if doubled:
        raise ValueError(f"expected photos of different names, found {doubled.pop()} twice")
    if out is None:
        return [new_photo(None, default) for default in defaults]
    return [new_photo(Path(out) / default, default) for default in defaults]
