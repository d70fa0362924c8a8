"""What products are made of: solids, and what covers them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from style_pictures.fields import smoothstep
from style_pictures.shapes import length, nearest_of, rectangle, vector
from style_pictures.studio import colour


@dataclass
class Finish:
    """A material: its paint, and how it mirrors."""

    paint: Callable  # (points (3, N), base colour (3, 1)) -> albedo, (3, N) or (3, 1)
    rough: float = 0.5  # 0 mirrors sharply, 1 not at all
    mirror: float | np.ndarray = 0.04  # reflectance at normal incidence; a colour for metals
    liquid: Callable | None = None  # of clear glass: distance to what it holds
    glow: float = 0.0  # light of its own


@dataclass
class Product:
    """Solids on the floor y = 0, their front towards z."""

    parts: list[tuple[Callable, Finish]]  # (distance of points (3, N), material)
    half: tuple[float, float]  # of the box that holds it: along x and along z
    height: float
    centre: tuple[float, float] = (0.0, 0.0)  # of that box: x and z

    @property
    def middle(self):
        """Middle of the box's foot, (3, 1)."""
        return vector(self.centre[0], 0, self.centre[1])

    def distance(self, p):
        """Distance to the nearest part, (N,)."""
        return nearest_of(part(p) for part, _ in self.parts)


def rod(p, a, b, thick, thin=None):
    """Rod with round ends from `a`, with radius `thick`, to `b`, with radius `thin`."""
    a, b = vector(*a), vector(*b)
    along = b - a
    t = np.clip(((p - a) * along).sum(0) / float((along * along).sum()), 0, 1)
    return length(*(p - a - along * t)) - thick - ((thin or thick) - thick) * t


def disc(p, radius, low, high, edge=0.02):
    """Cylinder round the y axis from `low` to `high`."""
    middle, half = (low + high) / 2, (high - low) / 2
    return rectangle(length(p[0], p[2]), p[1] - middle, radius, half, min(edge, half))


def slab(p, middle, half, edge):
    """Box with rounded edges."""
    q = np.abs(p - vector(*middle)) - (vector(*half) - edge)
    return length(*np.maximum(q, 0)) + np.minimum(q.max(0), 0) - edge


def plain(code):
    """Paint of one colour, given as hexadecimal digits."""
    tone = colour(code)
    return lambda p, base: tone


def tinted(share=1.0):
    """Paint of the product's own colour, darker by the factor `share`."""
    return lambda p, base: base * share


def where(inside, first, second, soft=0.012):
    """Paint `first` where the distance `inside` (of points) is negative, elsewhere `second`."""

    def paint(p, base):
        t = smoothstep(inside(p), -soft, soft)
        return first(p, base) * (1 - t) + second(p, base) * t

    return paint


STEEL, BRASS, BLACK = (colour(code) for code in ("c9ccd1", "e8bf78", "34343a"))


def metal(tone, rough=0.22):
    """Bare metal of a colour."""
    return Finish(lambda p, base: 0.12 * tone, rough, tone)


def wood(code="b58455"):
    """Oiled wood, its grain upright."""
    tone = colour(code)

    def paint(p, base):
        return tone * (0.90 + 0.14 * np.sin(26 * p[0] + 19 * p[2] + 3 * np.sin(3 * p[1])))

    return Finish(paint, 0.45, 0.035)
