"""Measure what a model reconstructs, and how likely it finds images that it has not seen."""

import numpy as np

from keras_gen import data, measures
from keras_gen.evaluation.measurements import Measurement, mean_and_interval
from keras_gen.layers import BernoulliSampling

LIKELIHOOD_DRAWS = 50  # of the latents for each image, in the importance-weighted bound


def measure_likelihood(vae, images, seed: int = 0) -> list[Measurement]:
    """Measure how likely a VAE finds images that it has not seen.

    Args:
        vae: `VAE`.
        images: (N, H, W, C) uint8; of a VAE of binary pixels, one draw of them is measured.
        seed: integer, of the draws of the latents and of binary pixels.

    Returns:
        List of `Measurement`, in nats per image: the negative ELBO, its two terms, and the
        importance-weighted bound of the negative log-likelihood. Those of binary pixels have keys
        and labels of their own: they and those of grey pixels cannot be compared.
    """
    judge = measures.Likelihood(vae.encoder, vae.decoder)
    unit = np.asarray(data.uint8_to_unit(images))
    binary = vae.pixels == "binary"
    if binary:
        unit = np.asarray(BernoulliSampling(seed)(unit))
    nll, kl = judge.elbo(unit, seed)  # (N,)
    bound = judge.importance_weighted_bound(unit, LIKELIHOOD_DRAWS, seed)
    rows = {
        "negative_elbo": ("negative ELBO, nats", nll + kl),
        "nll": ("reconstruction term, nats", nll),
        "kl": ("divergence from the prior, nats", kl),
        "importance_weighted": (f"-log p(x), bound of {LIKELIHOOD_DRAWS} draws, nats", -bound),
    }
    return [
        Measurement(
            key=f"{key}_binary" if binary else key,
            label=f"{label}, of binary pixels" if binary else label,
            **mean_and_interval(values),
            better="near" if key == "kl" else "lower",
            n_real=len(values),
            n_fake=0,
        )
        for key, (label, values) in rows.items()
    ]


def measure_pairs(model, images, train) -> list[Measurement]:
    """Measure reconstructions against their originals, beside PCA with as many components.

    Args:
        model: has `reconstruct(images)` and `latent_dim`.
        images: (N, H, W, C) uint8, held-out images.
        train: (K, H, W, C) uint8, the images that PCA learns from.

    Returns:
        List of `Measurement`: PSNR and SSIM.
    """
    unit = np.asarray(data.uint8_to_unit(images))
    drawn = model.reconstruct(unit)
    linear = measures.pca_reconstructions(images, train, model.latent_dim)
    rows = {
        "psnr": ("PSNR of reconstructions, dB", measures.psnr),
        "ssim": ("SSIM of reconstructions", measures.ssim),
    }
    references = {key: float(measure(unit, linear).mean()) for key, (_, measure) in rows.items()}
    return [
        Measurement(
            key=key,
            label=label,
            **mean_and_interval(measure(unit, drawn)),
            better="higher",
            n_real=len(unit),
            n_fake=len(unit),
            # PCA of identical images is exact, and its PSNR infinite
            reference=references[key] if np.isfinite(references[key]) else None,
            reference_name=f"PCA of {model.latent_dim} components",
        )
        for key, (label, measure) in rows.items()
    ]
