"""Pictures of a VAE's latent space: reconstructions, walks from image to image, single latents."""

import numpy as np

from keras_gen.losses import gaussian_kl
from keras_gen.pictures.grids import grid
from keras_gen.pictures.saving import save_picture

COLUMNS = 8  # pairs in a row of reconstructions
TRAVERSAL = np.linspace(-2.5, 2.5, 9)  # where the prior has 99 % of its mass


def reconstructions(vae, images):
    """Lay each image above its reconstruction.

    Args:
        vae: `VAE`.
        images: (N, H, W, C) floats in [0, 1], N >= 1.

    Returns:
        `PIL.Image.Image` of rows of 8 pairs; missing places of the last row are white.
    """
    pairs = np.stack([images, vae.reconstruct(images)])  # (2, N, H, W, C)
    blanks = np.ones((2, -len(images) % COLUMNS, *images.shape[1:]), "float32")
    rows = np.concatenate([pairs, blanks], axis=1).reshape(2, -1, COLUMNS, *images.shape[1:])
    return grid(rows.swapaxes(0, 1).reshape(-1, *images.shape[1:]), COLUMNS, zoom=2)


def walks(vae, images, rows=8, steps=9):
    """Walk through the latent space, in each row from one image to the next.

    Args:
        vae: `VAE`.
        images: (N, H, W, C) floats in [0, 1], N >= 1; the first follows the last.
        rows: number of walks; fewer where there are fewer images.
        steps: images in a walk, the reconstructions at both ends included.

    Returns:
        `PIL.Image.Image`.
    """
    pairs = zip(images[:rows], np.roll(images, -1, axis=0)[:rows], strict=True)
    drawn = [vae.interpolate(first, last, steps) for first, last in pairs]
    return grid(np.concatenate(drawn), steps, zoom=2)


def traversals(vae, images, rows=8):
    """Change one latent of the first image in each row, those that say most about images first.

    A latent says as much as its part of the divergence KL(q(z_j|x) || p(z_j)), mean over `images`.

    Args:
        vae: `VAE`.
        images: (N, H, W, C) floats in [0, 1], N >= 1.
        rows: number of latents; fewer where there are fewer.

    Returns:
        `PIL.Image.Image`.
    """
    mean, log_var = vae.encode(images)  # (N, L)
    said = [float(gaussian_kl(mean[:, [j]], log_var[:, [j]])) for j in range(vae.latent_dim)]
    chosen = np.argsort(said)[::-1][:rows]
    drawn = [vae.traverse(images[0], dimension, TRAVERSAL) for dimension in chosen]
    return grid(np.concatenate(drawn), len(TRAVERSAL), zoom=2)


def save_latent_pictures(run_dir, vae, images):
    """Write `reconstructions.png`, `walks.png` and `traversals.png` into a run folder.

    Args:
        run_dir: `pathlib.Path` of the folder.
        vae: `VAE`.
        images: (N, H, W, C) floats in [0, 1], N >= 1.
    """
    images = np.asarray(images)
    for draw in (reconstructions, walks, traversals):
        save_picture(run_dir / f"{draw.__name__}.png", draw(vae, images))
