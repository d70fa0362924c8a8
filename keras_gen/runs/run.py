"""The folder of a run: what is in it, and how it is read back.

recipe.json    everything that was decided: recipe, fields, seed, data and versions
metrics.csv    one row a report
samples/       the same noise over time;  samples.png the last, samples.gif all of them
losses.png     losses, D(x) and D(G(z))
checkpoints/   weights, average, both optimizers and random states
model.keras    the finished model, compiled
metrics.json   the figures of `keras-gen evaluate`, once it was measured
reconstructions.png, interpolations.png, traversals.png    a VAE's latent space
"""

import csv
import dataclasses
import json
from pathlib import Path

import keras

from keras_gen.files import replacing, write_text
from keras_gen.recipes import RECIPES


def new_run_dir(recipe_name, parent="runs"):
    """Return the first of parent/recipe-1, parent/recipe-2, ... that does not exist."""
    numbers = iter(range(1, 1_000_000))
    return next(path for n in numbers if not (path := Path(parent) / f"{recipe_name}-{n}").exists())


def write_recipe(run_dir, recipe_name, recipe, **provenance):
    """Write `recipe.json`, from which the run can be repeated."""
    content = {"recipe": recipe_name, "fields": dataclasses.asdict(recipe), **provenance}
    write_text(run_dir / "recipe.json", json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def read_recipe(run_dir):
    """Read `recipe.json`.

    Args:
        run_dir: folder of a run.

    Returns:
        (name, recipe, content): the recipe's name, the recipe, and the whole file as a dict.

    Raises:
        FileNotFoundError: no such folder, or no `recipe.json` in it.
        ValueError: the file is not JSON, or names a recipe or field that does not exist.
    """
    path = Path(run_dir) / "recipe.json"
    if not path.parent.is_dir():
        raise FileNotFoundError(f"expected a run folder, found nothing at {run_dir}")
    if not path.is_file():
        raise FileNotFoundError(f"expected recipe.json in the run folder, found none in {run_dir}")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        name = content["recipe"]
        recipe = RECIPES[name](**content["fields"])
    except (ValueError, TypeError, KeyError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{path} cannot be read as a recipe: {reason}") from error
    return name, recipe, content


def read_metrics(run_dir):
    """Read `metrics.csv` as a list of dicts of numbers; empty where there is none."""
    path = Path(run_dir) / "metrics.csv"
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [
            {key: int(value) if key == "step" else float(value) for key, value in row.items()}
            for row in csv.DictReader(file)
        ]


def write_metrics(run_dir, rows):
    """Write `metrics.csv` whole; some hundred rows make that cheaper than a torn last line."""
    with (
        replacing(Path(run_dir) / "metrics.csv") as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def sample_paths(run_dir):
    """Return the pictures of the fixed noise, earliest first."""
    return sorted((Path(run_dir) / "samples").glob("step-*.png"))


def checkpoint_path(run_dir, step):
    """Return where the checkpoint of a step lies."""
    return Path(run_dir) / "checkpoints" / f"step-{step:07d}.weights.h5"


def checkpoints(run_dir):
    """Return the checkpoints as a list of (step, path), latest last."""
    paths = sorted((Path(run_dir) / "checkpoints").glob("step-*.weights.h5"))
    return [(int(path.name.removeprefix("step-").split(".")[0]), path) for path in paths]


def load_run(run_dir):
    """Return the model of a run: `model.keras`, or its last checkpoint if it was stopped.

    Args:
        run_dir: folder of a run.

    Returns:
        The model, ready for use but not for training: `sample(n, seed)`, or the `stylize(image)` of
        a `FastStyle`, which needs no VGG19 for that.

    Raises:
        FileNotFoundError: no run, or nothing trained in it.
        ValueError: `recipe.json` cannot be read.
    """
    _, recipe, _ = read_recipe(run_dir)
    model = recipe.build_for_use()
    finished, saved = Path(run_dir) / "model.keras", checkpoints(run_dir)
    if not finished.is_file() and not saved:
        raise FileNotFoundError(
            f"expected a trained model or a checkpoint, found none in {run_dir}"
        )
    if finished.is_file():
        return keras.models.load_model(finished)
    model.load_weights(saved[-1][1])
    return model


def refuse_without_noise(run_dir, recipe):
    """Raise a ValueError with one clear line where a run's model draws nothing from noise."""
    if not recipe.draws_from_noise:
        raise ValueError(
            f"{run_dir}: expected a model that draws from noise, found one that changes pictures; "
            f"use keras-gen stylize --model {run_dir}"
        )
