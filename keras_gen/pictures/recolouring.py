r"""Another colour for a product, with its light and shade.

Everything is computed in CIELAB under D65, where lightness is one coordinate and colour the other
two, and equal steps look about equal.
"""

from collections.abc import Iterator

import numpy as np

from keras_gen.data.tints import lab_to_linear, rgb_to_lab

NEUTRAL = 10.0  # chroma below which a mean colour counts as grey, and its hue as noise
CONTRAST = 0.5  # least share of the lightness' contrast that is kept
TAIL = 1.0  # per cent of the darkest and of the lightest pixels that may be clipped
HALVINGS = 12  # of the interval of chroma: what is left is 1/4096 of the chroma
STRIP = 2**18  # pixels that are converted at a time, so that a large photo fits into memory


def recolour(pixels: np.ndarray, mask: np.ndarray, colour: np.ndarray) -> np.ndarray:
    r"""Move the mean colour within a mask to another one, and keep light and shade.

    Formula:
        $L' = L_t + s \, (L - \bar L)$, $\quad z' = z_t + g \, (z - \bar z)$,
        $g = \frac{z_t \bar z^*}{|\bar z|^2 + k^2}$, where $z = a^* + i b^*$
        lightness' = target lightness + s * (lightness - mean lightness)
        chroma' = target chroma + g * (chroma - mean chroma), as complex numbers

    Means are weighted by the mask. $s$ is 1 unless more than 1 % of the pixels would become darker
    than black or lighter than white; then it is the largest that keeps them within, but at least
    1/2, and $L_t$ moves instead: the mean of a black shoe's photo is not black either. For a
    colourful product $g$ is close to $z_t / \bar z$, which turns the hue and scales the chroma, so
    that white highlights stay white; for a grey one ($|\bar z|$ well below $k$ = 10) it is close
    to 0, and all of it takes the target's hue. A colour that sRGB cannot show loses chroma at its
    own lightness and hue. Where the mask is between 0 and 1, old and new colours are mixed.

    Args:
        pixels: uint8, (H, W, 3), sRGB.
        mask: (H, W) in [0, 1], 1 where the product is.
        colour: CIELAB (3,), the mean colour that is wanted.

    Returns:
        uint8, (H, W, 3); where the mask is 0 nothing changes.

    Raises:
        ValueError: arrays of other shapes or dtypes, or a mask without a pixel of at least 1/2.
    """
    pixels, mask = np.asarray(pixels), np.asarray(mask, "float32")
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[-1] != 3:
        raise ValueError(f"expected uint8 (H, W, 3), found {pixels.dtype} of shape {pixels.shape}")
    if mask.shape != pixels.shape[:2]:
        raise ValueError(f"expected a mask of shape {pixels.shape[:2]}, found {mask.shape}")
    if mask.max() < 0.5:
        raise ValueError("expected a mask with a pixel of at least 1/2, found none")
    inside = mask > 0
    chosen, weights = pixels[inside], mask[inside]  # (M, 3), (M,)
    lab = np.concatenate([rgb_to_lab(part / 255).astype("float32") for part in _strips(chosen)])
    mean = np.average(lab, axis=0, weights=weights)  # (3,)
    scale, colour = _within_lightness(lab[weights >= 0.5, 0], mean[0], colour)
    moved = (_moved(part, mean, colour, scale) for part in _strips(lab))
    new = np.concatenate([_shown(part).astype("float32") for part in moved])  # (M, 3)
    mixed = chosen + weights[:, None] * (255 * new - chosen)
    result = pixels.copy()
    result[inside] = np.rint(mixed)
    return result


def _strips(rows: np.ndarray) -> Iterator[np.ndarray]:
    return (rows[start : start + STRIP] for start in range(0, len(rows), STRIP))


def _within_lightness(lightness, mean, colour):
    """Return s and a colour with which all but the tails of the lightness stay in [0, 100]."""
    dark, light = np.percentile(lightness, [TAIL, 100 - TAIL])
    below, above = max(mean - dark, 1e-6), max(light - mean, 1e-6)
    target = np.clip(colour[0], CONTRAST * below, 100 - CONTRAST * above)
    scale = min(1.0, target / below, (100 - target) / above)
    return scale, np.array([target, *colour[1:]])


def _moved(lab, mean, colour, scale):
    """Return CIELAB colours (M, 3) after the change of mean."""
    lightness = np.clip(colour[0] + scale * (lab[:, 0] - mean[0]), 0, 100)
    chroma, old, new = (each[..., 1] + 1j * each[..., 2] for each in (lab, mean, colour))
    gain = new * np.conj(old) / (abs(old) ** 2 + NEUTRAL**2)
    chroma = new + gain * (chroma - old)
    return np.stack([lightness, chroma.real, chroma.imag], axis=-1)


def _shown(lab):
    """Return sRGB (M, 3) in [0, 1]; what it cannot show loses chroma, not lightness or hue."""
    linear = lab_to_linear(lab)
    outside = ~_in_gamut(linear)
    if outside.any():
        hidden = lab[outside]
        low, high = np.zeros(len(hidden)), np.ones(len(hidden))  # shares of the chroma
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            fits = _in_gamut(lab_to_linear(_with_chroma(hidden, middle)))
            low, high = np.where(fits, middle, low), np.where(fits, high, middle)
        linear[outside] = lab_to_linear(_with_chroma(hidden, low))
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def _in_gamut(linear):
    return ((linear >= -1e-4) & (linear <= 1 + 1e-4)).all(axis=-1)  # less is no level of 8 bits


def _with_chroma(lab, share):
    return lab * np.stack([np.ones_like(share), share, share], axis=-1)
