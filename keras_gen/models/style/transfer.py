"""Style transfer by optimisation: the image is the only variable."""

import dataclasses
import logging
import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_gen.models.style.checks import check_choices, check_styles
from keras_gen.models.style.descent import OPTIMIZERS
from keras_gen.models.style.objective import StyleObjective
from keras_gen.models.style.presets import StylePreset, find_preset
from keras_gen.models.style.pyramid import FIRST_LONG_SIDE, Size, pyramid
from keras_gen.models.style.stopping import Plateau
from keras_gen.models.style.tiled import TiledStyleObjective
from keras_gen.networks import vgg19
from keras_gen.networks.vgg19.tiles import boxes, grams

TILE_SIDE = 384  # pixels; with its margin a tile takes about as much memory as 544 x 544 pixels
UNTILED_MAX_PIXELS = 640_000  # about 768 x 768 and a frame; larger pictures are cut into tiles
LBFGS_MAX_PIXELS = 1_500_000  # beyond, L-BFGS, in float64, would take gigabytes: Adam takes over
FRAME_WIDTH = 8  # mirrored pixels around the picture meanwhile: few windows see its border
logger = logging.getLogger("keras_gen")

Image = Any  # a NumPy array or a tensor of TensorFlow


@dataclasses.dataclass(frozen=True)
class Step:
    """State passed to the callback after each evaluation of the loss.

    Attributes:
        number: evaluations so far, from 1.
        done: share of all work that is done, in (0, 1]; a step costs as much as it has pixels.
        losses: of this evaluation, weighted sums: "style", "content" and "total_variation".
        parts: the same by layer, "style 0 block1_conv1" and so on; the number is the region's.
        image: (H, W, 3) float32 tensor in [0, 1]: of L-BFGS the image of the lowest loss at this
            scale so far, which may be that of an earlier evaluation; of Adam an average of images.
    """

    number: int
    done: float
    losses: dict[str, float]
    parts: dict[str, float]
    image: Image


@dataclasses.dataclass(frozen=True)
class Stylized:
    """A picture made by style transfer.

    Attributes:
        image: (H, W, 3) float32 array in [0, 1].
        losses: as of a `Step`, but of this image; of Adam's last image, whose average this is.
        parts: the same by layer.
        last: the last `Step`.
        scales: list of ((height, width), steps), the steps that were taken.
        finished: False where the callback stopped the optimisation.
    """

    image: np.ndarray
    losses: dict[str, float]
    parts: dict[str, float]
    last: Step
    scales: list[tuple[Size, int]]
    finished: bool


def tile_side(size: Sequence[int], tile: str | int | None = "auto") -> int | None:
    """Return the side of tiles for a picture of a size; None computes the picture whole."""
    if tile != "auto":
        return tile  # type: ignore[return-value]
    return TILE_SIDE if math.prod(size) > UNTILED_MAX_PIXELS else None


