"""Print which measure catches which fault, on sets of images whose fault is known.

    python scripts/rank_measures.py

It prints the two tables of docs/measures.md in about ten seconds, from embedded data. Every set has
500 images and is compared with 500 test images; the imagined generator was trained on 5,000
training images. Numbers that catch the fault of their set are in bold. The second table shows how
the number of images changes what is measured on real ones.
"""

import argparse

import numpy as np

from keras_gen import data, measures
from keras_gen.evaluation.measure_samples import (
    measure_classes,
    measure_distances,
    measure_manifold,
    measure_memorization,
    measure_sharpness,
)

N = 500
COLUMNS = {
    "frechet_distance": "FD",
    "kernel_distance": "KID",
    "precision": "precision",
    "recall": "recall",
    "density": "density",
    "coverage": "coverage",
    "class_entropy": "entropy, nats",
    "sharpness": "sharpness",
    "nearest_train": "distance to training",
    "copied": "copies",
    "duplicates": "near-duplicates",
}
DISTANCES, QUALITY = ("frechet_distance", "kernel_distance"), ("precision", "density")
VARIETY = ("recall", "coverage")
CATCHES = {
    "real images": (),
    "noise": (*DISTANCES, *QUALITY, *VARIETY, "class_entropy", "sharpness"),
    "blurred": (*DISTANCES, *QUALITY, *VARIETY, "sharpness"),
    "one class": (*DISTANCES, *VARIETY, "class_entropy"),
    "memorised": ("nearest_train", "copied"),
    "few, repeated": (*VARIETY, "duplicates"),
}


def sets():
    """Make the sets.

    Returns:
        500 real images to compare with; the 5,000 images that the imagined generator was trained
        on, with the ten classes in turn; and a dict of the sets by the names in `CATCHES`; all
        uint8 (N, 28, 28, 1).
    """
    train, test = (data.fashion_mnist_10k(split) for split in ("train", "test"))
    by_class = np.stack([train.images[train.labels == label] for label in range(10)], axis=1)
    trained_on, unseen = by_class[:N], by_class[N:]  # (500, 10, 28, 28, 1)
    real, others = test.images[:N], test.images[N : 2 * N]
    trained_on = trained_on.reshape(-1, *real.shape[1:])
    rng = np.random.default_rng(0)
    return real, trained_on, {
        "real images": others,
        "noise": rng.integers(0, 256, others.shape, dtype="uint8"),
        "blurred": blurred(others),
        "one class": unseen[:, 3],  # dresses
        "memorised": trained_on[:N],
        "few, repeated": np.repeat(others[: N // 10], 10, axis=0),
    }  # fmt: skip


def blurred(images):
    """Replace each pixel by the mean of the 3x3 pixels around it."""
    padded = np.pad(images.astype("float64"), [(0, 0), (1, 1), (1, 1), (0, 0)], mode="edge")
    height, width = images.shape[1:3]
    shifted = [padded[:, i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return np.mean(shifted, axis=0).round().astype("uint8")


def figures(extractor, real, fake, trained_on):
    """Measure one set with the functions that `keras-gen evaluate` uses.

    Returns:
        Dict of `Measurement`s by their keys.
    """
    held_out = trained_on[N : N + len(real)]  # the yardstick
    features, classes = zip(*(extractor(x) for x in (real, fake, held_out)), strict=True)
    measured = measure_distances(extractor, *features)
    measured += measure_manifold(extractor, *features)
    measured += measure_classes(extractor, *classes[:2])
    measured += measure_sharpness(real, fake)
    measured += measure_memorization(real, fake, trained_on, trained_on)
    return {figure.key: figure for figure in measured}


def ranking(extractor):
    """Return the rows of the first table, one for each set, with what catches its fault in bold."""
    real, trained_on, faulty_sets = sets()
    rows = [("set", *COLUMNS.values())]
    for name, fake in faulty_sets.items():
        measured = figures(extractor, real, fake, trained_on)
        cells = {key: f"{measured[key].value:.3f}" for key in COLUMNS}
        rows.append((name, *(f"**{c}**" if k in CATCHES[name] else c for k, c in cells.items())))
    return rows


def real_images_by_number(extractor):
    """Return the rows of the second table: training images and equally many test images."""
    train, test = (
        extractor(data.fashion_mnist_10k(split).images)[0] for split in ("train", "test")
    )
    rows = [("images in each set", "FD", "KID", "precision", "recall", "coverage")]
    for n in (250, 500, 1000, 2000):
        pair = test[:n], train[:n]
        values = (
            measures.frechet_distance(*pair),
            measures.kernel_distance(*pair).value,
            *measures.precision_recall(*pair),
            measures.density_coverage(*pair).coverage,
        )
        rows.append((f"{n:,}", *(f"{value:.3f}" for value in values)))
    return rows


def markdown(rows):
    """Return a Markdown table, its first row the header."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])


def main():
    """Print both tables."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    extractor = measures.load_features("fashion_net", (28, 28, 1))
    print(markdown(ranking(extractor)))
    print()
    print(markdown(real_images_by_number(extractor)))


if __name__ == "__main__":
    main()
