"""Modes that a GAN reaches in a toy world: the plain game and each cure of collapse, side by side.

There are two games, of a fast D and of a fast G. Every setting changes one thing in one of them,
trains the same number of steps with each seed, and draws 2,500 points at the end. What is counted
is defined in `keras_gen.measures.count_modes`. Times of a step are the least of short turns,
measured side by side in one process. Rows that are in the file already are not repeated, so that a
run can be stopped and continued.

    python benchmarks/modes.py --world ring --out benchmarks/out/ring.jsonl
    python benchmarks/modes.py --world ring --settings plain R1 --steps 2000 --seeds 0 1 2
    python benchmarks/modes.py --settings plain R1 packing --picture ring.png
"""

import argparse
import itertools
import json
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from step_times import seconds_per_step

from keras_gen import data
from keras_gen.measures import count_modes
from keras_gen.measures.modes import SAMPLES
from keras_gen.recipes import RECIPES

STRIDE = 20  # training steps in a call
KEYS = ("world", "setting", "seed", "steps")  # what tells rows apart
# Two games: D is five times as fast as G, as the recipe has it, or G five times as fast as D.
FAST_G = {"d_learning_rate": 2e-4, "g_learning_rate": 1e-3}
R1 = {"penalty": "r1", "penalty_weight": 0.1}
SETTINGS = {
    "plain": {},
    "five steps of D": {"discriminator_steps": 5},
    "R1": R1,
    "WGAN-GP": {"loss": "wasserstein_gp"},
    "relativistic, R1 and R2": {"loss": "relativistic"},
    "spectral norm": {"d_extras": ("spectral_norm",)},
    "minibatch deviation": {"d_extras": ("minibatch_std",)},
    "packing": {"d_extras": ("packing",)},
    "unrolled, 5 steps": {"unrolled_steps": 5},
    "fast G, plain": FAST_G,
    "fast G, five steps of D": FAST_G | {"discriminator_steps": 5},
    "fast G, R1": FAST_G | R1,
    "fast G, minibatch deviation": FAST_G | {"d_extras": ("minibatch_std",)},
    "fast G, packing": FAST_G | {"d_extras": ("packing",)},
    "fast G, unrolled, 1 step": FAST_G | {"unrolled_steps": 1},
    "fast G, unrolled, 5 steps": FAST_G | {"unrolled_steps": 5},
}


def start(world, setting, seed):
    """Return the recipe, its model, and its batches."""
    recipe = RECIPES[world](seed=seed, **SETTINGS[setting])
    images = data.load(recipe.data, recipe.image_shape).images
    scale = data.SCALES[recipe.pixel_scale]
    model = recipe.build()
    model.compile(model.d_optimizer, model.g_optimizer, steps_per_execution=STRIDE)
    model.make_train_function()
    return recipe, model, iter(data.batches(images, recipe.images_per_step, seed, scale=scale))


def trained(world, setting, seed, steps):
    """Return the recipe and its trained model."""
    recipe, model, batches = start(world, setting, seed)
    for _ in range(steps // STRIDE):
        model.train_function(batches)
    return recipe, model


def row_of(world, setting, seed, steps):
    """Train one setting with one seed; return what its points reach."""
    recipe, model = trained(world, setting, seed, steps)
    mixture = data.MIXTURES[recipe.data]
    points = recipe.points(model, SAMPLES, seed=1)
    found = count_modes(points, mixture.centres, mixture.deviation)
    return {
        **dict(zip(KEYS, (world, setting, seed, steps), strict=True)),
        "modes": found.covered,
        "high_quality": round(found.high_quality, 4),
    }


def draw(world, settings, steps, path):
    """Draw the points of some settings, seed 0, over D's surface: three in a row."""
    figure = Figure(figsize=(9, 3.2 * -(-len(settings) // 3)), dpi=100, layout="constrained")
    panels = figure.subplots(-(-len(settings) // 3), 3, squeeze=False).flat
    for setting, panel in zip(settings, panels, strict=False):
        recipe, model = trained(world, setting, 0, steps)
        panel.imshow(recipe.samples(model)[0])
        panel.set_title(setting)
        panel.axis("off")
    figure.savefig(path)


def measured(arguments):
    """Return all rows: those in the file, and the missing ones, each written as soon as it is."""
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    known = arguments.out.read_text().splitlines() if arguments.out.exists() else []
    rows = {tuple(json.loads(line)[key] for key in KEYS): json.loads(line) for line in known}
    for seed, setting in itertools.product(arguments.seeds, arguments.settings):
        key = (arguments.world, setting, seed, arguments.steps)
        if key not in rows:
            rows[key] = row_of(*key)
            print(json.dumps(rows[key]), flush=True)
            with arguments.out.open("a") as file:
                file.write(json.dumps(rows[key]) + "\n")
    return list(rows.values())


def table(rows, times):
    """Return a Markdown table: means over the seeds, and their standard errors."""
    lines = [
        "| setting | modes | high quality | seeds | ms a step | ratio |",
        "|---|---|---|---|---|---|",
    ]
    for setting in dict.fromkeys(row["setting"] for row in rows):
        cells = [setting]
        own = [row for row in rows if row["setting"] == setting]
        for key, digits in (("modes", 1), ("high_quality", 2)):
            values = [row[key] for row in own]
            error = np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
            cells.append(f"{np.mean(values):.{digits}f} ± {error:.{digits}f}")
        cells.append(str(len(own)))
        cells.append(f"{1000 * times[setting]:.2f}")
        cells.append(f"{times[setting] / times['plain']:.2f}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main():
    """Train what is missing, measure the steps, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--world", default="ring", choices=("ring", "grid"))
    parser.add_argument("--settings", nargs="+", default=list(SETTINGS), choices=list(SETTINGS))
    parser.add_argument("--seeds", nargs="+", type=int, default=list(range(10)))
    parser.add_argument("--steps", type=int, default=3000, help=f"a multiple of {STRIDE}")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/out/modes.jsonl"))
    parser.add_argument("--picture", type=Path, help="only draw the settings, to this file")
    arguments = parser.parse_args()
    if arguments.picture:
        draw(arguments.world, arguments.settings, arguments.steps, arguments.picture)
        return
    rows = measured(arguments)
    timed = dict.fromkeys(("plain", *arguments.settings))
    times = seconds_per_step(
        {
            setting: (model.train_function, batches)
            for setting in timed
            for _, model, batches in [start(arguments.world, setting, 0)]
        },
        steps=3,
    )
    shown = [row for row in rows if row["world"] == arguments.world and row["setting"] in times]
    print(table(shown, {setting: time / STRIDE for setting, time in times.items()}))


if __name__ == "__main__":
    main()
