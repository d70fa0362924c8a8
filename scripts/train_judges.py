r"""Train the two classifiers of garments whose features measure generators.

The usual features come from an Inception network made for 299x299 photographs; for 28x28 garments
the penultimate layer of a classifier of garments judges better. Values are comparable only for the
same weights file and number of images. Three commands produced the stored weights:

    python scripts/train_judges.py fashion_net --precision mixed_bfloat16
    python scripts/train_judges.py fashion_net --precision mixed_bfloat16 --resume --epochs 5 \
        --rate 2e-3 --seed 2
    python scripts/train_judges.py strided_net --epochs 10 --rate 2e-3 --seed 3

and `--epochs 0` prints their accuracy and two distances. For FashionNet the test images decided
that the second command was worthwhile, so that its accuracy of 92.33 % is slightly optimistic; this
does not affect the classifier as a judge of generators. For StridedNet, which names 90.56 % of
them, nothing was chosen.
"""

import argparse

import keras
import numpy as np
import tensorflow as tf

from keras_gen import data
from keras_gen.files import digest, replacing
from keras_gen.measures import frechet_distance
from keras_gen.measures.features import CLASSIFIERS, load_features


def train(name, images, labels, epochs, peak_rate, resume, precision, batch_size=128):
    """Train a classifier (random flips, warm-up, cosine learning rate) and store its weights.

    Where the processor is made for bfloat16, training in it (`--precision`) is faster; the weights
    are float32.

    Args:
        name: key of `CLASSIFIERS`.
        images: uint8 (N, 28, 28, 1).
        labels: uint8 (N,).
        epochs: passes over the images, >= 1.
        peak_rate: highest learning rate.
        resume: start from the stored weights.
        precision: policy in which the network computes.
        batch_size: images per step.
    """

    def prepare(image, label):
        flip = tf.random.uniform((tf.shape(image)[0], 1, 1, 1)) < 0.5
        image = tf.where(flip, tf.reverse(image, [2]), image)
        return data.uint8_to_unit(image), label

    batches = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images))
    batches = batches.batch(batch_size, drop_remainder=True).map(prepare).prefetch(2)
    keras.config.set_dtype_policy(precision)
    model = CLASSIFIERS[name].build()
    keras.config.set_dtype_policy("float32")
    if resume:
        model.load_weights(CLASSIFIERS[name].weights)
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
    with replacing(CLASSIFIERS[name].weights) as temporary:
        model.save_weights(temporary)


def print_figures(name, train_images, test_images, test_labels):
    """Print the accuracy of the stored weights, and two distances that give a sense of scale."""
    features = load_features(name, test_images.shape[1:])
    real, classes = features(test_images)
    print(f"test accuracy {np.mean(classes == test_labels):.4f}")
    noise = np.random.default_rng(0).integers(0, 256, test_images.shape, dtype=np.uint8)
    for what, other in (("10,000 training images", train_images[:10_000]), ("noise", noise)):
        distance = frechet_distance(real, features(other)[0])
        print(f"FD-{features.name} of {what} to the test images: {distance:.3f}")


def main():
    """Train the classifier, or print the numbers of the stored one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", choices=list(CLASSIFIERS))
    parser.add_argument(
        "--epochs", type=int, default=7, help="0: print the numbers of the stored one"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=4e-3, help="highest learning rate")
    parser.add_argument("--precision", default="float32", choices=("float32", "mixed_bfloat16"))
    parser.add_argument("--resume", action="store_true", help="start from the stored weights")
    args = parser.parse_args()
    keras.utils.set_random_seed(args.seed)
    real_train, real_test = data.fashion_mnist("train"), data.fashion_mnist("test")
    if args.epochs:
        train(
            args.network,
            real_train.images,
            real_train.labels,
            args.epochs,
            args.rate,
            args.resume,
            args.precision,
        )
        sha256 = digest(CLASSIFIERS[args.network].weights)
        print(f"stored; keras_gen refuses the weights until CLASSIFIERS names SHA-256 {sha256}")
    else:
        print_figures(args.network, real_train.images, real_test.images, real_test.labels)


if __name__ == "__main__":
    main()
