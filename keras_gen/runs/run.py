"""The folder of a run: what is in it, and how it is read back.

recipe.json    everything that was decided: recipe, fields, seed, data and versions
metrics.csv    one row per checkpoint: metrics, speed, seconds of all processors
samples/       the same noise over time;  samples.png the last, samples.gif all of them
losses.png     losses, D(x) and D(G(z))
checkpoints/   the last two states: weights, average, optimizers and random states
model.keras    the finished model, compiled
generated.jsonl    one line for each `keras-gen generate` that drew from the run
metrics.json   the measurements of `keras-gen evaluate`, once it was run
model_card.md, model_card.zh-CN.md    what the run says of itself, by `keras-gen train`
reconstructions.png, interpolations.png, traversals.png    a VAE's latent space
"""

import csv
import dataclasses
import hashlib
import io
import itertools
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

from keras_gen.files import (
    creating_folder,
    first_free,
    parse_json,
    read_text,
    write_text,
)
from keras_gen.provenance import Origin
from keras_gen.recipes import RECIPES, Recipe
from keras_gen.runs import bundled
from keras_gen.runs.states import checkpoints_in, load_newest


def new_run_dir(recipe_name: str, parent: str | Path = "runs") -> Path:
    """Return the first of parent/recipe-1, parent/recipe-2, ... that does not exist."""
    return first_free(Path(parent, f"{recipe_name}-{n}") for n in itertools.count(1))


def short_names(runs: "Sequence[Run]") -> list[str]:
    """Return names of runs for a page: their folders without what all of the paths begin with.

    A page may be given to others, whom the folders of this machine do not concern.
    """
    paths = [run.path.resolve() for run in runs]
    length = 1
    while length < max(len(path.parts) for path in paths):
        names = [Path(*path.parts[-length:]).as_posix() for path in paths]
        if len(set(names)) == len(set(paths)):
            break
        length += 1
    return [Path(*path.parts[-length:]).as_posix() for path in paths]


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
    if not file.exists():
        raise FileNotFoundError(f"expected {file.name} in {file.parent}, found no such file")
    text = read_text(file, "the recipe of a run")
    try:
        content = parse_json(text)
        name = content.pop("recipe")
        if name not in RECIPES:
            raise ValueError(f"expected a recipe ({', '.join(RECIPES)}), found {name!r}")
        recipe = RECIPES[name].from_fields(content.pop("fields"))
        _check_provenance(content)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        missing = f"expected {error}, found none" if isinstance(error, KeyError) else str(error)
        raise ValueError(
            f"{file} cannot be read as a recipe: {' '.join(missing.split())}"
        ) from error
    return name, recipe, content


