"""Which pixels of a photograph are product: computed for the rendered ones, drawn for the others.

The package's four product pictures are ray-marched, so that the first surface behind each pixel
tells what it shows. On photographs of scikit-image the outline was drawn by hand, in pixels.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from style_pictures import handbag, mug, perfume, sneaker
from style_pictures.march import NEAR, march
from style_pictures.studio import exposures

PRODUCTS = {  # picture -> its module, and the surfaces that are for sale
    "mug": (mug, ("body", "coffee")),
    "perfume": (perfume, ("pump", "cap", "tube", "label", "glass", "liquid")),
    "handbag": (handbag, ("body", "flap", "handle", "fittings")),
    "sneaker": (sneaker, ("upper", "midsole", "outsole", "tongue", "laces")),
}
OUTLINES = {  # photograph of scikit-image -> shapes that cover its subject, in pixels
    "coffee": [  # cup, saucer and spoon
        ("ellipse", [76, 62, 481, 388]),
        ("ellipse", [172, 18, 409, 209]),
        ("polygon", [(395, 70), (412, 66), (425, 74), (415, 110), (400, 140)]),
    ],
    "astronaut": [  # the astronaut with her helmet, not the models beside her
        ("polygon", [
            (155, 95), (160, 45), (200, 20), (250, 17), (290, 50), (300, 100), (285, 135),
            (262, 150), (265, 180), (303, 225), (303, 245), (345, 275), (362, 350), (400, 345),
            (460, 362), (490, 415), (497, 455), (510, 490), (509, 511), (25, 511), (22, 430),
            (40, 300), (75, 245), (115, 225), (115, 190), (130, 165), (182, 150), (172, 122),
        ]),
    ],
    "chelsea": [  # the cat, cut off by the border
        ("polygon", [
            (38, 0), (35, 60), (18, 110), (0, 140), (0, 299), (388, 299), (380, 262), (335, 205),
            (365, 130), (362, 75), (400, 0),
        ]),
    ],
    "rocket": [  # the rocket alone, without its towers
        ("polygon", [
            (322, 126), (312, 145), (310, 178), (314, 185), (313, 406), (331, 406), (330, 185),
            (334, 178), (333, 145),
        ]),
    ],
}  # fmt: skip


def rendered(name: str, size: int = 256) -> np.ndarray:
    """Return which pixels of a product picture show the product, bool (size, size)."""
    module, parts = PRODUCTS[name]
    found = np.zeros(size * size, bool)
    for pixels, p, d in exposures(module.SCENE, size, 1):
        t = march(module.SCENE.distance, p, d)
        q = p + np.where(np.isfinite(t), t, 0) * d
        surfaces: list[Callable] = [getattr(module, part) for part in parts]
        nearest = np.min([surface(q) for surface in surfaces], axis=0)
        found[pixels] = np.isfinite(t) & (nearest < 4 * NEAR)
    return found.reshape(size, size)


def drawn(size: tuple[int, int], shapes: list[tuple[str, list]]) -> np.ndarray:
    """Return which pixels lie in any of some shapes, bool (H, W).

    Args:
        size: (height, width).
        shapes: ("ellipse", [left, top, right, bottom]) or ("polygon", [(x, y), ...]), in pixels.
    """
    canvas = Image.new("L", (size[1], size[0]))
    draw = ImageDraw.Draw(canvas)
    for kind, corners in shapes:
        getattr(draw, kind)(corners, fill=255)
    return np.asarray(canvas) > 0
