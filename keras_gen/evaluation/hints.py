"""Hints for people who review pictures one by one: what the measures say of each single picture."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_gen import data, measures
from keras_gen.evaluation.measure_run import real_images
from keras_gen.provenance import read_marks
from keras_gen.runs import Run, with_data

MOST = 2_000  # real images to compare with: enough for thresholds, and seconds of work


@dataclasses.dataclass(frozen=True, eq=False)
class Hints:
    """What automatic checks suspect, and how often each suspects real images wrongly.

    Attributes:
        found: for each picture, the names of the checks that suspect it: "copy", "outside",
            "class", "mark".
        nearest: {number of a suspected copy: its nearest training image, uint8 (H, W, C)}.
        said: the classifier's class of each picture, (N,), where classes were checked.
        errors: {check: share in [0, 1] of real images, not seen by the model, that it suspects};
            0 for "mark", which is read from the file and not guessed.
        n_real: how many real images these shares are of.
        left_out: {check: why it was not made}.
    """

    found: list[list[str]]
    nearest: dict[int, np.ndarray]
    said: np.ndarray | None
    errors: dict[str, float]
    n_real: int
    left_out: dict[str, str]


def find_hints(
    run: Run | str | Path,
    images: np.ndarray,
    asked: np.ndarray | None = None,
    seed: int = 0,
    data_source: str | Path | None = None,
) -> Hints:
    """Check pictures of a run one by one, by the measures that `evaluate` takes of a whole set.

    A copy is an image much nearer to one training image than to any other, in pixels; the
    threshold is the 1 % quantile of real images that the model has not seen. Outside is an image
    in no ball of the precision, in FashionNet's features. A wrong class is one that FashionNet
    does not name.

    Args:
        run: a `Run`, or its folder.
        images: the pictures, uint8 (N, H, W, C) of the run's shape.
        asked: the classes that were asked for, (N,), or None where that is not known.
        seed: integer, of the choice of real images.
        data_source: where the run's images lie now, if they were moved.

    Returns:
        `Hints`.

    Raises:
        FileNotFoundError, ValueError: no run, its images are not there, or too few of them.
    """
    run = with_data(Run.open(run), data_source)
    run.require_sampler()
    _, _, real, train, others = real_images(run, None, MOST, seed)
    fake_distances, indices = measures.nearest(images, train)
    real_distances, _ = measures.nearest(real.images, others)
    copies = measures.suspected_copies(fake_distances, real_distances)
    suspects: dict[str, Any] = {"copy": copies}  # (N,) bool each
    errors = {"copy": measures.copied_share(real_distances, real_distances)}
    left_out, said = {}, None
    if run.recipe.image_shape != (28, 28, 1):
        height, width, _ = run.recipe.image_shape
        why = f"FashionNet judges garments of 28x28x1, found {height}x{width}"
        left_out = {"outside": why, "class": why}
    else:
        extractor = measures.load_features("fashion_net", run.recipe.image_shape)
        features, classes = extractor(images)
        real_features, real_classes = extractor(real.images)
        other_features, _ = extractor(others[: len(real.images)])
        suspects["outside"] = ~measures.inside_manifold(real_features, features)
        errors["outside"] = _share(~measures.inside_manifold(real_features, other_features))
        why = _no_classes(run, real, asked)
        if why:
            left_out["class"] = why
        else:
            said, suspects["class"] = classes, classes != asked
            errors["class"] = _share(real_classes != real.labels)
    return Hints(
        found=[
            [name for name, is_one in suspects.items() if is_one[i]] for i in range(len(images))
        ],
        nearest={int(i): train[indices[i, 0]] for i in np.flatnonzero(copies)},
        said=said,
        errors=errors,
        n_real=len(real.images),
        left_out=left_out,
    )


def with_missing_marks(hints: Hints, files: Sequence[Path]) -> Hints:
    """Return the hints with "mark" added where a file says too little of itself.

    That is where `keras-gen inspect` ends with status 1: a mark is missing, cannot be read, or is
    of other pixels.

    Args:
        hints: of the pictures in these files.
        files: one picture file for each.

    Raises:
        ValueError: a file that is damaged, or no picture.
    """
    found = [
        [*names, "mark"] if read_marks(path).faults else names
        for names, path in zip(hints.found, files, strict=True)
    ]
    return dataclasses.replace(hints, found=found, errors={**hints.errors, "mark": 0.0})


def _no_classes(run, real, asked):
    """Return why classes cannot be checked, or None."""
    if not run.recipe.conditional:
        return "the run was asked for no class"
    if asked is None:
        return "which classes were asked for is known only where the pictures are drawn anew"
    if real.class_names != data.FASHION_MNIST_CLASSES:
        return "FashionNet knows other classes than this run"
    return None


def _share(suspected):
    return float(np.mean(suspected))
