"""A folder of your own product photos as one array of images of one size."""

import dataclasses
import functools
import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from keras_gen.data.decoding import SUFFIXES, fit_photo, read_photo
from keras_gen.data.image_data import ImageData
from keras_gen.data.table import MOST_KINDS, conditions, read_table, table_path


def image_folder(
    path: str | Path,
    image_shape: Sequence[int] = (64, 64, 3),
    fit: str = "pad",
    strict: bool = False,
) -> ImageData:
    """Load all photos under a folder, resized to one size.

    The folder is searched recursively for .jpg, .jpeg, .png and .webp files (in upper or lower
    case), which are read in the order of their paths; hidden files and folders, and the folders of
    runs, are left out. A table beside the folder, `photos.csv` beside `photos/`, gives each photo
    its kind, colour and angle (`keras_gen.data.table`).

    Args:
        path: the folder.
        image_shape: `(height, width, channels)` of the result, channels 1 (grey) or 3 (RGB).
        fit: "pad" keeps the whole photo and adds white bars; "crop" keeps its centre.
        strict: refuse the folder if a file cannot be read, instead of skipping that file.

    Returns:
        `ImageData` with images (N, H, W, C), and with the `skipped` files and the reasons. The
        kinds of the table are the classes, and hue, lightness, chroma, angle and colour the
        `conditions`. Without a table, where all photos lie in subfolders, at least two of them,
        those of the folder itself are the classes; otherwise there are no labels.

    Raises:
        FileNotFoundError: no such folder, or no image file in it.
        ValueError: `path` is a file, an argument or the table is wrong, no image can be read, or,
            with `strict`, one of them cannot.
    """
    image_shape = check_image_shape(image_shape)
    if fit not in ("pad", "crop"):
        raise ValueError(f"unknown fit {fit!r}: expected 'pad' or 'crop'")
    path = Path(path)
    files, skipped = _image_files(path)
    if strict and skipped:
        raise ValueError(f"{skipped[0][0]}: {skipped[0][1]}")
    table = _table(path, files)

    decode = functools.partial(_decode, image_shape=image_shape, fit=fit)
    images = np.empty((len(files), *image_shape), np.uint8)
    kept: list[Path] = []
    # More than 8 threads decode no faster, but take more memory.
    pool = ThreadPoolExecutor(min(8, os.cpu_count() or 1))
    with warnings.catch_warnings():
        # Pillow warns above 89 million pixels and refuses above twice as many; here a photo that
        # large counts as an unreadable file like any other.
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            results = pool.map(decode, files)
            bar = tqdm(results, path.name, len(files), unit=" photos", delay=2, disable=None)
            for file, result in zip(files, bar, strict=True):
                if not isinstance(result, Exception):
                    images[len(kept)] = result
                    kept.append(file)
                elif strict:
                    raise ValueError(str(result)) from result
                else:
                    skipped.append((str(file), str(result).removeprefix(f"{file}: ")))
        finally:
            pool.shutdown(cancel_futures=True)
    if not kept:
        file, reason = skipped[0]
        raise ValueError(
            f"{path}: none of its {len(skipped):,} image files can be read; first {file}: {reason}"
        )
    data = ImageData(
        images[: len(kept)], path.resolve().name, f"from {path}", skipped=tuple(skipped)
    )
    if table:
        rows = [table[_name(file, path)] for file in kept]
        labels, names = _labels([row["kind"] for row in rows])
        return dataclasses.replace(
            data, labels=labels, class_names=names, conditions=conditions(rows)
        )
    labels, names = _classes([file.relative_to(path).parts for file in kept])
    return dataclasses.replace(data, labels=labels, class_names=names)


def _name(file, folder):
    """Return the path of a photo within its folder, with slashes."""
    return file.relative_to(folder).as_posix()


def _table(folder, files):
    """Return the rows of the table beside a folder by photo; none where there is no table."""
    path = table_path(folder)
    if not path.exists():
        return {}
    table = read_table(path, [_name(file, folder) for file in files])
    kinds = {row["kind"] for row in table.values()}
    if len(kinds) > MOST_KINDS:
        raise ValueError(f"{path}: expected at most {MOST_KINDS} kinds, found {len(kinds):,}")
    return table


def _labels(kinds):
    """Return a label for each photo and the names of the labels, in the order of the alphabet."""
    names = tuple(sorted(set(kinds)))
    return np.array([names.index(kind) for kind in kinds], "uint8"), names


def _classes(parts):
    """Return a label for each photo and the names of the labels, by the subfolders; or no labels.

    Args:
        parts: the path of each photo within the folder, as a tuple of names.
    """
    subfolders = {first for first, *rest in parts if rest}
    if not 2 <= len(subfolders) <= MOST_KINDS or not all(len(path) > 1 for path in parts):
        return None, None
    return _labels([path[0] for path in parts])


def check_image_shape(image_shape: Sequence[int]) -> tuple[int, int, int]:
    """Return `image_shape` as a tuple; raise ValueError unless images can be resized to it."""
    shape = tuple(image_shape)
    if len(shape) != 3 or min(shape) < 1 or shape[2] not in (1, 3):
        raise ValueError(
            f"expected an image shape (height, width, channels) with 1 or 3 channels, found {shape}"
        )
    return shape


def _decode(file, image_shape, fit):
    height, width, channels = image_shape
    try:
        photo = fit_photo(read_photo(file, channels), (height, width), fit)
    except (OSError, ValueError) as error:
        return error  # the caller decides: one bad file must not stop the others
    return np.asarray(photo).reshape(image_shape)


def _image_files(folder):
    """Return the image files in order, and (folder, reason) for folders that cannot be read."""
    if not folder.exists():
        raise FileNotFoundError(f"{folder}: expected a folder of images, found nothing")
    if not folder.is_dir():
        raise ValueError(f"{folder}: expected a folder of images, found a file")
    visible, unreadable = [], []
    # Unlike rglob, walk names the folders that it may not read.
    for place, subfolders, names in os.walk(folder, onerror=unreadable.append):
        # Hidden files are copies that tools leave behind: .ipynb_checkpoints, .thumbnails, ._*
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        if "recipe.json" in names and place != str(folder):
            subfolders.clear()  # the folder of a run, whose pictures are no photos
            continue
        visible += [Path(place, name) for name in names if not name.startswith(".")]
    files = [file for file in visible if file.suffix.lower() in SUFFIXES]
    if not files and not unreadable:
        raise FileNotFoundError(
            f"{folder}: expected images ({', '.join(SUFFIXES)}), found {len(visible):,} other files"
        )
    files.sort(key=lambda file: file.relative_to(folder).as_posix())
    return files, [(str(error.filename), str(error.strerror).lower()) for error in unreadable]
