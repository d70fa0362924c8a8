"""The loss of style transfer as a function of pixels, and its gradient, for the whole picture."""

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
from keras_gen.networks.vgg19.tiles import crop_box, features_inside, total_weight


class StyleObjective(StyleTerms):
    r"""Total loss of style transfer at one size, and its gradient with respect to the pixels.

    Formula:
        $L(x) = \sum_{l,r} w_l a_r L_{style}(G_l^r(x), A_l^r) + \sum_l c_l L_{content}(F_l(x), P_l)
        + t V(x)$
        sum of style weight * area of region * style_loss, content weight * content_loss,
        total_variation weight * total_variation

    Regions r come from masks and have areas a_r that sum to 1; without masks there is one region,
    the whole picture. Pixels that `keep` protects are set to the content's before anything is
    computed, so that the network sees the picture as a viewer will. A `relative` preset divides
    w_l by the mean square of A_l and c_l by that of P_l.

    Args:
        network: `vgg19.features` with all the layers that the preset names.
        preset: `presets.StylePreset` for this size.
        content: (H, W, 3) floats in [0, 1], the picture whose objects stay.
        grams: for each region a dict from layer to its target Gram matrix A, (1, N, N).
        masks: for each region (H, W) floats in [0, 1], or None for one region, the whole picture.
        keep: (H, W) floats in [0, 1], 1 where the content stays as it is, or None.

    Raises:
        ValueError: a region without pixels.

    Reference: Gatys, Ecker and Bethge 2016, CVPR, equation 7 (preprint arXiv:1508.06576); regions:
        Gatys et al. 2017, arXiv:1611.07865.
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
        super().__init__(network, preset, content, grams, masks, keep)
        height, width = self.content.shape[1:3]
        whole = (0, 0, height, width)
        layers = {**preset.style, **preset.content}
        # The one tile that is the whole picture: sums round as they do in `TiledStyleObjective`.
        self.crop = {layer: crop_box(layer, whole, whole) for layer in layers}
        self.masks = [
            {layer: None if r is None else at_positions(r, layer) for layer in preset.style}
            for r in self.regions
        ]
        maps = network(self.content)
        self.content_maps = {layer: maps[layer] for layer in preset.content}  # P
        self.weigh(
            [
                {layer: float(self._positions(mask, layer)) for layer, mask in masks.items()}
                for masks in self.masks
            ],
            {layer: [target] for layer, target in self.content_maps.items()},
        )
        self.value_and_gradient = tf.function(self.value_and_gradient)  # type: ignore[method-assign]

    def _positions(self, mask, layer):
        """Return the number of a region's positions in a layer, where masks count as fractions."""
        return total_weight(mask, self.crop[layer][2:])

    def value_and_gradient(self, image: Tensor) -> tuple[Tensor, dict, Tensor]:
        """Compute the total loss, its parts and its gradient.

        Args:
            image: (1, H, W, 3) float32 in [0, 1].

        Returns:
            Scalar; dict of the weighted parts that sum to it, with the keys ("style", region,
            layer), ("content", 0, layer) and ("total_variation", 0, ""); (1, H, W, 3) float32.
        """
        with tf.GradientTape() as tape:
            tape.watch(image)
            composed = self.compose(image)
            maps = features_inside(self.network, composed, self.crop)
            sums = {}
            for region, masks in enumerate(self.masks):
                for layer, mask in masks.items():
                    # Equation 3 of the paper: the Gram matrix of a region, a sum over positions.
                    positions = self._positions(mask, layer)
                    sums["style", region, layer] = gram_sum(maps[layer], mask, positions)
            for layer, target in self.content_maps.items():
                # Equation 1: squared differences, summed over positions and channels.
                sums["content", 0, layer] = squared_error_sum(maps[layer], target)
            parts = self.weighted_terms(sums)  # equations 4 to 6
            smoothness = self.preset.total_variation * total_variation(composed)
            parts["total_variation", 0, ""] = smoothness
            value = tf.add_n(list(parts.values()))  # equation 7 and total variation
        return value, parts, tape.gradient(value, image)
