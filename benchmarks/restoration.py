"""Restoration beside classical methods, and what the adversarial loss buys and costs.

    pip install "keras_gen[photos]"
    keras-gen train restorer --run-dir runs/restorer-products
    python benchmarks/restoration.py runs/restorer-products

Damages held-out images by fixed amounts, restores them by each run and by scikit-image, and writes
PSNR, SSIM and sharpness with intervals to docs/restoration.json, and the tables between their
markers on both pages. Classical methods have the parameters that are best on images of the training
split. A run of `products` is measured on photographs as well, of which nothing had been seen. Runs
of Fashion-MNIST also get Frechet distances. What the file holds of other data is kept.
"""

import argparse
import dataclasses
import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import restoration_peers as peers
from restoration_pages import write_pages
from results_table import DOCS

from keras_gen import data, measures
from keras_gen.data import degradations
from keras_gen.data.crops import scikit_image_data
from keras_gen.data.decoding import read_photo
from keras_gen.environment import versions
from keras_gen.files import write_text
from keras_gen.runs import Run

DEVIATION, QUALITY = 0.1, 20
TUNING = 20  # training images
PHOTOGRAPHS = ("astronaut.png", "chelsea.png", "coffee.png")
JSON = DOCS / "restoration.json"
ONE_WAY = "the first, one way round"


def damaged(task, images):
    """Return what each method gets of images (N, H, W, C): pixels, and holes (N, H, W)."""
    count, height, width, _ = images.shape
    holes = np.zeros((count, height, width), bool)
    if task == "denoise":
        pixels = degradations.add_noise(images, np.full(count, DEVIATION, "float32"), (0, 1))
    elif task == "jpeg":
        pixels = degradations.compress(images, np.full(count, QUALITY))
    elif task == "inpaint":
        mask = degradations.draw_holes((count, height, width), (0, 2))
        pixels, holes = degradations.fill(images, mask), np.asarray(mask)[..., 0] > 0.5
    else:
        pixels = degradations.halve(images)
    return np.array(pixels), holes  # a copy: scikit-image refuses what cannot be written to


def begun(task, pixels):
    """Return what a network begins with, at the size of the result."""
    return np.asarray(degradations.enlarge(pixels)) if task == "upscale" else pixels


def restored(model, task, pixels, holes, one_way=False):
    """Return a model's images, those of `Restorer.restore`, in batches; or of one way round."""
    images = []
    for start in range(0, len(pixels), 100):
        rows = slice(start, start + 100)
        masks = holes[rows, ..., None] if task == "inpaint" else None
        inputs = degradations.stack(begun(task, pixels[rows]), task, masks)
        images.append(np.clip(model(inputs, training=one_way), 0.0, 1.0))
    return np.concatenate(images)


def interval(values):
    """Return mean and 95 % interval of independent values."""
    error = np.std(values, ddof=1) / np.sqrt(len(values))
    low, high = measures.mean_interval(np.mean(values), error, len(values))
    return {"mean": float(np.mean(values)), "low": low, "high": high}


def row(truth, by_measure, reference=None, **named):
    """Return the figures of one method, and how far it is behind the reference, image by image.

    Args:
        truth: (N, H, W, C).
        by_measure: {"psnr" or "ssim": images (N, H, W, C)}.
        reference: {measure: values (N,)} of the run that is compared, or None.
    """
    figures = dict(named)
    for key, images in by_measure.items():
        values = peers.MEASURES[key](images, truth)
        finite = np.isfinite(values)  # a hole in what is black all around is filled exactly
        figures[key] = interval(values[finite])
        if reference is not None:
            finite &= np.isfinite(reference[key])
            figures[f"{key}_behind"] = interval((reference[key] - values)[finite])
    ratio = measures.sharpness(by_measure["psnr"]).mean() / measures.sharpness(truth).mean()
    return {**figures, "sharpness": float(ratio), "n": len(truth)}


def compare(task, models, tuning, truth, mapped=map):
    """Return the rows of one task: the runs, the first without its mirror image, classical ones.

    Args:
        task: one of `degradations.TASKS`.
        models: {name: model}; the first is compared with the classical methods.
        tuning: (M, H, W, C) training images.
        truth: (N, H, W, C) held-out images.
        mapped: `map`, or that of a pool of processes, for the classical methods.
    """
    pixels, holes = damaged(task, truth)
    rows, reference = [], None
    for name, model in models.items():
        images = restored(model, task, pixels, holes)
        if reference is None:
            reference = {key: measure(images, truth) for key, measure in peers.MEASURES.items()}
        rows.append(row(truth, dict.fromkeys(peers.MEASURES, images), method=name))
    first = next(iter(models.values()))
    images = restored(first, task, pixels, holes, one_way=True)
    rows.append(row(truth, dict.fromkeys(peers.MEASURES, images), reference, method=ONE_WAY))
    shown = begun(task, pixels)
    rows.append(row(truth, dict.fromkeys(peers.MEASURES, shown), reference, method="input"))
    chosen = peers.best_parameters(task, *damaged(task, tuning), tuning, mapped)
    for name, parameters in chosen.items():
        method, _ = peers.METHODS[task][name]
        images = {
            key: peers.apply(method, best, pixels, holes, mapped)
            for key, best in parameters.items()
        }
        rows.append(row(truth, images, reference, method=name, parameters=parameters))
    return [{"task": task, **each} for each in rows]


