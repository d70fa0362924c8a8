"""FashionNet: a small classifier of garments, whose features serve to measure generators."""

import keras
from keras import layers


def classifier() -> keras.Model:
    """Map a grey image to features and to the logits of Fashion-MNIST's ten classes.

    Four 3x3 convolutions with BatchNorm and ReLU lead from 28x28 down to 7x7; each feature is the
    mean of one channel of the last map. The network has 159,082 parameters.

    Returns:
        Functional model, images (B, 28, 28, 1) in [0, 1] -> features (B, 96), non-negative, and
        logits (B, 10), float32.

    Reference: Heusel et al. 2017, arXiv:1706.08500, for measuring in the features of a classifier;
        the network is this project's own.
    """

    def block(x, filters, strides=1):
        x = layers.Conv2D(filters, 3, strides, padding="same", use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))

    images = keras.Input((28, 28, 1))
    x = layers.MaxPooling2D()(block(images, 32))  # (B, 14, 14, 32)
    x = block(x, 64)  # (B, 14, 14, 64)
    x = block(x, 96, strides=2)  # (B, 7, 7, 96)
    x = block(x, 96)  # (B, 7, 7, 96)
    features = layers.GlobalAveragePooling2D(name="features")(x)  # (B, 96)
    logits = layers.Dense(10, dtype="float32", name="logits")(layers.Dropout(0.2)(features))
    return keras.Model(images, [features, logits], name="fashion_net")
