"""Pictures of a VAE's latent space: reconstructions, interpolations, and single latents varied."""

from typing import Any

import numpy as np
from PIL import Image

from keras_gen.losses import gaussian_kl
from keras_gen.pictures.grids import grid

PAIRS_PER_ROW = 8  # images above their reconstructions
TRAVERSED_VALUES = np.linspace(-2.5, 2.5, 9)  # 99 % of the prior's mass lies between the ends


def reconstructions(vae: Any, images: np.ndarray) -> Image.Image:
    """Lay each image above its reconstruction.

    Args:
        vae: `VAE`.
        images: (N, H, W, C) floats in [0, 1], N >= 1.

    Returns:
        `PIL.Image.Image` of rows of 8 pairs; missing places of the last row are white.
    """
    pairs = np.stack([images, vae.reconstruct(images)])  # (2, N, H, W, C)
    blanks = np.ones((2, -len(images) % PAIRS_PER_ROW, *images.shape[1:]), "float32")
    rows = np.concatenate([pairs, blanks], axis=1)
    rows = rows.reshape(2, -1, PAIRS_PER_ROW, *images.shape[1:]).swapaxes(0, 1)
    return grid(rows.reshape(-1, *images.shape[1:]), PAIRS_PER_ROW, zoom=2)


def interpolations(vae: Any, images: np.ndarray, rows: int = 8, steps: int = 9) -> Image.Image:
    """Interpolate in the latent space, in each row from one image to the next.

    Args:
        vae: `VAE`.
        images: (N, H, W, C) floats in [0, 1], N >= 1; the first follows the last.
        rows: number of interpolations; fewer where there are fewer images.
        steps: images per interpolation, including the reconstructions at both ends.

    Returns:
        `PIL.Image.Image`.
    """
    pairs = zip(images[:rows], np.roll(images, -1, axis=0)[:rows], strict=True)
    sequences = [vae.interpolate(first, last, steps) for first, last in pairs]
    return grid(np.concatenate(sequences), steps, zoom=2)


def traversals(vae: Any, images: np.ndarray, rows: int = 8) -> Image.Image:
    """Vary one latent of the first image per row, beginning with the most informative latent.

    A latent is as informative as its part of the divergence KL(q(z_j|x) || p(z_j)) is large, as a
    mean over `images`.

    Args:
        vae: `VAE`.
        images: (N, H, W, C) floats in [0, 1], N >= 1.
        rows: number of latents; fewer where the VAE has fewer.

    Returns:
        `PIL.Image.Image`.
    """
    mean, log_var = vae.encode(images)  # (N, L)
    kl = [float(gaussian_kl(mean[:, [j]], log_var[:, [j]])) for j in range(vae.latent_dim)]
    dimensions = np.argsort(kl)[::-1][:rows]
    sequences = [vae.traverse(images[0], j, TRAVERSED_VALUES) for j in dimensions]
    return grid(np.concatenate(sequences), len(TRAVERSED_VALUES), zoom=2)
