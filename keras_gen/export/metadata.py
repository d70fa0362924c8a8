"""What travels with an artefact: where it comes from, and what its pictures have to be called."""

from typing import Any

import keras

from keras_gen.environment import versions
from keras_gen.provenance import DUTY
from keras_gen.runs import Run, data_summary


def metadata(
    run: Run, steps: int, name: str, network: keras.Model, pixels: str, weights: str
) -> dict[str, Any]:
    """Describe an artefact in plain values, without folders of this machine.

    Args:
        run: the run that it comes from.
        steps: how many steps its model was trained.
        name: of the artefact.
        network: what is exported.
        pixels: "uint8" or "float".
        weights: "float32", "float16" or "int8".
    """
    known = run.provenance.get("data", {})
    return {
        "artefact": name,
        "pixels": pixels,
        "weights": weights,
        "inputs": {tensor.name: _described(tensor) for tensor in network.inputs},
        "outputs": {key: _described(tensor) for key, tensor in network.output.items()},
        "recipe": run.name,
        "run_id": run.id,  # labels of pictures name it
        "seed": run.recipe.seed,
        "steps": steps,
        "data": {
            "description": data_summary(run) or "a folder of photos",
            "sha256": known.get("sha256"),
            "classes": known.get("classes"),
        },
        "trained_with": run.provenance.get("versions", {}),
        "exported_with": versions(),
        "label_duty": DUTY["en"],
    }


def _described(tensor):
    return {"shape": list(tensor.shape), "dtype": tensor.dtype}
