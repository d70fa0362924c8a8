"""Penalties on the discriminator's slope: at which images, how often, and how much."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from keras_gen.layers import draw_rows, layers_within
from keras_gen.losses import PENALTIES
from keras_gen.models.sampling import joined

PENALTY_OF_LOSS = {"wasserstein_gp": "wgan_gp", "relativistic": "r1_r2"}  # of their papers


class SlopePenalty:
    """A penalty of `PENALTIES`, taken in every k-th step k times as much.

    Args:
        name: name in `PENALTIES`, or `none`.
        weight: weight >= 0; None for that of the penalty's paper.
        interval: k >= 1.

    Raises:
        ValueError: another name, or an interval below 1.

    Reference: Karras et al. 2020, arXiv:1912.04958, section 3.1, for the interval.
    """

    def __init__(self, name: str, weight: float | None, interval: int):
        if name not in ("none", *PENALTIES):
            known = ", ".join(("auto", "none", *PENALTIES))
            raise ValueError(f"penalty must be one of {known}; found '{name}'")
        if interval < 1:
            raise ValueError(f"penalty_interval: expected at least 1, found {interval}")
        self.name, self.interval = name, interval
        self.terms = {} if name == "none" else PENALTIES[name].terms
        if weight is None:
            weight = PENALTIES[name].weight if self.terms else 0.0
        self.weight = weight

    @property
    def looks_across(self) -> str:
        """What of the penalty depends on the whole batch; or ""."""
        around = "around" in self.terms
        return "the noise of this penalty is scaled by the deviation of the batch" if around else ""

    def check(self, discriminator: keras.Model) -> None:
        """Raise a ValueError where D's slope at one image would be that of the whole batch."""
        normalising = keras.layers.BatchNormalization
        normalised = any(isinstance(part, normalising) for part in layers_within(discriminator))
        if self.terms and normalised:
            raise ValueError(f"{self.name} needs a discriminator without BatchNormalization")

    def __call__(self, discriminator, images, fake_images, labels, step, seed) -> Any:
        """Return the weighted penalty, or 0 where a step takes none.

        Args:
            discriminator: model, images -> logits (B, 1).
            images: (B, H, W, C), real images.
            fake_images: (B, H, W, C).
            labels: of a conditional discriminator, or None.
            step: number of D's steps so far.
            seed: `keras.random.SeedGenerator`.
        """
        if not self.terms:
            return 0.0

        def taken():
            penalties = [
                term(
                    slopes(discriminator, penalty_points(where, images, fake_images, seed), labels)
                )
                for where, term in self.terms.items()
            ]
            return self.weight * self.interval * sum(penalties)

        if self.interval == 1:
            return taken()
        return tf.cond(step % self.interval == 0, taken, lambda: 0.0)


def penalty_points(where: str, images, fake_images, seed) -> Any:
    """Return the images (B, H, W, C) at which a term of a penalty takes D's slope."""
    if where == "between":  # a share per image
        shape = (ops.shape(images)[0], 1, 1, 1)
        shares = draw_rows(lambda shape: keras.random.uniform(shape, seed=seed), shape)
        return shares * images + (1.0 - shares) * fake_images
    if where == "around":
        # Deviation: the paper's noise has a fixed variance; here it follows the pixels' own.
        shape = ops.shape(images)
        noise = draw_rows(lambda shape: keras.random.normal(shape, seed=seed), shape)
        return images + 0.5 * ops.std(images) * noise
    return images if where == "real" else fake_images


def slopes(discriminator: keras.Model, images, labels=None) -> Any:
    """Return the gradients (B, H, W, C) of D's logits by the images."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = discriminator(joined(images, labels), training=True)  # (B, 1)
    return tape.gradient(logits, images)
