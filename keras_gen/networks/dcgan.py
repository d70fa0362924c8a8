"""Convolutional networks: the second document's generator and discriminator, corrected.

Reference: Radford, Metz and Chintala 2016, arXiv:1511.06434, section 3.
"""

import keras
from keras import layers

from keras_gen.layers import Dropout, MinibatchStandardDeviation, Pack, bounded

# side of the images: (side of the first map, strides of the three transposed convolutions)
GEOMETRY = {28: (7, (1, 2, 2)), 32: (8, (1, 2, 2)), 64: (8, (2, 2, 2))}


def check_image_shape(image_shape: tuple[int, int, int]) -> None:
    """Raise a ValueError unless images have a side of `GEOMETRY` and 1 or 3 channels."""
    height, width, channels = image_shape
    if height != width or height not in GEOMETRY or channels not in (1, 3):
        raise ValueError(
            "dcgan: expected square images of 28, 32 or 64 pixels with 1 or 3 channels, "
            f"found {height}x{width}x{channels}"
        )


def generator(
    image_shape: tuple[int, int, int] = (28, 28, 1), latent_dim: int = 100, width: int = 64
) -> keras.Model:
    """Map noise to an image: a small map of many channels, then three transposed convolutions.

    With the defaults the channels are the document's 256, 128, 64, 1.

    Deviation: the document doubles 7 x 7 three times and ends at 56 x 56; here the first transposed
    convolution keeps the size. Deviation: kernels have 4 pixels a side where the document has 5,
    because an odd kernel with a stride of 2 covers pixels unequally, which causes the checkerboard
    patterns of Odena et al. 2016. Deviation: every layer but the last is followed by BatchNorm, as
    in the DCGAN paper; the document omits it. These layers have no bias, since BatchNorm subtracts
    it again.

    Args:
        image_shape: (H, W, C), H = W in {28, 32, 64}, C in {1, 3}.
        latent_dim: L, the length of the noise vector.
        width: channels of the last hidden layer; each earlier one has twice as many.

    Returns:
        Functional model, latents (B, L) -> images (B, H, W, C) in [-1, 1], float32.

    Raises:
        ValueError: another image shape.
    """
    check_image_shape(image_shape)
    latents = keras.Input((latent_dim,), name="latents")
    return keras.Model(latents, draw(latents, image_shape, width), name="generator")


def draw(x, image_shape: tuple[int, int, int], width: int):
    """Turn noise (B, L), and any conditions joined to it, into images (B, H, W, C)."""
    start, strides = GEOMETRY[image_shape[0]]
    x = layers.Dense(start * start * 4 * width, use_bias=False)(x)
    x = layers.Reshape((start, start, 4 * width))(x)  # (B, 7, 7, 256)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    for channels, stride in zip((2 * width, width), strides[:2], strict=True):
        kernel = 4 if stride == 2 else 3
        x = layers.Conv2DTranspose(channels, kernel, stride, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)  # (B, 7, 7, 128), then (B, 14, 14, 64)
        x = layers.ReLU()(x)
    x = layers.Conv2DTranspose(image_shape[-1], 4, strides[2], padding="same")(x)  # (B, 28, 28, 1)
    return layers.Activation("tanh", dtype="float32")(x)


def discriminator(
    image_shape: tuple[int, int, int] = (28, 28, 1),
    width: int = 32,
    dropout: float = 0.0,
    *,
    spectral_norm: bool = False,
    minibatch_std: bool = False,
    packing: int = 1,
) -> keras.Model:
    """Map an image to a logit: strided convolutions that halve the size and double the channels.

    Deviation: the document's text describes convolutions, but its code flattens the image into a
    Dense layer; these are the convolutions, and the output is a logit, not a sigmoid. Deviation:
    unlike the DCGAN paper's, this network has no BatchNorm, so that each image is judged by itself:
    one backward pass then serves both players, and the statistics of real and fake images cannot
    mix.

    Args:
        image_shape: (H, W, C), H = W in {28, 32, 64}, C in {1, 3}.
        width: channels of the first convolution; each later one has twice as many.
        dropout: share of features dropped in training, in [0, 1).
        spectral_norm: divide the kernels by their largest singular values (Miyato et al. 2018).
        minibatch_std: show the last layer how much the images of the batch differ.
        packing: m >= 1, the number of images that are judged together.

    Returns:
        Functional model, images (B, H, W, C) in [-1, 1] -> logits (B, 1), float32; (B / m, 1)
        for packs.

    Raises:
        ValueError: another image shape.

    Reference: Miyato et al. 2018, arXiv:1802.05957; Karras et al. 2018, arXiv:1710.10196; Lin et
        al. 2018, arXiv:1712.04086.
    """
    check_image_shape(image_shape)
    images = keras.Input(image_shape, name="images")
    x = Pack(packing)(images) if packing > 1 else images
    features = look(x, image_shape, width, dropout, spectral_norm, minibatch_std)  # (B, 2048)
    logits = bounded(layers.Dense(1, dtype="float32"), spectral_norm)(features)  # (B, 1)
    return keras.Model(images, logits, name="discriminator")


def look(x, image_shape, width: int, dropout: float, spectral_norm: bool, minibatch_std: bool):
    """Turn images (B, H, W, C) into the features (B, F) on which the discriminator decides."""
    for level in range(4 if image_shape[0] == 64 else 3):
        convolution = layers.Conv2D(width * 2**level, 4, strides=2, padding="same")
        x = bounded(convolution, spectral_norm)(x)
        x = layers.LeakyReLU(0.2)(x)  # (B, 14, 14, 32), (B, 7, 7, 64), (B, 4, 4, 128)
        x = Dropout(dropout)(x)
    if minibatch_std:
        x = MinibatchStandardDeviation()(x)
    return layers.Flatten()(x)
