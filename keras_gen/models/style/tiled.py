r"""The same loss for pictures that do not fit in memory, with its exact gradient, in tiles.

A Gram matrix is a sum over positions. So the loss needs only a few statistics of the features,
which add up over tiles, and the gradient is a chain of three links:

    1. run every tile forward, and add up its statistics: Gram matrices and content terms
    2. differentiate the loss with respect to the sums, which are small
    3. run every tile forward again, and pull that derivative back through it to its pixels

Memory is that of one tile. Each tile starts on the grid of the deepest pooling and carries a margin
wider than the network sees, so nothing is approximated: in tiles a picture has the gradient that it
has as a whole.
"""

from collections.abc import Callable, Mapping, Sequence

import tensorflow as tf

from keras_gen.losses import total_variation
from keras_gen.models.style.presets import StylePreset
from keras_gen.models.style.terms import (
    StyleTerms,
    Tensor,
    at_positions,
    gram_sum,
    squared_error_sum,
)
from keras_gen.networks.vgg19.tiles import (
    boxes,
    crop_box,
    features_inside,
    margin,
    pixels_in,
    total_weight,
)


class TiledStyleObjective(StyleTerms):
    """`StyleObjective` in tiles: the same interface, loss and gradient, in the memory of one tile.

    Args:
        network, preset, content, grams, masks, keep: as for `StyleObjective`.
        tile: side of a tile in pixels, a multiple of 16.

    Raises:
        ValueError: a side that is not a multiple of 16, or a region without pixels.
    """

    def __init__(
        self,
        network: Callable,
        preset: StylePreset,
        content: Tensor,
        grams: Sequence[Mapping[str, Tensor]],
        masks: Sequence[Tensor] | None = None,
        keep: Tensor | None = None,
        *,
        tile: int,
    ):
        super().__init__(network, preset, content, grams, masks, keep)
        layers = [*preset.style, *preset.content]
        _, height, width, _ = self.content.shape
        cuts = boxes(height, width, tile, margin(layers))
        self.tiles = [(outer, self._tile(outer, inner)) for outer, inner in cuts]
        tiles = [tile for _, tile in self.tiles]
        self.weigh(
            [
                {
                    layer: sum(float(_positions(tile, region, layer)) for tile in tiles)
                    for layer in preset.style
                }
                for region in range(len(self.regions))
            ],
            {layer: [tile["content"][layer] for tile in tiles] for layer in preset.content},
        )
        # One graph serves the tiles of all sizes.
        signature = tf.nest.map_structure(_of_any_size, (self.content, tiles[0]))
        sums = {
            (kind, region, layer): tf.TensorSpec(
                self.grams[region][layer].shape if kind == "style" else ()
            )
            for kind, region, layer in self.weights
        }
        self._sums = tf.function(self._sums_of_tile, input_signature=signature)
        self._pull_back = tf.function(self._pull_back_to, input_signature=(*signature, sums))

    def value_and_gradient(self, image: Tensor) -> tuple[Tensor, dict, Tensor]:
        """Compute the total loss, its parts and its gradient, as `StyleObjective` does."""
        composed = self.compose(image)
        totals = None
        for outer, tile in self.tiles:
            sums = self._sums(pixels_in(composed, outer), tile)
            totals = sums if totals is None else tf.nest.map_structure(tf.add, totals, sums)
        value, parts, cotangents = self._from_sums(totals)
        smoothness, gradient = self._from_pixels(composed)
        gradient = gradient.numpy()
        for outer, tile in self.tiles:
            patch = pixels_in(composed, outer)
            pixels_in(gradient, outer)[:] += self._pull_back(patch, tile, cotangents)
        parts = {**parts, ("total_variation", 0, ""): smoothness}
        return value + smoothness, parts, (1 - self.keep) * gradient

    def _tile(self, outer, inner):
        """Return what belongs to the inside of a tile: crops of maps, masks, content features."""
        preset = self.preset
        crop = {
            layer: crop_box(layer, outer, inner) for layer in {**preset.style, **preset.content}
        }
        masks = [
            {}  # the whole picture
            if region is None
            else {layer: at_positions(pixels_in(region, inner), layer) for layer in preset.style}
            for region in self.regions
        ]
        content = features_inside(
            self.network,
            pixels_in(self.content, outer),
            {layer: crop[layer] for layer in preset.content},
        )
        return {"crop": crop, "masks": masks, "content": content}

    def _sums_of_tile(self, patch, tile):
        """Return what a tile adds to each term: sums over its positions."""
        inside = features_inside(self.network, patch, tile["crop"])
        sums = {}
        for region, masks in enumerate(tile["masks"]):
            for layer in self.preset.style:
                positions = _positions(tile, region, layer)
                sums["style", region, layer] = gram_sum(inside[layer], masks.get(layer), positions)
        for layer, target in tile["content"].items():
            sums["content", 0, layer] = squared_error_sum(inside[layer], target)
        return sums

    @tf.function
    def _from_sums(self, sums):
        """Return the loss, its weighted terms, and its derivative with respect to the sums."""
        with tf.GradientTape() as tape:
            tape.watch(sums)
            parts = self.weighted_terms(sums)
            value = tf.add_n(list(parts.values()))
        return value, parts, tape.gradient(value, sums)

    def _pull_back_to(self, patch, tile, cotangents):
        """Return the gradient with respect to a patch, given that with respect to the sums."""
        with tf.GradientTape() as tape:
            tape.watch(patch)
            sums = self._sums_of_tile(patch, tile)
        return tape.gradient(sums, patch, output_gradients=cotangents)

    @tf.function
    def _from_pixels(self, composed):
        """Return the weighted total variation and its gradient."""
        with tf.GradientTape() as tape:
            tape.watch(composed)
            value = self.preset.total_variation * total_variation(composed)
        return value, tape.gradient(value, composed)


def _positions(tile, region, layer):
    """Return the number of a region's positions in a tile, where masks count as fractions."""
    return total_weight(tile["masks"][region].get(layer), tile["crop"][layer][2:])


def _of_any_size(tensor):
    """Return the specification of maps (1, any, any, N); of other tensors their own."""
    shape = (1, None, None, tensor.shape[-1]) if tensor.shape.rank == 4 else tensor.shape
    return tf.TensorSpec(shape, tensor.dtype)
