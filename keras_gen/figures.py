"""The figures of a run: each measured number with what is needed to read and to compare it."""

import dataclasses
import functools

import numpy as np

from keras_gen import data, measures

LIKELIHOOD_IMAGES, LIKELIHOOD_DRAWS = 1000, 100  # of the importance-weighted bound


@dataclasses.dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured number.

    Attributes:
        key: name in `metrics.json`.
        label: name on the screen.
        value: the number.
        interval: its 95 % interval (low, high), or None.
        better: "lower", "higher", or "near" where the reference itself is best.
        reference: the same measure of something known, or None.
        reference_name: what that is.
        n_real, n_fake: numbers of images that it was measured on.
        features: "FashionNet", "InceptionV3 (Keras)", or "pixels".
        features_sha256: of the features' weights; None for pixels.
    """

    key: str
    label: str
    value: float
    better: str
    n_real: int
    n_fake: int
    features: str = "pixels"
    features_sha256: str | None = None
    interval: tuple[float, float] | None = None
    reference: float | None = None
    reference_name: str | None = None


def _in_features(extractor, real, fake):
    """Return a maker of figures that were measured in features."""
    return functools.partial(
        Figure, n_real=len(real), n_fake=len(fake), features=extractor.name,
        features_sha256=extractor.sha256, reference_name="training images",
    )  # fmt: skip


def distance_figures(extractor, real, fake, train, seed=0):
    """Measure how far the samples are, as a set, from real images.

    Args:
        extractor: `measures.Features`.
        real: (N, H, W, C) uint8, real images.
        fake: (M, H, W, C) uint8, samples.
        train: (K, H, W, C) uint8, other real images, whose figures are the yardstick.
        seed: integer, of the blocks and of the resampling.

    Returns:
        List of `Figure`: Frechet distance, kernel distance.
    """
    real_x, fake_x, train_x = (extractor(images)[0] for images in (real, fake, train))
    figure = _in_features(extractor, real, fake)
    frechet, kernel = measures.frechet_distance, measures.kernel_distance(real_x, fake_x, seed=seed)
    margin = 1.96 * kernel.standard_error
    return [
        figure(
            key="frechet_distance",
            label=f"FD-{extractor.name}",
            value=frechet(real_x, fake_x),
            interval=measures.bootstrap_interval(frechet, real_x, fake_x, resamples=50, seed=seed),
            better="lower",
            reference=frechet(real_x, train_x),
        ),
        figure(
            key="kernel_distance",
            label=f"KID-{extractor.name}",
            value=kernel.value,
            interval=(kernel.value - margin, kernel.value + margin),
            better="lower",
            reference=measures.kernel_distance(real_x, train_x, seed=seed).value,
        ),
    ]


def manifold_figures(extractor, real, fake, train):
    """Measure quality and variety apart; arguments as for `distance_figures`.

    Returns:
        List of `Figure`: precision, recall, density, coverage.
    """
    real_x, fake_x, train_x = (extractor(images)[0] for images in (real, fake, train))
    found, yardstick = (
        measures.precision_recall(real_x, x)._asdict()
        | measures.density_coverage(real_x, x)._asdict()
        for x in (fake_x, train_x)
    )
    counted = {"precision": len(fake), "recall": len(real), "coverage": len(real)}
    figure = _in_features(extractor, real, fake)
    return [
        figure(
            key=key,
            label=f"{key} ({extractor.name})",
            value=value,
            interval=_share_interval(value, counted[key]) if key in counted else None,
            better="near" if key == "density" else "higher",
            reference=yardstick[key],
        )
        for key, value in found.items()
    ]


def class_figures(extractor, real, fake, class_names=None):
    """Measure how evenly the classes occur among the samples, as the extractor sees them.

    Returns:
        List of `Figure`: entropy, and the share of each class; empty without classes.
    """
    if not extractor.has_classes:
        return []
    shares, real_shares = (measures.class_shares(extractor(images)[1]) for images in (fake, real))
    figure = functools.partial(
        _in_features(extractor, real, fake), better="near", reference_name="real images"
    )
    names = class_names or [f"class {i}" for i in range(len(shares))]
    entropy = measures.class_entropy
    return [
        figure(
            key="class_entropy",
            label="entropy of the classes, nats",
            value=entropy(shares),
            reference=entropy(real_shares),
        ),
        *(
            figure(
                key=f"class_{i}",
                label=f"share of {name}",
                value=share,
                interval=_share_interval(share, len(fake)),
                reference=real_shares[i],
            )
            for i, (name, share) in enumerate(zip(names, shares, strict=True))
        ),
    ]


def copy_figures(real, fake, train):
    """Look for copies of training images and for twins among the samples, pixel by pixel.

    Args:
        real: (N, H, W, C) uint8, images that the model has not seen.
        fake: (M, H, W, C) uint8, samples.
        train: (K, H, W, C) uint8, all images that it was trained on.

    Returns:
        List of `Figure`: distance to the nearest training image, shares of copies and of twins.
    """
    fake_to_train, real_to_train = (measures.nearest(images, train)[0] for images in (fake, real))
    twins, real_twins = (
        measures.duplicate_share(measures.nearest(images, images, exclude_self=True)[0])
        for images in (fake, real)
    )
    copied = measures.copied_share(fake_to_train, real_to_train)
    figure = functools.partial(
        Figure, n_real=len(train), n_fake=len(fake), reference_name="held-out images"
    )
    return [
        figure(
            key="nearest_train",
            label="distance to the nearest training image, median RMS",
            value=float(np.median(fake_to_train[:, 0])),
            better="near",
            reference=float(np.median(real_to_train[:, 0])),
        ),
        figure(
            key="copied",
            label="suspected copies of training images",
            value=copied,
            interval=_share_interval(copied, len(fake)),
            better="lower",
            reference=measures.copied_share(real_to_train, real_to_train),
        ),
        figure(
            key="duplicates",
            label="samples with a twin",
            value=twins,
            interval=_share_interval(twins, len(fake)),
            better="lower",
            reference=real_twins,
        ),
    ]


def likelihood_figures(vae, images, seed=0):
    """Measure how likely a VAE finds images that it has not seen.

    Args:
        vae: `VAE`.
        images: (N, H, W, C) uint8.
        seed: integer, of the draws of the latents.

    Returns:
        List of `Figure`, in nats per image: the negative ELBO, its two terms, and the
        importance-weighted bound of the negative log-likelihood.
    """
    judge = measures.Likelihood(vae.encoder, vae.decoder)
    unit = np.asarray(data.uint8_to_unit(images))
    nll, kl = judge.elbo(unit, seed)  # (N,)
    few = unit[:LIKELIHOOD_IMAGES]
    bound = -judge.importance_weighted_bound(few, LIKELIHOOD_DRAWS, seed)
    rows = {
        "negative_elbo": ("negative ELBO, nats", nll + kl),
        "nll": ("reconstruction term, nats", nll),
        "kl": ("divergence from the prior, nats", kl),
        "importance_weighted": (f"-log p(x), bound of {LIKELIHOOD_DRAWS} draws, nats", bound),
    }
    return [
        Figure(
            key=key,
            label=label,
            value=float(values.mean()),
            interval=_mean_interval(values, seed),
            better="lower" if key != "kl" else "near",
            n_real=len(values),
            n_fake=len(values),
        )
        for key, (label, values) in rows.items()
    ]


def pair_figures(vae, images, train, seed=0):
    """Measure reconstructions against their originals, beside PCA with as many components.

    Args:
        vae: `VAE`.
        images: (N, H, W, C) uint8, held-out images.
        train: (K, H, W, C) uint8, the images that PCA learns from.
        seed: integer, of the resampling.

    Returns:
        List of `Figure`: PSNR and SSIM.
    """
    unit = np.asarray(data.uint8_to_unit(images))
    linear = measures.pca_reconstructions(images, train, vae.latent_dim)
    rows = {"psnr": ("PSNR, dB", measures.psnr), "ssim": ("SSIM", measures.ssim)}
    figures = []
    for key, (label, measure) in rows.items():
        values = measure(unit, vae.reconstruct(unit))
        figures.append(
            Figure(
                key=key,
                label=f"{label} of reconstructions",
                value=float(values.mean()),
                interval=_mean_interval(values, seed),
                better="higher",
                n_real=len(values),
                n_fake=len(values),
                reference=float(measure(unit, linear).mean()),
                reference_name=f"PCA of {vae.latent_dim} components",
            )
        )
    return figures


def _share_interval(share, n):
    return measures.wilson_interval(round(share * n), n)


def _mean_interval(values, seed):
    return measures.bootstrap_interval(np.mean, values, seed=seed)
