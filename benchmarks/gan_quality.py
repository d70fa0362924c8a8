"""Quality for the time: our recipes beside a sketch and the TensorFlow tutorial's algorithm.

Every system gets the steps that fit into the same seconds on this machine. Seconds per step are
measured first, side by side in one process and in short turns, so that whatever else the machine
does slows all of them alike; the runs themselves are then counted in steps. The figure is the
Frechet distance between 10,000 samples and the 10,000 test images in the features of FashionNet
(FD-FashionNet), lower is better.

    python benchmarks/gan_quality.py --seconds 300 --seeds 0 1 2
    python benchmarks/gan_quality.py --systems dcgan mlp_gan --seconds 60 --out /somewhere
"""

import argparse
import json
from pathlib import Path

import keras
import numpy as np
from keras import layers
from step_times import seconds_per_step

from keras_gen import data
from keras_gen.measures import frechet_distance
from keras_gen.measures.features import load_features
from keras_gen.models import GAN
from keras_gen.pictures import grid, save_picture
from keras_gen.recipes import DCGANRecipe, MLPGANRecipe

SHAPE = (28, 28, 1)
MARKS = (0.2, 0.4, 0.6, 1.0)  # parts of the budget after which the distance is measured


def sketch(seed):
    """Return a first sketch of a small DCGAN: rate 5e-4, batch 64, one backward, average 0.995."""
    keras.utils.set_random_seed(seed)
    g = [keras.Input((100,)), layers.Dense(7 * 7 * 128, use_bias=False)]
    g += [layers.BatchNormalization(), layers.ReLU(), layers.Reshape((7, 7, 128))]
    for channels in (64, 32):
        g += [layers.Conv2DTranspose(channels, 4, 2, padding="same", use_bias=False)]
        g += [layers.BatchNormalization(), layers.ReLU()]
    g += [layers.Conv2D(1, 3, padding="same", activation="tanh")]
    d = [keras.Input(SHAPE)]
    for channels, kernel in ((32, 4), (64, 4), (128, 3)):
        d += [layers.Conv2D(channels, kernel, 2, padding="same")]
        d += [layers.LeakyReLU(0.2), layers.Dropout(0.3)]
    d += [layers.Flatten(), layers.Dense(1)]
    model = GAN(
        keras.Sequential(g),
        keras.Sequential(d),
        100,
        update="simultaneous",
        ema_decay=0.995,
        seed=seed,
    )
    model.compile(*(keras.optimizers.Adam(5e-4, beta_1=0.5) for _ in range(2)))
    return model, 64


def tutorial(seed):
    """Return the TensorFlow tutorial's DCGAN: its networks, optimizers, batch, and two tapes."""
    keras.utils.set_random_seed(seed)
    g = [keras.Input((100,)), layers.Dense(7 * 7 * 256, use_bias=False)]
    g += [layers.BatchNormalization(), layers.LeakyReLU(), layers.Reshape((7, 7, 256))]
    for channels, stride in ((128, 1), (64, 2)):
        g += [layers.Conv2DTranspose(channels, 5, stride, padding="same", use_bias=False)]
        g += [layers.BatchNormalization(), layers.LeakyReLU()]
    g += [layers.Conv2DTranspose(1, 5, 2, padding="same", use_bias=False, activation="tanh")]
    d = [keras.Input(SHAPE)]
    for channels in (64, 128):
        d += [layers.Conv2D(channels, 5, 2, padding="same"), layers.LeakyReLU()]
        d += [layers.Dropout(0.3)]
    d += [layers.Flatten(), layers.Dense(1)]
    model = GAN(
        keras.Sequential(g),
        keras.Sequential(d),
        100,
        update="simultaneous",
        ema_decay=0.0,
        seed=seed,
    )
    model.one_backward = False  # two backward passes through D, as its two tapes make
    model.compile(keras.optimizers.Adam(1e-4), keras.optimizers.Adam(1e-4))
    return model, 256


def _recipe(recipe):
    return lambda seed: (recipe(seed=seed).build(), recipe().batch_size)


SYSTEMS = {
    "sketch": sketch,
    "tutorial": tutorial,
    "dcgan": _recipe(DCGANRecipe),
    "dcgan_document_width": lambda seed: (
        DCGANRecipe(seed=seed, generator_width=64).build(),
        DCGANRecipe().batch_size,
    ),
    "mlp_gan": _recipe(MLPGANRecipe),
}


def start(name, seed, images):
    """Return a system's model, its training step, and its batches."""
    model, batch_size = SYSTEMS[name](seed)
    model.make_train_function()
    return model, model.train_function, iter(data.batches(images, batch_size, seed))


def measure(model, features, real_features, n=10_000):
    """Return the Frechet distance and the share of each class among n samples."""
    fake_features, classes = features(data.unit_to_uint8(model.sample(n, seed=1)))
    shares = np.bincount(classes, minlength=10) / n
    return frechet_distance(real_features, fake_features), shares


def run(name, seed, total, images, features, real_features, out):
    """Train one system for `total` steps; return a row of figures, and save a grid of samples."""
    model, step, batches = start(name, seed, images)
    done, row = 0, {}
    for mark in MARKS:
        while done < round(total * mark):
            step(batches)
            done += 1
        distance, shares = measure(model, features, real_features)
        row[f"fd at {mark:.0%}"] = round(distance, 3)
        print(f"{name} {seed} at step {done:,} of {total:,}: {distance:.3f}", flush=True)
    save_picture(out / f"{name}-{seed}.png", grid(model.sample(100, seed=2), zoom=2))
    return {"system": name, "seed": seed, "steps": total, **row, "classes": shares.tolist()}


def main():
    """Measure, train and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--systems", nargs="+", default=list(SYSTEMS), choices=list(SYSTEMS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--seconds", type=float, default=300.0, help="budget of each run")
    parser.add_argument("--step-times", type=Path, help="JSON of earlier seconds per step")
    parser.add_argument("--data", default="fashion_mnist", choices=data.SOURCES)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/out"))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    images = data.load(arguments.data).images
    features = load_features("fashion_net", SHAPE)
    real_features, _ = features(data.fashion_mnist("test").images)
    if arguments.step_times:
        times = json.loads(arguments.step_times.read_text())
    else:
        times = seconds_per_step({n: start(n, 0, images)[1:] for n in arguments.systems})
        (arguments.out / "step-times.json").write_text(json.dumps(times))
    for name in arguments.systems:
        print(f"{name:<22} {times[name] * 1000:7.1f} ms/step", flush=True)
    for seed in arguments.seeds:
        for name in arguments.systems:
            total = round(arguments.seconds / times[name])
            row = run(name, seed, total, images, features, real_features, arguments.out)
            print(json.dumps(row), flush=True)
            with (arguments.out / "results.jsonl").open("a") as file:
                file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
