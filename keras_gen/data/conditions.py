r"""What a picture of a product is asked to show, as the vector that networks take.

    y = (kind, ..., (L* - 58) / 20, a* / 50, b* / 50, sin(angle), cos(angle))

The kind is 1 at its number and 0 elsewhere. In CIELAB the hue lies on a circle around grey, at a
distance of the chroma; the angle lies on a circle of its own, so that 359 degrees are near 1.
"""

import math
from typing import NamedTuple

import numpy as np

from keras_gen.data.image_data import ImageData
from keras_gen.data.tints import product_lab

COLOUR_CENTRE = (58.0, 0.0, 0.0)  # of the colours of products in CIELAB
COLOUR_SPREAD = (20.0, 50.0, 50.0)
NUMBERS = 5  # of a vector after the kinds: three of the colour, two of the angle
NEEDED = ("hue", "lightness", "chroma", "angle")  # conditions of images that vectors are made of


class Requests(NamedTuple):
    """What N pictures are to show.

    Attributes:
        kinds: (N,) whole numbers from 0.
        colours: (N, 3), CIELAB.
        angles: (N,), degrees.
    """

    kinds: np.ndarray
    colours: np.ndarray
    angles: np.ndarray


def condition_vectors(requests: Requests, classes: int) -> np.ndarray:
    """Return requests as networks take them, (N, K + 5) float32, given the number K of kinds."""
    radians = np.radians(np.asarray(requests.angles, "float64"))
    scaled = (np.asarray(requests.colours) - COLOUR_CENTRE) / COLOUR_SPREAD  # (N, 3)
    circle = np.stack([np.sin(radians), np.cos(radians)], -1)  # (N, 2)
    kinds = np.eye(classes)[np.asarray(requests.kinds)]  # (N, K)
    return np.concatenate([kinds, scaled, circle], -1).astype("float32")


def read_angle(angle: float | str) -> float:
    """Return an angle as degrees in [0, 360).

    Raises:
        ValueError: it is no finite number.
    """
    try:
        degrees = float(angle)
    except ValueError:
        degrees = math.nan
    if not math.isfinite(degrees):
        raise ValueError(f"expected the angle in degrees, found {angle!r}")
    return degrees % 360


def random_requests(n: int, classes: int, seed: int) -> Requests:
    """Return n requests: all kinds in turn, colours and angles drawn as those of `products` are."""
    rng = np.random.default_rng(seed)
    colours = product_lab(rng.uniform(0, 360, n), rng.uniform(38, 78, n))
    return Requests(np.arange(n) % classes, colours, rng.uniform(0, 360, n))


def known_requests(images: ImageData) -> Requests:
    """Return what images show, for which they would have been asked.

    Raises:
        ValueError: images of which that is not known.
    """
    missing = [name for name in NEEDED if name not in images.conditions]
    if missing or images.labels is None:
        raise ValueError(
            f"{images.summary}: expected images of known kind, colour and angle, such as products "
            f"or a folder with a table beside it, found none"
        )
    known = images.conditions
    hue, chroma = np.radians(known["hue"]), known["chroma"]
    colours = np.stack([known["lightness"], chroma * np.cos(hue), chroma * np.sin(hue)], -1)
    return Requests(images.labels, colours, known["angle"])
