"""What privacy costs: samples and attacks of one GAN under four budgets, and of one by heart.

    python benchmarks/privacy.py

The budgets' rows have the same networks, samples, steps and seed. The noise is the least that keeps
the budget over these steps, found by dp-accounting's own search; without a budget there is neither
noise nor clipping. The last two rows are the recipe `dcgan` without a penalty, in small batches and
for longer: on 250 images, which its D learns by heart, and on all. Every model is attacked with
images that it was trained on and with others. Rows that are in docs/privacy.json already are not
repeated, so that the work can be stopped and continued, and processes can measure rows side by
side (`--rows`); the table is put on both pages.
"""

import argparse
import json
import time

import numpy as np
import tensorflow as tf
from results_table import DOCS, fill, markdown

from keras_gen import data
from keras_gen.evaluation.measure_membership import discriminator_scores, measure_membership
from keras_gen.evaluation.measure_samples import measure_distances
from keras_gen.files import write_text
from keras_gen.measures import load_judges
from keras_gen.models import GAN
from keras_gen.models.accountant import Accountant, library
from keras_gen.pictures import grid, save_picture
from keras_gen.recipes import DCGANRecipe, PrivateGANRecipe

FILE = DOCS / "privacy.json"
SHAPE = (28, 28, 1)
FEW = 250
# name: (epsilon, number of training images)
ROWS = {
    "no limit": (None, 60_000),
    "10": (10.0, 60_000),
    "3": (3.0, 60_000),
    "1": (1.0, 60_000),
    "as long": (None, 60_000),
    "by heart": (None, FEW),
}


def recipe_of(name, steps):
    """Return the recipe of a row; `steps` are those of the rows with a budget."""
    small = {"data": "fashion_mnist", "generator_width": 16}
    if name in ("as long", "by heart"):
        return DCGANRecipe(steps=2000, batch_size=32, penalty="none", **small)
    return PrivateGANRecipe(steps=steps, batch_size=128, **small)


def noise_for(epsilon, recipe):
    """Return the least noise multiplier whose epsilon after all steps is within the budget."""
    dp = library()
    from dp_accounting.rdp import RdpAccountant

    steps = recipe.steps * recipe.discriminator_steps
    probability = recipe.batch_size / recipe.examples
    return dp.calibrate_dp_mechanism(
        RdpAccountant,
        lambda noise: Accountant(probability, noise, recipe.delta).event(steps),
        epsilon,
        recipe.delta,
        bracket_interval=dp.LowerEndpointAndGuess(0.2, 1.0),
        tol=1e-4,
    )


def tighter_epsilon(recipe):
    """Return what the slower accountant, by privacy loss distributions, says of the same steps."""
    from dp_accounting.pld import PLDAccountant

    accountant = Accountant(
        recipe.batch_size / recipe.examples, recipe.noise_multiplier, recipe.delta
    )
    event = accountant.event(recipe.steps * recipe.discriminator_steps)
    return float(PLDAccountant().compose(event).get_epsilon(recipe.delta))


def plain(recipe):
    """Return the same GAN without clipping and noise."""
    private = recipe.build()
    gan = GAN(
        private.generator,
        private.discriminator,
        recipe.latent_dim,
        loss=recipe.loss,
        penalty="none",
        discriminator_steps=recipe.discriminator_steps,
        ema_decay=recipe.ema_decay,
        seed=recipe.seed,
    )
    gan.compile(*recipe.optimizers(), jit_compile=False)
    return gan


def trained(recipe, epsilon, images):
    """Return a trained model."""
    private = isinstance(recipe, PrivateGANRecipe)
    model = plain(recipe) if private and epsilon is None else recipe.build()
    if private and epsilon is None:
        stream = iter(data.batches(images.images, recipe.images_per_step, recipe.seed))
    else:
        stream = iter(recipe.batches(images, 0))
    model.make_train_function()
    for step in range(recipe.steps):
        model.train_function(stream)
        if step % 20 == 0:
            print(f"  step {step}, {time.process_time():.0f} s of CPU", flush=True)
    return model


def device():
    """Return the name of what trains: other processors round otherwise, and give other weights."""
    for gpu in tf.config.list_physical_devices("GPU"):
        return tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name)
    return "CPU"


