"""The U-Net: one value for every pixel, from what lies near it and from the whole picture.

Reference: Ronneberger, Fischer and Brox 2015, arXiv:1505.04597, section 2; Isola et al. 2017,
    arXiv:1611.07004, section 3.2.1, for image-to-image translation.
"""

from collections.abc import Sequence

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("keras_gen")
class Contrast(keras.initializers.HeNormal):
    """He's initial weights without their mean over the positions of a kernel.

    A kernel then answers to differences between neighbours, and not to what they have in common. An
    image's brightness, and a plane that is 1 everywhere, are far larger than what noise or JPEG
    leaves in it; where they decide the sign of all that a layer finds, rectifiers act as linear
    maps, and hundreds of steps pass before the biases have moved away from them.
    """

    def __call__(self, shape, dtype=None):
        """Return a kernel (height, width, channels, filters)."""
        kernel = super().__call__(shape, dtype)
        return kernel - ops.mean(kernel, axis=(0, 1), keepdims=True)


def unet(
    channels: int = 3,
    outputs: int = 3,
    widths: Sequence[int] = (24, 48, 96),
    activation: str = "linear",
    first_initializer: str | keras.Initializer = "he_normal",
    last_initializer: str = "glorot_uniform",
) -> keras.Model:
    """Map images to maps of the same size: down to small maps, up again, with skip connections.

    Each level halves the size by a strided convolution. On the way up a map is doubled and set
    beside the map of the same size from the way down, so that details need not pass the narrowest
    level.

    Deviation: Ronneberger et al. use unpadded convolutions, and crop; here maps keep their size.
    Deviation: they halve by max pooling. Deviation: nothing is dropped out, which both papers do,
    Ronneberger et al. at the end of the way down. Deviation: nothing is normalised, as in their
    network but not in Isola's, so that an image's contrast reaches the output and a batch may hold
    any mixture of images.

    Args:
        channels: C, the channels of the images, and of whatever is stacked onto them.
        outputs: N, the channels of the maps.
        widths: channels of the hidden maps at full size, half the size, a quarter and so on.
        activation: of the last layer: "linear", or "sigmoid" for a matte in [0, 1].
        first_initializer: of the first layer's kernel; `Contrast()` for a network that looks for
            what is faint.
        last_initializer: of the last layer's kernel; "zeros" for a network that draws a difference,
            which then begins with none.

    Returns:
        Functional model, images (B, H, W, C), H and W divisible by `multiple(widths)` ->
        maps (B, H, W, N), float32.

    Raises:
        ValueError: no width.
    """
    if not widths:
        raise ValueError("unet: expected at least one width, found none")
    images = keras.Input((None, None, channels), name="images")
    x = _convolve(images, widths[0], initializer=first_initializer)  # (B, H, W, 24)
    x = _convolve(x, widths[0])
    skips = []
    for width in widths[1:]:
        skips.append(x)
        x = _convolve(_convolve(x, width, strides=2), width)  # (B, H / 2, W / 2, 48) and so on
    for width, skip in zip(reversed(widths[:-1]), reversed(skips), strict=True):
        x = _convolve(x, width, kernel=1)  # before doubling, where it costs a quarter
        x = layers.Concatenate()([layers.UpSampling2D(2)(x), skip])  # (B, H, W, 48)
        x = _convolve(_convolve(x, width), width)  # (B, H, W, 24)
    x = layers.Conv2D(outputs, 3, padding="same", kernel_initializer=last_initializer)(x)
    maps = layers.Activation(activation, dtype="float32", name="maps")(x)  # (B, H, W, N)
    return keras.Model(images, maps, name="unet")


def multiple(widths: Sequence[int]) -> int:
    """Return what divides the sides of a U-Net's images: 2 for each level below the first."""
    return 2 ** (len(widths) - 1)


def reach(widths: Sequence[int]) -> int:
    r"""Return how many pixels away an image can change a map of a U-Net, at most.

    Formula:
        $1 + 2 + \sum_{l \ge 1} (2^{l-1} + 2^l) + \sum_{l < L} (2 \cdot 2^l + 2^l)$
        the last layer and the first two; strided and plain convolution of each level on the way
        down; two convolutions and what the doubling shifts on the way up
    """
    levels = range(len(widths) - 1)
    return (
        3
        + sum(2**level + 2 ** (level + 1) for level in levels)
        + sum(3 * 2**level for level in levels)
    )


def widths_of(network: keras.Model) -> tuple[int, ...]:
    """Return the `widths` that a U-Net was made with, for one that was read from a file."""
    convolutions = [layer for layer in network.layers if isinstance(layer, layers.Conv2D)]
    halving = [layer.filters for layer in convolutions if layer.strides == (2, 2)]
    return (convolutions[0].filters, *halving)


def _convolve(x, width, kernel=3, strides=1, initializer="he_normal"):
    """Convolve and rectify; He's initial weights keep the variance without normalisation."""
    layer = layers.Conv2D(
        width,
        kernel,
        strides,
        padding="same",
        activation="relu",
        kernel_initializer=initializer,
    )
    return layer(x)
