"""Products on request: how far 2,000 samples are from the kind, colour and angle asked for.

    keras-gen train product_gan --run-dir runs/product_gan-1
    python benchmarks/product_gan.py runs/product_gan-1 --docs

Requests are drawn at random, as the catalogue's own were. ProductNet, which saw training renders
alone, reads the samples and the 1,600 test renders, whose figures are the yardstick. Writes
docs/product_gan.json, a table between its markers on both pages of products, and their pictures: a
grid of each kind in other colours from other angles, an object of each kind once around, and
colourways.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from results_table import DOCS, fill, markdown

from keras_gen import data, measures
from keras_gen.data.conditions import Requests, condition_vectors, known_requests
from keras_gen.data.tints import NAMES, colour_lab
from keras_gen.evaluation.measure_products import request_errors
from keras_gen.files import write_text
from keras_gen.pictures import grid
from keras_gen.provenance import save_generated
from keras_gen.runs import Run

SAMPLES = 2000
TURNS = 12  # views in a row of the picture of a turn
COLUMNS = {
    "en": (
        "", "kind, % right", "colour, median CIEDE2000", "angle, median error", "off by over 90°"
    ),
    "zh": (
        "", "种类准确率，%", "颜色，CIEDE2000 中位数", "角度误差中位数", "偏差超过 90° 的比例"
    ),
}  # fmt: skip
SAID = {
    "en": "After {steps:,} steps, {minutes:.0f} minutes of processor time in one thread, seed "
    "{seed}; {samples:,} random requests. FD-ProductNet {frechet_distance:.1f}, of as many "
    "training renders {frechet_distance_of_training_renders:.1f}; precision {precision:.2f}, "
    "recall {recall:.2f}.",
    "zh": "训练 {steps:,} 步之后，单线程处理器时间 {minutes:.0f} 分钟，种子 {seed}；随机请求 "
    "{samples:,} 个。FD-ProductNet 为 {frechet_distance:.1f}，同样数量的训练渲染图为 "
    "{frechet_distance_of_training_renders:.1f}；精确率 {precision:.2f}，召回率 {recall:.2f}。",
}
ALL = {"en": "**all**", "zh": "**全部**"}


def summary(errors, rows):
    """Return the figures of some rows of `request_errors`."""
    hits, colours, angles = (part[rows] for part in errors)
    return {
        "kind_hits": float(hits.mean()),
        "colour_difference": float(np.median(colours)),
        "angle_error": float(np.median(angles)),
        "angle_over_90": float(np.mean(angles > 90)),
    }


def figures(reading, requests, kinds):
    """Return the figures of each kind, and of all."""
    errors = request_errors(reading, requests)
    groups = {name: requests.kinds == number for number, name in enumerate(kinds)}
    groups["all"] = np.ones(len(requests.kinds), bool)
    return {name: summary(errors, rows) for name, rows in groups.items()}


def measured(run, model, seed):
    """Draw, read and compare; what goes into the JSON file."""
    test, train = (data.products(split=split) for split in ("test", "train"))
    asked = model.requested(SAMPLES, seed)
    samples = np.asarray(data.unit_to_uint8(model.sample(SAMPLES, seed)))
    judge = measures.load_product_judge()
    fake, real, other = (judge.read(x) for x in (samples, test.images, train.images[:SAMPLES]))
    distance = lambda reading: measures.frechet_distance(real.features, reading.features)
    manifold = measures.precision_recall(real.features, fake.features)
    spent = [row for row in run.read_metrics() if row["step"] <= model.steps_done]
    return {
        "recipe": json.loads(run.to_json())["fields"],
        "steps": model.steps_done,
        "cpu_seconds": sum(row["cpu_seconds"] for row in spent),
        "samples": SAMPLES,
        "seed": seed,
        "judge": {"name": judge.name, "sha256": judge.sha256},
        "samples_read": figures(fake, asked, data.PRODUCT_KINDS),
        "test_renders_read": figures(real, known_requests(test), data.PRODUCT_KINDS),
        "frechet_distance": distance(fake),
        "frechet_distance_of_training_renders": distance(other),
        "precision": manifold.precision,
        "recall": manifold.recall,
    }


def cells(found, known):
    """Return the cells of a row: the samples' figures, and those of test renders in brackets."""
    return [
        f"{100 * found['kind_hits']:.1f} ({100 * known['kind_hits']:.1f})",
        f"{found['colour_difference']:.1f} ({known['colour_difference']:.1f})",
        f"{found['angle_error']:.1f}° ({known['angle_error']:.1f}°)",
        f"{found['angle_over_90']:.2f} ({known['angle_over_90']:.2f})",
    ]


def table(content, language):
    """Return the table of a page, a row for each kind, and what was measured."""
    found, known = content["samples_read"], content["test_renders_read"]
    rows = [[ALL[language] if k == "all" else k, *cells(found[k], known[k])] for k in found]
    said = SAID[language].format(
        **{**content, "minutes": content["cpu_seconds"] / 60, "seed": content["recipe"]["seed"]}
    )
    return "\n".join([*markdown(COLUMNS[language], rows), "", said])


def drawn(model, kinds, colours, angles, latents):
    """Draw each kind (N,) in a colour (N, 3), from an angle (N,), with a noise (N, L)."""
    asked = Requests(kinds, colours, angles)
    return model.draw(latents, condition_vectors(asked, model.classes))


def pictures(model, seed):
    """Return the pictures of the page: {name: Pillow image}."""
    count = model.classes
    noise = np.asarray(model.noise(8 * count, seed))
    named = np.stack([colour_lab(name) for name in NAMES])
    rows, columns = np.divmod(np.arange(8 * count), 8)
    requests = drawn(model, rows, named[(2 * columns + rows) % 16], 45.0 * columns, noise)
    rows, columns = np.divmod(np.arange(TURNS * count), TURNS)
    angles = columns * 360.0 / TURNS
    turns = drawn(model, rows, named[(2 * rows + 1) % 16], angles, noise[8 * rows])
    rows, columns = np.divmod(np.arange(16 * count), 16)
    colours = drawn(model, rows, named[columns], np.full(16 * count, 30.0), noise[8 * rows])
    return {
        "product_gan": grid(requests, columns=8, zoom=2),
        "product_turns": grid(turns, columns=TURNS),
        "product_colours": grid(colours, columns=16),
    }


def main():
    """Draw, measure and print; write the pages if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="a run of product_gan on products")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--docs", action="store_true", help="write the pages of products")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/out/product_gan"))
    arguments = parser.parse_args()
    run = Run.open(arguments.run)
    model = run.load_model()
    content = measured(run, model, arguments.seed)
    text = json.dumps(content, indent=1) + "\n"
    print(text, table(content, "en"), sep="")
    folder = DOCS / "images" if arguments.docs else arguments.out
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures(model, arguments.seed).items():
        save_generated(folder / f"{name}.jpg", picture, run.origin, quality=90)
    if arguments.docs:
        write_text(DOCS / "product_gan.json", text)
        fill(DOCS / "products.md", "product_gan", table(content, "en"))
        fill(DOCS / "products.zh-CN.md", "product_gan", table(content, "zh"))


if __name__ == "__main__":
    main()