class StyleTransfer:
    r"""Render a content image in the style of one or more style images.

    Args:
        preset: key of `presets.PRESETS`, or a function of height and width that returns a
            `StylePreset`.
        weights: of VGG19, as for `vgg19.features`.
        padding: as for `vgg19.features`; "replicate" leaves no frame around the picture.
        dtype: "float32" or "mixed_bfloat16", for the features; Gram matrices, losses and the
            image are float32.
        seed: integer, of random weights and of noise.

    Raises:
        ValueError: unknown preset; what `vgg19.features` raises.
        FileNotFoundError: weights that are not on this machine.

    Reference: Gatys, Ecker and Bethge 2016, CVPR (preprint arXiv:1508.06576); coarse to fine: Gatys
        et al. 2017, arXiv:1611.07865, section 6.
    """

    def __init__(
        self,
        preset: str | Callable[[int, int], StylePreset] = "relative",
        weights: str = "auto",
        padding: str = "replicate",
        dtype: str = "float32",
        seed: int = 0,
    ):
        self.preset = preset if callable(preset) else find_preset(preset)
        self.seed = seed
        layers = self.preset(FIRST_LONG_SIDE, FIRST_LONG_SIDE)
        names = [*layers.style, *layers.content]
        self.network = vgg19.features(names, weights, layers.pooling, padding, dtype, seed)

    def stylize(
        self,
        content: Image,
        styles: Sequence[Image],
        style_weights: Sequence[float] | None = None,
        masks: Sequence[Image] | None = None,
        keep: Image | None = None,
        *,
        schedule: str = "quality",
        steps: int | None = None,
        tolerance: float = 0.0,
        optimizer: str = "lbfgs",
        style_scale: float = 1.0,
        start: str = "content",
        tile: str | int | None = "auto",
        callback: Callable[[Step], Any] | None = None,
    ) -> Stylized:
        """Optimise the pixels of the content image.

        Several styles without masks are blended: their Gram matrices are averaged by weight. Where
        a preset is not relative, that is the weighted sum of their losses, up to a constant. With
        masks each style has its own region.

        Args:
            content: (H, W, 3) floats in [0, 1]; the result has its size.
            styles: list of (h, w, 3) floats in [0, 1], of any size.
            style_weights: floats >= 0, one for each style; equal by default. Only ratios matter.
            masks: (H, W) floats in [0, 1], one for each style: where it applies. None: everywhere.
            keep: (H, W) floats in [0, 1], 1 where the content stays as it is.
            schedule: "quality" or "classic", see `pyramid`.
            steps: at most, at the first scale; see `pyramid`.
            tolerance: a scale ends early where its last 20 steps lowered the loss by less than this
                share of it, see `stopping.Plateau`; 0 takes all steps.
            optimizer: "lbfgs" or "adam"; scales above 1.5 megapixels always use Adam.
            style_scale: how large strokes are: 1 shows a style as large as the content.
            start: "content", or "noise" as in the paper.
            tile: side of tiles in pixels, a multiple of 16; None computes the picture whole; "auto"
                uses tiles of 384 above about 768 x 768 pixels.
            callback: called with a `Step` after each evaluation; True stops the optimisation.

        Returns:
            `Stylized`; the picture is of full size even where the callback stopped early.

        Raises:
            ValueError: arguments that do not fit together, each named in one line.
        """
        check_styles(styles, style_weights, masks)
        _check_images(content, styles, masks, keep)
        check_choices(optimizer, style_scale, start, tolerance)
        height, width = content.shape[:2]
        plan = pyramid(height, width, schedule, steps)
        logger.info("sizes: %s", ", ".join(f"{w}x{h}" for (h, w), _ in plan))
        progress = _Progress(plan, callback, tolerance)
        image = content = np.asarray(content, "float32")
        if start == "noise":
            image = keras.random.uniform((*plan[0][0], 3), seed=self.seed)
        for size, count in plan:
            framed = [side + 2 * FRAME_WIDTH for side in size]
            objective = _objective(
                self.network,
                self.preset(*size),
                _frame(_resize(content, size)),
                self._targets(styles, style_weights, masks, max(size) * style_scale, tile),
                None if masks is None else [_framed_mask(mask, size) for mask in masks],
                None if keep is None else _framed_mask(keep, size),
                tile_side(framed, tile),
            )
            minimize = OPTIMIZERS["adam" if math.prod(framed) > LBFGS_MAX_PIXELS else optimizer]
            first = _frame(_resize(image, size))[None]
            best = minimize(objective, first, count, progress.on_step(objective, size, count))
            image = _without_frame(objective.compose(best)[0])
            if progress.stopped:
                break
        image = _resize(image, (height, width))
        if keep is not None:
            image = keep[..., None] * content + (1 - keep[..., None]) * image
        return Stylized(
            np.asarray(image, "float32"),
            progress.losses,
            progress.parts,
            progress.last,
            progress.scales,
            not progress.stopped,
        )

    def _targets(self, styles, style_weights, masks, longest, tile):
        """Return the target Gram matrices of each region."""
        layers = list(self.preset(FIRST_LONG_SIDE, FIRST_LONG_SIDE).style)
        targets = []
        for style in styles:
            factor = longest / max(style.shape[:2])
            size = [max(self.network.smallest, round(side * factor)) for side in style.shape[:2]]
            resized = _resize(style, size)
            targets.append(grams(self.network, layers, resized, tile_side(size, tile)))
        if masks is not None:
            return targets
        shares = np.ones(len(styles)) if style_weights is None else np.asarray(style_weights)
        shares = shares / shares.sum()
        blend = {
            layer: tf.add_n([s * target[layer] for s, target in zip(shares, targets, strict=True)])
            for layer in layers
        }
        return [blend]


