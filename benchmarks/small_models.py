"""The table of smaller models: what fewer bits cost in quality, and what they save.

    pip install "keras_gen[export]"
    python benchmarks/small_models.py

Exports the runs that come with the package as LiteRT files with weights of 32 and 16 bits and as
int8, draws the same 10,000 images with each, and measures their distance to the test images in two
feature spaces. Images per second are of one thread, in the fastest of many passes of 64 images, the
files of a run in turns. Writes docs/small_models.json, and the table between its markers on both
pages of docs/.
"""

import argparse
import json
import math
import tempfile
from pathlib import Path

import numpy as np
from export_speed import speeds
from results_table import DOCS, fill, markdown

from keras_gen import data, measures
from keras_gen.environment import versions
from keras_gen.export import WEIGHTS, export_run, runtimes
from keras_gen.export.networks import with_pixels
from keras_gen.files import write_text
from keras_gen.runs import Run

RUNS = ("dcgan", "conditional_gan", "vae")
SAMPLES, AT_ONCE = 10_000, 100
COLUMNS = (
    ("network", "网络"),
    ("weights", "权重"),
    ("size, MB", "大小，MB"),
    ("signal to noise, dB", "信噪比，dB"),
    ("FD-FashionNet", "FD-FashionNet"),
    ("FD-StridedNet", "FD-StridedNet"),
    ("images per CPU-second", "每 CPU 秒的图数"),
)


def draw(run, network, seed=0):
    """Draw the samples of a file, with the same noise for each, uint8 (N, H, W, C)."""
    rng, images = np.random.default_rng(seed), []
    shapes = {tensor.name: tensor.shape[1:] for tensor in network.inputs}
    for start in range(0, SAMPLES, AT_ONCE):
        inputs = {"latents": rng.normal(size=(AT_ONCE, *shapes["latents"])).astype("float32")}
        if "labels" in shapes:
            classes = np.arange(start, start + AT_ONCE) % shapes["labels"][0]
            inputs["labels"] = np.eye(shapes["labels"][0], dtype="float32")[classes]
        images.append(run(inputs)["images"])
    return np.concatenate(images)


def distances(judges, real, samples):
    """Return {judge: [distance, low, high]} of samples."""
    found = {}
    for judge, real_features in zip(judges, real, strict=True):
        features, _ = judge(samples)
        frechet = measures.frechet_distance
        interval = measures.bootstrap_interval(frechet, real_features, features, resamples=50)
        found[judge.name] = [frechet(real_features, features), *interval]
    return found


def measure(name, judges, real, folder):
    """Return a row for each kind of weights of a run."""
    run = Run.open(name)
    network = list(run.recipe.artefacts(run.load_model()).values())[-1]
    network = with_pixels(network, "uint8")
    files = {
        w: export_run(run, "litert", out=folder / f"{name}-{w}", weights=w)[-1] for w in WEIGHTS
    }
    runners = {weights: runtimes.load_litert(file.path, 1) for weights, file in files.items()}
    found = speeds({weights: (network, runner) for weights, runner in runners.items()})
    return [
        {
            "network": f"`{name}`, {file.path.stem}",
            "weights": weights,
            "megabytes": file.size / 1e6,
            "decibels": file.decibels if math.isfinite(file.decibels) else None,  # JSON has no inf
            "distances": distances(judges, real, draw(runners[weights], network)),
            "images_per_cpu_second": found[weights],
        }
        for weights, file in files.items()
    ]


def table(rows, language):
    """Return the rows in Markdown, in English (0) or Chinese (1)."""
    cells = [
        [
            row["network"],
            f"`{row['weights']}`",
            f"{row['megabytes']:.2f}",
            "-" if row["decibels"] is None else f"{row['decibels']:.0f}",
            *("{:.3f} ({:.3f}, {:.3f})".format(*each) for each in row["distances"].values()),
            f"{row['images_per_cpu_second']:,.0f}",
        ]
        for row in rows
    ]
    return "\n".join(markdown([names[language] for names in COLUMNS], cells))


def main():
    """Export, draw, measure, and write the file and the pages."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    judges = measures.load_judges("fashion_net", (28, 28, 1))
    test = data.load("fashion_mnist", split="test").images
    real, rows = [judge(test)[0] for judge in judges], []
    with tempfile.TemporaryDirectory() as folder:
        for name in RUNS:
            rows += measure(name, judges, real, Path(folder))
    facts = {"samples": SAMPLES, "real": len(test), "versions": versions(), "rows": rows}
    write_text(DOCS / "small_models.json", json.dumps(facts, indent=1) + "\n")
    fill(DOCS / "export.md", "smaller", table(rows, 0))
    fill(DOCS / "export.zh-CN.md", "smaller", table(rows, 1))
    print(table(rows, 0))


if __name__ == "__main__":
    main()
