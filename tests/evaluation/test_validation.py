"""A validation distance in the logs of `fit`, and a callback that keeps the best model by it."""

import keras
import numpy as np
import pytest

from keras_gen import data
from keras_gen.evaluation import ValidationDistance
from keras_gen.measures import frechet_distance, load_features
from keras_gen.recipes import MLPGANRecipe

HELD_OUT = data.load("fashion_mnist_10k", split="test").images[:120]


def test_the_model_with_the_smallest_distance_is_kept(tmp_path):
    """D is frozen at a rate of 0 and G at a large one, so that the distances differ."""
    gan = MLPGANRecipe(generator_width=8, discriminator_width=8, latent_dim=8, seed=1).build()
    images = data.uint8_to_symmetric(data.load("fashion_mnist_10k").images[:256])
    best = keras.callbacks.ModelCheckpoint(
        tmp_path / "best.keras", monitor="val_frechet_distance", mode="min", save_best_only=True
    )
    callbacks = [ValidationDistance(HELD_OUT, seed=3), best]
    logs = gan.fit(np.asarray(images), batch_size=64, epochs=3, callbacks=callbacks, verbose=0)
    distances = logs.history["val_frechet_distance"]
    assert len(distances) == 3 == len(logs.history["val_second_frechet_distance"])
    kept = keras.models.load_model(tmp_path / "best.keras")
    judge = load_features("fashion_net", (28, 28, 1))
    samples = np.asarray(data.unit_to_uint8(kept.sample(120, 3)))
    again = frechet_distance(judge(HELD_OUT)[0], judge(samples)[0])
    assert again == pytest.approx(min(distances), rel=1e-6)
    assert max(distances) > 1.0001 * min(distances)


def test_images_that_no_judge_takes_are_refused_at_once():
    with pytest.raises(ValueError, match=r"fashion_net: expected images of 28x28x1"):
        ValidationDistance(np.zeros((4, 32, 32, 1), "uint8"))
