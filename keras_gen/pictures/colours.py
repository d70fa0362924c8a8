r"""Colour control of style transfer: the style's strokes in the content's colours.

There are two ways. Before the transfer, `match_colours` gives the style picture the content's
colours, and the style is then taken from the result. Or the transfer sees only luminance: that of
the style is adapted to that of the content by `match_luminance`, and `with_luminance` restores the
content's colours afterwards.

Luminance is the luma of Rec. 601, which is the Y of YIQ and of JPEG's YCbCr, computed from the
gamma-encoded sRGB values of the file. Everything is computed in float64 and returned as float32.

Reference: Gatys, Bethge, Hertzmann and Shechtman 2016, "Preserving Color in Neural Artistic Style
    Transfer", arXiv:1606.05897.
"""

import numpy as np

LUMA = np.array([0.299, 0.587, 0.114])  # Rec. 601, of red, green and blue
LEVEL = 1 / 255  # one step of an 8-bit file; variation below it is rounding, not colour


def luminance(pixels: np.ndarray) -> np.ndarray:
    r"""Luma of Rec. 601.

    Formula:
        $Y = 0.299 R + 0.587 G + 0.114 B$

    Args:
        pixels: (H, W, 3) floats in [0, 1], sRGB.

    Returns:
        float32, (H, W) in [0, 1].

    Raises:
        ValueError: other shapes, or not floats.
    """
    return (_checked(pixels) @ LUMA).astype("float32")


def with_luminance(pixels: np.ndarray, luma: np.ndarray) -> np.ndarray:
    r"""Give a picture another luminance, keeping its hues.

    Formula:
        $x' = Y' + t \, (x - Y)$, the largest $t \le 1$ of each pixel that keeps it in [0, 1]
        luma + t * (pixels - luminance(pixels))

    $x - Y$ determines the I and Q of YIQ and the Cb and Cr of YCbCr, which are linear in it. A
    colour that does not exist at the new luminance is moved towards grey, because clipping its
    channels would change its hue and its luminance.

    Args:
        pixels: (H, W, 3) floats in [0, 1], sRGB.
        luma: (H, W) floats, Y', clipped to [0, 1].

    Returns:
        float32, (H, W, 3) in [0, 1]; its `luminance` is `luma`.

    Raises:
        ValueError: other shapes, or `pixels` not floats.

    Reference: arXiv:1606.05897, luminance-only transfer.
    """
    pixels = _checked(pixels)
    luma = np.asarray(luma, "float64")
    if luma.shape != pixels.shape[:2]:
        raise ValueError(f"expected luma of shape {pixels.shape[:2]}, found {luma.shape}")
    luma = np.clip(luma, 0, 1)[..., None]  # (H, W, 1)
    chroma = pixels - (pixels @ LUMA)[..., None]  # (H, W, 3)
    room = np.where(chroma > 0, 1 - luma, luma)
    scale = np.divide(room, abs(chroma), out=np.ones_like(room), where=abs(chroma) > room)
    return np.clip(luma + scale.min(axis=-1, keepdims=True) * chroma, 0, 1).astype("float32")


def match_luminance(style_luma: np.ndarray, content_luma: np.ndarray) -> np.ndarray:
    r"""Give the style's luminance the mean and the standard deviation of the content's.

    Formula:
        $Y_S' = \frac{\sigma_C}{\max(\sigma_S, 1/255)} (Y_S - \mu_S) + \mu_C$, clipped to [0, 1]

    A style of a single grey becomes the content's mean grey.

    Args:
        style_luma: (H, W) floats in [0, 1].
        content_luma: (H', W') floats in [0, 1].

    Returns:
        float32, (H, W) in [0, 1].

    Reference: arXiv:1606.05897, luminance-only transfer.
    """
    style, content = np.asarray(style_luma, "float64"), np.asarray(content_luma, "float64")
    gain = content.std() / max(style.std(), LEVEL)
    return np.clip(gain * (style - style.mean()) + content.mean(), 0, 1).astype("float32")


def match_colours(style: np.ndarray, content: np.ndarray) -> np.ndarray:
    """Give the style's pixels the mean and the covariance of the content's colours.

    Applies `colour_transform` to every pixel and clips to [0, 1], so that the moments of the result
    are close to the content's but not equal to them.

    Args:
        style: (H, W, 3) floats in [0, 1].
        content: (H', W', 3) floats in [0, 1].

    Returns:
        float32, (H, W, 3) in [0, 1].

    Raises:
        ValueError: other shapes, or not floats.
    """
    matrix, offset = colour_transform(style, content)
    return np.clip(_checked(style) @ matrix.T + offset, 0, 1).astype("float32")


def colour_transform(style: np.ndarray, content: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Affine map of colours that takes the style's mean and covariance to the content's.

    Formula:
        $x' = A x + b$, $A = \Sigma_C^{1/2} \Sigma_S^{-1/2}$, $b = \mu_C - A \mu_S$,
        with symmetric square roots, so that $A \Sigma_S A^\top = \Sigma_C$

    This is the solution of "Image Analogies", one of two in the paper. The other, which uses
    Cholesky factors, depends on the order of the channels.

    Deviation: in a direction in which the style varies by less than 1/255 (standard deviation),
    its variation is divided by 1/255 instead, so that the rounding noise of a grey picture is not
    amplified into colours. The equality holds if the style varies by more in every direction.

    Args:
        style: (H, W, 3) floats in [0, 1].
        content: (H', W', 3) floats in [0, 1]. If it has a single colour, so has the result.

    Returns:
        `(A, b)`, float64 of shapes (3, 3) and (3,).

    Raises:
        ValueError: other shapes, or not floats.

    Reference: arXiv:1606.05897, colour histogram matching; Hertzmann, Jacobs, Oliver, Curless and
        Salesin 2001, "Image Analogies", SIGGRAPH.
    """
    style_mean, style_covariance = _moments(style)
    content_mean, content_covariance = _moments(content)
    whiten = _power(style_covariance, -0.5, smallest=LEVEL**2)
    matrix = _power(content_covariance, 0.5, smallest=0.0) @ whiten  # (3, 3)
    return matrix, content_mean - matrix @ style_mean


def _moments(pixels):
    colours = _checked(pixels).reshape(-1, 3)
    mean = colours.mean(axis=0)
    centred = colours - mean
    return mean, centred.T @ centred / len(centred)  # (3,), (3, 3)


def _power(covariance, exponent, smallest):
    variances, axes = np.linalg.eigh(covariance)
    return axes * np.maximum(variances, smallest) ** exponent @ axes.T


def _checked(pixels):
    pixels = np.asarray(pixels)
    if pixels.ndim != 3 or pixels.shape[-1] != 3 or not np.issubdtype(pixels.dtype, np.floating):
        raise ValueError(f"expected floats (H, W, 3), found {pixels.dtype} of shape {pixels.shape}")
    return pixels.astype("float64")
