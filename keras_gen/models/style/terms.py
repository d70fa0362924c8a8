"""The terms of the loss of style transfer, whichever way it is computed: regions, weights, sums."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import tensorflow as tf

from keras_gen.losses import content_loss, gram_matrix, style_loss
from keras_gen.models.style.presets import StylePreset
from keras_gen.networks.vgg19.tiles import stride

Tensor = Any  # an array or a tensor of TensorFlow
Key = tuple[str, int, str]  # ("style", region, layer), ("content", 0, layer)


class StyleTerms:
    """What both objectives share: the content, the regions, and the weight of each term.

    Args:
        network, preset, content, grams, masks, keep: as for `StyleObjective`.

    Raises:
        ValueError: a region without pixels.
    """

    def __init__(
        self,
        network: Callable,
        preset: StylePreset,
        content: Tensor,
        grams: Sequence[Mapping[str, Tensor]],
        masks: Sequence[Tensor] | None = None,
        keep: Tensor | None = None,
    ):
        self.network = network
        self.preset = preset
        self.grams = grams
        self.content = tf.convert_to_tensor(content, "float32")[None]  # (1, H, W, 3)
        size = self.content.shape[1:3]
        self.keep = _as_map(tf.zeros(size) if keep is None else keep)
        self.regions: list[Tensor | None] = [None]  # None: the whole picture
        if masks is not None or keep is not None:
            masks = [tf.ones(size)] if masks is None else masks
            self.regions = [(1 - self.keep) * _as_map(mask) for mask in masks]
        self.areas = [1.0 if r is None else float(tf.reduce_sum(r)) for r in self.regions]
        if min(self.areas) <= 0:
            raise ValueError("masks: expected pixels in every region, found a region without any")
        self.totals: dict[Key, float] = {}  # what sums over positions are divided by
        self.weights: dict[Key, float] = {}

    def compose(self, image: Tensor) -> Tensor:
        """Return the image (1, H, W, 3) with the content's pixels wherever `keep` is 1."""
        return self.keep * self.content + (1 - self.keep) * image

    def weigh(
        self, positions: Sequence[Mapping[str, float]], content: Mapping[str, Sequence[Tensor]]
    ) -> None:
        """Set the weight of each term, and the total by which its sum becomes a mean.

        Args:
            positions: for each region a dict from layer to the number of its positions, where
                masked ones count as much as their mask.
            content: dict from layer to the content's features, one map for each tile.
        """
        for number, area in enumerate(self.areas):
            for layer, weight in self.preset.style.items():
                mean_square = float(tf.reduce_mean(self.grams[number][layer] ** 2))
                scale = mean_square if self.preset.relative else 1.0
                self.totals["style", number, layer] = max(positions[number][layer], 1e-6)
                self.weights["style", number, layer] = weight * area / sum(self.areas) / scale
        for layer, weight in self.preset.content.items():
            maps = [tf.cast(tile, "float32") for tile in content[layer]]
            total = sum(float(tf.size(tile)) for tile in maps)
            mean_square = sum(float(tf.reduce_sum(tile**2)) for tile in maps) / total
            scale = mean_square if self.preset.relative else 1.0
            self.totals["content", 0, layer] = total
            self.weights["content", 0, layer] = weight / scale

    def weighted_terms(self, sums: Mapping[Key, Tensor]) -> dict[Key, Tensor]:
        """Return the weighted terms of the loss from sums over all positions.

        Equations 4 to 6 of Gatys et al.: each sum becomes a mean, Gram matrices are compared with
        their targets, and each term is multiplied by its weight.
        """
        terms = {}
        for key, total in sums.items():
            kind, region, layer = key
            mean = total / self.totals[key]
            loss = style_loss(mean, self.grams[region][layer]) if kind == "style" else mean
            terms[key] = self.weights[key] * loss
        return terms


def gram_sum(features: Tensor, mask: Tensor | None, total: Tensor) -> Tensor:
    """Return products of channels, summed over positions, (1, N, N): equation 3 of Gatys et al."""
    return gram_matrix(features, mask) * total


def squared_error_sum(features: Tensor, target: Tensor) -> Tensor:
    """Return squared differences, summed over positions and channels: twice equation 1."""
    return content_loss(features, target) * tf.cast(tf.size(target), "float32")


def at_positions(mask: Tensor, layer: str) -> Tensor:
    """Average a mask (1, H, W, 1) over the pixels of each position of a layer."""
    step = stride(layer)
    return tf.nn.avg_pool2d(mask, step, step, "VALID")  # (1, H', W', 1)


def _as_map(mask):
    return tf.cast(mask, "float32")[None, ..., None]  # (1, H, W, 1)
