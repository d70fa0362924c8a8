"""Train the network that measures generated products: it reads kind, colour and angle off them.

    python scripts/train_product_judge.py [--epochs 40] [--seed 0] [--rate 3e-3]

It sees training renders alone, never a generated picture; `--epochs 0` prints what the stored one
makes of the test renders, of which nothing was chosen.
"""

import argparse

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gen import data
from keras_gen.data.conditions import known_requests
from keras_gen.files import digest, replacing
from keras_gen.measures.products import WEIGHTS, angle_errors, delta_e_2000, load_product_judge
from keras_gen.networks import product_net

SHIFT = 4  # pixels by which a picture is moved at most; the paper at its edge is continued
WORTH = {"kinds": 1.0, "colours": 3.0, "angles": 3.0}  # of the three losses


def losses(outputs, kinds, colours, angles):
    """Return the loss of each question, each a mean over the batch."""
    _, logits, said, directions = outputs
    spread = ops.convert_to_tensor(product_net.COLOUR_SPREAD)
    lengths = ops.sqrt(ops.sum(ops.square(directions), -1) + 1e-6)
    radians = angles * (np.pi / 180)
    cosines = (directions[:, 0] * ops.sin(radians) + directions[:, 1] * ops.cos(radians)) / lengths
    entropy = keras.losses.sparse_categorical_crossentropy(kinds, logits, from_logits=True)
    return {
        "kinds": ops.mean(entropy),
        "colours": ops.mean(ops.abs(said - colours) / spread),
        "angles": ops.mean(1.0 - cosines),  # bounded, where two angles cannot be told apart
    }


def shifted(images):
    """Move each batch by up to `SHIFT` pixels."""
    padded = tf.pad(images, [[0, 0], [SHIFT, SHIFT], [SHIFT, SHIFT], [0, 0]], "SYMMETRIC")
    return tf.image.random_crop(padded, tf.shape(images))


def train(products, epochs, peak_rate, batch_size=32):
    """Train the network on `ImageData` of products (warm-up, cosine) and store its weights."""
    kinds, colours, angles = known_requests(products)
    tensors = (products.images, kinds.astype("int32"), colours.astype("float32"), angles)
    batches = tf.data.Dataset.from_tensor_slices(tensors).shuffle(len(products.images))
    batches = batches.batch(batch_size, drop_remainder=True)
    batches = batches.map(lambda images, *said: (shifted(data.uint8_to_unit(images)), *said))
    network = product_net.regressor()
    steps = epochs * (len(products.images) // batch_size) - 200
    cosine = keras.optimizers.schedules.CosineDecay
    rate = cosine(0.0, steps, warmup_target=peak_rate, warmup_steps=200)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=0.02)
    optimizer.build(network.trainable_variables)

    @tf.function
    def step(images, *said):
        with tf.GradientTape() as tape:
            parts = losses(network(images, training=True), *said)
            loss = sum(WORTH[name] * part for name, part in parts.items())
        variables = network.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        return parts

    for epoch in range(epochs):
        rows = [[float(part) for part in step(*batch).values()] for batch in batches.prefetch(2)]
        means = [f"{name} {mean:.4f}" for name, mean in zip(WORTH, np.mean(rows, 0), strict=True)]
        print(f"epoch {epoch + 1}:", *means, flush=True)
    with replacing(WEIGHTS) as temporary:
        network.save_weights(temporary)
    print(f"stored; keras_gen refuses the weights until SHA256 is {digest(WEIGHTS)}")


def print_figures(products):
    """Print the errors of the stored weights on test renders, for each kind and for all."""
    known, reading = known_requests(products), load_product_judge().read(products.images)
    hits = reading.kinds == known.kinds
    angles = angle_errors(reading.angles, known.angles)
    differences = delta_e_2000(reading.colours, known.colours)
    print("kind: accuracy, median angle error in degrees, its 90 % quantile, median CIEDE2000")
    for number, name in [*enumerate(products.class_names), (None, "all")]:
        rows = slice(None) if number is None else products.labels == number
        print(
            f"{name}: {hits[rows].mean():.4f} {np.median(angles[rows]):.2f} "
            f"{np.quantile(angles[rows], 0.9):.1f} {np.median(differences[rows]):.2f}"
        )


def main():
    """Train the network, or print the figures of the stored one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=40, help="0: print the figures")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    arguments = parser.parse_args()
    keras.utils.set_random_seed(arguments.seed)
    if arguments.epochs:
        train(data.load("products"), arguments.epochs, arguments.rate)
    else:
        print_figures(data.load("products", split="test"))


if __name__ == "__main__":
    main()
