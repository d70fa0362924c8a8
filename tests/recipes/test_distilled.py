"""The recipe of a student: what its teacher decides, what it builds and refuses."""

import numpy as np
import pytest

from keras_gen.recipes import (
    ConditionalGANRecipe,
    DCGANRecipe,
    DistilledRecipe,
    MLPGANRecipe,
    PrivateGANRecipe,
    VAERecipe,
)


def test_every_field_reaches_the_model():
    recipe = DistilledRecipe(
        teacher_width=6, generator_width=3, discriminator_width=5, latent_dim=7, channels=3,
        image_size=32, adversarial_weight=0.3, d_learning_rate=2e-4, g_learning_rate=3e-4,
        beta_1=0.1, ema_decay=0.9, seed=4, precision="mixed_bfloat16",
    )  # fmt: skip
    model = recipe.build()
    assert model.teacher.input_shape == model.generator.input_shape == (None, 7)
    assert model.generator.output_shape == (None, 32, 32, 3)
    # an 8 x 8 map of 4 * width channels from 7 numbers, without bias
    assert model.teacher.layers[1].count_params() == 7 * 64 * 4 * 6
    assert model.generator.layers[1].count_params() == 7 * 64 * 4 * 3
    assert model.discriminator.layers[1].filters == 5
    assert model.generator.layers[1].compute_dtype == "bfloat16"
    assert (model.adversarial_weight, model.ema_decay, model.seed) == (0.3, 0.9, 4)
    assert (model.penalty, model.penalty_weight, model.penalty_interval) == ("r1", 1.0, 8)
    rates = [float(o.learning_rate) for o in (model.d_optimizer, model.g_optimizer)]
    assert rates == pytest.approx([2e-4, 3e-4])
    assert model.g_optimizer.beta_1 == 0.1


@pytest.mark.parametrize(
    ("teacher", "family"),
    [
        (DCGANRecipe(generator_width=9, latent_dim=5, image_size=32, channels=3), "dcgan"),
        (MLPGANRecipe(generator_width=9, latent_dim=5, image_size=20), "mlp_gan"),
        (PrivateGANRecipe(generator_width=9, latent_dim=5, fit="crop"), "dcgan"),
    ],
)
def test_the_teacher_decides_what_must_be_the_same(teacher, family):
    recipe = DistilledRecipe(generator_width=2).for_teacher(teacher)
    assert (recipe.family, recipe.teacher_width, recipe.generator_width) == (family, 9, 2)
    for name in ("data", "fit", "image_size", "channels", "latent_dim"):
        assert getattr(recipe, name) == getattr(teacher, name)
    teachers = teacher.build().generator
    assert [w.shape for w in recipe.build().teacher.weights] == [w.shape for w in teachers.weights]


@pytest.mark.parametrize("teacher", [VAERecipe(), ConditionalGANRecipe()])
def test_other_teachers_are_refused(teacher):
    with pytest.raises(ValueError, match=r"teacher: expected a run of dcgan, .* found runs/x"):
        DistilledRecipe(teacher="runs/x").for_teacher(teacher)


def test_an_option_that_contradicts_the_teacher_is_refused():
    with pytest.raises(ValueError, match="latent dim: expected 100, as the teacher, found 50"):
        DistilledRecipe(latent_dim=50).for_teacher(DCGANRecipe())
    with pytest.raises(ValueError, match=r"data: expected fashion_mnist_10k, .* found products"):
        DistilledRecipe(data="products").for_teacher(DCGANRecipe())


def test_batches_are_noise_whatever_the_images_are():
    recipe = DistilledRecipe(batch_size=5, latent_dim=3, seed=2)
    first = next(iter(recipe.batches(None, 4))).numpy()
    assert first.shape == (5, 3)
    np.testing.assert_array_equal(first, next(iter(recipe.batches(None, 4))).numpy())
