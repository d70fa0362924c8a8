"""Measure a set of samples against real images."""

import functools
from collections.abc import Callable

import numpy as np

from keras_gen import data, measures
from keras_gen.evaluation.measurements import Measurement, mean_and_interval


def _in_features(extractor, real, fake, reference_name) -> Callable[..., Measurement]:
    """Return `Measurement` with what all measurements in these features share."""
    return functools.partial(
        Measurement,
        n_real=len(real),
        n_fake=len(fake),
        features=extractor.name,
        features_sha256=extractor.sha256,
        reference_name=reference_name,
    )


def measure_distances(
    extractor, real, fake, train, seed: int = 0, key: str = "{}"
) -> list[Measurement]:
    """Measure how far the samples are, as a set, from real images.

    Args:
        extractor: `measures.Features`, which made the features.
        real: (N, D) features of real images.
        fake: (M, D) features of samples.
        train: (K, D) features of other real images, whose figures are the yardstick.
        seed: integer, of the blocks and of the resampling.
        key: how the keys are made of the names of the distances.

    Returns:
        List of `Measurement`: Fréchet distance, kernel distance.
    """
    frechet, kernel = measures.frechet_distance, measures.kernel_distance(real, fake, seed=seed)
    measurement = _in_features(extractor, real, fake, "training images")
    return [
        measurement(
            key=key.format("frechet_distance"),
            label=f"FD-{extractor.name}",
            value=frechet(real, fake),
            interval=measures.bootstrap_interval(frechet, real, fake, resamples=50, seed=seed),
            better="lower",
            reference=frechet(real, train),
        ),
        measurement(
            key=key.format("kernel_distance"),
            label=f"KID-{extractor.name}",
            value=kernel.value,
            interval=kernel.interval,
            better="lower",
            reference=measures.kernel_distance(real, train, seed=seed).value,
        ),
    ]


def measure_manifold(extractor, real, fake, train) -> list[Measurement]:
    """Measure quality and variety apart; arguments as for `measure_distances`.

    Returns:
        List of `Measurement`: precision, recall, density, coverage.
    """
    values, yardstick = (
        measures.precision_recall(real, features)._asdict()
        | measures.density_coverage(real, features)._asdict()
        for features in (fake, train)
    )
    counted = {"precision": len(fake), "recall": len(real), "coverage": len(real)}
    measurement = _in_features(extractor, real, fake, "training images")
    return [
        measurement(
            key=key,
            label=f"{key} ({extractor.name})",
            value=value,
            interval=_share_interval(value, counted[key]) if key in counted else None,
            better="near" if key == "density" else "higher",
            reference=yardstick[key],
        )
        for key, value in values.items()
    ]


def measure_classes(extractor, real, fake) -> list[Measurement]:
    """Measure how evenly the classes occur among the samples, as the extractor sees them.

    Args:
        extractor: `measures.Features`, which assigned the classes.
        real: (N,) garment classes of real images; None where the extractor knows no classes.
        fake: (M,) garment classes of samples, or None.

    Returns:
        List of `Measurement`: entropy, and the share of each class; empty without classes.
    """
    if fake is None:
        return []
    shares, real_shares = measures.class_shares(fake), measures.class_shares(real)
    measurement = functools.partial(
        _in_features(extractor, real, fake, "real images"), better="near"
    )
    return [
        measurement(
            key="class_entropy",
            label="entropy of the classes, nats",
            value=measures.class_entropy(shares),
            reference=measures.class_entropy(real_shares),
        ),
        *(
            measurement(
                key=f"class_{i}",
                label=f"share of {name}",
                value=share,
                interval=_share_interval(share, len(fake)),
                reference=real_shares[i],
            )
            for i, (name, share) in enumerate(zip(data.FASHION_MNIST_CLASSES, shares, strict=True))
        ),
    ]


def measure_sharpness(real, fake) -> list[Measurement]:
    """Measure the edges of samples, which blur weakens, beside those of real images, both uint8."""
    values, yardstick = (
        measures.sharpness(np.asarray(data.uint8_to_unit(x))) for x in (fake, real)
    )
    return [
        Measurement(
            key="sharpness",
            label="sharpness, RMS of the Laplacian",
            **mean_and_interval(values),
            better="near",
            n_real=len(real),
            n_fake=len(fake),
            reference=float(yardstick.mean()),
            reference_name="real images",
        )
    ]


def measure_memorization(real, fake, train, others) -> list[Measurement]:
    """Look for copies of training images and for near-duplicates among the samples, in pixels.

    Args:
        real: (N, H, W, C) uint8, real images.
        fake: (M, H, W, C) uint8, samples.
        train: (K, H, W, C) uint8, all images that the model was trained on.
        others: (L, H, W, C) uint8, `train` without `real`: all of it for held-out images.

    Returns:
        List of `Measurement`: distance to the nearest training image, shares of copies and of
        near-duplicates.
    """
    fake_distances, _ = measures.nearest(fake, train)  # (M, 2)
    real_distances, _ = measures.nearest(real, others)  # (N, 2)
    duplicates, real_duplicates = (
        measures.duplicate_share(measures.nearest(images, images, exclude_self=True)[0])
        for images in (fake, real)
    )
    copied = measures.copied_share(fake_distances, real_distances)
    measurement = functools.partial(Measurement, n_fake=len(fake), reference_name="real images")
    return [
        measurement(
            key="nearest_train",
            label="distance to the nearest training image, median RMS",
            value=float(np.median(fake_distances[:, 0])),
            better="near",
            n_real=len(train),
            reference=float(np.median(real_distances[:, 0])),
        ),
        measurement(
            key="copied",
            label="suspected copies of training images",
            value=copied,
            interval=_share_interval(copied, len(fake)),
            better="lower",
            n_real=len(train),
            reference=measures.copied_share(real_distances, real_distances),
        ),
        measurement(
            key="duplicates",
            label="samples with a near-duplicate",
            value=duplicates,
            interval=_share_interval(duplicates, len(fake)),
            better="lower",
            n_real=len(real),
            reference=real_duplicates,
        ),
    ]


def _share_interval(share, n):
    return measures.wilson_interval(round(share * n), n)
