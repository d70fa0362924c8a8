"""Where networks for export come from: a run, or the package's network that cuts products out."""

import dataclasses
from pathlib import Path
from typing import Any, NamedTuple

import keras

from keras_gen.retouch import matting
from keras_gen.runs import Run, data_summary

CUTOUT = "cutout"


class Source(NamedTuple):
    """Networks that belong together.

    Attributes:
        name: for a folder that nobody names.
        folder: of the run, or None for what comes with the package.
        networks: by name; pictures in [0, 1].
        side: height and width of pictures where a format needs them fixed; None if they always are.
        about: what is known of their training, in plain values.
    """

    name: str
    folder: Path | None
    networks: dict[str, keras.Model]
    side: int | None
    about: dict[str, Any]


def open_source(run: Run | str | Path) -> Source:
    """Return the networks of a run, or of "cutout" where no folder has this name.

    Raises:
        FileNotFoundError: no run, or nothing trained in it.
        ValueError: damaged weights, or a model without images.
    """
    if not isinstance(run, Run) and str(run) == CUTOUT and not Path(run).exists():
        return _cutout()
    run = Run.open(run)
    recipe = dataclasses.replace(run.recipe, precision="float32")  # LiteRT knows no other
    model = dataclasses.replace(run, recipe=recipe).load_model()
    networks = recipe.artefacts(model)
    if not networks:
        found = recipe.instead.format(run=run.path) or "has no network for export"
        raise ValueError(f"{run.path}: expected a model of images, found one that {found}")
    folder = None if run.is_bundled else run.path
    return Source(run.name, folder, networks, recipe.image_size, _of_run(run, model.steps_done))


def _of_run(run, steps):
    """Describe a run without folders of this machine."""
    known = run.provenance.get("data", {})
    return {
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
    }


def _cutout():
    """Return the network of `keras-gen cutout`, and what it does not know."""
    about = {"weights_sha256": matting.SHA256, "limits": matting.LIMITS}
    return Source(CUTOUT, None, {CUTOUT: matting.matting_artefact()}, None, about)
