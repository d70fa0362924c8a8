"""What every recipe decides and offers."""

import contextlib
import dataclasses
import math
import random
import sys
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

PRECISIONS = ("float32", "mixed_bfloat16")
SAMPLES = 64  # images of the fixed noise in every picture of a run
BILLION = 10**9
LARGEST_SEED = 2**32 - 1  # of NumPy and TensorFlow
RENAMED = {"report_every": "save_every"}  # fields that earlier versions wrote under other names


def option(default: Any, help: str, **metadata: Any) -> Any:
    """Declare a field that becomes a flag of the command line.

    Args:
        default: its value where the flag is not given.
        help: one line for `--help`.
        **metadata: `choices`; `least`, `most` and `below_one`, bounds of numbers (by default 0, a
            billion of a whole number, and none); `item_type` of a tuple's items, or of a field that
            may be None; `metavar`.
    """
    return dataclasses.field(default=default, metadata={"help": help, **metadata})


def check_options(options: Any) -> None:
    """Raise a ValueError where a field's value is none that its `option` allows."""
    for field in fields(options):
        name, value = field.name.replace("_", " "), getattr(options, field.name)
        if value is None and field.default is None:
            continue
        several = isinstance(value, tuple | list)  # JSON has lists only
        if (field.type is tuple) is not several:
            raise ValueError(f"{name}: expected {_noun(field)}, found {value!r}")
        for item in value if several else (value,):
            _check_item(name, item, field)


def _check_item(name, value, field):
    kind = field.metadata.get("item_type", field.type)
    choices, least = field.metadata.get("choices"), field.metadata.get("least", 0)
    most = field.metadata.get("most", sys.float_info.max if kind is float else BILLION)
    allowed = (int, float) if kind is float else kind
    if not isinstance(value, allowed) or isinstance(value, bool):
        raise ValueError(f"{name}: expected {_noun(field)}, found {value!r}")
    if choices and value not in choices:
        raise ValueError(f"{name}: expected {', '.join(choices)}, found '{value}'")
    if kind is str:
        return
    if not least <= value <= most:  # false for NaN as well
        bound = f"at most {most:,}" if value > most else f"at least {least}"
        bound = "a finite number" if value == math.inf else bound
        raise ValueError(f"{name}: expected {bound}, found {value}")
    if field.metadata.get("below_one") and value >= 1:
        raise ValueError(f"{name}: expected less than 1, found {value}")


def _noun(field):
    kind = field.metadata.get("item_type", field.type)
    noun = {int: "a whole number", float: "a number", str: "a text"}[kind]
    return f"a list, each item {noun}" if field.type is tuple else noun


