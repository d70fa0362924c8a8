"""ProductNet: reads kind, colour and angle off a picture of a product, to measure generators."""

import keras
from keras import layers

SIDE = 64  # pixels
KINDS = 8
COLOUR_CENTRE = (58.0, 0.0, 0.0)  # of the products' own colours in CIELAB
COLOUR_SPREAD = (20.0, 50.0, 50.0)


def regressor() -> keras.Model:
    """Map a colour picture to features, and these to the kind, colour and angle of its product.

    Four 4x4 convolutions with BatchNorm and ReLU halve the side; the features are a dense layer of
    all of the last map, because an angle shows in where something is. The network has 207,629
    parameters.

    Returns:
        Functional model, images (B, 64, 64, 3) in [0, 1] -> features (B, 96), non-negative; logits
        of the kinds (B, 8); the product's own colour in CIELAB (B, 3); and a vector (B, 2) whose
        direction is that of (sin, cos) of the angle. All are float32.

    Reference: the network is this project's own.
    """
    images = x = keras.Input((SIDE, SIDE, 3))
    for filters in (16, 32, 64, 64):
        x = layers.Conv2D(filters, 4, strides=2, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))  # at last (B, 4, 4, 64)
    x = layers.Dropout(0.2)(layers.Flatten()(x))  # (B, 1024)
    features = layers.Dense(96, activation="relu", dtype="float32", name="features")(x)  # (B, 96)
    kinds = layers.Dense(KINDS, dtype="float32", name="kinds")(features)
    colours = layers.Dense(3, dtype="float32", name="scaled_colours")(features)
    colours = layers.Rescaling(COLOUR_SPREAD, COLOUR_CENTRE, dtype="float32")(colours)
    directions = layers.Dense(2, dtype="float32", name="directions")(features)
    return keras.Model(images, [features, kinds, colours, directions], name="product_net")
