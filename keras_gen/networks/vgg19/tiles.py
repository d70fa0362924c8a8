"""Pictures in tiles for VGG19: what lies inside a tile comes out as if the picture were whole.

Each tile starts on the grid of the deepest pooling and carries a margin as wide as the network sees
beyond it. What the border of a patch spoils lies in the margin, and is cut off.
"""

from keras import ops

from keras_gen.losses import gram_matrix
from keras_gen.networks.vgg19.network import LAYERS

GRID = 16  # pixels, the stride of block 5


def stride(layer):
    """Return how many pixels apart two positions of a VGG19 layer are: 1, 2, 4, 8 or 16."""
    return 2 ** (int(layer[len("block")]) - 1)


def margin(layers):
    """Return how many pixels beyond its tile the deepest of some layers sees, up to the grid.

    A 3 x 3 convolution sees one more position on each side, as many pixels as its stride; pooling
    by 2 x 2 sees nothing beyond its own cell of the grid. 80 for block5_conv1.
    """
    used = LAYERS[: max(map(LAYERS.index, layers)) + 1]
    return -(-sum(map(stride, used)) // GRID) * GRID


def boxes(height, width, tile=None, beyond=0):
    """Cut a picture into tiles.

    Args:
        height: pixels of the picture.
        width: pixels of the picture.
        tile: side of a tile in pixels, a multiple of 16; the last of a row or column takes the
            rest, from half a tile to one and a half. None: one tile.
        beyond: pixels of margin, a multiple of 16.

    Returns:
        List of (outer, inner) boxes, each (top, left, bottom, right): the inner ones cover the
        picture once, the outer ones have the margin wherever the picture goes on.

    Raises:
        ValueError: a side that is not a multiple of 16.
    """
    if tile is not None and (tile < GRID or tile % GRID):
        raise ValueError(f"tile: expected a multiple of {GRID}, found {tile}")

    def spans(length):
        count = 1 if tile is None else max(1, round(length / tile))
        starts = [tile * number for number in range(count)] if count > 1 else [0]
        return list(zip(starts, [*starts[1:], length], strict=True))

    def outer(top, left, bottom, right):
        ends = min(height, bottom + beyond), min(width, right + beyond)
        return max(0, top - beyond), max(0, left - beyond), *ends

    inner = [(top, left, end, right) for top, end in spans(height) for left, right in spans(width)]
    return [(outer(*box), box) for box in inner]


def grams(network, layers, image, tile=None):
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
    sums, masses = dict.fromkeys(layers, 0.0), dict.fromkeys(layers, 0.0)
    for outer, inner in boxes(*image.shape[1:3], tile, margin(layers)):
        crop = {layer: crop_of(layer, outer, inner) for layer in layers}
        for layer, maps in features_inside(network, pixels_in(image, outer), crop).items():
            mass = mass_of(None, crop[layer])
            sums[layer], masses[layer] = (
                sums[layer] + mass * gram_matrix(maps),
                masses[layer] + mass,
            )
    return {layer: sums[layer] / masses[layer] for layer in layers}


def features_inside(network, patch, crop):
    """Return the features of a patch (1, h, w, 3) that belong to the inside of its tile."""
    maps = network(patch)
    return {
        layer: maps[layer][:, top : top + height, left : left + width]
        for layer, (top, left, height, width) in crop.items()
    }


def pixels_in(image, box):
    """Cut a box of pixels out of images (B, H, W, C)."""
    top, left, bottom, right = box
    return image[:, top:bottom, left:right]


def crop_of(layer, outer, inner):
    """Return where the inside of a tile lies in its map of a layer: top, left, height, width."""
    step = stride(layer)
    top, left, bottom, right = (edge // step for edge in inner)
    corner = top - outer[0] // step, left - outer[1] // step
    return [ops.convert_to_tensor(number) for number in (*corner, bottom - top, right - left)]


def mass_of(mask, crop):
    """Return the weight of a tile's positions: their number, or the sum of their mask."""
    if mask is None:
        return ops.cast(crop[2] * crop[3], "float32")
    return ops.sum(mask)
