"""Encoder and decoder of the variational autoencoder.

Reference: Kingma and Welling 2014, arXiv:1312.6114; the convolutions and their widths are this
    project's own.
"""

import keras
from keras import layers

FINAL_MAP_SIDES = (7, 8)  # at one of these the encoder stops halving


def map_sizes(image_shape, width):
    """Return the size of the smallest map and the channels of each convolution."""
    height, wide, channels = image_shape
    size = height
    halvings = 0
    while size not in FINAL_MAP_SIDES and size % 2 == 0:
        size //= 2
        halvings += 1
    if height != wide or size not in FINAL_MAP_SIDES or not halvings or channels not in (1, 3):
        raise ValueError(
            "vae: expected square images of 14, 28, 56, ... or 16, 32, 64, ... pixels with 1 or 3 "
            f"channels, found {height}x{wide}x{channels}"
        )
    return size, [width * 2**level for level in range(halvings)]


def encoder(
    image_shape: tuple[int, int, int] = (28, 28, 1),
    latent_dim: int = 24,
    width: int = 32,
    hidden: int = 512,
) -> keras.Model:
    """Map an image to the Gaussian of its latents: strided convolutions, then a Dense layer.

    Args:
        image_shape: (H, W, C), H = W = 7 or 8 times a power of 2, C in {1, 3}.
        latent_dim: L, the number of latents.
        width: channels of the first convolution; each later one has twice as many.
        hidden: units of the Dense layer.

    Returns:
        Functional model, images (B, H, W, C) in [0, 1] -> mean and log_var, both (B, L), float32.

    Raises:
        ValueError: another image shape.
    """
    images = keras.Input(image_shape, name="images")
    x = images
    for channels in map_sizes(image_shape, width)[1]:
        x = layers.Conv2D(channels, 4, strides=2, padding="same")(x)
        x = layers.Activation("silu")(x)  # (B, 14, 14, 32), then (B, 7, 7, 64)
    x = layers.Flatten()(x)  # (B, 3136)
    x = layers.Dense(hidden, activation="silu")(x)
    mean = layers.Dense(latent_dim, dtype="float32", name="mean")(x)  # (B, L)
    log_var = layers.Dense(latent_dim, dtype="float32", name="log_var")(x)  # (B, L)
    return keras.Model(images, [mean, log_var], name="encoder")


def decoder(
    image_shape: tuple[int, int, int] = (28, 28, 1),
    latent_dim: int = 24,
    width: int = 32,
    hidden: int = 512,
) -> keras.Model:
    """Map latents to an image with the encoder's layers in reverse order.

    Kernels of 4 pixels a side with stride 2 cover every pixel equally often, which avoids
    checkerboard patterns.

    Args:
        image_shape: (H, W, C), H = W = 7 or 8 times a power of 2, C in {1, 3}.
        latent_dim: L, the number of latents.
        width: channels of the last hidden map; each earlier one has twice as many.
        hidden: units of the Dense layer.

    Returns:
        Functional model, latents (B, L) -> logits (B, H, W, C), float32, before the sigmoid.

    Raises:
        ValueError: another image shape.
    """
    size, maps = map_sizes(image_shape, width)
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.Dense(hidden, activation="silu")(latents)
    x = layers.Dense(size * size * maps[-1], activation="silu")(x)
    x = layers.Reshape((size, size, maps[-1]))(x)  # (B, 7, 7, 64)
    for channels in reversed(maps[:-1]):
        x = layers.Conv2DTranspose(channels, 4, strides=2, padding="same")(x)
        x = layers.Activation("silu")(x)  # (B, 14, 14, 32)
    x = layers.Conv2DTranspose(image_shape[-1], 4, strides=2, padding="same")(x)
    logits = layers.Activation("linear", dtype="float32", name="logits")(x)  # (B, 28, 28, 1)
    return keras.Model(latents, logits, name="decoder")
