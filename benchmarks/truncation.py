"""What truncated noise buys a conditional GAN, and what it costs.

    python benchmarks/truncation.py conditional_gan --docs

Draws 1,000 samples of each class with noise of at most some absolute value, and prints a table: how
many show the class that was asked for, in the eyes of two classifiers that were trained apart, the
distances to the test images, precision and recall. In the last row stand what the classifiers make
of the test images themselves, and how far training images are from these.
"""

import argparse

import numpy as np
from results_table import DOCS, fill, in_chinese, markdown

from keras_gen import data, measures
from keras_gen.evaluation.measure_labels import measure_labels
from keras_gen.runs import Run

EACH = 1000  # samples of a class
COLUMNS = ("noise at most", "hits", "hits (second judge)", "FD-FashionNet", "FD-StridedNet",
           "FD within classes", "precision", "recall")  # fmt: skip


def cells(judges, real, samples, labels, hits="value"):
    """Return a row's figures of samples (M, H, W, C), beside what the judges saw of real images.

    Args:
        judges: two `measures.Features`.
        real: for each judge, features (N, D) and classes (N,) of the real images.
        samples: (M, H, W, C) uint8.
        labels: of the real images (N,), and what the samples were asked to be (M,).
        hits: "value" for those among the samples, "reference" for those among the real images.
    """
    fake = [judge(samples) for judge in judges]
    figures = [
        {figure.key: figure for figure in measure_labels(judge, *zip(*pair, strict=True), labels)}
        for judge, *pair in zip(judges, real, fake, strict=True)
    ]
    hits = [f"{getattr(figure['label_hits'], hits):.1%}" for figure in figures]
    distances = [measures.frechet_distance(a, b) for (a, _), (b, _) in zip(real, fake, strict=True)]
    within = figures[0]["frechet_distance_within"].value
    quality = measures.precision_recall(real[0][0], fake[0][0])
    return [*hits, *(f"{x:.2f}" for x in (*distances, within)), *(f"{x:.2f}" for x in quality)]


def main():
    """Draw, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", help="a run of conditional_gan, or that name itself")
    parser.add_argument("--truncations", type=float, nargs="+", default=[2.0, 1.5, 1.0, 0.7])
    parser.add_argument("--docs", action="store_true", help="put the table into docs/ as well")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    model = Run.open(arguments.run).load_model()
    judges = measures.load_judges("fashion_net", (28, 28, 1))
    test, train = (data.load("fashion_mnist", split=split) for split in ("test", "train"))
    real = [judge(test.images) for judge in judges]
    asked = np.repeat(np.arange(model.classes), EACH)
    rows = []
    for truncation in (None, *arguments.truncations):
        images = model.sample(len(asked), arguments.seed, labels=asked, truncation=truncation)
        samples = np.asarray(data.unit_to_uint8(images))
        row = cells(judges, real, samples, (test.labels, asked))
        rows.append([f"{truncation or 'no limit'}", *row])
    others = np.concatenate([np.flatnonzero(train.labels == k)[:EACH] for k in range(10)])
    labels = (test.labels, train.labels[others])
    row = cells(judges, real, train.images[others], labels, hits="reference")
    text = "\n".join(markdown(COLUMNS, [*rows, ["*real images*", *row]]))
    print(text)
    if arguments.docs:
        fill(DOCS / "results.md", "truncation", text)
        fill(DOCS / "results.zh-CN.md", "truncation", in_chinese(text))


if __name__ == "__main__":
    main()
