"""The images of a run: found where they lie today, and recognised by their hash."""

import dataclasses
import os
from pathlib import Path
from typing import Any

from keras_gen import data
from keras_gen.recipes import Recipe
from keras_gen.runs.run import Run


def describe_images(recipe: Recipe, images: data.ImageData) -> dict[str, Any]:
    """Return what `recipe.json` keeps of the images: description, hash, and the folder if any."""
    folder = data.data_folder(recipe.data)
    return {
        "description": images.description,
        "sha256": images.sha256,
        "folder": folder and os.path.abspath(folder),
        **({"classes": list(images.class_names)} if images.class_names else {}),
    }


def with_data(run: Run, source: str | Path | None = None) -> Run:
    """Return the run with a recipe that reads its images from where they lie today.

    Args:
        run: the run.
        source: a folder or a named source; by default the folder that the run remembers, or, where
            that is gone, what its recipe says.
    """
    if source is None:
        folder = run.provenance.get("data", {}).get("folder")
        source = folder if folder and os.path.isdir(folder) else run.recipe.data
    return dataclasses.replace(run, recipe=dataclasses.replace(run.recipe, data=str(source)))


def training_images(run: Run) -> data.ImageData:
    """Load the images that a run was trained on.

    Raises:
        FileNotFoundError, ValueError: they are not there, or others are; the message says how to
            name their folder.
    """
    known = run.provenance.get("data", {})
    if "sha256" not in known:
        raise ValueError(f"{run.path / 'recipe.json'}: expected the hash of its data, found none")
    recipe = run.recipe
    try:
        images = data.load(recipe.data, recipe.image_shape, fit=recipe.fit)
    except (FileNotFoundError, ValueError) as error:
        raise type(error)(f"{error}; the run was trained on {_words(known)}") from error
    if images.sha256 != known["sha256"]:
        raise ValueError(
            f"expected the images that {run.path} was trained on ({_words(known)}), "
            f"found others ({images.description}); name the right ones with --data"
        )
    return images


def held_out_images(run: Run, seen: data.ImageData | None = None) -> tuple[str, data.ImageData]:
    """Load images that a run has not seen, where its data have any.

    Args:
        run: the run.
        seen: its `training_images`, where they are loaded already.

    Returns:
        ("test" or "train", `ImageData`), as `data.held_out`.

    Raises:
        FileNotFoundError, ValueError: as for `training_images`.
    """
    seen = seen or training_images(run)  # a test split has no hash of its own in the recipe
    recipe = run.recipe
    if not data.has_test(recipe.data):
        return "train", seen
    return "test", data.load(recipe.data, recipe.image_shape, "test", recipe.fit)


def data_summary(run: Run) -> str | None:
    """Return what a run's data were, without their folder; None for somebody's own photos."""
    source = run.recipe.data
    if source not in (*data.SOURCES, *data.MIXTURES):
        return None
    return run.provenance.get("data", {}).get("description", source).split(", from ")[0]


def _words(known):
    return f"{known.get('description')}, sha256 {known['sha256'][:8]}"
