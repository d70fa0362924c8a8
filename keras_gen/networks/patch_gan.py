"""A discriminator that judges patches: is each part of a restored image like a real one?

Reference: Isola et al. 2017, arXiv:1611.07004, section 3.2.2.
"""

import keras
from keras import layers


def discriminator(channels: int = 3, conditions: int = 3, width: int = 16) -> keras.Model:
    """Map an image and what it was made from to one logit for each patch of 34 x 34 pixels.

    A network that judges patches has few weights, takes images of any size, and leaves what is
    larger than a patch to the pixel loss.

    The hidden layers but the first are normalised. What tells a restored image is faint beside its
    colours, which alone decide the sign of what the first layer finds; where nothing takes them
    away, rectifiers act as linear maps, and no linear map sees noise whose mean is 0.

    Deviation: Isola et al. normalise over the batch, here each map of each image is normalised by
    itself, as Zhu et al. do, so that real and restored images cannot mix. Deviation: they have 64
    channels in the first layer, and choose patches of 70 x 70 pixels for images of 256.

    Args:
        channels: C, the channels of the images.
        conditions: K, the channels of what the images were made from.
        width: channels of the first convolution; each later one has twice as many.

    Returns:
        Functional model, [conditions (B, H, W, K), images (B, H, W, C)] ->
        logits (B, H / 4, W / 4, 1), float32, sizes rounded up.

    Reference: Isola et al. 2017, arXiv:1611.07004; Zhu et al. 2017, arXiv:1703.10593, section 4.
    """
    given = keras.Input((None, None, conditions), name="conditions")
    images = keras.Input((None, None, channels), name="images")
    x = layers.Concatenate()([given, images])  # (B, H, W, K + C)
    for level, strides in enumerate((2, 2, 1)):
        x = layers.Conv2D(width * 2**level, 4, strides, padding="same")(x)
        if level:
            x = layers.GroupNormalization(groups=-1, epsilon=1e-5)(x)  # as many as channels
        x = layers.LeakyReLU(0.2)(x)  # (B, H / 2, W / 2, 16), (B, H / 4, W / 4, 32), then 64
    logits = layers.Conv2D(1, 4, padding="same", dtype="float32")(x)  # (B, H / 4, W / 4, 1)
    return keras.Model([given, images], logits, name="discriminator")
