"""Style transfer by optimisation: the image is the only variable."""

import dataclasses
import math

import keras
import numpy as np
import tensorflow as tf

from keras_gen.models.style.descent import OPTIMIZERS
from keras_gen.models.style.objective import StyleObjective
from keras_gen.models.style.presets import PRESETS
from keras_gen.networks import vgg19
from keras_gen.networks.vgg19.tiles import grams

TILE = 384  # pixels; with its margin a tile takes about as much memory as a picture of 544 x 544
WHOLE = 640_000  # pixels up to which a picture is computed whole, some 768 x 768 and a frame
FINE = 1_500_000  # pixels from which L-BFGS, in float64, would take gigabytes: Adam paints there
COARSEST = 128  # pixels of the longer side, where coarse to fine begins
FRAME = 8  # mirrored pixels around the picture while it is painted: few windows see its border
NARROWEST = 32  # pixels of the shorter side that block 5 needs to see anything
SCHEDULES = {"quality": 200, "classic": 300}  # name -> steps at the first scale
STARTS = ("content", "noise")


@dataclasses.dataclass(frozen=True)
class Step:
    """What a listener hears after each evaluation of the loss.

    Attributes:
        number: evaluations so far, from 1.
        done: share of all work that is done, in (0, 1]; a step costs as much as it has pixels.
        losses: weighted sums, "style", "content" and "total_variation".
        parts: the same by layer, "style 0 block1_conv1" and so on, the number being the region's.
        image: (H, W, 3) float32 tensor in [0, 1], the best at this scale so far.
    """

    number: int
    done: float
    losses: dict
    parts: dict
    image: tf.Tensor


@dataclasses.dataclass(frozen=True)
class Stylized:
    """A picture made by style transfer.

    Attributes:
        image: (H, W, 3) float32 array in [0, 1].
        last: the last `Step`.
        scales: list of ((height, width), steps) that were planned.
        finished: False where a listener ended the work.
    """

    image: np.ndarray
    last: Step
    scales: list
    finished: bool


def scales(height, width, schedule="quality", steps=None):
    """Plan the sizes at which a picture is optimised, and the steps at each.

    "quality" goes from coarse to fine: large forms settle where the 156 pixels that the network
    sees are most of the picture, and later scales only add detail. It begins with 128 pixels on the
    longer and at least 32 on the shorter side; each scale is larger by the square root of 2 and has
    fewer steps by as much. "classic" is one scale, as in the papers.

    Args:
        height: pixels of the finished picture.
        width: pixels of the finished picture.
        schedule: "quality" or "classic".
        steps: at the first scale; by default 200 or, for "classic", 300.

    Returns:
        List of ((height, width), steps), the last one of full size.

    Raises:
        ValueError: unknown schedule, or steps below 1.
    """
    if schedule not in SCHEDULES:
        raise ValueError(f"unknown schedule {schedule!r}: expected {' or '.join(SCHEDULES)}")
    steps = SCHEDULES[schedule] if steps is None else steps
    if steps < 1:
        raise ValueError(f"steps: expected at least 1, found {steps}")
    ratio = min(max(height, width) / COARSEST, min(height, width) / NARROWEST)
    count = math.floor(2 * math.log2(ratio)) + 1 if schedule == "quality" and ratio > 1 else 1
    shrink = [2 ** ((count - 1 - number) / 2) for number in range(count)]
    return [
        ((round(height / by), round(width / by)), max(1, round(steps * by / shrink[0])))
        for by in shrink
    ]


