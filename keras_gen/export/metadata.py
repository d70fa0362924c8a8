"""What travels with an artefact: where it comes from, and what its pictures have to be called."""

from typing import Any

import keras

from keras_gen.environment import versions
from keras_gen.provenance import DUTY


def metadata(
    about: dict[str, Any], name: str, network: keras.Model, pixels: str, weights: str
) -> dict[str, Any]:
    """Describe an artefact in plain values.

    Args:
        about: what is known of its training, of a `Source`.
        name: of the artefact.
        network: what is exported.
        pixels: "uint8" or "float".
        weights: "float32", "float16" or "int8".
    """
    return {
        "artefact": name,
        "pixels": pixels,
        "weights": weights,
        "inputs": {tensor.name: _described(tensor) for tensor in network.inputs},
        "outputs": {key: _described(tensor) for key, tensor in network.output.items()},
        **about,
        "exported_with": versions(),
        "label_duty": DUTY["en"],
    }


def _described(tensor):
    return {"shape": list(tensor.shape), "dtype": tensor.dtype}
