"""Pictures in tiles for VGG19: what lies inside a tile comes out as if the picture were whole.

Each tile starts on the grid of the deepest pooling and carries a margin as wide as the network sees
beyond it. What the border of a patch spoils lies in the margin, and is cut off.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keras import ops

from keras_gen.losses import gram_matrix
from keras_gen.networks.vgg19.network import LAYERS

GRID = 16  # pixels, the stride of block 5

Tensor = Any  # an array or a tensor of Keras' backend
Box = tuple[int, int, int, int]  # top, left, bottom, right, in pixels


def stride(layer: str) -> int:
    """Return how many pixels apart two positions of a VGG19 layer are: 1, 2, 4, 8 or 16."""
    return 2 ** (int(layer[len("block")]) - 1)


def margin(layers: Sequence[str]) -> int:
    """Return how far the deepest layer sees beyond its tile, in pixels, rounded up to the grid.

    A 3 x 3 convolution sees one more position on each side, as many pixels as its stride; pooling
    by 2 x 2 sees nothing beyond its own cell of the grid. 80 for block5_conv1.
    """
    used = LAYERS[: max(map(LAYERS.index, layers)) + 1]
    return -(-sum(map(stride, used)) // GRID) * GRID


def check_tile(tile: int | None) -> None:
    """Raise a ValueError where the side of a tile is not a multiple of 16."""
    if tile is not None and (tile < GRID or tile % GRID):
        raise ValueError(f"tile: expected a multiple of {GRID}, found {tile}")


def boxes(
    height: int, width: int, tile: int | None = None, beyond: int = 0
) -> list[tuple[Box, Box]]:
    """Cut a picture into tiles.

    Args:
        height: pixels of the picture.
        width: pixels of the picture.
        tile: side of a tile in pixels, a multiple of 16; the last of a row or column takes the
            rest, from half a tile to one and a half. None: one tile.
        beyond: pixels of margin, a multiple of 16.

    Returns:
        List of (outer, inner) boxes, each (top, left, bottom, right): the inner ones cover the
        picture once, the outer ones have the margin wherever the picture continues.

    Raises:
        ValueError: a side that is not a multiple of 16.
    """
    check_tile(tile)

    def spans(length):
        count = 1 if tile is None else max(1, round(length / tile))
        starts = [tile * number for number in range(count)] if count > 1 else [0]
        return list(zip(starts, [*starts[1:], length], strict=True))

    def outer(top, left, bottom, right):
        ends = min(height, bottom + beyond), min(width, right + beyond)
        return max(0, top - beyond), max(0, left - beyond), *ends

    inner = [(top, left, end, right) for top, end in spans(height) for left, right in spans(width)]
    return [(outer(*box), box) for box in inner]


def grams(
    network: Callable, layers: Sequence[str], image: Tensor, tile: int | None = None
) -> dict[str, Tensor]:
    """Compute the Gram matrices of a picture, in tiles where it is large.

    Args:
        network: `vgg19.features` with these layers.
        layers: names of layers.
        image: (H, W, 3) floats in [0, 1].
        tile: as for `boxes`.

    Returns:
        Dict from layer to (1, N, N) float32.
    """
    image = ops.convert_to_tensor(image, "float32")[None]
    sums = dict.fromkeys(layers, 0.0)
    totals = dict.fromkeys(layers, 0.0)
    _, height, width, _ = image.shape
    for outer, inner in boxes(height, width, tile, margin(layers)):
        crop = {layer: crop_box(layer, outer, inner) for layer in layers}
        for layer, maps in features_inside(network, pixels_in(image, outer), crop).items():
            total = total_weight(None, crop[layer][2:])
            sums[layer] += total * gram_matrix(maps)
            totals[layer] += total
    return {layer: sums[layer] / totals[layer] for layer in layers}


def features_inside(
    network: Callable, patch: Tensor, crop: Mapping[str, Sequence[Tensor]]
) -> dict[str, Tensor]:
    """Return the features of a patch (1, h, w, 3) that belong to the inside of its tile."""
    maps = network(patch)
    return {
        layer: maps[layer][:, top : top + height, left : left + width]
        for layer, (top, left, height, width) in crop.items()
    }


def pixels_in(image: Tensor, box: Box) -> Tensor:
    """Cut a box of pixels out of images (B, H, W, C)."""
    top, left, bottom, right = box
    return image[:, top:bottom, left:right]


def crop_box(layer: str, outer: Box, inner: Box) -> list[Tensor]:
    """Return where the inside of a tile lies in its map of a layer: top, left, height, width."""
    step = stride(layer)
    top, left, bottom, right = (edge // step for edge in inner)
    corner = top - outer[0] // step, left - outer[1] // step
    return [ops.convert_to_tensor(number) for number in (*corner, bottom - top, right - left)]


def total_weight(mask: Tensor | None, size: Sequence[Tensor]) -> Tensor:
    """Return the sum of a mask over positions; without a mask, the number of positions."""
    if mask is None:
        height, width = size
        return ops.cast(height * width, "float32")
    return ops.sum(mask)
