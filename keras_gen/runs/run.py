"""The folder of a run: what is in it, and how it is read back.

recipe.json    everything that was decided: recipe, fields, seed, data and versions
metrics.csv    one row per checkpoint
samples/       the same noise over time;  samples.png the last, samples.gif all of them
losses.png     losses, D(x) and D(G(z))
checkpoints/   weights, average, both optimizers and random states
model.keras    the finished model, compiled
metrics.json   the measurements of `keras-gen evaluate`, once it was run
reconstructions.png, interpolations.png, traversals.png    a VAE's latent space
"""

import csv
import dataclasses
import itertools
import json
from pathlib import Path
from typing import Any

import keras

import keras_gen.models  # noqa: F401 - registers the classes that Keras finds in a .keras file
from keras_gen.files import first_free, replacing, write_text
from keras_gen.recipes import RECIPES, Recipe


def new_run_dir(recipe_name: str, parent: str | Path = "runs") -> Path:
    """Return the first of parent/recipe-1, parent/recipe-2, ... that does not exist."""
    return first_free(Path(parent, f"{recipe_name}-{n}") for n in itertools.count(1))


def read_recipe(file: str | Path) -> tuple[str, Recipe, dict[str, Any]]:
    """Read a `recipe.json`.

    Args:
        file: its path.

    Returns:
        The name of the recipe in `RECIPES`, the recipe, and the rest of the file.

    Raises:
        FileNotFoundError: no such file.
        ValueError: the file is not JSON, or names a recipe or field that does not exist.
    """
    file = Path(file)
    if not file.is_file():
        raise FileNotFoundError(f"expected {file.name} in {file.parent}, found no such file")
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        name = content.pop("recipe")
        recipe = RECIPES[name].from_fields(content.pop("fields"))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{file} cannot be read as a recipe: {reason}") from error
    return name, recipe, content


@dataclasses.dataclass(frozen=True, kw_only=True)
class Run:
    """One run's folder, read once: what was decided, and what the run left.

    Attributes:
        path: the folder.
        name: of the recipe in `RECIPES`.
        recipe: the recipe, every field resolved.
        provenance: what else a repetition needs, as plain values: `data` (description and hash),
            `versions`, and what the recipe adds, such as the features it learned from.
    """

    path: Path
    name: str
    recipe: Recipe
    provenance: dict[str, Any]

    @classmethod
    def open(cls, run: "Run | str | Path") -> "Run":
        """Read the `recipe.json` of a run's folder; a `Run` is returned as it is.

        Args:
            run: the folder, or a `Run`.

        Returns:
            `Run`.

        Raises:
            FileNotFoundError: no such folder, or no `recipe.json` in it.
            ValueError: the file is not JSON, or names a recipe or field that does not exist.
        """
        if isinstance(run, Run):
            return run
        path = Path(run)
        if not path.is_dir():
            raise FileNotFoundError(f"expected a run folder, found nothing at {path}")
        name, recipe, provenance = read_recipe(path / "recipe.json")
        return cls(path=path, name=name, recipe=recipe, provenance=provenance)

    def to_json(self) -> str:
        """Return the text of `recipe.json`, from which the run can be repeated."""
        fields = dataclasses.asdict(self.recipe)
        content = {"recipe": self.name, "fields": fields, **self.provenance}
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"

    def save(self) -> None:
        """Write `recipe.json`."""
        write_text(self.path / "recipe.json", self.to_json())

    def read_metrics(self) -> list[dict[str, float]]:
        """Read `metrics.csv` as a list of dicts of numbers; empty where there is none."""
        path = self.path / "metrics.csv"
        if not path.is_file():
            return []
        with path.open(newline="", encoding="utf-8") as file:
            return [
                {key: int(value) if key == "step" else float(value) for key, value in row.items()}
                for row in csv.DictReader(file)
            ]

    def write_metrics(self, rows: list[dict[str, float]]) -> None:
        """Write `metrics.csv` whole: with a few hundred rows that is cheaper than a torn line."""
        with (
            replacing(self.path / "metrics.csv") as temporary,
            temporary.open("w", newline="", encoding="utf-8") as file,
        ):
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def sample_path(self, step: int) -> Path:
        """Return where the picture of the fixed noise at a step lies."""
        return self.path / "samples" / f"step-{step:07d}.png"

    @property
    def sample_paths(self) -> list[Path]:
        """The pictures of the fixed noise, earliest first."""
        return sorted((self.path / "samples").glob("step-*.png"))

    def checkpoint_path(self, step: int) -> Path:
        """Return where the checkpoint of a step lies."""
        return self.path / "checkpoints" / f"step-{step:07d}.weights.h5"

    @property
    def checkpoints(self) -> list[tuple[int, Path]]:
        """The checkpoints as (step, path), latest last."""
        paths = sorted((self.path / "checkpoints").glob("step-*.weights.h5"))
        return [(int(path.name.removeprefix("step-").split(".")[0]), path) for path in paths]

    @property
    def model_path(self) -> Path:
        """Where the finished model lies."""
        return self.path / "model.keras"

    def load_model(self) -> keras.Model:
        """Return the model: `model.keras`, or the last checkpoint if the run was stopped.

        Returns:
            The model, ready for use but not for training: `sample(n, seed)`, or the
            `stylize(image)` of a `FastStyle`, which needs no VGG19 for that.

        Raises:
            FileNotFoundError: nothing was trained yet.
        """
        if self.model_path.is_file():
            return keras.models.load_model(self.model_path)
        if not self.checkpoints:
            raise FileNotFoundError(
                f"expected a trained model or a checkpoint, found none in {self.path}"
            )
        model = self.recipe.build_for_inference()
        model.load_weights(self.checkpoints[-1][1])
        return model

    def require_sampler(self) -> None:
        """Raise a ValueError where the run's model cannot sample from noise."""
        if not self.recipe.can_sample:
            raise ValueError(
                f"{self.path}: expected a model that samples from noise, found one that transforms "
                f"pictures; use keras-gen stylize --model {self.path}"
            )
