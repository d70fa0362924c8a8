"""Measure what a trained model tells of the images that it was trained on."""

from collections.abc import Callable
from typing import Any

import numpy as np

from keras_gen import data, measures
from keras_gen.evaluation.measurements import Measurement
from keras_gen.layers import mixes_examples
from keras_gen.models.sampling import class_vectors, joined
from keras_gen.runs import Run, training_images

Scorer = Callable[[data.ImageData], np.ndarray]


def choose_members(run: Run, n: int, seed: int = 0) -> data.ImageData:
    """Return up to n of the images that a run was trained on, chosen at random."""
    seen = training_images(run)
    kept = np.sort(np.random.default_rng(seed).permutation(len(seen.images))[:n])
    return seen.take(kept)


def discriminator_scores(
    model: Any, conditions: Callable[[data.ImageData], Any] = lambda known: None
) -> Scorer | None:
    """Return what D thinks of images, ImageData -> logits (N,); None without a D of single images.

    Args:
        model: a trained model.
        conditions: ImageData -> what a conditional D is told of each image, `Recipe.conditions`.
    """
    network = getattr(model, "discriminator", None)
    if network is None or mixes_examples(network):
        return None

    def score(known):
        told = conditions(known)
        labels = None if told is None else np.asarray(class_vectors(told, model.classes))
        images = np.asarray(data.uint8_to_symmetric(known.images))
        return network.predict(joined(images, labels), batch_size=500, verbose=0)[:, 0]

    return score


def measure_membership(
    members: data.ImageData,
    others: data.ImageData,
    fake: np.ndarray,
    score: Scorer | None = None,
    seed: int = 0,
) -> list[Measurement]:
    """Attack a model: which of these images was it trained on?

    Two attackers call an image a member: one who has samples, where the nearest of them is near;
    one who has the whole model, where its D takes the image for real.

    Args:
        members: images that it was trained on.
        others: images of the same kind that it has not seen.
        fake: (M, H, W, C) uint8, samples.
        score: `discriminator_scores` of the model; None leaves the second attack out.
        seed: integer, of the resampling.

    Returns:
        List of `Measurement`: the area under the ROC curve of each attack.
    """
    attacks = {
        "nearest": ("the nearest sample", lambda x: -measures.nearest(x.images, fake)[0][:, 0])
    }
    if score is not None:
        attacks["score"] = ("D's logit", score)
    figures = []
    for key, (name, scores) in attacks.items():
        found = measures.membership_attack(scores(members), scores(others), seed)
        figures.append(
            Measurement(
                key=f"membership_{key}",
                label=f"membership told by {name}, area under the ROC",
                value=found.area,
                interval=found.interval,
                better="near",
                n_real=len(members.images) + len(others.images),
                n_fake=len(fake),
                reference=0.5,
                reference_name="guessing",
            )
        )
    return figures
