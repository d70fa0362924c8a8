"""A new family, a linear autoencoder, is these sixty lines; nothing else knows of it."""

import math
from dataclasses import dataclass
from typing import ClassVar

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from PIL import Image

from keras_gen.evaluation import evaluate
from keras_gen.models.base import NetworkModel
from keras_gen.recipes import RECIPES, Recipe, option
from keras_gen.runs import Run, generate, resume, train


def squared_error(images, outputs):
    return ops.mean(ops.sum(ops.square(images - outputs), axis=(1, 2, 3)))


def dense(inputs, units):
    x = keras.Input(inputs)
    y = keras.layers.Dense(math.prod(units))(keras.layers.Flatten()(x))
    return keras.Model(x, keras.layers.Reshape(units)(y))


@keras.saving.register_keras_serializable("toy")
class Autoencoder(NetworkModel):
    NETWORKS = ("encoder", "decoder")
    METRICS = ("error",)
    OPTIMIZERS: ClassVar = {"optimizer": NETWORKS}

    def __init__(self, encoder, decoder, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.decoder = encoder, decoder
        self.latent_dim = decoder.input_shape[-1]

    def call(self, images):
        return self.decoder(self.encoder(images))

    def train_step(self, data):
        with tf.GradientTape() as tape:
            error = squared_error(data, self(data))
        gradients = tape.gradient(error, self.trainable_variables)
        self.descend(self.optimizer, gradients, self.trainable_variables)
        self.track(error=error)
        return self.get_metrics_result()

    def sample(self, n, seed=0):
        latents = keras.random.normal((n, self.latent_dim), seed=seed)
        return np.clip(self.decoder(latents), 0.0, 1.0)

    def reconstruct(self, images):
        return np.clip(self(images), 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class AutoencoderRecipe(Recipe):
    latent_dim: int = option(8, "number of latents", least=1)
    panels: ClassVar = [("squared error", {"error": "per image"})]

    def build(self):
        keras.utils.set_random_seed(self.seed)
        latents = (self.latent_dim,)
        model = Autoencoder(dense(self.image_shape, latents), dense(latents, self.image_shape))
        model.compile(keras.optimizers.Adam(1e-2))
        return model


def test_a_new_family_trains_resumes_draws_and_is_evaluated(tmp_path, monkeypatch):
    monkeypatch.setitem(RECIPES, "toy", AutoencoderRecipe)
    assert train("toy", AutoencoderRecipe(steps=60, save_every=20), tmp_path / "whole")
    assert train("toy", AutoencoderRecipe(steps=40, save_every=20), tmp_path / "parts")
    assert resume(tmp_path / "parts", steps=60)
    whole, parts = Run.open(tmp_path / "whole"), Run.open(tmp_path / "parts")
    assert [row["error"] for row in whole.read_metrics()] == [
        row["error"] for row in parts.read_metrics()
    ]
    assert np.array_equal(whole.load_model().sample(4), parts.load_model().sample(4))
    (grid,) = generate(whole, n=9)
    with Image.open(grid) as picture:
        assert picture.size == ((3 * 30 - 2) * 2,) * 2
    measured = evaluate(whole, n=150).by_key
    assert "frechet_distance" in measured and "negative_elbo" not in measured
    assert measured["psnr"].reference_name == "PCA of 8 components"
    assert measured["psnr"].value == pytest.approx(measured["psnr"].reference, abs=6)
