"""A flow of the size of the DCGAN's generator, on the same budget: another family, side by side.

Flow matching learns, by regression on x - noise at points x_t = (1 - t) noise + t x of straight
lines, the mean velocity at each point and time, and draws by following it from noise. Nothing is
adversarial: one network, one loss, which is a mean of squares. The price is paid when drawing: the
paths that are followed are curved, so it takes several passes where a GAN needs one in all.

    python benchmarks/flow.py --seconds 300 --docs
    python benchmarks/flow.py --seconds 150 --split validation --systems flow

Trains the recipe `dcgan` and the flow for as many steps as fit into the same seconds of this
machine, then measures both with two judges, the flow by the number of its passes. `--docs` writes
docs/flow.json and the table on the page of results; a picture of samples goes to `--out`.

Reference: Lipman et al. 2023, arXiv:2210.02747; Liu et al. 2023, arXiv:2209.03003.
"""

import argparse
import json
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from gan_quality import SHAPE, VALIDATION
from keras import layers, ops
from results_table import DOCS, fill, in_chinese, markdown
from step_times import seconds_per_step, threads

from keras_gen import data
from keras_gen.files import write_text
from keras_gen.measures import frechet_distance, load_judges, precision_recall
from keras_gen.pictures import grid, save_picture
from keras_gen.recipes import DCGANRecipe

PASSES = (1, 4)
BATCH_SIZE = 32
SAMPLES = 10_000


def velocity_network(width=64):
    """Map images on their way (B, 28, 28, 1) and times (B, 1) to velocities (B, 28, 28, 1).

    A U-Net of two scales. Four pixels make one position of the first, 14 x 14.
    """
    images, times = keras.Input(SHAPE), keras.Input((1,))
    waves = np.pi * 2.0 ** np.arange(6)
    told = layers.Concatenate()([ops.sin(times * waves), ops.cos(times * waves)])  # (B, 12)
    told = layers.Dense(4 * width, activation="silu")(told)

    def block(x, channels):
        """Two convolutions; what the time says scales and shifts between them."""
        h = layers.Conv2D(channels, 3, padding="same")(layers.Activation("silu")(x))
        h = layers.GroupNormalization(8)(h)
        scale, shift = layers.Dense(channels)(told), layers.Dense(channels)(told)
        h = h * (1 + scale[:, None, None]) + shift[:, None, None]
        h = layers.Conv2D(channels, 3, padding="same")(layers.Activation("silu")(h))
        return h + x

    fine = block(layers.Conv2D(width, 2, strides=2)(images), width)  # (B, 14, 14, 64)
    x = layers.Conv2D(2 * width, 2, strides=2)(fine)  # (B, 7, 7, 128)
    x = layers.Conv2DTranspose(width, 2, strides=2)(block(x, 2 * width))  # (B, 14, 14, 64)
    x = layers.GroupNormalization(8)(block(x + fine, width))  # (B, 14, 14, 64)
    x = layers.Conv2DTranspose(1, 2, strides=2)(layers.Activation("silu")(x))
    return keras.Model([images, times], x)


class Flow(keras.Model):
    """A velocity network with the step that trains it and the walk that draws."""

    def __init__(self, network, seed):
        super().__init__()
        self.network, self.built = network, True
        self.seed_generator = keras.random.SeedGenerator(seed)

    def train_step(self, images):
        """Regress the velocity at a random point of the line from noise to each image."""
        shape = ops.shape(images)
        noise = keras.random.normal(shape, seed=self.seed_generator)
        # More often near the middle, where the velocity is hardest (Esser et al. 2024, 3.1).
        t = ops.sigmoid(keras.random.normal((shape[0], 1, 1, 1), seed=self.seed_generator))
        with tf.GradientTape() as tape:
            velocity = self.network([(1 - t) * noise + t * images, t[:, 0, 0]], training=True)
            loss = ops.mean(ops.square(velocity - (images - noise)))
        weights = self.network.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return {"loss": loss}

    def sample(self, n, seed, passes):
        """Walk from noise to images (n, 28, 28, 1) in [0, 1] in that many equal steps."""
        x, step = np.random.default_rng(seed).normal(size=(n, *SHAPE)).astype("float32"), 1 / passes
        for k in range(passes):
            x = x + step * self.network.predict([x, np.full((n, 1), k * step)], 500, verbose=0)
        return np.clip((x + 1) / 2, 0, 1)


