r"""Networks of a GAN that draws products of a kind, in a colour, from an angle.

Conditions are vectors y as `keras_gen.data.conditions` makes them. In both networks a small network
of its own looks at y first: what an angle means depends on the kind.

Reference: Miyato and Koyama 2018, arXiv:1802.05637, for conditional normalisation in the generator
    and the projection in the discriminator.
"""

import keras
from keras import layers

from keras_gen.layers import bounded
from keras_gen.networks import dcgan

START = 8  # side of the generator's first map
HIDDEN = 128  # of what is made of conditions


def check_image_shape(image_shape: tuple[int, int, int]) -> None:
    """Raise a ValueError unless images have 64 x 64 pixels and 1 or 3 channels."""
    if tuple(image_shape[:2]) != (64, 64) or image_shape[2] not in (1, 3):
        found = "x".join(map(str, image_shape))
        raise ValueError(
            f"product_gan: expected images of 64x64 pixels with 1 or 3 channels, found {found}"
        )


def generator(
    image_shape: tuple[int, int, int] = (64, 64, 3),
    latent_dim: int = 16,
    width: int = 32,
    conditions: int = 13,
) -> keras.Model:
    r"""Map noise and conditions to an image; the conditions enter every layer.

    Formula:
        $h \mapsto \mathrm{ReLU}((1 + \gamma(w)) \, \mathrm{BN}(h) + \beta(w))$ after each
        convolution, with $w$ a function of noise and conditions, linear $\gamma$ and $\beta$

    A colour can thus be applied in the last layers, over a shape that is already there.

    Args:
        image_shape: (64, 64, C), C in {1, 3}.
        latent_dim: L, the length of the noise vector.
        width: channels of the last hidden layer; each earlier one has twice as many.
        conditions: K, the length of a vector of conditions.

    Returns:
        Functional model, [latents (B, L), labels (B, K)] -> images (B, 64, 64, C) in [-1, 1],
        float32.

    Raises:
        ValueError: another image shape.
    """
    check_image_shape(image_shape)
    latents = keras.Input((latent_dim,), name="latents")
    labels = keras.Input((conditions,), name="labels")
    wish = layers.Concatenate()([latents, labels])  # (B, L + K)
    for _ in range(2):
        wish = layers.LeakyReLU(0.2)(layers.Dense(HIDDEN)(wish))  # (B, 128)
    x = layers.Dense(START * START * 4 * width, use_bias=False)(wish)
    x = _normalised(layers.Reshape((START, START, 4 * width))(x), wish)  # (B, 8, 8, 128)
    for channels in (2 * width, width):
        x = layers.Conv2DTranspose(channels, 4, 2, padding="same", use_bias=False)(x)
        x = _normalised(x, wish)  # (B, 16, 16, 64), then (B, 32, 32, 32)
    x = layers.Conv2DTranspose(image_shape[-1], 4, 2, padding="same")(x)  # (B, 64, 64, 3)
    images = layers.Activation("tanh", dtype="float32")(x)
    return keras.Model([latents, labels], images, name="generator")


def _normalised(x, wish):
    """Normalise maps (B, H, W, C), then scale and shift each by functions of the wish (B, 128)."""
    channels = x.shape[-1]
    x = layers.BatchNormalization(center=False, scale=False)(x)
    scale = layers.Dense(channels, bias_initializer="ones")(wish)  # 1 + gamma
    shift = layers.Dense(channels)(wish)  # beta
    x = layers.Multiply()([x, layers.Reshape((1, 1, channels))(scale)])
    return layers.ReLU()(layers.Add()([x, layers.Reshape((1, 1, channels))(shift)]))


def discriminator(
    image_shape: tuple[int, int, int] = (64, 64, 3),
    width: int = 32,
    dropout: float = 0.0,
    conditions: int = 13,
    *,
    spectral_norm: bool = False,
    minibatch_std: bool = False,
) -> keras.Model:
    r"""Map an image and conditions to a logit: does the image look real, and fit them?

    Formula:
        $s(x, y) = \psi(\phi(x)) + e(y)^\top \phi(x)$, with features $\phi$, a linear $\psi$, and
        a small network $e$

    Args:
        image_shape: (64, 64, C), C in {1, 3}.
        width: channels of the first convolution; each later one has twice as many.
        dropout: share of features dropped in training, in [0, 1).
        conditions: K, the length of a vector of conditions.
        spectral_norm: as for `dcgan.discriminator`.
        minibatch_std: as for `dcgan.discriminator`.

    Returns:
        Functional model, [images (B, 64, 64, C) in [-1, 1], labels (B, K)] -> logits (B, 1),
        float32.

    Raises:
        ValueError: another image shape.
    """
    check_image_shape(image_shape)
    images = keras.Input(image_shape, name="images")
    labels = keras.Input((conditions,), name="labels")
    x = dcgan.look(images, image_shape, width, dropout, spectral_norm, minibatch_std)
    dense = bounded(layers.Dense(2 * HIDDEN), spectral_norm)
    last = bounded(layers.Dense(1, dtype="float32"), spectral_norm)
    features = layers.LeakyReLU(0.2)(dense(x))  # (B, 256)
    rows = layers.LeakyReLU(0.2)(bounded(layers.Dense(HIDDEN), spectral_norm)(labels))
    rows = bounded(layers.Dense(2 * HIDDEN, dtype="float32"), spectral_norm)(rows)  # e(y), (B, 256)
    logits = last(features) + layers.Dot(axes=1, dtype="float32")([rows, features])
    return keras.Model([images, labels], logits, name="discriminator")