def distances(models, truth):
    """Return the Frechet distances of restored garments to the true ones, task by task."""
    judges = measures.load_judges("fashion_net", truth.shape[1:])
    real = [judge(np.asarray(data.unit_to_uint8(truth)))[0] for judge in judges]
    found = []
    for task in degradations.TASKS:
        pixels, holes = damaged(task, truth)
        shown = begun(task, pixels)
        images = {name: restored(model, task, pixels, holes) for name, model in models.items()}
        for name, each in {**images, "input": shown}.items():
            levels = np.asarray(data.unit_to_uint8(each))
            fd = [
                float(measures.frechet_distance(features, judge(levels)[0]))
                for features, judge in zip(real, judges, strict=True)
            ]
            found.append({"task": task, "method": name, "fashion_net": fd[0], "strided_net": fd[1]})
    return found


def photographs(count):
    """Return crops of 64 x 64 pixels, at full size, of photographs in scikit-image."""
    rng = np.random.default_rng(0)
    crops = []
    for name in PHOTOGRAPHS:
        picture = read_photo(scikit_image_data() / name, 3)
        for _ in range(count // len(PHOTOGRAPHS)):
            left, top = (int(rng.integers(side - 63)) for side in picture.size)
            crops.append(np.asarray(picture.crop((left, top, left + 64, top + 64))))
    return np.stack(crops)


def described(run):
    """Return what a table must say of a run: fields, steps done, seconds of the processors."""
    rows = run.read_metrics()
    return {
        "fields": dataclasses.asdict(run.recipe),
        "steps": rows[-1]["step"],
        "cpu_seconds": round(sum(each.get("cpu_seconds", 0) for each in rows)),
    }


def measured(runs, count, mapped=map):
    """Return all figures of runs of one kind of data, by the name of what they were measured on."""
    recipe = runs[0].recipe
    models = {name_of(run): run.load_model() for run in runs}
    tuning = unit(data.load(recipe.data, recipe.image_shape).images[:TUNING])
    test = unit(data.load(recipe.data, recipe.image_shape, "test").images)
    about = {name_of(run): described(run) for run in runs}
    sets = {recipe.data: test[:count]}
    if recipe.data == "products":
        sets["photographs"] = unit(photographs(count))
    found = {}
    for name, truth in sets.items():
        compared = [compare(task, models, tuning, truth, mapped) for task in recipe.tasks]
        rows = [each for of_task in compared for each in of_task]
        found[name] = {"runs": about, "rows": rows}
    if recipe.channels == 1:
        found[recipe.data]["distances"] = distances(models, test)
        found[recipe.data]["distances_n"] = len(test)
    return found


def name_of(run):
    """Return how the tables call a run, by what differs between them."""
    weight, adversarial = run.recipe.ssim_weight, run.recipe.adversarial_weight
    parts = ["with SSIM"] * (weight > 0) + [f"w = {adversarial:g}"] * (adversarial > 0)
    return ", ".join(["restorer", *(parts or ["pixel loss alone"])])


def unit(images):
    """Return uint8 images as float32 in [0, 1]."""
    return images.astype("float32") / 255


def main():
    """Measure, store and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", type=Path, help="runs of one kind of data, best first")
    parser.add_argument("--n", type=int, default=200, help="held-out images (%(default)s)")
    parser.add_argument("--out", type=Path, default=JSON)
    arguments = parser.parse_args()
    runs = [Run.open(path) for path in arguments.runs]
    stored = json.loads(arguments.out.read_text("utf-8")) if arguments.out.exists() else {}
    spawning = multiprocessing.get_context("spawn")  # a fork would share TensorFlow's threads
    with ProcessPoolExecutor(mp_context=spawning) as pool:
        stored = {"environment": versions(), **stored, **measured(runs, arguments.n, pool.map)}
    write_text(arguments.out, json.dumps(stored, indent=1) + "\n")
    print(write_pages(stored))


if __name__ == "__main__":
    main()