def row_of(name, recipe, n, judges, real, seen):
    """Train, measure and attack one model; return its row, and save a picture of samples."""
    epsilon, count = ROWS[name]
    few = np.arange(len(seen.images))[:: len(seen.images) // count][:count]
    images = seen.take(few)
    row = {"row": name, "images": count, "steps": recipe.steps, "seed": recipe.seed}
    row["device"] = device()
    if epsilon is not None:
        recipe = recipe.for_data(images)
        noise = noise_for(epsilon, recipe)
        recipe = type(recipe).from_fields({**vars(recipe), "noise_multiplier": noise})
        row |= {"epsilon": epsilon, "delta": recipe.delta, "noise": noise}
        row["epsilon_pld"] = tighter_epsilon(recipe)
    begun = time.process_time()
    model = trained(recipe, epsilon, images)
    row["cpu_seconds"] = round(time.process_time() - begun)
    fake = np.asarray(data.unit_to_uint8(model.sample(n, seed=1)))
    members = images.take(np.random.default_rng(0).permutation(count)[:n])
    figures = measure_membership(members, real, fake, discriminator_scores(model))
    for judge, key in zip(judges, ("{}", "second_{}"), strict=True):
        sets = [judge(x)[0] for x in (real.images, fake, seen.images[:n])]
        figures += measure_distances(judge, *sets, key=key)[:1]
    row |= {f.key: [f.value, *f.interval] for f in figures}
    folder = DOCS.parent / "benchmarks" / "out"
    folder.mkdir(parents=True, exist_ok=True)
    picture = grid(model.sample(64, seed=2), zoom=2)
    save_picture(folder / f"privacy-{name.replace(' ', '-')}.png", picture)
    return row


COLUMNS = {
    "frechet_distance": ("FD-FashionNet", 1),
    "second_frechet_distance": ("FD-StridedNet", 0),
    "membership_nearest": ("attack by samples", 3),
    "membership_score": ("attack by D", 3),
}
NAMES = {"no limit": "∞, no noise", "as long": "∞, longer", "by heart": "∞, longer, by heart"}
IN_CHINESE = {
    "∞, no noise": "∞，不加噪声",
    "∞, longer": "∞，训练更久",
    "∞, longer, by heart": "∞，训练更久，死记",
    "noise σ": "噪声 σ",
    "images": "训练图",
    "attack by samples": "凭样本攻击",
    "attack by D": "凭 D 攻击",
}


def table(rows):
    """Return the lines of the table, each figure with its 95 % interval."""
    cells = []
    for row in sorted(rows, key=lambda row: list(ROWS).index(row["row"])):
        line = [NAMES.get(row["row"], row["row"])]
        line += [f"{row['noise']:.2f}" if "noise" in row else "0", f"{row['images']:,}"]
        for key, (_, digits) in COLUMNS.items():
            value, low, high = row[key]
            line.append(f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})")
        cells.append(line)
    return markdown(["ε", "noise σ", "images", *(title for title, _ in COLUMNS.values())], cells)


def in_chinese(text):
    """Return the table with Chinese words."""
    for english, chinese in IN_CHINESE.items():
        text = text.replace(f"| {english} |", f"| {chinese} |")
    return text.replace(" to ", " 至 ")


def stored(recipes):
    """Return the rows that are measured already, without those of another plan."""
    rows = json.loads(FILE.read_text("utf-8")) if FILE.exists() else []
    return [row for row in rows if row["steps"] == recipes[row["row"]].steps]


def write_pages(rows):
    """Put the table on both pages."""
    text = "\n".join(table(rows))
    fill(DOCS / "privacy.md", "table", text)
    fill(DOCS / "privacy.zh-CN.md", "table", in_chinese(text))


def main():
    """Measure what is missing, and put the table on both pages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", nargs="+", default=list(ROWS), choices=list(ROWS))
    parser.add_argument("--steps", type=int, default=250)
    parser.add_argument("-n", type=int, default=10_000, help="samples and real images")
    arguments = parser.parse_args()
    recipes = {name: recipe_of(name, arguments.steps) for name in ROWS}
    judges = load_judges("fashion_net", SHAPE)
    seen, real = (data.load("fashion_mnist", SHAPE, split) for split in ("train", "test"))
    real = real.take(np.arange(arguments.n))
    for name in arguments.rows:
        if name not in {row["row"] for row in stored(recipes)}:
            row = row_of(name, recipes[name], arguments.n, judges, real, seen)
            rows = [*stored(recipes), row]  # read again: other processes may have added theirs
            write_text(FILE, json.dumps(rows, indent=1) + "\n")
            write_pages(rows)
    print("\n".join(table(stored(recipes))))


if __name__ == "__main__":
    main()