class _Progress:
    """Counts the work that is done, calls the callback, and ends scales that gain nothing."""

    def __init__(self, plan, callback, tolerance):
        self.callback = callback
        self.tolerance = tolerance
        self.total = sum(math.prod(size) * steps for size, steps in plan)
        self.planned = 0  # work of the scales so far, had they taken all their steps
        self.number = 0
        self.scales: list[tuple[Size, int]] = []  # with the steps that were taken
        self.last: Any = None  # the last `Step`
        self.losses: dict[str, float] = {}  # of the image that the last `Step` holds
        self.parts: dict[str, float] = {}
        self.stopped = False

    def on_step(self, objective, size, steps):
        """Return the function that an optimizer calls after each evaluation at one scale."""
        before, plateau, taken, shown = self.planned, Plateau(self.tolerance), 0, None
        self.planned += math.prod(size) * steps
        self.scales.append((size, 0))

        def on_step(parts, image):
            nonlocal taken, shown
            self.number += 1
            taken += 1
            self.scales[-1] = (size, taken)
            losses = {"style": 0.0, "content": 0.0, "total_variation": 0.0}
            by_layer = {}
            for (term, region, layer), value in parts.items():
                losses[term] += float(value)
                by_layer[f"{term} {region} {layer}".strip()] = float(value)
            ended = plateau(sum(losses.values()))
            done = self.planned if ended else before + taken * math.prod(size)
            visible = _without_frame(objective.compose(image)[0])
            self.last = Step(self.number, done / self.total, losses, by_layer, visible)
            if image is not shown:  # L-BFGS passes the best one again after a worse one
                shown, self.losses, self.parts = image, losses, by_layer
            self.stopped = bool(self.callback and self.callback(self.last))
            return self.stopped or ended

        return on_step


def _objective(network, preset, content, targets, masks, keep, tile):
    """Return the loss of the whole picture or, where it has more than one tile, that in tiles."""
    arguments = (network, preset, content, targets, masks, keep)
    if len(boxes(*content.shape[:2], tile)) == 1:
        return StyleObjective(*arguments)
    return TiledStyleObjective(*arguments, tile=tile)


def _frame(image):
    """Mirror the border of (H, W, C) outwards."""
    sides = [FRAME_WIDTH, FRAME_WIDTH]
    return tf.pad(image, [sides, sides, [0, 0]], "REFLECT")


def _framed_mask(mask, size):
    return _frame(_resize(mask[..., None], size))[..., 0]


def _without_frame(image):
    return image[FRAME_WIDTH:-FRAME_WIDTH, FRAME_WIDTH:-FRAME_WIDTH]


def _resize(image, size):
    """Resize (h, w, C) in [0, 1] without aliasing; a picture of that size is returned as it is."""
    if tuple(image.shape[:2]) == tuple(size):
        return image
    resized = tf.image.resize(image, size, "lanczos3", antialias=True)
    return tf.clip_by_value(resized, 0.0, 1.0)


def _check_images(content, styles, masks, keep):
    images = {"content": content, **{f"style {i}": style for i, style in enumerate(styles)}}
    for name, image in images.items():
        if np.ndim(image) != 3 or image.shape[2] != 3:
            raise ValueError(f"{name}: expected (H, W, 3), found {np.shape(image)}")
        if "float" not in str(image.dtype):
            raise ValueError(f"{name}: expected floats in [0, 1], found {image.dtype}")
    size = content.shape[:2]
    if min(size) <= FRAME_WIDTH:
        raise ValueError(f"content: expected more than {FRAME_WIDTH} pixels, found {size}")
    maps = {} if keep is None else {"keep": keep}
    maps |= {f"mask {i}": mask for i, mask in enumerate([] if masks is None else masks)}
    for name, mask in maps.items():
        if mask.shape != size:
            raise ValueError(f"{name}: expected {size}, found {mask.shape}")
