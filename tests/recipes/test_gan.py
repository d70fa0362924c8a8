"""GAN recipes: what they build, and what they refuse."""

import dataclasses

import keras
import numpy as np
import pytest

from keras_gen.losses import GAN_LOSSES
from keras_gen.models.gan import PENALTIES, UPDATES
from keras_gen.recipes import RECIPES, DCGANRecipe, GANRecipe, MLPGANRecipe

SMALL = {"generator_width": 8, "discriminator_width": 8}


@pytest.mark.parametrize("name", ["mlp_gan", "dcgan"])
def test_a_gan_recipe_builds_a_compiled_model_of_its_shape(name):
    recipe = RECIPES[name](**SMALL, image_size=32, channels=3, latent_dim=9)
    model = recipe.build()
    assert model.sample(2).shape == (2, 32, 32, 3)
    assert model.generator.input_shape == (None, 9)
    assert float(model.d_optimizer.learning_rate) == pytest.approx(recipe.d_learning_rate)
    assert float(model.g_optimizer.learning_rate) == pytest.approx(recipe.g_learning_rate)


def test_the_documents_gans_differ_in_networks_and_defaults_alone():
    mlp, conv = MLPGANRecipe(**SMALL).build(), DCGANRecipe(**SMALL).build()
    assert type(mlp) is type(conv)
    assert type(mlp.d_optimizer) is type(conv.d_optimizer)
    assert (mlp.loss_name, mlp.update) == (conv.loss_name, conv.update)
    assert [f.name for f in dataclasses.fields(MLPGANRecipe)] == [
        f.name for f in dataclasses.fields(DCGANRecipe)
    ]


def test_every_field_reaches_the_model():
    recipe = DCGANRecipe(
        **SMALL, loss="hinge", update="alternating", discriminator_steps=3, penalty="wgan_gp",
        penalty_weight=2.0,
        ema_decay=0.5, seed=5, dropout=0.1, beta_1=0.25, precision="mixed_bfloat16",
    )  # fmt: skip
    model = recipe.build()
    keys = ("loss_name", "update", "discriminator_steps", "penalty", "penalty_weight")
    assert [getattr(model, key) for key in keys] == ["hinge", "alternating", 3, "wgan_gp", 2.0]
    assert (model.ema_decay, model.seed) == (0.5, 5)
    dropouts = [x.rate for x in model.discriminator.layers if isinstance(x, keras.layers.Dropout)]
    assert set(dropouts) == {0.1}
    assert model.d_optimizer.beta_1 == model.g_optimizer.beta_1 == 0.25
    assert model.generator.layers[1].compute_dtype == "bfloat16"
    assert keras.config.dtype_policy().name == "float32"


def test_the_seed_decides_the_first_weights():
    first, again, other = (MLPGANRecipe(**SMALL, seed=s).build().generator for s in (1, 1, 2))
    assert np.array_equal(first.get_weights()[0], again.get_weights()[0])
    assert not np.array_equal(first.get_weights()[0], other.get_weights()[0])


def test_choices_are_those_of_the_model():
    choices = {f.name: f.metadata.get("choices") for f in dataclasses.fields(GANRecipe)}
    assert choices["loss"] == tuple(GAN_LOSSES)
    assert choices["update"] == UPDATES
    assert choices["penalty"] == ("auto", *PENALTIES)
