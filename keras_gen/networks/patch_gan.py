"""A discriminator that judges patches: is each part of a restored image like a real one?

Reference: Isola et al. 2017, arXiv:1611.07004, section 3.2.2.
"""

import keras
from keras import layers


def discriminator(channels: int = 3, conditions: int = 3, width: int = 16) -> keras.Model:
    """Map an image and what it was made from to one logit for each patch of 34 x 34 pixels.

    A network that judges patches has few weights, takes images of any size, and leaves what is
    larger than a patch to the pixel loss.

    Deviation: Isola et al. normalise over the batch, have 64 channels in the first layer, and
    choose patches of 70 x 70 pixels for images of 256.

    Args:
        channels: C, the channels of the images.
        conditions: K, the channels of what the images were made from.
        width: channels of the first convolution; each later one has twice as many.

    Returns:
        Functional model, [conditions (B, H, W, K), images (B, H, W, C)] ->
        logits (B, H / 4, W / 4, 1), float32, sizes rounded up.
    """
    given = keras.Input((None, None, conditions), name="conditions")
    images = keras.Input((None, None, channels), name="images")
    x = layers.Concatenate()([given, images])  # (B, H, W, K + C)
    for level, strides in enumerate((2, 2, 1)):
        x = layers.Conv2D(width * 2**level, 4, strides, padding="same")(x)
        x = layers.LeakyReLU(0.2)(x)  # (B, H / 2, W / 2, 16), (B, H / 4, W / 4, 32), then 64
    logits = layers.Conv2D(1, 4, padding="same", dtype="float32")(x)  # (B, H / 4, W / 4, 1)
    return keras.Model([given, images], logits, name="discriminator")
