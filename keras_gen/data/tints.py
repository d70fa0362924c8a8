r"""Colours of products: a hue on a circle, a lightness, and the name that is nearest.

Hue and lightness are those of CIELAB under D65, in which equal steps look about equal: L* from 0
(black) to 100 (white), and h = atan2(b*, a*) in degrees (0 pink red, 90 yellow, 180 green, 270
blue). Names and their values are those of CSS.

Reference:
    CIE 15:2018, "Colorimetry"; IEC 61966-2-1:1999 for sRGB; CSS Color Module Level 4, section 6.1.
"""

import numpy as np
from PIL import ImageColor

NAMES = (
    "crimson", "tomato", "chocolate", "peru", "goldenrod", "olive", "olivedrab", "seagreen", "teal",
    "darkturquoise", "steelblue", "royalblue", "slateblue", "purple", "orchid", "palevioletred",
)  # fmt: skip
SATURATION = 0.8  # of products: chroma as a share of the greatest that sRGB has at that hue
_WHITE = np.array([0.95047, 1.0, 1.08883])  # D65
_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def rgb_to_lab(rgb: np.ndarray) -> np.ndarray:
    """Convert sRGB (..., 3) in [0, 1] to CIELAB (..., 3): L* in [0, 100], a*, b*."""
    rgb = np.asarray(rgb, "float64")
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    t = linear @ _TO_XYZ.T / _WHITE
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def lab_to_linear(lab: np.ndarray) -> np.ndarray:
    """Convert CIELAB (..., 3) to linear sRGB (..., 3); outside [0, 1] there is no such colour."""
    lightness, a, b = np.moveaxis(np.asarray(lab, "float64"), -1, 0)
    y = (lightness + 16) / 116
    f = np.stack([y + a / 500, y, y - b / 200], -1)
    t = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29))
    return t * _WHITE @ np.linalg.inv(_TO_XYZ).T


def product_lab(hue: np.ndarray, lightness: np.ndarray) -> np.ndarray:
    """Return the CIELAB colour (..., 3) of a product, given its hue in degrees and lightness.

    Its chroma is `SATURATION` of the greatest that sRGB can show.
    """
    hue, lightness = np.broadcast_arrays(np.radians(hue), np.asarray(lightness, "float64"))
    circle = np.stack([np.zeros_like(hue), np.cos(hue), np.sin(hue)], -1)
    grey = lightness[..., None] * np.array([1.0, 0, 0])
    low, high = np.zeros_like(hue), np.full_like(hue, 150.0)
    for _ in range(30):  # halve the interval in which the border of sRGB lies
        middle = (low + high) / 2
        linear = lab_to_linear(grey + middle[..., None] * circle)
        shown = ((linear >= 0) & (linear <= 1)).all(-1)
        low, high = np.where(shown, middle, low), np.where(shown, high, middle)
    return grey + SATURATION * low[..., None] * circle


def colour_lab(text: str) -> np.ndarray:
    """Return the CIELAB colour (3,) of a CSS colour name, such as teal, or of #RRGGBB.

    Raises:
        ValueError: no such colour.
    """
    try:
        rgb = ImageColor.getrgb(text)[:3]
    except ValueError:
        raise ValueError(
            f"unknown colour {text!r}: expected a CSS colour name, such as teal, or #RRGGBB"
        ) from None
    return rgb_to_lab(np.array(rgb) / 255)


def nearest_names(lab: np.ndarray) -> np.ndarray:
    """Return which of `NAMES` is nearest to each CIELAB colour (N, 3), as texts (N,)."""
    named = np.stack([colour_lab(name) for name in NAMES])
    return np.array(NAMES)[np.linalg.norm(lab[:, None] - named, axis=-1).argmin(-1)]
