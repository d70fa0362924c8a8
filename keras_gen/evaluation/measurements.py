"""The figures of a run: each measured number with what is needed to read and to compare it."""

import dataclasses
import functools

import numpy as np

from keras_gen import data, measures

LIKELIHOOD_DRAWS = 50  # of the latents for each image, in the importance-weighted bound


@dataclasses.dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured number.

    Attributes:
        key: name in `metrics.json`.
        label: name on the screen, with the unit.
        value: the number.
        interval: its 95 % interval (low, high), or None.
        better: "lower", "higher", or "near" where neither is and the reference is best.
        reference: the same measure of something known, or None.
        reference_name: what that is.
        n_real: number of real images that it was measured on.
        n_fake: number of samples or reconstructions; 0 where real images alone were measured.
        features: "FashionNet", "InceptionV3 (Keras)", or "pixels".
        features_sha256: of the features' weights; None for pixels.

    Raises:
        ValueError: a value that is not finite, which no table and no JSON can hold.
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

    def __post_init__(self):
        """Refuse a value that is not finite."""
        if not np.isfinite(self.value):
            raise ValueError(f"{self.label}: expected a finite number, found {self.value}")


def _in_features(extractor, real, fake, reference_name):
    """Return a maker of figures that were measured in features."""
    return functools.partial(
        Figure, n_real=len(real), n_fake=len(fake), features=extractor.name,
        features_sha256=extractor.sha256, reference_name=reference_name,
    )  # fmt: skip


def distance_figures(extractor, real, fake, train, seed=0):
    """Measure how far the samples are, as a set, from real images.

    Args:
        extractor: `measures.Features`, which made the features.
        real: (N, D) features of real images.
        fake: (M, D) features of samples.
        train: (K, D) features of other real images, whose figures are the yardstick.
        seed: integer, of the blocks and of the resampling.

    Returns:
        List of `Figure`: Fréchet distance, kernel distance.
    """
    frechet, kernel = measures.frechet_distance, measures.kernel_distance(real, fake, seed=seed)
    figure = _in_features(extractor, real, fake, "training images")
    return [
        figure(
            key="frechet_distance",
            label=f"FD-{extractor.name}",
            value=frechet(real, fake),
            interval=measures.bootstrap_interval(frechet, real, fake, resamples=50, seed=seed),
            better="lower",
            reference=frechet(real, train),
        ),
        figure(
            key="kernel_distance",
            label=f"KID-{extractor.name}",
            value=kernel.value,
            interval=_normal_interval(*kernel),
            better="lower",
            reference=measures.kernel_distance(real, train, seed=seed).value,
        ),
    ]


def manifold_figures(extractor, real, fake, train):
    """Measure quality and variety apart; arguments as for `distance_figures`.

    Returns:
        List of `Figure`: precision, recall, density, coverage.
    """
    found, yardstick = (
        measures.precision_recall(real, features)._asdict()
        | measures.density_coverage(real, features)._asdict()
        for features in (fake, train)
    )
    counted = {"precision": len(fake), "recall": len(real), "coverage": len(real)}
    figure = _in_features(extractor, real, fake, "training images")
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


def class_figures(extractor, real, fake):
    """Measure how evenly the classes occur among the samples, as the extractor sees them.

    Args:
        extractor: `measures.Features`, which assigned the classes.
        real: (N,) garment classes of real images; None where the extractor knows no classes.
        fake: (M,) garment classes of samples, or None.

    Returns:
        List of `Figure`: entropy, and the share of each class; empty without classes.
    """
    if fake is None:
        return []
    shares, real_shares = measures.class_shares(fake), measures.class_shares(real)
    figure = functools.partial(_in_features(extractor, real, fake, "real images"), better="near")
    return [
        figure(
            key="class_entropy",
            label="entropy of the classes, nats",
            value=measures.class_entropy(shares),
            reference=measures.class_entropy(real_shares),
        ),
        *(
            figure(
                key=f"class_{i}",
                label=f"share of {name}",
                value=share,
                interval=_share_interval(share, len(fake)),
                reference=real_shares[i],
            )
            for i, (name, share) in enumerate(zip(data.FASHION_MNIST_CLASSES, shares, strict=True))
        ),
    ]


