"""GAN recipes: what they build, and what they refuse."""

import dataclasses

import keras
import numpy as np
import pytest

from keras_gen.layers import MinibatchStandardDeviation, Pack
from keras_gen.losses import GAN_LOSSES, PENALTIES
from keras_gen.models.gan import UPDATES
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
        penalty_weight=2.0, penalty_interval=5,
        ema_decay=0.5, seed=5, dropout=0.1, beta_1=0.25, precision="mixed_bfloat16",
    )  # fmt: skip
    model = recipe.build()
    keys = ("loss_name", "update", "discriminator_steps", "penalty", "penalty_weight")
    assert [getattr(model, key) for key in keys] == ["hinge", "alternating", 3, "wgan_gp", 2.0]
    assert (model.ema_decay, model.seed, model.penalty_interval) == (0.5, 5, 5)
    dropouts = [x.rate for x in model.discriminator.layers if isinstance(x, keras.layers.Dropout)]
    assert set(dropouts) == {0.1}
    assert model.d_optimizer.beta_1 == model.g_optimizer.beta_1 == 0.25
    assert model.generator.layers[1].compute_dtype == "bfloat16"
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.parametrize("name", ["mlp_gan", "dcgan"])
@pytest.mark.parametrize(
    ("extra", "kind"),
    [
        ("spectral_norm", keras.layers.SpectralNormalization),
        ("minibatch_std", MinibatchStandardDeviation),
        ("packing", Pack),
    ],
)
def test_an_extra_of_the_discriminator_is_one_flag(name, extra, kind):
    plain, extended = (
        RECIPES[name](**SMALL, d_extras=extras).build().discriminator for extras in ((), (extra,))
    )
    assert not any(isinstance(layer, kind) for layer in plain.layers)
    assert any(isinstance(layer, kind) for layer in extended.layers)


def test_packs_of_two_need_an_even_batch():
    with pytest.raises(ValueError, match="batch size: expected an even one for packs, found 15"):
        DCGANRecipe(d_extras=("packing",), batch_size=15)


def test_a_recipe_from_before_intervals_keeps_the_penalty_it_had():
    """`auto` meant a penalty for `wasserstein_gp` alone, taken in every step."""
    old = {"penalty": "auto", "penalty_weight": 10.0, "loss": "non_saturating"}
    none = {"penalty": "none", "penalty_weight": 10.0, "penalty_interval": 1}
    assert DCGANRecipe.from_fields(old).penalty_arguments() == none
    older = {"penalty_weight": 10.0, "loss": "wasserstein_gp"}
    wgan_gp = {**none, "penalty": "wgan_gp"}
    assert DCGANRecipe.from_fields(older).penalty_arguments() == wgan_gp
    assert DCGANRecipe.from_fields({"loss": "hinge"}) == DCGANRecipe(loss="hinge")


def test_a_run_keeps_its_penalty_whatever_auto_will_mean():
    """What suits a loss may change with a later version; a run that is resumed must not."""
    r1 = {"penalty": "r1", "penalty_weight": 1.0, "penalty_interval": 8}
    recipe = DCGANRecipe(loss="hinge").for_data(None)
    assert recipe == DCGANRecipe(loss="hinge", **r1)
    assert recipe.penalty_arguments() == r1
    weighted = DCGANRecipe(loss="wasserstein_gp", penalty_weight=3.0).for_data(None)
    assert (weighted.penalty, weighted.penalty_weight) == ("wgan_gp", 3.0)
    assert MLPGANRecipe(penalty="none").for_data(None).penalty == "none"


def test_the_seed_decides_the_first_weights():
    first, again, other = (MLPGANRecipe(**SMALL, seed=s).build().generator for s in (1, 1, 2))
    assert np.array_equal(first.get_weights()[0], again.get_weights()[0])
    assert not np.array_equal(first.get_weights()[0], other.get_weights()[0])


def test_choices_are_those_of_the_model():
    choices = {f.name: f.metadata.get("choices") for f in dataclasses.fields(GANRecipe)}
    assert choices["loss"] == tuple(GAN_LOSSES)
    assert choices["update"] == UPDATES
    assert choices["penalty"] == ("auto", "none", *PENALTIES)
