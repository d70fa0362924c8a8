"""Recipes: the only place that joins data, networks, model and optimizers.

A recipe is a frozen dataclass. Its fields are the flags of `keras-gen train`, its docstring states
what the command costs and reaches, and `build` makes the compiled model.

Keras is imported inside the functions, so that the command line can list recipes at once.
"""

from keras_gen.recipes.conditional_gan import ConditionalGANRecipe
from keras_gen.recipes.distilled import DistilledRecipe
from keras_gen.recipes.fast_style import FastStyleRecipe
from keras_gen.recipes.gan import DCGANRecipe, GANRecipe, MLPGANRecipe
from keras_gen.recipes.points import GridRecipe, RingRecipe
from keras_gen.recipes.private_gan import PrivateGANRecipe
from keras_gen.recipes.product_gan import ProductGANRecipe
from keras_gen.recipes.recipe import PRECISIONS, Recipe, check_options, option
from keras_gen.recipes.restorer import RestorerRecipe
from keras_gen.recipes.vae import VAERecipe

RECIPES: dict[str, type[Recipe]] = {
    "mlp_gan": MLPGANRecipe,
    "dcgan": DCGANRecipe,
    "conditional_gan": ConditionalGANRecipe,
    "private_gan": PrivateGANRecipe,
    "product_gan": ProductGANRecipe,
    "vae": VAERecipe,
    "fast_style": FastStyleRecipe,
    "restorer": RestorerRecipe,
    "distilled": DistilledRecipe,
    "ring": RingRecipe,
    "grid": GridRecipe,
}

__all__ = [
    "PRECISIONS",
    "RECIPES",
    "ConditionalGANRecipe",
    "DCGANRecipe",
    "DistilledRecipe",
    "FastStyleRecipe",
    "GANRecipe",
    "GridRecipe",
    "MLPGANRecipe",
    "PrivateGANRecipe",
    "ProductGANRecipe",
    "Recipe",
    "RestorerRecipe",
    "RingRecipe",
    "VAERecipe",
    "check_options",
    "option",
]
