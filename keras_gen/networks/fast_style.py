"""The image transformation network of fast style transfer: one pass instead of an optimisation.

Reference: Johnson, Alahi and Fei-Fei 2016, arXiv:1603.08155, section 3.1 and the supplement;
    Ulyanov, Vedaldi and Lempitsky 2016, arXiv:1607.08022, for instance normalisation.
"""

from typing import Any

import keras
from keras import layers, ops

Tensor = Any  # a tensor of Keras' backend

MIN_SIDE = 5  # pixels: a margin of 4 is mirrored, and the smallest map has 2 x 2 positions


@keras.saving.register_keras_serializable("keras_gen")
class CropLike(layers.Layer):
    """Crop maps (B, H', W', N) to the height and width of other maps, (B, H, W, M), at top left."""

    def call(self, maps: Tensor, like: Tensor) -> Tensor:
        """Return the first H rows and W columns."""
        # A layer, because a functional model would record the sizes of its symbolic input: None.
        _, height, width, _ = ops.shape(like)
        return maps[:, :height, :width]  # (B, H, W, N)

    def compute_output_shape(self, maps_shape: tuple, like_shape: tuple) -> tuple:
        """Return (B, H, W, N)."""
        return (*like_shape[:3], maps_shape[3])


def transformer(width: int = 32, blocks: int = 5) -> keras.Model:
    r"""Map an image to its stylised version, transformed at a quarter of its size.

    Convolutions see mirrored pixels beyond the border instead of black ones. Maps are enlarged by
    linear interpolation before a convolution, because strided transposed convolutions leave
    checkerboard patterns. Instance normalisation removes the contrast of every map of every image,
    so that the style does not depend on the content's contrast.

    Formula:
        instance normalisation $\gamma (x - \mu) / \sqrt{\sigma^2 + \epsilon} + \beta$,
        mean $\mu$ and variance $\sigma^2$ over the positions of one image and one channel

    Deviation: Johnson et al. enlarge by strided convolutions, normalise over the batch, end with a
    scaled tanh, pad only once, and use unpadded convolutions in the residual blocks.

    Args:
        width: channels at full size; there are twice as many at half the size and four times as
            many at a quarter. The paper has 32.
        blocks: number of residual blocks at a quarter of the size. The paper has 5.

    Returns:
        Functional model, images (B, H, W, 3) in [0, 1], H and W >= 5 -> images of the same size in
        [0, 1], float32, the output of a sigmoid.

    Reference: Johnson, Alahi and Fei-Fei 2016, arXiv:1603.08155; Ulyanov, Vedaldi and Lempitsky
        2016, arXiv:1607.08022, equation 4; Odena, Dumoulin and Olah 2016, Distill,
        "Deconvolution and Checkerboard Artifacts".
    """
    images = keras.Input((None, None, 3), name="images")
    x = _layer(images, width, 9)  # (B, H, W, 32)
    x = _layer(x, 2 * width, 3, strides=2)  # (B, H / 2, W / 2, 64), rounded up
    x = _layer(x, 4 * width, 3, strides=2)  # (B, H / 4, W / 4, 128), rounded up
    for _ in range(blocks):
        change = _layer(x, 4 * width, 3)
        x = x + _layer(change, 4 * width, 3, activation="linear")
    x = _layer(_enlarge(x), 2 * width, 3)  # (B, H / 2, W / 2, 64) or a row more
    x = _layer(CropLike()(_enlarge(x), images), width, 3)  # (B, H, W, 32)
    x = layers.Conv2D(3, 9)(_mirror(x, 9))
    stylised = layers.Activation("sigmoid", dtype="float32", name="stylised")(x)  # (B, H, W, 3)
    return keras.Model(images, stylised, name="transformer")


def _layer(x, channels, kernel, strides=1, activation="relu"):
    """Convolve, normalise each map of each image, and apply the activation."""
    x = layers.Conv2D(channels, kernel, strides, use_bias=False)(_mirror(x, kernel))
    x = layers.GroupNormalization(groups=-1, epsilon=1e-5)(x)  # as many groups as channels
    return layers.Activation(activation)(x)


def _enlarge(x):
    """Double the size linearly; even positions reproduce x, matching the strided convolutions."""
    x = layers.UpSampling2D(2)(x)
    x = ops.pad(x, [[0, 0], [0, 1], [0, 1], [0, 0]], mode="symmetric")
    return ops.average_pool(x, 2, strides=1)  # means of neighbours, (B, 2 H, 2 W, N)


def _mirror(x, kernel):
    """Pad with half a kernel of mirrored pixels on every side."""
    margin = [kernel // 2] * 2
    return ops.pad(x, [[0, 0], margin, margin, [0, 0]], mode="reflect")
