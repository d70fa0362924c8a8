"""The teacher of a run that learns from another run instead of from data."""

from typing import Any

import keras
import numpy as np

from keras_gen import data
from keras_gen.recipes import Recipe
from keras_gen.runs.images import training_images
from keras_gen.runs.run import Run


def with_teacher(recipe: Recipe) -> tuple[Recipe, dict[str, Any]]:
    """Return a recipe with what its teacher decides, and what the run's record says of it.

    Most recipes have no teacher: they are returned as they are, with an empty record. A student's
    record names the teacher, and the data that the teacher saw.

    Raises:
        FileNotFoundError, ValueError: no such run, or one that the recipe cannot learn from.
    """
    if recipe.learns_from is None:
        return recipe, {}
    teacher = Run.open(recipe.learns_from)
    known = {"recipe": teacher.name, "id": teacher.id, "steps": teacher.recipe.steps}
    record = {"data": teacher.provenance.get("data", {}), "teacher": known}
    return recipe.for_teacher(teacher.recipe), record


def teach(model: keras.Model, recipe: Recipe) -> None:
    """Give a student's model, newly built, the weights with which its teacher draws."""
    if recipe.learns_from is not None:
        teacher = Run.open(recipe.learns_from).load_model()
        model.teacher.set_weights(teacher.ema_generator.get_weights())


def images_for(run: Run) -> data.ImageData:
    """Return the images that a run trains on, as `training_images`; a student's are none."""
    return training_images(run) if run.recipe.learns_from is None else no_images(run.recipe)


def no_images(recipe: Recipe) -> data.ImageData:
    """Return the data of a student, which has none."""
    nothing = np.empty((0, *recipe.image_shape), "uint8")
    return data.ImageData(nothing, "no data", f"only what {recipe.learns_from} draws")
