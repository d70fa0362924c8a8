"""The VAE's recipe: what it builds."""

import pytest

from keras_gen.recipes import VAERecipe


def test_the_vae_recipe_builds_a_compiled_model_with_every_field():
    recipe = VAERecipe(
        image_size=32, channels=3, latent_dim=9, width=4, hidden=8, beta=2.0, pixels="binary",
        seed=5, steps=1000, learning_rate=3e-3, precision="mixed_bfloat16",
    )  # fmt: skip
    model = recipe.build()
    assert model.sample(2).shape == (2, 32, 32, 3)
    assert (model.latent_dim, model.beta, model.pixels, model.seed) == (9, 2.0, "binary", 5)
    assert model.encoder.layers[1].compute_dtype == "bfloat16"
    rate = model.optimizer._learning_rate  # warms up over 100 steps, then falls along a cosine
    assert [float(rate(step)) for step in (0, 50, 100, 550, 1000)] == pytest.approx(
        [0.0, 1.5e-3, 3e-3, 1.5e-3, 0.0], abs=1e-8
    )


def test_its_pictures_show_the_latent_space():
    """16 images in rows of 8 pairs, 8 interpolations of 9, 3 latents at 9 values; 28 + 2 pixels."""
    model = VAERecipe(latent_dim=3, width=2, hidden=4).build()
    sizes = {name: picture.size for name, picture in VAERecipe().pictures(model).items()}
    assert sizes == {
        "reconstructions": (2 * (8 * 30 - 2), 2 * (4 * 30 - 2)),
        "interpolations": (2 * (9 * 30 - 2), 2 * (8 * 30 - 2)),
        "traversals": (2 * (9 * 30 - 2), 2 * (3 * 30 - 2)),
    }