def _check_provenance(content):
    """Raise a ValueError where a recipe's file says something unusable of its data or versions."""
    for key in ("data", "versions"):
        if not isinstance(content.get(key, {}), dict):
            raise ValueError(f"{key}: expected an object, found {content[key]!r}")
    known = content.get("data", {})
    for key in ("description", "sha256", "folder"):
        if known.get(key) is not None and not isinstance(known[key], str):
            raise ValueError(f"data, {key}: expected a text, found {known[key]!r}")
    names = known.get("classes", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"data, classes: expected a list of texts, found {names!r}")


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
            run: the folder, or a `Run`, or where no folder of that name is there, the name of a run
                that comes with the package: "dcgan", "conditional_gan", "vae", "product_gan" or
                "restorer".

        Returns:
            `Run`.

        Raises:
            FileNotFoundError: no such folder, or no `recipe.json` in it.
            ValueError: the file is not JSON, or names a recipe or field that does not exist.
        """
        if isinstance(run, Run):
            return run
        path = Path(run)
        if not path.exists() and str(run) in bundled.SHA256:
            path = bundled.FOLDER / str(run)
        if not path.is_dir():
            what = "a file" if path.exists() else "nothing"
            known = ", ".join(bundled.SHA256)
            raise FileNotFoundError(
                f"expected a run folder, found {what} at {path}; {known} come with the package"
            )
        name, recipe, provenance = read_recipe(path / "recipe.json")
        return cls(path=path, name=name, recipe=recipe, provenance=provenance)

    def to_json(self) -> str:
        """Return the text of `recipe.json`, from which the run can be repeated."""
        fields = dataclasses.asdict(self.recipe)
        content = {"recipe": self.name, "fields": fields, **self.provenance}
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"

    @property
    def id(self) -> str:
        """12 hex digits of what decides the weights: recipe, fields and data.

        They stay the same where a run is moved, resumed, or given more steps.
        """
        fields = {**dataclasses.asdict(self.recipe), "steps": None, "data": None}
        decided = [self.name, fields, self.provenance.get("data", {}).get("sha256")]
        text = json.dumps(decided, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def origin(self) -> Origin:
        """What the labels on the run's pictures say of it."""
        by_model = self.recipe.can_sample  # others begin with real images, or show some beside
        return Origin(
            model=self.name, run_id=self.id, seed=self.recipe.seed, composite=not by_model
        )

    def create(self) -> None:
        """Create the folder with `recipe.json` in it, both or neither.

        Raises:
            FileExistsError: it exists, or another process was faster.
        """
        with creating_folder(self.path) as folder:
            write_text(folder / "recipe.json", self.to_json())
            dataclasses.replace(self, path=folder).make_folders()

    def make_folders(self) -> None:
        """Create the folders of samples and checkpoints where they are missing."""
        for name in ("samples", "checkpoints"):
            (self.path / name).mkdir(exist_ok=True)

    def save(self) -> None:
        """Write `recipe.json`."""
        write_text(self.path / "recipe.json", self.to_json())

    def read_metrics(self) -> list[dict[str, float]]:
        """Read `metrics.csv` as a list of dicts of numbers; empty where there is none.

        Raises:
            ValueError: it was damaged.
        """
        path = self.path / "metrics.csv"
        if not path.exists():
            return []
        text = read_text(path, "the metrics of a run")
        try:
            return [
                _numbers(row) for row in csv.DictReader(io.StringIO(text, newline=""), strict=True)
            ]
        except (ValueError, TypeError, KeyError, csv.Error) as error:
            raise ValueError(
                f"{path}: expected a row of numbers, found another: {error}"
            ) from error

    def write_metrics(self, rows: list[dict[str, float]]) -> None:
        """Write `metrics.csv` whole: with a few hundred rows that is cheaper than a torn line."""
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        write_text(self.path / "metrics.csv", text.getvalue())

    def sample_path(self, step: int) -> Path:
        """Return where the picture of the fixed noise at a step lies."""
        return self.path / "samples" / f"step-{step:07d}.png"

    @property
    def sample_paths(self) -> list[Path]:
        """The pictures of the fixed noise, earliest first."""
        paths = (self.path / "samples").glob("step-*.png")
        steps = [(path.stem.removeprefix("step-"), path) for path in paths]
        return [path for _, path in sorted((int(s), path) for s, path in steps if s.isdecimal())]

    def checkpoint_path(self, step: int) -> Path:
        """Return where the checkpoint of a step lies."""
        return self.path / "checkpoints" / f"step-{step:07d}.keras"

    @property
    def checkpoints(self) -> list[tuple[int, Path]]:
        """The checkpoints as (step, path), latest last."""
        return checkpoints_in(self.path / "checkpoints")

    @property
    def model_path(self) -> Path:
        """Where the finished model lies."""
        return self.path / "model.keras"

    @property
    def is_bundled(self) -> bool:
        """Whether the run comes with the package; nothing is then written into its folder."""
        return self.path.parent == bundled.FOLDER

    @property
    def is_finished(self) -> bool:
        """Whether the model of all steps is there, and the pictures that were drawn from it."""
        last = self.path / "samples.png"
        if not self.model_path.is_file() or not last.is_file():
            return False
        return last.stat().st_mtime >= self.model_path.stat().st_mtime

    def load_model(self) -> keras.Model:
        """Return the model in its newest state: the finished one, or that of a checkpoint.

        Returns:
            The model, ready for use but not for training: `sample(n, seed)`, or the
            `stylize(image)` of a `FastStyle`, which needs no VGG19 for that. Of a run that comes
            with the package, the discriminator is untrained.

        Raises:
            FileNotFoundError: nothing was trained yet.
            ValueError: all states are damaged, or none is of this recipe.
        """
        if self.is_bundled:
            model = self.recipe.build_for_inference()
            bundled.load_half(model, self.path.name, self.recipe.steps)
            return model
        if not self.checkpoints and not self.model_path.exists():
            raise FileNotFoundError(
                f"expected a trained model or a checkpoint, found none in {self.path}"
            )
        model = self.recipe.build_for_inference()
        load_newest(model, self.checkpoints, self.model_path)
        return model

    def class_numbers(self, words: Sequence[str], what: str = "label") -> list[int]:
        """Return the numbers of the classes that words name.

        Args:
            words: numbers, names of classes, or a part of a name that no other class has; upper and
                lower case are the same.
            what: how a message calls a word.

        Raises:
            ValueError: a word that names no class, or several, or a run without classes.
        """
        count = getattr(self.recipe, "classes", 0)
        if not count:
            raise ValueError(f"{self.path}: expected a run with classes, found a {self.name} run")
        names = self.provenance.get("data", {}).get("classes") or [str(i) for i in range(count)]
        return [_class_number(word, names, what) for word in words]

    def require_sampler(self) -> None:
        """Raise a ValueError where the run's model cannot sample from noise."""
        if not self.recipe.can_sample:
            found = self.recipe.instead.format(run=self.path)
            raise ValueError(
                f"{self.path}: expected a model that samples from noise, found one that {found}"
            )


def _class_number(word, names, label):
    """Return which of the names a word means."""
    wanted, known = word.strip().casefold(), [name.casefold() for name in names]
    if wanted in known:
        return known.index(wanted)
    if wanted.isdecimal() and int(wanted) < len(names):
        return int(wanted)
    found = [number for number, name in enumerate(known) if wanted and wanted in name]
    if len(found) != 1:
        what = " and ".join(names[number] for number in found) or "none"
        listed = ", ".join(f"{number} {name}" for number, name in enumerate(names))
        raise ValueError(f"{label} {word!r}: expected one of {listed}; it names {what}")
    return found[0]


def _numbers(row):
    """Return a row of `metrics.csv` as numbers; a missing or a further column is a mistake."""
    if None in row or None in row.values():
        raise ValueError(f"expected one cell for each column in the row of step {row.get('step')}")
    numbers = {key: int(cell) if key == "step" else float(cell) for key, cell in row.items()}
    if "step" not in numbers or not all(map(math.isfinite, numbers.values())):
        raise ValueError(f"expected a step and finite numbers, found {numbers}")
    return numbers


def load(run: Run | str | Path) -> keras.Model:
    """Return the trained model of a run, ready to draw; `Run.load_model` in one line.

        gan = keras_gen.load("dcgan")  # comes with the package
        images = gan.sample(64, seed=1)  # (64, 28, 28, 1) in [0, 1]

    Args:
        run: the folder of a run, a `Run`, or "dcgan", "conditional_gan", "vae", "product_gan" or
            "restorer", which come with the package.

    Returns:
        The model, as `Run.load_model` describes it.

    Raises:
        FileNotFoundError: no run, or nothing trained in it.
        ValueError: `recipe.json` or all states of the model are damaged.
    """
    return Run.open(run).load_model()
