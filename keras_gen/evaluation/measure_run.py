"""Measure a run against real images."""

from pathlib import Path

import numpy as np
from tqdm import tqdm

from keras_gen import data, measures
from keras_gen.data.conditions import known_requests
from keras_gen.evaluation.measure_autoencoders import measure_likelihood, measure_pairs
from keras_gen.evaluation.measure_labels import measure_labels
from keras_gen.evaluation.measure_membership import (
    choose_members,
    discriminator_scores,
    measure_membership,
)
from keras_gen.evaluation.measure_points import point_figures
from keras_gen.evaluation.measure_products import measure_requests
from keras_gen.evaluation.measure_samples import (
    measure_classes,
    measure_distances,
    measure_manifold,
    measure_memorization,
    measure_sharpness,
)
from keras_gen.evaluation.measurements import Measurement, Measurements
from keras_gen.files import first_free, numbered, read_text, write_text
from keras_gen.runs import Run, held_out_images, training_images, with_data

MIN_IMAGES = 100  # with fewer images, estimates are meaningless


def evaluate(
    run: Run | str | Path,
    *,
    split: str | None = None,
    n: int = 10_000,
    features: str | None = None,
    seed: int = 0,
    data_source: str | Path | None = None,
    write: bool = True,
) -> Measurements:
    """Measure a run and write `metrics.json` into its folder.

    Distances are measured by two judges where there are two for these images, because samples that
    were tuned to please one may not please the other.

    PSNR and SSIM compare pairs. A VAE's reconstructions have originals and get them; a sample of a
    GAN has no partner and is measured as one of a set. Of a toy world the modes are counted.

    Args:
        run: a `Run`, or its folder.
        split: "train" or "test", the real images to compare with; by default held-out ones where
            the data have any. Of training images one half at most is compared with; the other is
            the yardstick.
        n: number of samples and of real images; fewer where there are fewer real ones.
        features: name in `measures.FEATURES` of the first judge, which also measures the rest; by
            default "product_net" for the catalogue of products, and "fashion_net" for the rest.
        seed: integer, of samples, choices and resampling.
        data_source: where the run's images lie now, if they were moved.
        write: whether to write `metrics.json`; without it, `write_measurements` does so later.

    Returns:
        `Measurements`, the content of `metrics.json`.

    Raises:
        FileNotFoundError: no run, nothing trained in it, or images or features are not there.
        ValueError: no such split, too few images, others than the run was trained on, features that
            do not fit the images, or a model that cannot sample from noise.
    """
    if n < MIN_IMAGES:
        raise ValueError(f"n: expected at least {MIN_IMAGES} images to measure on, found {n}")
    run = with_data(Run.open(run), data_source)
    if run.recipe.pixel_scale == "points":
        known, figures = point_figures(run, split, n, seed)
    else:
        run.require_sampler()
        known, figures = _image_figures(run, split, n, features, seed)
    measurements = Measurements(recipe=run.name, seed=seed, figures=tuple(figures), **known)
    if write:
        write_measurements(run, measurements)
    return measurements


def _image_figures(run, split, n, features, seed):
    """Return what `Measurements` says of the model and the real images, and the figures."""
    if features is None:
        features = "product_net" if run.recipe.data == "products" else "fashion_net"
    judges = measures.load_judges(features, run.recipe.image_shape)
    model = run.load_model()
    split, source, real, train, others = real_images(run, split, n, seed)
    known = {
        "steps": model.steps_done,
        "real_images": f"{split} images of {source}",
        "real_sha256": real.sha256,
    }
    attacked = None
    if split == "test":  # without images that the model has not seen there is nothing to tell
        members = choose_members(run, len(real.images), seed)
        scores = None
        if not run.is_bundled:  # its D is untrained
            scores = discriminator_scores(model, run.recipe.conditions)
        attacked = (members, scores)
    return known, measure(model, judges, real, train, others, seed, attacked)


def write_measurements(run: Run, measurements: Measurements) -> Path:
    """Write the `metrics.json` of a run, and return its path.

    Of a run that comes with the package, it is a new file in the working directory,
    `dcgan-metrics.json`, `dcgan-metrics-2.json`, ...
    """
    path = run.path / "metrics.json"
    if run.is_bundled:
        path = first_free(numbered(f"{run.name}-metrics.json"))
    write_text(path, measurements.to_json(), new=run.is_bundled)
    return path