class StyleTransfer:
    r"""Paint a content picture in the manner of style pictures.

    Args:
        preset: key of `style_presets.PRESETS`, or a function of height and width that returns a
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

    def __init__(self, preset="ours", weights="auto", padding="replicate", dtype="float32", seed=0):
        if not callable(preset) and preset not in PRESETS:
            raise ValueError(f"unknown preset {preset!r}: expected {', '.join(PRESETS)}")
        self.preset = preset if callable(preset) else PRESETS[preset]
        self.seed = seed
        layers = self.preset(COARSEST, COARSEST)
        names = [*layers.style, *layers.content]
        self.network = vgg19.features(names, weights, layers.pooling, padding, dtype, seed)

    def stylize(
        self,
        content,
        styles,
        style_weights=None,
        masks=None,
        keep=None,
        *,
        schedule="quality",
        steps=None,
        optimizer="lbfgs",
        style_scale=1.0,
        start="content",
        tile="auto",
        listener=None,
    ):
        """Optimise the picture.

        Several styles without masks are blended: their Gram matrices are averaged by weight. Where
        a preset is not relative that is the weighted sum of their losses, up to a constant. With
        masks each style has its own region.

        Args:
            content: (H, W, 3) floats in [0, 1]; the result has its size.
            styles: list of (h, w, 3) floats in [0, 1], of any size.
            style_weights: floats >= 0, one for each style; equal by default. Only ratios matter.
            masks: (H, W) floats in [0, 1], one for each style: where it applies. None: everywhere.
            keep: (H, W) floats in [0, 1], 1 where the content stays as it is.
            schedule: "quality" or "classic", see `scales`.
            steps: at the first scale, see `scales`.
            optimizer: "lbfgs" or "adam"; scales above 1.5 megapixels are left to Adam.
            style_scale: how large strokes are: 1 shows a style as large as the content.
            start: "content", or "noise" as in the paper.
            tile: side of tiles in pixels, a multiple of 16; None computes the picture whole; "auto"
                takes tiles of 384 above some 768 x 768 pixels.
            listener: called with a `Step` after each evaluation; True ends the work.

        Returns:
            `Stylized`; the picture is of full size also where the listener ended early.

        Raises:
            ValueError: arguments that do not fit together, each named in one line.
        """
        _check(content, styles, style_weights, masks, keep, optimizer, style_scale, start)
        height, width = content.shape[:2]
        plan = scales(height, width, schedule, steps)
        work = _Work(plan, listener)
        image = content = np.asarray(content, "float32")
        if start == "noise":
            image = keras.random.uniform((*plan[0][0], 3), seed=self.seed)
        for size, count in plan:
            framed = [side + 2 * FRAME for side in size]
            objective = StyleObjective(
                self.network,
                self.preset(*size),
                _frame(_resize(content, size)),
                self._targets(styles, style_weights, masks, max(size) * style_scale, tile),
                None if masks is None else [_framed_mask(mask, size) for mask in masks],
                None if keep is None else _framed_mask(keep, size),
                _side(tile, framed),
            )
            walk = OPTIMIZERS["adam" if math.prod(framed) > FINE else optimizer]
            hear, first = work.hear(objective, math.prod(size)), _frame(_resize(image, size))
            image = _without_frame(objective.compose(walk(objective, first[None], count, hear))[0])
            if work.ended:
                break
        image = _resize(image, (height, width))
        if keep is not None:
            image = keep[..., None] * content + (1 - keep[..., None]) * image
        return Stylized(np.asarray(image, "float32"), work.last, plan, not work.ended)

    def _targets(self, styles, style_weights, masks, longest, tile):
        """Return the target Gram matrices of each region."""
        layers = list(self.preset(COARSEST, COARSEST).style)
        found = []
        for style in styles:
            by = longest / max(style.shape[:2])
            size = [max(self.network.smallest, round(side * by)) for side in style.shape[:2]]
            found.append(grams(self.network, layers, _resize(style, size), _side(tile, size)))
        if masks is not None:
            return found
        shares = np.ones(len(styles)) if style_weights is None else np.asarray(style_weights)
        shares = shares / shares.sum()
        blend = {
            layer: tf.add_n([s * g[layer] for s, g in zip(shares, found, strict=True)])
            for layer in layers
        }
        return [blend]


class _Work:
    """Counts what is done and tells the listener."""

    def __init__(self, plan, listener):
        self.total = sum(math.prod(size) * steps for size, steps in plan)
        self.listener, self.last, self.ended = listener, None, False
        self.number, self.done = 0, 0

    def hear(self, objective, pixels):
        """Return the function that an optimizer calls after each evaluation of a scale."""

        def hear(parts, image):
            self.number, self.done = self.number + 1, self.done + pixels
            sums = {"style": 0.0, "content": 0.0, "total_variation": 0.0}
            named = {}
            for (term, region, layer), value in parts.items():
                sums[term] += float(value)
                named[" ".join([term, str(region), layer]).strip()] = float(value)
            shown = _without_frame(objective.compose(image)[0])
            self.last = Step(self.number, self.done / self.total, sums, named, shown)
            self.ended = bool(self.listener and self.listener(self.last))
            return self.ended

        return hear


def _frame(image):
    """Mirror the border of (H, W, C) outwards."""
    return tf.pad(image, [[FRAME, FRAME], [FRAME, FRAME], [0, 0]], "REFLECT")


def _framed_mask(mask, size):
    return _frame(_resize(mask[..., None], size))[..., 0]


def _without_frame(image):
    return image[FRAME:-FRAME, FRAME:-FRAME]


def _side(tile, size):
    """Return the side of tiles for a picture of a size; None for a picture that is whole."""
    if tile != "auto":
        return tile
    return TILE if math.prod(size) > WHOLE else None


def _resize(image, size):
    """Resize (h, w, C) in [0, 1] without aliasing; a picture of the size is left as it is."""
    if tuple(image.shape[:2]) == tuple(size):
        return image
    resized = tf.image.resize(image, size, "lanczos3", antialias=True)
    return tf.clip_by_value(resized, 0.0, 1.0)


def _check(content, styles, style_weights, masks, keep, optimizer, style_scale, start):
    for name, picture in [("content", content), *((f"style {i}", s) for i, s in enumerate(styles))]:
        if np.ndim(picture) != 3 or picture.shape[2] != 3:
            raise ValueError(f"{name}: expected (H, W, 3), found {np.shape(picture)}")
        if "float" not in str(picture.dtype):
            raise ValueError(f"{name}: expected floats in [0, 1], found {picture.dtype}")
    if min(content.shape[:2]) <= FRAME:
        raise ValueError(f"content: expected more than {FRAME} pixels, found {content.shape[:2]}")
    if not len(styles):
        raise ValueError("styles: expected at least one, found none")
    if style_weights is not None:
        if masks is not None:
            raise ValueError("style weights: expected none beside masks, which share the picture")
        if len(style_weights) != len(styles):
            expected = f"expected {len(styles)}, one for each style"
            raise ValueError(f"style weights: {expected}, found {len(style_weights)}")
        if min(style_weights) < 0 or sum(style_weights) <= 0:
            raise ValueError(f"style weights: expected some above 0, found {list(style_weights)}")
    if masks is not None and len(masks) != len(styles):
        raise ValueError(f"masks: expected {len(styles)}, one a style, found {len(masks)}")
    for name, mask in [
        ("keep", keep),
        *((f"mask {i}", m) for i, m in enumerate([] if masks is None else masks)),
    ]:
        if mask is not None and mask.shape != content.shape[:2]:
            raise ValueError(f"{name}: expected {content.shape[:2]}, found {mask.shape}")
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"unknown optimizer {optimizer!r}: expected {' or '.join(OPTIMIZERS)}")
    if start not in STARTS:
        raise ValueError(f"unknown start {start!r}: expected {' or '.join(STARTS)}")
    if style_scale <= 0:
        raise ValueError(f"style scale: expected above 0, found {style_scale}")
