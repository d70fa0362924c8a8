"""Smaller generators made from the one that comes with the package: students, and pruned kernels.

    python benchmarks/distillation.py --out runs/smaller
    python benchmarks/distillation_table.py --runs runs/smaller

Four kinds of rows: `weights`, short runs of a student of half the width, one for each weight of the
adversarial loss, of which the best is taken by 10,000 training images, which the students do not
see; `students` of some widths with that weight; `narrow`, the same networks trained on the images
instead by the recipe `dcgan`, for comparison; `pruned`, the teacher with the smallest numbers of
each kernel set to zero, as it is then, and after a short training by the same losses that keeps
the zeros.

Each row is a folder of --out with its recipe, `generator.npz` and `row.json`; a row that is there
is kept. It holds the Frechet distances of 10,000 samples by both judges: to those training images
and, with the interval of 50 resamplings, to the test images.
"""

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

from keras_gen import data, measures
from keras_gen.environment import versions
from keras_gen.files import write_text
from keras_gen.recipes import DCGANRecipe, DistilledRecipe
from keras_gen.runs import Run, prepare, train
from keras_gen.runs.states import save_state
from keras_gen.runs.teachers import teach

KINDS = ("weights", "students", "narrow", "pruned")
WEIGHTS, SHARES = (0.0, 0.1), (0.5, 0.7, 0.9)
SAMPLES = 10_000


class Judges:
    """Both judges, and the images that they compare with."""

    def __init__(self):
        self.judges = measures.load_judges("fashion_net", (28, 28, 1))
        seen = data.load("fashion_mnist").images[-SAMPLES:]
        test = data.load("fashion_mnist", split="test").images
        self.real = {
            name: [judge(images)[0] for judge in self.judges]
            for name, images in (("validation", seen), ("test", test))
        }

    def measure(self, model):
        """Return {judge: distance} on validation images, {judge: [distance, low, high]} on test."""
        samples = np.asarray(data.unit_to_uint8(model.sample(SAMPLES, seed=1)))
        found = {"validation": {}, "test": {}}
        for i, judge in enumerate(self.judges):
            fake, frechet = judge(samples)[0], measures.frechet_distance
            found["validation"][judge.name] = frechet(self.real["validation"][i], fake)
            real = self.real["test"][i]
            interval = measures.bootstrap_interval(frechet, real, fake, resamples=50)
            found["test"][judge.name] = [frechet(real, fake), *interval]
        return found


def prune(generator, share):
    """Set the smallest numbers of each kernel to zero, and keep them so in training."""
    for kernel in generator.trainable_variables:
        if len(kernel.shape) > 1:  # the numbers of BatchNorm and of biases are few
            size = np.abs(kernel.numpy())
            mask = tf.constant(size > np.quantile(size, share), "float32")
            kernel.assign(kernel * mask)
            kernel.constraint = lambda value, mask=mask: value * mask


def prune_teacher(recipe, share, steps, folder):
    """Make the run of a pruned teacher, trained for some steps; for 0 it is as it was cut."""
    run, images = prepare("distilled", recipe, folder)
    model = run.recipe.build()
    teach(model, run.recipe)
    model.generator.set_weights(model.teacher.get_weights())
    prune(model.generator, share)
    model.ema_generator.set_weights(model.generator.get_weights())
    if steps:
        batches = run.recipe.batches(images, 0)
        model.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0)
    run.create()
    save_state(model, run.model_path)


def best_weight(out):
    """Return the weight whose student is nearest by both judges: the least product."""
    rows = [json.loads(path.read_text("utf-8")) for path in out.glob("weights-*/row.json")]
    if not rows:
        return DistilledRecipe().adversarial_weight
    least = min(rows, key=lambda row: math.prod(row["validation"].values()))
    return least["adversarial_weight"]


def plan(kind, steps, widths, out):
    """Return {name: function of a folder that makes the run} of one kind of rows."""

    def student(**fields):
        recipe = DistilledRecipe(**fields, save_every=max(1, fields["steps"] // 3))
        return lambda folder: train("distilled", recipe, folder)

    def narrow(width):
        options = {"steps": steps, "save_every": max(1, steps // 3)}
        recipe = DCGANRecipe(data="fashion_mnist", generator_width=width, **options)
        return lambda folder: train("dcgan", recipe, folder)

    def pruned(share, trained):
        recipe = DistilledRecipe(generator_width=32, steps=short, adversarial_weight=best)
        return lambda folder: prune_teacher(recipe, share, trained, folder)

    best, short = best_weight(out), max(1, steps // 5)
    if kind == "weights":
        return {f"weights-{w:g}": student(steps=short, adversarial_weight=w) for w in WEIGHTS}
    if kind == "students":
        fields = {"steps": steps, "adversarial_weight": best}
        return {f"student-{w}": student(generator_width=w, **fields) for w in widths}
    if kind == "narrow":
        return {f"narrow-{w}": narrow(w) for w in widths}
    names = {"pruned": 0, "tuned": short}
    return {
        f"{name}-{100 * share:.0f}": pruned(share, trained)
        for name, trained in names.items()
        for share in SHARES
    }


def finish(name, folder, judges, seconds):
    """Measure a run, and write `generator.npz` and `row.json` into its folder."""
    run = Run.open(folder)
    model = run.load_model()
    weights = model.ema_generator.get_weights()
    np.savez_compressed(folder / "generator.npz", *weights)
    kernels = [weight for weight in weights if weight.ndim > 1]
    devices = [device.device_type for device in tf.config.list_logical_devices()]
    row = {
        "name": name,
        "recipe": run.name,
        "generator_width": run.recipe.generator_width,
        "adversarial_weight": getattr(run.recipe, "adversarial_weight", None),
        "batch_size": run.recipe.batch_size,
        "steps": model.steps_done,
        "zeros": sum(int((k == 0).sum()) for k in kernels) / sum(k.size for k in kernels),
        **judges.measure(model),
        "seconds": round(seconds, 1),
        "device": devices[-1],
        "versions": versions(),
    }
    write_text(folder / "row.json", json.dumps(row, indent=1) + "\n")
    print(name, row["validation"], row["test"], f"{seconds:.0f} s", flush=True)


def main():
    """Make the rows that are missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/smaller"))
    parser.add_argument("--rows", nargs="+", default=KINDS, choices=KINDS)
    parser.add_argument("--steps", type=int, default=15_000, help="a fifth of it for short runs")
    parser.add_argument("--widths", nargs="+", type=int, default=[16, 8], help="of the students")
    arguments = parser.parse_args()
    out, judges = arguments.out, Judges()
    for kind in arguments.rows:
        for name, make in plan(kind, arguments.steps, arguments.widths, out).items():
            if not (out / name).exists():
                start = time.perf_counter()
                make(out / name)
                finish(name, out / name, judges, time.perf_counter() - start)


if __name__ == "__main__":
    main()
