"""Pictures of a VAE's latent space: reconstructions, walks from image to image, single latents."""

import numpy as np
from keras import ops

from keras_gen.losses import gaussian_kl
from keras_gen.pictures import grid, save_picture

TRAVERSAL = np.linspace(-2.5, 2.5, 9)  # where the prior has 99 % of its mass


def reconstructions(vae, images):
    """Lay each image above its reconstruction.

    Args:
        vae: `VAE`.
        images: (N, H, W, C) floats in [0, 1].

    Returns:
        `PIL.Image.Image` of rows of up to 8 pairs.
    """
    images = np.asarray(images)
    pairs = np.stack([images, vae.reconstruct(images)])  # (2, N, H, W, C)
    rows = [pairs[:, start : start + 8] for start in range(0, len(images), 8)]
    return grid(
        np.concatenate([image for row in rows for image in row]), min(8, len(images)), zoom=2
    )


def walks(vae, images, steps=9):
    """Walk from each image to the next through the latent space, one pair of images a row."""
    images = np.asarray(images)
    pairs = zip(images[::2], images[1::2], strict=True)
    rows = [vae.interpolate(first, last, steps) for first, last in pairs]
    return grid(np.concatenate(rows), steps, zoom=2)


def traversals(vae, images, rows=8):
    """Change one latent of the first image in each row, those that say most about images first.

    A latent says as much as its part of the divergence KL(q(z_j|x) || p(z_j)), mean over `images`.
    """
    images = np.asarray(images)
    mean, log_var = vae.encode(images)  # (N, L)
    said = [float(gaussian_kl(mean[:, [j]], log_var[:, [j]])) for j in range(mean.shape[1])]
    chosen = np.argsort(said)[::-1][:rows]
    walks = [vae.traverse(images[0], dimension, TRAVERSAL) for dimension in chosen]
    return grid(np.concatenate(walks), len(TRAVERSAL), zoom=2)


def save_latent_pictures(run_dir, vae, images):
    """Write `reconstructions.png`, `walks.png` and `traversals.png` into a run folder."""
    images = np.asarray(ops.convert_to_numpy(images))
    for draw in (reconstructions, walks, traversals):
        save_picture(run_dir / f"{draw.__name__}.png", draw(vae, images))
