"""StridedNet: a second judge, a classifier of garments built otherwise than FashionNet."""

import keras
from keras import layers


def classifier() -> keras.Model:
    """Map a grey image to features and to the logits of Fashion-MNIST's ten classes.

    Three strided 5x5 convolutions with SiLU lead from 28x28 to 4x4; the features are a dense layer
    of all of the last map, and so tell where something is, which FashionNet's means over positions
    do not. The network has 293,290 parameters.

    Returns:
        Functional model, images (B, 28, 28, 1) in [0, 1] -> features (B, 96) and logits (B, 10),
        float32.

    Reference: Springenberg et al. 2015, arXiv:1412.6806, for strides in place of pooling; the
        network is this project's own.
    """
    images = keras.Input((28, 28, 1))
    x = images
    for filters in (24, 48, 96):
        x = layers.Conv2D(filters, 5, strides=2, padding="same", activation="silu")(x)
    x = layers.Dropout(0.3)(layers.Flatten()(x))  # (B, 1536), of maps (B, 4, 4, 96)
    features = layers.Dense(96, activation="silu", dtype="float32", name="features")(x)  # (B, 96)
    logits = layers.Dense(10, dtype="float32", name="logits")(layers.Dropout(0.3)(features))
    return keras.Model(images, [features, logits], name="strided_net")
