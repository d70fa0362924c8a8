"""What travels with an artefact: where it comes from, and what its pictures have to be called."""

from typing import Any

import keras

from keras_gen import data
from keras_gen.environment import versions
from keras_gen.runs import Run

DUTY = (
    "Images made with this network are synthetic. In China (labelling measures of 2025-09-01) and "
    "the European Union (AI Act, article 50, from 2026-08-02) whoever publishes them may have to "
    "label them. No legal advice."
)


def metadata(run: Run, steps: int, name: str, network: keras.Model, pixels: str) -> dict[str, Any]:
    """Describe an artefact in plain values, without folders of this machine.

    Args:
        run: the run that it comes from.
        steps: how many steps its model was trained.
        name: of the artefact.
        network: what is exported.
        pixels: "uint8" or "float".
    """
    known = run.provenance.get("data", {})
    images = "a folder of photos"  # whose name is nobody else's business
    if run.recipe.data in data.SOURCES:
        images = known.get("description", run.recipe.data).split(", from ")[0]
    return {
        "artefact": name,
        "pixels": pixels,
        "inputs": {tensor.name: _described(tensor) for tensor in network.inputs},
        "outputs": {key: _described(tensor) for key, tensor in network.output.items()},
        "recipe": run.name,
        "seed": run.recipe.seed,
        "steps": steps,
        "data": {
            "description": images,
            "sha256": known.get("sha256"),
            "classes": known.get("classes"),
        },
        "trained_with": run.provenance.get("versions", {}),
        "exported_with": versions(),
        "label_duty": DUTY,
    }


def _described(tensor):
    return {"shape": list(tensor.shape), "dtype": tensor.dtype}
