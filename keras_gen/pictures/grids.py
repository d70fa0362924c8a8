"""Many images as one picture: grids of samples, and animations of how they change."""

import base64
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from keras_gen.data import unit_to_uint8
from keras_gen.pictures.saving import encode_picture

FRAMES = 60  # of an animation at most; each takes its size in memory

logger = logging.getLogger("keras_gen")


def grid(
    images: np.ndarray, columns: int | None = None, gap: int = 2, zoom: int = 1
) -> Image.Image:
    """Lay images out in rows.

    Args:
        images: (N, H, W, C) floats in [0, 1], C in {1, 3}.
        columns: images per row; by default the square root of N, rounded up.
        gap: white pixels between images.
        zoom: side in pixels of the square that replaces each pixel, >= 1.

    Returns:
        `PIL.Image.Image`, grey or RGB; missing places of the last row are white.
    """
    n, height, width, channels = images.shape
    columns = columns or square_columns(n)
    canvas_width, canvas_height = grid_size(n, (height, width), columns, gap)
    cell_height, cell_width = height + gap, width + gap
    canvas = np.full((canvas_height, canvas_width, channels), 255, "uint8")
    for i, image in enumerate(unit_to_uint8(images)):
        top, left = i // columns * cell_height, i % columns * cell_width
        canvas[top : top + height, left : left + width] = image
    picture = Image.fromarray(canvas[..., 0] if channels == 1 else canvas)
    return picture.resize((picture.width * zoom, picture.height * zoom), Image.Resampling.NEAREST)


def grid_size(
    n: int, image_shape: Sequence[int], columns: int | None = None, gap: int = 2, zoom: int = 1
) -> tuple[int, int]:
    """Return width and height in pixels of the `grid` of n images (H, W, ...)."""
    columns = columns or square_columns(n)
    rows = -(-n // columns)
    height, width = image_shape[:2]
    return (columns * (width + gap) - gap) * zoom, (rows * (height + gap) - gap) * zoom


def square_columns(n: int) -> int:
    """Return the images per row of a grid of n that is about as wide as high: sqrt(n), up."""
    return int(np.ceil(np.sqrt(n)))


def animation(
    path: str | Path, frame_paths: Sequence[str | Path], seconds: float = 8.0
) -> tuple[Image.Image, dict[str, Any]]:
    """Return pictures as one looping GIF or WebP that dwells on the last frame.

    At most `FRAMES` of them are shown, evenly chosen; a file that cannot be read is left out.

    Args:
        path: file to be written, ending in `.gif` or `.webp`.
        frame_paths: paths of pictures, in order, all of one size.
        seconds: length of one loop, without the two further seconds on the last frame.

    Returns:
        (first, options): the first frame, and the options with which Pillow saves the others.

    Raises:
        ValueError: none of the pictures can be read.
    """
    chosen = np.linspace(0, len(frame_paths) - 1, min(FRAMES, len(frame_paths))).round()
    frames = []
    for index in chosen.astype(int):
        try:
            with Image.open(frame_paths[index]) as frame:
                frames.append(frame.copy())
        except (OSError, ValueError, SyntaxError) as error:
            logger.warning(f"{frame_paths[index]} is left out of the animation: {error}")
    if not frames:
        raise ValueError(f"{path}: expected pictures for an animation, found none to read")
    return frames[0], _loop(frames, seconds)


class Film(bytes):
    """The content of a GIF file, which a notebook shows where it is the last value of a cell."""

    width: int | None = None  # on the page

    def _repr_mimebundle_(self, **_):
        look = {"image/gif": {"width": self.width}} if self.width else {}
        return {"image/gif": base64.b64encode(self).decode()}, look

    def __repr__(self) -> str:
        """Return what a notebook prints beside the picture."""
        return f"<GIF of {len(self):,} bytes>"


def gif(
    frames: Sequence[Image.Image],
    seconds: float = 4.0,
    colours: int = 64,
    width: int | None = None,
) -> Film:
    """Return pictures as one looping GIF that dwells on the last frame, for a notebook.

    It carries no mark. A film of generated pictures that is kept goes through
    `keras_gen.provenance.save_generated`.

    Args:
        frames: pictures of one size, in order, at least one; such as those of `grid`.
        seconds: length of one loop, without the two further seconds on the last frame.
        colours: of each frame, 2 to 256; fewer make a smaller file.
        width: in pixels on the page; by default the pictures' own.
    """
    octree, none = Image.Quantize.FASTOCTREE, Image.Dither.NONE  # an octree keeps rare colours
    frames = [
        frame.convert("RGB").quantize(colours, method=octree, dither=none) for frame in frames
    ]
    film = Film(encode_picture(frames[0], "GIF", **_loop(frames, seconds)))
    film.width = width
    return film


def _loop(frames, seconds):
    """Return the options with which Pillow saves the frames behind the first one."""
    each = max(20, round(1000 * seconds / len(frames)))
    durations = [each] * (len(frames) - 1) + [each + 2000]
    return {"save_all": True, "append_images": frames[1:], "duration": durations, "loop": 0}
