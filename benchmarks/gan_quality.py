"""Quality for the time: our recipes beside a sketch and the TensorFlow tutorial's algorithm.

Every system gets the steps that fit into the same seconds on this machine. Seconds per step are
measured first, side by side in one process and in short turns, so that whatever else the machine
does slows all of them alike; the runs themselves are then counted in steps. The figures are the
Frechet distances between 10,000 samples and as many real images in the features of FashionNet and
of StridedNet, which were trained apart; lower is better. Settings are chosen with `--split
validation`, which trains on 50,000 images and compares with the other 10,000 of the training set;
with `--split test`, what was chosen is trained on all of them and compared with the test images.

    python benchmarks/gan_quality.py --systems dcgan dcgan_alternating --split validation --seeds 0
    python benchmarks/gan_quality.py --seconds 300 --seeds 0 1 2
    python benchmarks/gan_quality.py --systems dcgan --steps 43000 --seeds 0 --docs longer
"""

import argparse
import json
import re
from pathlib import Path

import keras
import numpy as np
from keras import layers
from results_table import DOCS, fill, in_chinese, markdown
from step_times import seconds_per_step

from keras_gen import data
from keras_gen.files import write_text
from keras_gen.measures import frechet_distance, load_judges
from keras_gen.models import GAN
from keras_gen.pictures import grid, save_picture
from keras_gen.recipes import DCGANRecipe, MLPGANRecipe

SHAPE = (28, 28, 1)
MARKS = (0.25, 0.5, 0.75, 1.0)  # parts of the budget after which the distances are measured
VALIDATION = 10_000  # of the training images, the last ones


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


def _recipe(recipe, **changes):
    return lambda seed: (recipe(seed=seed, **changes).build(), recipe(**changes).images_per_step)


CRITICS = {  # Wasserstein's loss: its critic's steps for each of G, and the rates of its paper
    "wasserstein": {},
    "wasserstein_five": {"discriminator_steps": 5},
    "wasserstein_slow": {"d_learning_rate": 1e-4, "g_learning_rate": 1e-4, "beta_1": 0.0},
}
CRITICS["wasserstein_five_slow"] = CRITICS["wasserstein_five"] | CRITICS["wasserstein_slow"]

SYSTEMS = {
    "sketch": sketch,
    "tutorial": tutorial,
    "dcgan": _recipe(DCGANRecipe),
    "dcgan_alternating": _recipe(DCGANRecipe, update="alternating"),
    "dcgan_without_penalty": _recipe(DCGANRecipe, penalty="none"),
    "dcgan_document_width": _recipe(DCGANRecipe, generator_width=64),
    "dcgan_document": _recipe(DCGANRecipe, generator_width=64, penalty="none"),
    "mlp_gan": _recipe(MLPGANRecipe),
    "mlp_gan_without_penalty": _recipe(MLPGANRecipe, penalty="none"),
    **{
        name: _recipe(DCGANRecipe, loss="wasserstein_gp", update="alternating", **options)
        for name, options in CRITICS.items()
    },
}


def start(name, seed, images):
    """Return a system's model, its training step, and its batches."""
    model, batch_size = SYSTEMS[name](seed)
    model.make_train_function()
    return model, model.train_function, iter(data.batches(images, batch_size, seed))


def measure(model, judges, real_features, n=10_000):
    """Return the Frechet distance by each judge, and the share of each class among n samples."""
    samples = np.asarray(data.unit_to_uint8(model.sample(n, seed=1)))
    seen = [judge(samples) for judge in judges]  # pairs of features (n, d) and classes (n,)
    distances = [
        frechet_distance(real, fake) for real, (fake, _) in zip(real_features, seen, strict=True)
    ]
    return distances, np.bincount(seen[0][1], minlength=10) / n


