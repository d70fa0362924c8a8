"""Requests for products: kind, colour and angle in words, and series that vary one of them."""

import dataclasses
import logging
from typing import Any, NamedTuple

import numpy as np

from keras_gen.data.conditions import Requests, condition_vectors, read_angle
from keras_gen.data.tints import NAMES, colour_lab, product_lab
from keras_gen.measures import delta_e_2000
from keras_gen.runs.run import Run

FRAMES = 36  # of a turn
WAYS = 8  # colours in a row of the picture of colourways
FAR = 10.0  # CIEDE2000 from every colour of the catalogue at which a request is remarked on

logger = logging.getLogger("keras_gen")


class Drawn(NamedTuple):
    """Images that were asked for, and how they are laid out.

    Attributes:
        images: (N, H, W, C) in [0, 1].
        arrays: what they were asked to show, (N, ...) by name.
        columns: of a grid, where they are not a matter of taste.
        frames: of an animation, whose images come one frame after the other; 1 for a picture.
    """

    images: np.ndarray
    arrays: dict[str, np.ndarray]
    columns: int | None = None
    frames: int = 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class ProductRequest:
    """What products are to show; what is not said is drawn at random for each image.

    Attributes:
        kind: name or number of a kind.
        colour: CSS colour name, or #RRGGBB.
        angle: degrees, a number or a text.
        turntable: each object in `FRAMES` views, once around.
        colourways: each object in the colours of `data.tints.NAMES`.
    """

    kind: str | None = None
    colour: str | None = None
    angle: float | str | None = None
    turntable: bool = False
    colourways: bool = False

    @property
    def is_made(self) -> bool:
        """Whether anything is asked for."""
        return self != ProductRequest()

    @property
    def members(self) -> int:
        """Number of images of each object."""
        return FRAMES if self.turntable else len(NAMES) if self.colourways else 1

    @property
    def default_n(self) -> int:
        """Number of objects, where nobody says it."""
        return 64 if self.members == 1 else 1

    def drawer(self, run: Run, truncation: float | None = None) -> Any:
        """Return a function of (model, n, seed) that draws n objects: `Drawn`.

        Raises:
            ValueError: a run that takes no such requests, a kind that it does not know, a colour
                or an angle that is none, or a series over what is also fixed.
        """
        if not run.recipe.requests:
            raise ValueError(
                f"{run.path}: kind, colour and angle are for runs of product_gan, found a "
                f"{run.name} run"
            )
        for series, fixed in (("turntable", "angle"), ("colourways", "colour")):
            if getattr(self, series) and getattr(self, fixed) is not None:
                raise ValueError(f"{series}: expected no {fixed} beside it, found one")
        if self.turntable and self.colourways:
            raise ValueError("expected turntable or colourways, found both")
        recipe: Any = run.recipe  # one of products
        kinds = list(range(recipe.classes))
        if self.kind is not None:
            kinds = run.class_numbers([self.kind], "kind")
        colour = None if self.colour is None else colour_lab(self.colour)
        angle = None if self.angle is None else read_angle(self.angle)
        if colour is not None and recipe.data == "products":
            _remark_on(self.colour, colour)

        def draw(model, n, seed):
            drawn = model.requested(n, seed)
            numbers = np.array(kinds)[np.sort(np.arange(n) % len(kinds))]  # one after the other
            colours = drawn.colours if colour is None else np.tile(colour, (n, 1))
            angles = drawn.angles if angle is None else np.full(n, angle)
            return self._series(model, Requests(numbers, colours, angles), seed, truncation)

        return draw

    def _series(self, model, requests, seed, truncation):
        """Draw requests, each as often as the series has members; one noise for each object."""
        n, columns, frames = len(requests.kinds), None, 1
        order = np.arange(n)
        if self.turntable:
            frames = FRAMES
            order = np.tile(order, frames)  # frame by frame
            angles = np.repeat(np.arange(frames) * 360.0 / frames, n)
            requests = _chosen(requests, order)._replace(angles=angles)
        elif self.colourways:
            columns, colours = WAYS, np.stack([colour_lab(name) for name in NAMES])
            order = np.repeat(order, len(NAMES))  # object by object
            requests = _chosen(requests, order)._replace(colours=np.tile(colours, (n, 1)))
        latents = np.asarray(model.noise(n, seed, truncation))[order]
        images = model.draw(latents, condition_vectors(requests, model.classes))
        arrays = {"labels": requests.kinds, "colours": requests.colours, "angles": requests.angles}
        return Drawn(images, arrays, columns, frames)


def _chosen(requests, order):
    """Return requests in another order."""
    return Requests(*(part[order] for part in requests))


def _remark_on(name, colour):
    """Log where no product of the catalogue has a colour, so that the network never saw it."""
    hue, lightness = np.degrees(np.arctan2(colour[2], colour[1])), np.clip(colour[0], 38, 78)
    nearest = product_lab(hue, lightness)
    if (distance := float(delta_e_2000(colour, nearest))) > FAR:
        logger.warning(
            f"colour {name}: no product of the catalogue is near it (CIEDE2000 {distance:.0f}), so "
            "that the pictures may show another"
        )