def sharpness_figures(real, fake):
    """Measure the edges of samples, which blur weakens, beside those of real images, both uint8."""
    found, yardstick = (measures.sharpness(np.asarray(data.uint8_to_unit(x))) for x in (fake, real))
    return [
        Figure(
            key="sharpness", label="sharpness, RMS of the Laplacian", **_mean(found), better="near",
            n_real=len(real), n_fake=len(fake),
            reference=float(yardstick.mean()), reference_name="real images",
        )
    ]  # fmt: skip


def copy_figures(real, fake, train, others):
    """Look for copies of training images and for twins among the samples, pixel by pixel.

    Args:
        real: (N, H, W, C) uint8, real images.
        fake: (M, H, W, C) uint8, samples.
        train: (K, H, W, C) uint8, all images that the model was trained on.
        others: (L, H, W, C) uint8, `train` without `real`: all of it for held-out images.

    Returns:
        List of `Figure`: distance to the nearest training image, shares of copies and of twins.
    """
    fake_distances, _ = measures.nearest(fake, train)  # (M, 2)
    real_distances, _ = measures.nearest(real, others)  # (N, 2)
    twins, real_twins = (
        measures.duplicate_share(measures.nearest(images, images, exclude_self=True)[0])
        for images in (fake, real)
    )
    copied = measures.copied_share(fake_distances, real_distances)
    figure = functools.partial(Figure, n_fake=len(fake), reference_name="real images")
    return [
        figure(
            key="nearest_train",
            label="distance to the nearest training image, median RMS",
            value=float(np.median(fake_distances[:, 0])),
            better="near",
            n_real=len(train),
            reference=float(np.median(real_distances[:, 0])),
        ),
        figure(
            key="copied",
            label="suspected copies of training images",
            value=copied,
            interval=_share_interval(copied, len(fake)),
            better="lower",
            n_real=len(train),
            reference=measures.copied_share(real_distances, real_distances),
        ),
        figure(
            key="duplicates",
            label="samples with a twin",
            value=twins,
            interval=_share_interval(twins, len(fake)),
            better="lower",
            n_real=len(real),
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
    bound = judge.importance_weighted_bound(unit, LIKELIHOOD_DRAWS, seed)
    rows = {
        "negative_elbo": ("negative ELBO, nats", nll + kl),
        "nll": ("reconstruction term, nats", nll),
        "kl": ("divergence from the prior, nats", kl),
        "importance_weighted": (f"-log p(x), bound of {LIKELIHOOD_DRAWS} draws, nats", -bound),
    }
    return [
        Figure(
            key=key,
            label=label,
            **_mean(values),
            better="near" if key == "kl" else "lower",
            n_real=len(values),
            n_fake=0,
        )
        for key, (label, values) in rows.items()
    ]


def pair_figures(vae, images, train):
    """Measure reconstructions against their originals, beside PCA with as many components.

    Args:
        vae: `VAE`.
        images: (N, H, W, C) uint8, held-out images.
        train: (K, H, W, C) uint8, the images that PCA learns from.

    Returns:
        List of `Figure`: PSNR and SSIM.
    """
    unit = np.asarray(data.uint8_to_unit(images))
    drawn = vae.reconstruct(unit)
    linear = measures.pca_reconstructions(images, train, vae.latent_dim)
    rows = {
        "psnr": ("PSNR of reconstructions, dB", measures.psnr),
        "ssim": ("SSIM of reconstructions", measures.ssim),
    }
    return [
        Figure(
            key=key,
            label=label,
            **_mean(measure(unit, drawn)),
            better="higher",
            n_real=len(unit),
            n_fake=len(unit),
            reference=float(measure(unit, linear).mean()),
            reference_name=f"PCA of {vae.latent_dim} components",
        )
        for key, (label, measure) in rows.items()
    ]


def _mean(values):
    """Mean of independent values and its interval."""
    error = values.std(ddof=1) / np.sqrt(len(values))
    return {"value": float(values.mean()), "interval": _normal_interval(values.mean(), error)}


def _normal_interval(value, standard_error):
    return (float(value - 1.96 * standard_error), float(value + 1.96 * standard_error))


def _share_interval(share, n):
    return measures.wilson_interval(round(share * n), n)
