"""Small networks for points of the plane, whose surface can be drawn.

Reference: Metz et al. 2017, arXiv:1611.02163, for a game of such networks on a ring; theirs
    use tanh, with which no collapse was seen here.
"""

import math

import keras
from keras import layers

from keras_gen.layers import Dropout, MinibatchStandardDeviation, Pack, bounded


def generator(
    image_shape: tuple[int, int, int] = (1, 1, 2), latent_dim: int = 32, width: int = 128
) -> keras.Model:
    """Map noise to a point through two dense layers.

    Args:
        image_shape: (H, W, C) of the points, as images of one pixel.
        latent_dim: L, the length of the noise vector.
        width: units of each hidden layer.

    Returns:
        Functional model, latents (B, L) -> points (B, H, W, C), float32, without bounds.
    """
    latents = keras.Input((latent_dim,), name="latents")
    x = latents
    for _ in range(2):
        x = layers.Dense(width, activation="relu")(x)  # (B, width)
    x = layers.Dense(math.prod(image_shape), dtype="float32")(x)  # (B, H*W*C)
    points = layers.Reshape(image_shape, dtype="float32")(x)  # (B, H, W, C)
    return keras.Model(latents, points, name="generator")


def discriminator(
    image_shape: tuple[int, int, int] = (1, 1, 2),
    width: int = 128,
    dropout: float = 0.0,
    *,
    spectral_norm: bool = False,
    minibatch_std: bool = False,
    packing: int = 1,
) -> keras.Model:
    """Map a point to a logit through two dense layers.

    Args:
        image_shape: (H, W, C) of the points, as images of one pixel.
        width: units of each hidden layer.
        dropout: share of units dropped in training, in [0, 1).
        spectral_norm: divide the kernels by their largest singular values (Miyato et al. 2018).
        minibatch_std: show the last layer how much the points of the batch differ.
        packing: m >= 1, the number of points that are judged together.

    Returns:
        Functional model, points (B, H, W, C) -> logits (B, 1), float32; (B / m, 1) for packs.
    """
    points = keras.Input(image_shape, name="images")
    x = Pack(packing)(points) if packing > 1 else points
    x = layers.Flatten()(x)  # (B, H*W*C)
    for _ in range(2):
        x = bounded(layers.Dense(width, activation="relu"), spectral_norm)(x)  # (B, width)
        x = Dropout(dropout)(x)
    if minibatch_std:
        x = MinibatchStandardDeviation()(x)
    logits = bounded(layers.Dense(1, dtype="float32"), spectral_norm)(x)  # (B, 1)
    return keras.Model(points, logits, name="discriminator")
