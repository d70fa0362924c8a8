"""The VAE's bound for the time, beside a first sketch of the same idea.

Seconds per step are measured first, side by side in one process and in short turns; the runs are
then counted in steps. The figure is the negative ELBO of the 10,000 test images, one draw of the
latents each, in nats per image, lower is better.

    python benchmarks/vae_quality.py --seconds 300 --seeds 0 1 2
"""

import argparse
import json

import keras
import numpy as np
from keras import layers
from step_times import seconds_per_step

from keras_gen import data
from keras_gen.measures import Likelihood
from keras_gen.models import VAE
from keras_gen.recipes import VAERecipe

MARKS = (0.2, 0.4, 0.6, 1.0)  # parts of the budget after which the bound is measured


def sketch(seed, steps):
    """Return a first sketch: ReLU, 256 hidden units, batch 128, a constant rate of 1e-3."""
    keras.utils.set_random_seed(seed)
    images, latents = keras.Input((28, 28, 1)), keras.Input((24,))
    x = images
    for channels in (32, 64):
        x = layers.Conv2D(channels, 4, 2, padding="same", activation="relu")(x)
    x = layers.Dense(256, activation="relu")(layers.Flatten()(x))
    encoder = keras.Model(images, [layers.Dense(24)(x), layers.Dense(24)(x)])
    x = layers.Dense(256, activation="relu")(latents)
    x = layers.Reshape((7, 7, 64))(layers.Dense(7 * 7 * 64, activation="relu")(x))
    x = layers.Conv2DTranspose(32, 4, 2, padding="same", activation="relu")(x)
    decoder = keras.Model(latents, layers.Conv2DTranspose(1, 4, 2, padding="same")(x))
    model = VAE(encoder, decoder, seed=seed)
    model.compile(keras.optimizers.Adam(1e-3))
    return model, 128


def recipe(seed, steps):
    """Return the recipe's model; its learning rate falls to 0 at the last step."""
    return VAERecipe(seed=seed, steps=steps).build(), VAERecipe().batch_size


SYSTEMS = {"sketch": sketch, "vae": recipe}


def start(name, seed, steps, images):
    """Return a system's model, its training step, and its batches."""
    model, batch_size = SYSTEMS[name](seed, steps)
    model.make_train_function()
    batches = iter(data.batches(images, batch_size, seed, scale=data.uint8_to_unit))
    return model, model.train_function, batches


def main():
    """Measure, train and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--systems", nargs="+", default=list(SYSTEMS), choices=list(SYSTEMS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--seconds", type=float, default=300.0, help="budget of each run")
    parser.add_argument("--step-times", type=json.loads, help='earlier ones: {"vae": 0.014, ...}')
    arguments = parser.parse_args()
    images = data.load("fashion_mnist").images
    held_out = np.asarray(data.uint8_to_unit(data.load("fashion_mnist", split="test").images))
    times = arguments.step_times or seconds_per_step(
        {name: start(name, 0, 10_000, images)[1:] for name in arguments.systems}
    )
    print(json.dumps(times), flush=True)
    for seed in arguments.seeds:
        for name in arguments.systems:
            total = round(arguments.seconds / times[name])
            model, step, batches = start(name, seed, total, images)
            row, done = {"system": name, "seed": seed, "steps": total}, 0
            for mark in MARKS:
                while done < round(total * mark):
                    step(batches)
                    done += 1
                nll, kl = Likelihood(model.encoder, model.decoder).elbo(held_out)
                row[f"at {mark:.0%}"] = round(float((nll + kl).mean()), 2)
                print(json.dumps({**row, "nll": nll.mean(), "kl": kl.mean()}), flush=True)


if __name__ == "__main__":
    main()
