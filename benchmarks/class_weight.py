"""What the loss of classes buys a conditional GAN, and what it costs.

    python benchmarks/class_weight.py --docs

Trains the recipe `conditional_gan` with several weights of that loss, seed 0, on 50,000 images, and
compares 1,000 samples of each class with the other 10,000 training images, none of which is a test
image: how many show the class asked for, in the eyes of two classifiers that were trained apart,
the distances, precision and recall. In the last row stand what the classifiers make of those 10,000
images themselves, and how far as many training images are from them. Rows are kept in a file, so
that weights can be trained in several commands.
"""

import argparse
import json

import numpy as np
from gan_quality import VALIDATION
from results_table import DOCS, fill, in_chinese, markdown
from truncation import COLUMNS, EACH, cells

from keras_gen import data, measures
from keras_gen.files import write_text
from keras_gen.recipes import ConditionalGANRecipe

STORED = DOCS / "class_weight.json"
HEAD = ("weight", *COLUMNS[1:])


def train(recipe, images, labels):
    """Return the recipe's model after its steps."""
    model = recipe.build()
    batches = data.batches(images, recipe.batch_size, recipe.seed, labels=labels)
    model.fit(batches, steps_per_epoch=recipe.steps, epochs=1, shuffle=False, verbose=2)
    return model


def measure(model, judges, real, labels):
    """Return the cells of a row: 1,000 samples of each class."""
    asked = np.repeat(np.arange(10), EACH)
    samples = np.asarray(data.unit_to_uint8(model.sample(len(asked), 0, labels=asked)))
    return cells(judges, real, samples, (labels, asked))


def table(rows):
    """Return the table, smallest weight first."""
    weights = sorted((key for key in rows if key != "real"), key=float)
    body = [*([weight, *rows[weight]] for weight in weights), ["*real images*", *rows["real"]]]
    return "\n".join(markdown(HEAD, body))


def main():
    """Train, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", type=float, nargs="*", default=[0.0, 0.03, 0.1, 0.3])
    parser.add_argument("--docs", action="store_true", help="keep the rows, fill the table of docs")
    arguments = parser.parse_args()
    images = data.load("fashion_mnist")
    train_images, train_labels = images.images[:-VALIDATION], images.labels[:-VALIDATION]
    held_out, labels = images.images[-VALIDATION:], images.labels[-VALIDATION:]
    judges = measures.load_judges("fashion_net", (28, 28, 1))
    real = [judge(held_out) for judge in judges]
    rows = {}
    for weight in arguments.weights:
        recipe = ConditionalGANRecipe(class_weight=weight)
        model = train(recipe, train_images, train_labels)
        rows[f"{weight:g}"] = measure(model, judges, real, labels)
        print(f"{weight:g}", *rows[f"{weight:g}"], flush=True)
    some, theirs = train_images[:VALIDATION], train_labels[:VALIDATION]
    rows["real"] = cells(judges, real, some, (labels, theirs), hits="reference")
    if arguments.docs:
        stored = json.loads(STORED.read_text("utf-8")) if STORED.is_file() else {}
        rows = {**stored, **rows}
        write_text(STORED, json.dumps(rows, indent=1) + "\n")
        fill(DOCS / "results.md", "class weight", table(rows))
        fill(DOCS / "results.zh-CN.md", "class weight", in_chinese(table(rows)))
    print(table(rows))


if __name__ == "__main__":
    main()