def run(name, seed, total, images, judges, real_features, out):
    """Train one system for `total` steps; return a row of figures, and save a grid of samples."""
    model, step, batches = start(name, seed, images)
    done, row = 0, {}
    for mark in MARKS:
        while done < round(total * mark):
            step(batches)
            done += 1
        distances, shares = measure(model, judges, real_features)
        row[f"fd at {done}"] = [round(distance, 3) for distance in distances]
        words = " and ".join(f"{distance:.3f}" for distance in distances)
        print(f"{name} {seed} at step {done:,} of {total:,}: {words}", flush=True)
        save_picture(out / f"{name}-{seed}-{done}.png", grid(model.sample(100, seed=2), zoom=2))
    return {"system": name, "seed": seed, "steps": total, **row, "classes": shares.tolist()}


def curve(row):
    """Return the rows of a table: the distances of one run after each part of its steps."""
    marks = {int(key.split()[-1]): value for key, value in row.items() if re.match("fd at", key)}
    return [[f"{step:,}", *(f"{each:.2f}" for each in marks[step])] for step in sorted(marks)]


def critics(rows):
    """Return the rows of a table: what each critic was given, and the distances at the end."""
    cells = []
    for row in rows:
        options = CRITICS[row["system"]]
        rate = options.get("d_learning_rate", DCGANRecipe.d_learning_rate)
        k, (*_, last) = options.get("discriminator_steps", 1), curve(row)
        cells.append([str(k), f"{rate:g}", *last])
    return cells


def write_docs(name, rows):
    """Store the figures of runs and put their table on both pages of results."""
    stored = rows[-1] if name == "longer" else rows
    write_text(DOCS / f"{name}.json", json.dumps(stored, indent=1) + "\n")
    head = ["steps", "FD-FashionNet", "FD-StridedNet"]
    if name == "longer":
        text = "\n".join(markdown(head, curve(stored)))
    else:
        text = "\n".join(markdown(["steps of D for each of G", "rate", *head], critics(stored)))
    fill(DOCS / "results.md", name, text)
    fill(DOCS / "results.zh-CN.md", name, in_chinese(text))


def steps_of(arguments, images):
    """Return the steps of each system: those asked for, or those that fit into the seconds."""
    if arguments.steps:
        return dict.fromkeys(arguments.systems, arguments.steps)
    if arguments.step_times:
        times = json.loads(arguments.step_times.read_text())
    else:
        times = seconds_per_step({n: start(n, 0, images)[1:] for n in arguments.systems})
        (arguments.out / "step-times.json").write_text(json.dumps(times))
    for name in arguments.systems:
        print(f"{name:<22} {times[name] * 1000:7.1f} ms/step", flush=True)
    return {name: round(arguments.seconds / times[name]) for name in arguments.systems}


def main():
    """Measure, train and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--systems", nargs="+", default=list(SYSTEMS), choices=list(SYSTEMS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--seconds", type=float, default=300.0, help="budget of each run")
    parser.add_argument("--steps", type=int, help="steps of each run, instead of a budget")
    parser.add_argument("--split", default="test", choices=("validation", "test"))
    parser.add_argument("--step-times", type=Path, help="JSON of earlier seconds per step")
    parser.add_argument("--data", default="fashion_mnist", choices=data.SOURCES)
    parser.add_argument("--docs", choices=("longer", "critics"), help="table of docs/ to fill")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/out"))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    images = data.load(arguments.data).images
    if arguments.split == "validation":
        images, real = images[:-VALIDATION], images[-VALIDATION:]
    else:
        real = data.fashion_mnist("test").images
    judges = load_judges("fashion_net", SHAPE)
    real_features = [judge(real)[0] for judge in judges]
    totals, rows = steps_of(arguments, images), []
    for seed in arguments.seeds:
        for name in arguments.systems:
            total = totals[name]
            row = run(name, seed, total, images, judges, real_features, arguments.out)
            rows.append({"split": arguments.split, **row})
            print(json.dumps(rows[-1]), flush=True)
            with (arguments.out / "results.jsonl").open("a") as file:
                file.write(json.dumps(rows[-1]) + "\n")
    if arguments.docs:
        write_docs(arguments.docs, rows)


if __name__ == "__main__":
    main()
