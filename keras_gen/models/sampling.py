"""What a game is played with: noise, labels as vectors, shares of a batch, images in chunks."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

CHUNK = 256  # images that are drawn at once


def draw_noise(n: int, latent_dim: int, seed: int, truncation: float | None = None) -> Any:
    """Draw standard normal noise (n, L), or its part between -truncation and truncation.

    Args:
        n: number of rows.
        latent_dim: L.
        seed: integer; the same seed gives the same noise.
        truncation: a number above 0, or None.

    Raises:
        ValueError: a truncation that is not positive.
    """
    if truncation is None:
        return keras.random.normal((n, latent_dim), seed=seed)
    if not truncation > 0:
        raise ValueError(f"truncation: expected a number above 0, found {truncation}")
    edge = 0.5 * (1.0 + tf.math.erf(truncation / np.sqrt(2.0)))  # the distribution function there
    return tf.math.ndtri(keras.random.uniform((n, latent_dim), 1.0 - edge, edge, seed=seed))


def class_vectors(labels, classes: int | None) -> Any:
    """Return labels as networks take them: class numbers (B,) become one-hot vectors (B, K).

    Labels that are vectors already are returned unchanged.

    Raises:
        ValueError: outside of a graph, a number that is no class.
    """
    labels = ops.convert_to_tensor(labels)
    if not classes or len(labels.shape) != 1:
        return labels
    if not tf.is_symbolic_tensor(labels):
        least, most = int(np.min(labels)), int(np.max(labels))
        if least < 0 or most >= classes:
            known = f"classes from 0 to {classes - 1}"
            raise ValueError(f"labels: expected {known}, found {least} to {most}")
    return ops.one_hot(labels, classes)


def joined(tensor, labels) -> Any:
    """Return what a network is called with: the tensor, or [tensor, labels]."""
    return tensor if labels is None else [tensor, labels]


def shares(images, labels, count: int) -> Any:
    """Split a batch into `count` pairs of (images, labels)."""
    parts = ops.split(images, count)
    return zip(parts, [None] * count if labels is None else ops.split(labels, count), strict=True)


def images_in_chunks(generator: keras.Model, latents, labels=None) -> np.ndarray:
    """Return images (n, H, W, C) in [0, 1] of a generator whose own are in [-1, 1]."""
    latents = ops.convert_to_tensor(latents)
    chunks = []
    for start in range(0, len(latents), CHUNK):
        chunk = slice(start, start + CHUNK)
        inputs = joined(latents[chunk], None if labels is None else labels[chunk])
        chunks.append(ops.convert_to_numpy(generator(inputs, training=False)))
    return np.clip((np.concatenate(chunks) + 1.0) / 2.0, 0.0, 1.0)