def flow(seed, steps=None):
    """Return a flow with its optimizer; the rate falls to zero over the steps, if given."""
    keras.utils.set_random_seed(seed)
    model = Flow(velocity_network(), seed)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps) if steps else 2e-3
    optimizer = keras.optimizers.Adam(rate, use_ema=True, ema_momentum=0.999)
    optimizer.build(model.network.trainable_variables)
    model.compile(optimizer=optimizer)
    return model


def ready(model, images, batch_size, seed):
    """Return a model's training step and its batches."""
    model.make_train_function()
    return model.train_function, iter(data.batches(images, batch_size, seed))


def trained(name, seed, steps, images):
    """Train one of the two; return a function (passes) -> samples, and the number of weights."""
    if name == "dcgan":
        recipe = DCGANRecipe(seed=seed)
        model, batch_size = recipe.build(), recipe.batch_size
        drawn_by, draw = model.generator, lambda passes: model.sample(SAMPLES, seed=1)
    else:
        model, batch_size = flow(seed, steps), BATCH_SIZE
        drawn_by, draw = model.network, lambda passes: model.sample(SAMPLES, 1, passes)
    step, batches = ready(model, images, batch_size, seed)
    for _ in range(steps):
        step(batches)
    if name == "flow":
        model.optimizer.finalize_variable_values(model.network.trainable_variables)  # the average
    return draw, drawn_by.count_params()


def measure(samples, judges, real_features):
    """Return both Frechet distances and, by the first judge, precision and recall."""
    fake_features = [judge(samples)[0] for judge in judges]
    pairs = list(zip(real_features, fake_features, strict=True))
    quality = precision_recall(*pairs[0])
    return [float(x) for x in (*(frechet_distance(*pair) for pair in pairs), *quality)]


def rows_of(results):
    """Return the table's rows: means, with standard deviations where there are several seeds."""
    rows = []
    for name, passes in dict.fromkeys((r["system"], r["passes"]) for r in results):
        those = [r for r in results if (r["system"], r["passes"]) == (name, passes)]
        values = np.array([r["figures"] for r in those])
        cells = [f"{mean:.2f}" for mean in values.mean(axis=0)]
        if len(those) > 1:
            spread = values.std(axis=0, ddof=1)
            cells = [f"{cell} ± {each:.2f}" for cell, each in zip(cells, spread, strict=True)]
        rows.append([name, str(passes), f"{those[0]['steps']:,}", *cells])
    return rows


def main():
    """Train, measure and print; write the page if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--split", default="test", choices=("validation", "test"))
    parser.add_argument("--systems", nargs="+", default=["dcgan", "flow"])
    parser.add_argument("--docs", action="store_true", help="write the page of results")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/out/flow"))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    images = data.load("fashion_mnist").images
    real = data.fashion_mnist("test").images
    if arguments.split == "validation":
        images, real = images[:-VALIDATION], images[-VALIDATION:]
    judges = load_judges("fashion_net", SHAPE)
    real_features = [judge(real)[0] for judge in judges]
    recipe = DCGANRecipe(seed=0)
    both = {
        "dcgan": ready(recipe.build(), images, recipe.batch_size, 0),
        "flow": ready(flow(0), images, BATCH_SIZE, 0),
    }
    times = seconds_per_step(both)
    print({name: f"{seconds * 1000:.1f} ms" for name, seconds in times.items()}, threads())
    results, shown = [], []
    for seed in arguments.seeds:
        for name in arguments.systems:
            steps = round(arguments.seconds / times[name])
            draw, weights = trained(name, seed, steps, images)
            for passes in PASSES if name == "flow" else (1,):
                samples = np.asarray(data.unit_to_uint8(draw(passes)))
                figures = measure(samples, judges, real_features)
                row = {"system": name, "seed": seed, "steps": steps, "weights": weights}
                row |= {"passes": passes, "figures": figures}
                print(json.dumps(row), flush=True)
                results.append(row)
                shown += [samples[:16]] if seed == arguments.seeds[0] else []
    save_picture(arguments.out / "flow.png", grid(np.concatenate(shown), columns=16, zoom=2))
    head = ["", "passes", "steps", "FD-FashionNet", "FD-StridedNet", "precision", "recall"]
    text = "\n".join(markdown(head, rows_of(results)))
    print(text)
    if arguments.docs:
        content = {"seconds": arguments.seconds, "threads": threads(), "rows": results}
        write_text(DOCS / "flow.json", json.dumps(content, indent=1) + "\n")
        fill(DOCS / "results.md", "flow", text)
        fill(DOCS / "results.zh-CN.md", "flow", in_chinese(text))


if __name__ == "__main__":
    main()
