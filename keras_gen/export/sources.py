"""Where networks for export come from: a run, or the package's network that cuts products out."""

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import keras

from keras_gen.retouch import matting
from keras_gen.runs import Run, data_summary

CUTOUT = "cutout"


class Networks(NamedTuple):
    """Networks that belong together.

    Attributes:
        by_name: functional models; pictures in [0, 1].
        side: height and width of pictures where a format needs them fixed; None if they always are.
        about: what is known of their training, in plain values.
    """

    by_name: dict[str, keras.Model]
    side: int | None
    about: dict[str, Any]


class Source(NamedTuple):
    """Where networks come from.

    Attributes:
        name: for a folder that nobody names.
        folder: of the run, or None for what comes with the package.
        load: returns the networks, or raises a FileNotFoundError where nothing was trained, a
            ValueError where weights are damaged or a model has no images.
    """

    name: str
    folder: Path | None
    load: Callable[[], Networks]


def open_source(run: Run | str | Path) -> Source:
    """Return the source that is meant: a run, or "cutout" where no folder has this name.

    Raises:
        FileNotFoundError: no run.
    """
    if not isinstance(run, Run) and str(run) == CUTOUT and not Path(run).exists():
        return Source(CUTOUT, None, _load_cutout)
    run = Run.open(run)
    folder = None if run.is_bundled else run.path
    return Source(run.name, folder, functools.partial(_load_run, run))


def _load_run(run):
    """Return what a run's model draws, describes or stylises with."""
    recipe = dataclasses.replace(run.recipe, precision="float32")  # LiteRT knows no other
    model = dataclasses.replace(run, recipe=recipe).load_model()
    networks = recipe.artefacts(model)
    if not networks:
        found = recipe.instead.format(run=run.path) or "has no network for export"
        raise ValueError(f"{run.path}: expected a model of images, found one that {found}")
    return Networks(networks, recipe.image_size, _described(run, model.steps_done))


def _described(run, steps):
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


def _load_cutout():
    """Return the network of `keras-gen cutout`, and what it does not know."""
    about = {"weights_sha256": matting.SHA256, "limits": matting.LIMITS}
    return Networks({CUTOUT: matting.mirrored_matting()}, None, about)
