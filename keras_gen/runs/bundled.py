"""Runs that come with the package: their weights in float16, for drawing without any training.

Each is a folder of `bundled/`, named like its recipe: `recipe.json`, `weights.npz`, and for a model
that samples `metrics.json`; scripts/bundle_run.py writes them.
"""

from pathlib import Path

import keras
import numpy as np

from keras_gen.files import digest, replacing

FOLDER = Path(__file__).parent / "bundled"
# Of weights.npz.
SHA256 = {
    "dcgan": "ffac217d6b447923476571566b06bca94300072e3fac8f43893677d4e1f6a296",
    "conditional_gan": "0e942e90356255c9d32297a5a7b21872babb920daa9b1a1eb8b5a48af58a94cd",
    "vae": "8c6801b73241b2e353a00150600d27ab741f2d6ed2b991cdddcd796a6e6f1b18",
    "product_gan": "5608aad6bff3309440de5292bd689a8d36fcb0796a55a27b1bf1769b58b14a00",
    "restorer": "64435272dcce6daa55fa38227763c06f00678c5a90840c3aef74be5486335f8b",
}


def save_half(model: keras.Model, path: Path) -> None:
    """Write the weights that a trained model draws with, in float16.

    Raises:
        ValueError: a weight beyond what float16 holds, 65,504.
    """
    arrays = {}
    for network in model.DRAWING:
        for i, weight in enumerate(getattr(model, network).get_weights()):
            with np.errstate(over="ignore"):  # refused below
                half = weight.astype("float16")
            if not np.isfinite(half).all():
                raise ValueError(
                    f"{network}: expected weights within float16, found {weight.max()}"
                )
            arrays[f"{network}/{i:02d}"] = half
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)


def load_half(model: keras.Model, name: str, steps: int) -> None:
    """Set the weights that a model draws with to those of a bundled run.

    What only training needs keeps its first values: a GAN's discriminator, and all optimizers, but
    for the number of steps.

    Args:
        model: what the run's recipe builds.
        name: a key of `SHA256`.
        steps: training steps of the run.

    Raises:
        ValueError: the file is damaged.
    """
    path = FOLDER / name / "weights.npz"
    if not path.is_file() or digest(path) != SHA256[name]:
        found = digest(path) if path.is_file() else "no file"
        raise ValueError(
            f"{path}: damaged, expected SHA-256 {SHA256[name]}, found {found}; reinstall keras_gen"
        )
    with np.load(path, allow_pickle=False) as arrays:
        for network in model.DRAWING:
            names = sorted(key for key in arrays if key.startswith(f"{network}/"))
            weights = [arrays[key].astype("float32") for key in names]
            getattr(model, network).set_weights(weights)
    if hasattr(model, "ema_generator"):  # a GAN's own generator draws like its average
        model.generator.set_weights(model.ema_generator.get_weights())
    getattr(model, list(model.OPTIMIZERS)[-1]).iterations.assign(steps)
