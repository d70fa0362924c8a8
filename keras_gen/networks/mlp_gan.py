"""Fully connected networks: the first document's generator and discriminator, corrected.

Reference: Goodfellow et al. 2014, arXiv:1406.2661, for the game; the widths are the document's.
"""

import math

import keras
from keras import layers

from keras_gen.layers import Dropout, MinibatchStandardDeviation, Pack, bounded


def generator(
    image_shape: tuple[int, int, int] = (28, 28, 1), latent_dim: int = 100, width: int = 128
) -> keras.Model:
    """Map noise to an image through four dense layers of doubling width.

    Deviation: the document reshapes 1024 units to 28 x 28 = 784 pixels, which is impossible. A last
    Dense layer of exactly H*W*C units is added, with tanh, so that images lie in [-1, 1] like the
    data. Deviation: the hidden layers have BatchNorm (and therefore no bias), without which some
    classes hardly appear, and LeakyReLU in place of ReLU, since a dead unit is a hole in the latent
    space.

    Args:
        image_shape: (H, W, C) of the images.
        latent_dim: L, the length of the noise vector.
        width: units of the first layer; the four layers have width * (1, 2, 4, 8) units, for 128
            the document's 128 to 1024.

    Returns:
        Functional model, latents (B, L) -> images (B, H, W, C) in [-1, 1], float32.
    """
    latents = keras.Input((latent_dim,), name="latents")
    x = latents
    for units in (width, 2 * width, 4 * width, 8 * width):
        x = layers.Dense(units, use_bias=False)(x)  # (B, units)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.LeakyReLU(0.2)(x)
    x = layers.Dense(math.prod(image_shape), activation="tanh", dtype="float32")(x)  # (B, H*W*C)
    images = layers.Reshape(image_shape, dtype="float32")(x)  # (B, H, W, C)
    return keras.Model(latents, images, name="generator")


def discriminator(
    image_shape: tuple[int, int, int] = (28, 28, 1),
    width: int = 128,
    dropout: float = 0.3,
    *,
    spectral_norm: bool = False,
    minibatch_std: bool = False,
    packing: int = 1,
) -> keras.Model:
    """Map an image to a logit through three dense layers of halving width.

    Deviation: the output is a logit, not the document's sigmoid; the losses take logits, which lose
    no digits. Deviation: LeakyReLU replaces ReLU, so that every unit passes a gradient to G, and
    dropout keeps D from memorising 10,000 images.

    Args:
        image_shape: (H, W, C) of the images.
        width: an eighth of the first layer's units; the three layers have width * (8, 4, 2) units,
            for 128 the document's 1024, 512 and 256.
        dropout: share of units dropped in training, in [0, 1).
        spectral_norm: divide the kernels by their largest singular values (Miyato et al. 2018).
        minibatch_std: show the last layer how much the images of the batch differ.
        packing: m >= 1, the number of images that are judged together.

    Returns:
        Functional model, images (B, H, W, C) in [-1, 1] -> logits (B, 1), float32; (B / m, 1)
        for packs.

    Reference: Miyato et al. 2018, arXiv:1802.05957; Karras et al. 2018, arXiv:1710.10196; Lin et
        al. 2018, arXiv:1712.04086.
    """
    images = keras.Input(image_shape, name="images")
    x = Pack(packing)(images) if packing > 1 else images
    x = layers.Flatten()(x)  # (B, H*W*C)
    for units in (8 * width, 4 * width, 2 * width):
        x = bounded(layers.Dense(units), spectral_norm)(x)  # (B, units)
        x = layers.LeakyReLU(0.2)(x)
        x = Dropout(dropout)(x)
    if minibatch_std:
        x = MinibatchStandardDeviation()(x)
    logits = bounded(layers.Dense(1, dtype="float32"), spectral_norm)(x)  # (B, 1)
    return keras.Model(images, logits, name="discriminator")
