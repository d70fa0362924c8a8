r"""What style transfer kept of the content, and how near it came to the style.

A picture that was optimised on Gram matrices of some layers cannot be judged by the same ones: a
smaller loss may only mean a longer run. `HELD_OUT_LAYERS` are layers that no preset of
`keras_gen.models.style.presets` looks at, one from each block.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_gen.measures.pairs import ssim
from keras_gen.models.style.transfer import tile_side
from keras_gen.networks import vgg19
from keras_gen.networks.vgg19.tiles import grams
from keras_gen.pictures.colours import luminance

HELD_OUT_LAYERS = (
    "block1_conv2",
    "block2_conv2",
    "block3_conv2",
    "block4_conv3",
    "block5_conv3",
)


def style_distance(grams: Mapping[str, Any], style_grams: Mapping[str, Any]) -> float:
    r"""Relative distance of Gram matrices, averaged over layers.

    Formula:
        $D = \frac{1}{L} \sum_l \frac{\|G_l - A_l\|_F}{\|A_l\|_F}$
        mean over layers of norm(G - A) / norm(A)

    The quotient has no unit, so that every layer counts, also those with small features.

    Args:
        grams: dict from layer to G, (1, N, N) floats, from `losses.gram_matrix` of a picture.
        style_grams: dict from the same layers to A, (1, N, N) floats, of the style.

    Returns:
        Float >= 0: 0 for equal matrices, 1 for features that are all 0, no upper bound.

    Raises:
        ValueError: other layers, other shapes, or a style whose matrix is 0.
    """
    if set(grams) != set(style_grams) or not grams:
        raise ValueError(
            f"style distance: expected Gram matrices of the same layers, "
            f"found {', '.join(grams) or 'none'} and {', '.join(style_grams) or 'none'}"
        )
    distances = []
    for layer, gram in grams.items():
        g, a = (np.asarray(matrix, "float64") for matrix in (gram, style_grams[layer]))
        if g.shape != a.shape:
            raise ValueError(f"{layer}: expected matrices of one shape, found {g.shape}, {a.shape}")
        size = np.linalg.norm(a)
        if size == 0:
            raise ValueError(f"{layer}: expected a style with features, found a Gram matrix of 0")
        distances.append(np.linalg.norm(g - a) / size)
    return float(np.mean(distances))


def held_out_distances(
    images: Sequence[np.ndarray],
    styles: Sequence[np.ndarray],
    shares: Sequence[float] | None = None,
    weights: str = "auto",
    seed: int = 0,
) -> list[float]:
    """Measure how far pictures are from a style, in features that no preset optimises.

    Several styles are blended: their Gram matrices are averaged. That holds for regions as well,
    since the matrix of a picture is the mean of those of its regions, weighted by area; which
    style is where is not measured.

    Args:
        images: list of (H, W, 3) floats in [0, 1].
        styles: list of the same, of any size.
        shares: weights of the styles, only ratios matter; equal by default.
        weights: of VGG19, as for `vgg19.features`.
        seed: of random weights.

    Returns:
        List of `style_distance`, one for each image.
    """
    network = vgg19.features(HELD_OUT_LAYERS, weights, padding="replicate", seed=seed)

    def matrices(image):
        return grams(network, HELD_OUT_LAYERS, image, tile_side(image.shape[:2]))

    style_weights = np.ones(len(styles)) if shares is None else np.asarray(shares, "float64")
    targets = [matrices(style) for style in styles]
    target = {
        layer: np.average([gram[layer] for gram in targets], axis=0, weights=style_weights)
        for layer in HELD_OUT_LAYERS
    }
    return [style_distance(matrices(image), target) for image in images]


def luminance_ssim(image: np.ndarray, content: np.ndarray) -> float:
    """Structural similarity of two pictures' luminance: how much of the content is still visible.

    Formula:
        ssim(luminance(image), luminance(content)), Rec. 601

    Colour is left out, because it belongs to the style.

    Args:
        image: (H, W, 3) floats in [0, 1], H and W >= 11.
        content: (H, W, 3) floats in [0, 1].

    Returns:
        Float in [-1, 1]; 1 for equal luminance.

    Raises:
        ValueError: other shapes, dtypes or pixel scales, or pictures smaller than the window.

    Reference: `pairs.ssim`.
    """
    image, content = (luminance(picture)[None, ..., None] for picture in (image, content))
    return float(ssim(image, content)[0])