def real_images(run: Run, split: str | None, n: int, seed: int) -> tuple:
    """Choose the real images to compare with, and training images that are not among them.

    Returns:
        The split's name, the summary of its images, n chosen ones as `ImageData`; all training
        images (K, H, W, C), and those that were not chosen, in random order (L, H, W, C), L >= n.
    """
    recipe = run.recipe
    seen = training_images(run)
    if split is None:
        split, real = held_out_images(run, seen)
    else:
        real = data.load(recipe.data, recipe.image_shape, split, recipe.fit)
    train = seen.images
    available = len(train) // 2 if split == "train" else min(len(real.images), len(train))
    if available < MIN_IMAGES:
        raise ValueError(
            f"needs at least {MIN_IMAGES} real images to compare with and as many others as a "
            f"yardstick; found {available}"
        )
    n = min(n, available)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(real.images))
    others = train[order[n:]] if split == "train" else rng.permutation(train)
    # In their own order, so that the SHA-256 is the same for all seeds where all are chosen.
    kept = np.sort(order[:n])
    return split, real.summary, real.take(kept), train, others


def measure(
    model, judges, real, train, others, seed: int, attacked: tuple | None = None
) -> list[Measurement]:
    """Draw samples and measure what the model can do, part by part behind a progress bar.

    Args:
        model: has `sample(n, seed)`; reconstructions are measured where it has `reconstruct`, and
            the likelihood where it states one.
        judges: `measures.Features`, one or two; the second measures the distances again.
        real: `data.ImageData` of N real images to compare with.
        train: (K, H, W, C) uint8, all training images.
        others: (L, H, W, C) uint8, training images that are not in `real`, L >= N.
        seed: integer, of samples and resampling.
        attacked: members as `data.ImageData` and D's scores of images, or None for D's, to tell
            members from `real`; None where `real` holds members too.

    Returns:
        List of `Measurement`.
    """
    source, real = real, real.images
    labels, class_names, n = source.labels, source.class_names, len(real)
    asks = judges[0].has_classes and class_names == data.FASHION_MNIST_CLASSES
    asks = asks and getattr(model, "classes", None) == len(data.FASHION_MNIST_CLASSES)
    has_likelihood = getattr(model, "likelihood", None) == "bernoulli"
    reconstructs = hasattr(model, "reconstruct")
    answers = hasattr(model, "requested") and class_names == data.PRODUCT_KINDS
    parts = 6 + len(judges) + asks + answers + bool(attacked) + has_likelihood + reconstructs
    with tqdm(total=parts, unit="part", leave=False) as bar:

        def part(title, function, *arguments):
            bar.set_description(title)
            result = function(*arguments)
            bar.update()
            return result

        fake = part("samples", lambda: np.asarray(data.unit_to_uint8(model.sample(n, seed))))
        extractor, *second = judges
        sets = part("features", lambda: [extractor(x) for x in (real, fake, others[:n])])
        features, classes = zip(*sets, strict=True)  # of real, fake and other images
        figures = part("distances", measure_distances, extractor, *features, seed)
        for judge in second:
            figures += part("second judge", _second_distances, judge, real, fake, others[:n], seed)
        figures += part("manifold", measure_manifold, extractor, *features)
        figures += part("classes", measure_classes, extractor, *classes[:2])
        if asks:
            asked = np.arange(n) % model.classes  # what `sample` draws without labels
            figures += part(
                "labels", measure_labels, extractor, features[:2], classes[:2], (labels, asked)
            )
        if answers:
            known, asked = known_requests(source), model.requested(n, seed)
            judge = measures.load_product_judge()
            figures += part(
                "requests", measure_requests, judge, real, fake, known, asked, class_names, seed
            )
        figures += part("sharpness", measure_sharpness, real, fake)
        figures += part("copies", measure_memorization, real, fake, train, others)
        if attacked:
            members, scores = attacked
            figures += part("members", measure_membership, members, source, fake, scores, seed)
        if has_likelihood:
            figures += part("likelihood", measure_likelihood, model, real, seed)
        if reconstructs:
            figures += part("reconstructions", measure_pairs, model, real, train)
    return figures


def _second_distances(judge, real, fake, others, seed):
    features = [judge(images)[0] for images in (real, fake, others)]
    return measure_distances(judge, *features, seed, key="second_{}")


def read_measurements(run: Run | str | Path) -> Measurements | None:
    """Return the content of a run's `metrics.json`, or None where it was not measured.

    Raises:
        FileNotFoundError: no run.
        ValueError: the file cannot be read.
    """
    path = Run.open(run).path / "metrics.json"
    if not path.exists():
        return None
    try:
        return Measurements.from_json(read_text(path, "the measurements of a run"))
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise ValueError(
            f"{path} cannot be read ({reason}); run `keras-gen evaluate` again"
        ) from error