@contextlib.contextmanager
def precision_policy(name: str):
    """Build networks under a precision policy, then return to the one that was set."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


@contextlib.contextmanager
def seeded(seed: int):
    """Build networks from a seed, and leave the random numbers of the caller as they were.

    Keras draws the seeds of initializers and dropout from Python's `random`, and nothing else.
    """
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What every recipe decides: data, size, length, precision, seed."""

    data: str = option(
        "fashion_mnist_10k",
        "fashion_mnist_10k, fashion_mnist, products, photos, or a folder of images",
    )
    image_size: int = option(28, "height and width of the images, in pixels", least=1, most=4096)
    channels: int = option(1, "1 for grey, 3 for colour", least=1, most=3)
    fit: str = option(
        "pad", "make photos square by padding or by cropping", choices=("pad", "crop")
    )
    steps: int = option(3000, "training steps", least=1)
    batch_size: int = option(64, "images per batch", least=1)
    precision: str = option(
        "float32", "precision in which the networks compute", choices=PRECISIONS
    )
    save_every: int = option(0, "steps between checkpoints; 0 means about 50 per run")
    seed: int = option(0, "the same seed gives the same run on the same machine", most=LARGEST_SEED)

    # What the curves show: panels of (label, {metric: legend}), and two metrics that must differ.
    panels: ClassVar[list[tuple[str, dict[str, str]]]] = []
    watched_scores: ClassVar[tuple[str, ...]] = ()
    layout: ClassVar[dict[str, int]] = {"zoom": 2}  # how `pictures.grid` lays out the samples
    pixel_scale: ClassVar[str] = "unit"  # of the networks' images, a key of `data.SCALES`
    conditional: ClassVar[bool] = False  # whether the model is trained on labels as well
    requests: ClassVar[bool] = False  # whether those are kind, colour and angle of a product
    can_sample: ClassVar[bool] = True  # whether the model draws images from noise
    instead: ClassVar[str] = ""  # where it does not: what it does, and what to do with a {run}
    next_command: ClassVar[str] = "generate {run}"  # what a finished run is good for
    can_truncate: ClassVar[bool] = False  # whether `sample` takes a truncation of the noise

    def __post_init__(self):
        """Refuse values that no run can use, before anything is loaded or written."""
        check_options(self)

    @classmethod
    def from_fields(cls, values: dict[str, Any]) -> Self:
        """Return the recipe with these fields, as a `recipe.json` holds them."""
        values = {RENAMED.get(name, name): value for name, value in values.items()}
        for field in fields(cls):  # JSON has no tuples
            if field.type is tuple and isinstance(values.get(field.name), list):
                values[field.name] = tuple(values[field.name])
        return cls(**values)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(H, W, C) of the images."""
        return (self.image_size, self.image_size, self.channels)

    @property
    def images_per_step(self) -> int:
        """Number of real images that one training step sees."""
        return self.batch_size

    @property
    def learns_from(self) -> str | None:
        """The run whose model this one learns from, its folder or its name; None: it has data."""
        return None

    def for_teacher(self, teacher: "Recipe") -> Self:
        """Return the recipe with what only its teacher's recipe decides, filled in."""
        return self

    def check_image_shape(self) -> None:
        """Raise a ValueError where the networks cannot be built for these images."""

    def for_data(self, images: Any) -> Self:
        """Return the recipe with what only its data decide, `data.ImageData`, filled in."""
        return self

    def limited(self, n: int, done: int = 0) -> Self:
        """Return the recipe with no more steps than it may take on n images.

        Args:
            n: number of images in the data.
            done: steps that are done already.

        Raises:
            ValueError: it asks for more, and may take none.
        """
        return self

    def conditions(self, images: Any) -> Any:
        """Return what a conditional model is told of each of the images (N, ...), or None."""
        return images.labels if self.conditional else None

    def batches(self, images: Any, start: int) -> Any:
        """Return the stream of batches of `data.ImageData` from a step on, as `data.batches`."""
        from keras_gen import data

        return data.batches(
            images.images,
            self.images_per_step,
            self.seed,
            start,
            data.SCALES[self.pixel_scale],
            self.conditions(images),
            self.change(),
        )

    def change(self) -> Any:
        """Return what `data.batches` does to each batch, such as damage; None: nothing."""
        return None

    def build(self) -> Any:
        """Return the compiled model; the same recipe always starts from the same weights."""
        raise NotImplementedError("a recipe builds its model")

    def build_for_inference(self) -> Any:
        """Return the model without what only training needs, for trained weights to be loaded."""
        return self.build()

    def provenance(self, model: Any) -> dict[str, Any]:
        """Return what a repetition needs beside fields, data and versions, as plain values."""
        return {}

    def artefacts(self, model: Any) -> dict[str, Any]:
        """Return what other programs can run of a trained model: {name: functional model}.

        Inputs and outputs are named; those in `export.PICTURES` are images in [0, 1].
        """
        return {}

    def samples(self, model: Any) -> Any:
        """Return images (N, H, W, C) in [0, 1] for each checkpoint: the same noise over time."""
        return model.sample(SAMPLES, seed=self.seed)

    def pictures(self, model: Any) -> dict[str, Any]:
        """Return further pictures of a trained model as {name: Pillow image}."""
        return {}
