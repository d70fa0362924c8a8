r"""The loss of style transfer as a function of pixels, with its exact gradient in tiles.

A Gram matrix is a sum over positions. So the loss needs of the features only a few statistics that
add up over tiles, and the gradient is a chain of links:

    1. every tile forward; its statistics, Gram matrices and content terms, are added up
    2. the derivative of the loss by the sums, which are small
    3. every tile forward again, and that derivative back through it to its pixels

Memory is that of one tile. Each tile starts on the grid of the deepest pooling and carries a margin
wider than the network sees, so that nothing is approximated: in tiles a picture has the gradient
that it has as a whole.
"""

import tensorflow as tf

from keras_gen.losses import content_loss, gram_matrix, style_loss, total_variation
from keras_gen.networks.vgg19.tiles import (
    boxes,
    crop_of,
    features_inside,
    margin,
    mass_of,
    pixels_in,
    stride,
)


class StyleObjective:
    r"""Total loss of style transfer at one size, and its gradient by the pixels.

    Formula:
        $L(x) = \sum_{l,r} w_l a_r L_{style}(G_l^r(x), A_l^r) + \sum_l c_l L_{content}(F_l(x), P_l)
        + t V(x)$
        sum of style weight * area of region * style_loss, content weight * content_loss,
        total_variation weight * total_variation

    Regions r come from masks and have areas a_r that sum to 1; without masks there is one, the
    whole. Pixels that `keep` protects are the content's before anything is computed, so that the
    network sees the picture as a reader will. A `relative` preset divides w_l by the mean square of
    A_l and c_l by that of P_l.

    Args:
        network: `vgg19.features` with all the layers that the preset names.
        preset: `style_presets.StylePreset` for this size.
        content: (H, W, 3) floats in [0, 1], the picture whose objects stay.
        grams: for each region a dict from layer to its target Gram matrix A, (1, N, N).
        masks: for each region (H, W) floats in [0, 1], or None for one region, the whole.
        keep: (H, W) floats in [0, 1], 1 where the content stays as it is, or None.
        tile: side of a tile in pixels, a multiple of 16; None computes the picture whole.

    Raises:
        ValueError: a side of tiles that is not a multiple of 16, or a region of no pixels.

    Reference: Gatys, Ecker and Bethge 2016, CVPR, equation 7 (preprint arXiv:1508.06576); regions:
        Gatys et al. 2017, arXiv:1611.07865. The tiles are this project's.
    """

    def __init__(self, network, preset, content, grams, masks=None, keep=None, tile=None):
        self.network, self.preset, self.grams = network, preset, grams
        self.content = tf.convert_to_tensor(content, "float32")[None]  # (1, H, W, 3)
        height, width = self.content.shape[1:3]
        self.keep = _as_map(tf.zeros((height, width)) if keep is None else keep)
        regions = [None]  # None: everything
        if masks is not None or keep is not None:
            masks = [tf.ones((height, width))] if masks is None else masks
            regions = [(1 - self.keep) * _as_map(mask) for mask in masks]
        self._from_statistics = tf.function(self._from_statistics)
        self._from_pixels = tf.function(self._from_pixels)
        self._from_whole = tf.function(self._from_whole)
        cut = boxes(height, width, tile, margin([*preset.style, *preset.content]))
        self.tiles = [self._tile(*box, regions) for box in cut]
        self._weigh(regions)
        # One graph for the tiles of all sizes; the picture as a whole has one of its own.
        tile = tf.nest.map_structure(_of_any_size, (self.content, self.tiles[0][1]))
        sums = {
            key: tf.TensorSpec(self._gram(key).shape if key[0] == "style" else ())
            for key in self.weights
        }
        self._statistics_of_tile = tf.function(self._statistics, input_signature=tile)
        self._pull_back = tf.function(self._pull_back, input_signature=(*tile, sums))

    def _gram(self, key):
        """Return the target of a style term."""
        _, region, layer = key
        return self.grams[region][layer]

    def _tile(self, outer, inner, regions):
        """Return the outer box of a tile, and what belongs to its inside."""
        preset = self.preset
        crop = {layer: crop_of(layer, outer, inner) for layer in {**preset.style, **preset.content}}
        masks = [
            {}  # everything
            if region is None
            else {layer: _at_positions(pixels_in(region, inner), layer) for layer in preset.style}
            for region in regions
        ]
        content = features_inside(
            self.network,
            pixels_in(self.content, outer),
            {layer: crop[layer] for layer in preset.content},
        )
        return outer, {"crop": crop, "masks": masks, "content": content}

    def _weigh(self, regions):
        """Resolve the masses by which sums become means, and the weight of each term."""
        areas = [1.0 if region is None else float(tf.reduce_sum(region)) for region in regions]
        if min(areas) <= 0:
            raise ValueError("masks: expected pixels in every region, found a region without any")
        self.masses, self.weights = {}, {}
        for number, area in enumerate(areas):
            for layer, weight in self.preset.style.items():
                masks = [part["masks"][number].get(layer) for _, part in self.tiles]
                crops = [part["crop"][layer] for _, part in self.tiles]
                mass = sum(float(mass_of(*pair)) for pair in zip(masks, crops, strict=True))
                key = "style", number, layer
                power = float(tf.reduce_mean(self._gram(key) ** 2))
                scale = power if self.preset.relative else 1.0
                self.masses[key] = max(mass, 1e-6)
                self.weights[key] = weight * area / sum(areas) / scale
        for layer, weight in self.preset.content.items():
            maps = [tf.cast(part["content"][layer], "float32") for _, part in self.tiles]
            mass = sum(float(tf.size(part)) for part in maps)
            power = sum(float(tf.reduce_sum(part**2)) for part in maps) / mass
            scale = power if self.preset.relative else 1.0
            self.masses["content", 0, layer] = mass
            self.weights["content", 0, layer] = weight / scale

    def compose(self, image):
        """Return the image (1, H, W, 3) with the content's pixels where `keep` asks for them."""
        return self.keep * self.content + (1 - self.keep) * image

    def value_and_gradient(self, image):
        """Compute the total loss, its parts and its gradient.

        Args:
            image: (1, H, W, 3) float32 in [0, 1].

        Returns:
            Scalar; dict of the weighted parts that sum to it, with the keys ("style", region,
            layer), ("content", 0, layer) and ("total_variation", 0, ""); (1, H, W, 3) float32.
        """
        if len(self.tiles) == 1:
            return self._from_whole(image)
        composed, statistics = self.compose(image), None
        for outer, part in self.tiles:
            found = self._statistics_of_tile(pixels_in(composed, outer), part)
            statistics = (
                found if statistics is None else tf.nest.map_structure(tf.add, statistics, found)
            )
        value, parts, pull = self._from_statistics(statistics)
        smooth, gradient = self._from_pixels(composed)
        gradient = gradient.numpy()
        for outer, part in self.tiles:
            pixels_in(gradient, outer)[:] += self._pull_back(pixels_in(composed, outer), part, pull)
        parts = {**parts, ("total_variation", 0, ""): smooth}
        return value + smooth, parts, (1 - self.keep) * gradient

    def _statistics(self, patch, part):
        """Return what a tile adds to each term: sums over its positions."""
        inside, sums = features_inside(self.network, patch, part["crop"]), {}
        for number, masks in enumerate(part["masks"]):
            for layer in self.preset.style:
                mask = masks.get(layer)
                mean = gram_matrix(inside[layer], mask)  # (1, N, N)
                sums["style", number, layer] = mean * mass_of(mask, part["crop"][layer])
        for layer, features in part["content"].items():
            mean = content_loss(inside[layer], features)
            sums["content", 0, layer] = mean * tf.cast(tf.size(features), "float32")
        return sums

    def _parts(self, sums):
        """Return the weighted terms of the loss from the sums over all tiles."""
        parts = {}
        for key, total in sums.items():
            mean = total / self.masses[key]
            if key[0] == "style":
                mean = style_loss(mean, self._gram(key))
            parts[key] = self.weights[key] * mean
        return parts

    def _from_statistics(self, sums):
        with tf.GradientTape() as tape:
            tape.watch(sums)
            parts = self._parts(sums)
            value = tf.add_n(list(parts.values()))
        return value, parts, tape.gradient(value, sums)

    def _pull_back(self, patch, part, cotangents):
        """Return the gradient by a patch, from the derivative of the loss by the sums."""
        with tf.GradientTape() as tape:
            tape.watch(patch)
            sums = self._statistics(patch, part)
        return tape.gradient(sums, patch, output_gradients=cotangents)

    def _from_pixels(self, composed):
        with tf.GradientTape() as tape:
            tape.watch(composed)
            value = self.preset.total_variation * total_variation(composed)
        return value, tape.gradient(value, composed)

    def _from_whole(self, image):
        _, part = self.tiles[0]
        with tf.GradientTape() as tape:
            tape.watch(image)
            composed = self.compose(image)
            parts = self._parts(self._statistics(composed, part))
            smooth = self.preset.total_variation * total_variation(composed)
            parts["total_variation", 0, ""] = smooth
            value = tf.add_n(list(parts.values()))
        return value, parts, tape.gradient(value, image)


def _of_any_size(tensor):
    """Return the specification of maps (1, any, any, N); of other tensors their own."""
    shape = (1, None, None, tensor.shape[-1]) if tensor.shape.rank == 4 else tensor.shape
    return tf.TensorSpec(shape, tensor.dtype)


def _as_map(mask):
    return tf.cast(mask, "float32")[None, ..., None]  # (1, H, W, 1)


def _at_positions(mask, layer):
    """Average a mask (1, H, W, 1) over the pixels of each position of a layer."""
    step = stride(layer)
    return tf.nn.avg_pool2d(mask, step, step, "VALID")  # (1, H', W', 1)
