"""keras_gen: image generation in Keras and TensorFlow, from formula to production.

The names that most users need stand here; they are imported when they are first used.

    import keras_gen

    gan = keras_gen.GAN(generator, discriminator, latent_dim=100)
    gan = keras_gen.load("dcgan")  # trained already, comes with the package
    keras_gen.train("dcgan", keras_gen.recipes.DCGANRecipe(), "runs/first")
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keras_gen.evaluation import evaluate
    from keras_gen.models import GAN, VAE, FastStyle, NetworkModel, StyleTransfer
    from keras_gen.runs import Run, generate, load, resume, train
    from keras_gen.stylization import stylize

__version__ = "0.1.0"

HOMES = {
    "GAN": "models",
    "VAE": "models",
    "FastStyle": "models",
    "NetworkModel": "models",
    "StyleTransfer": "models",
    "Run": "runs",
    "train": "runs",
    "resume": "runs",
    "generate": "runs",
    "load": "runs",
    "evaluate": "evaluation",
    "stylize": "stylization",
}  # name -> the folder that defines it
FOLDERS = (
    "data",
    "export",
    "layers",
    "losses",
    "measures",
    "models",
    "networks",
    "pictures",
    "recipes",
)

__all__ = [
    "GAN",
    "VAE",
    "FastStyle",
    "NetworkModel",
    "Run",
    "StyleTransfer",
    "evaluate",
    "generate",
    "load",
    "resume",
    "stylize",
    "train",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for: `import keras_gen` alone must not wait for TensorFlow."""
    if name in FOLDERS:
        return importlib.import_module(f"keras_gen.{name}")
    if name in HOMES:
        return getattr(importlib.import_module(f"keras_gen.{HOMES[name]}"), name)
    raise AttributeError(f"module 'keras_gen' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *HOMES, *FOLDERS])
