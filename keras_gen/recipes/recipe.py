"""What every recipe decides and offers."""

import contextlib
import dataclasses
from dataclasses import dataclass, fields
from typing import ClassVar

PRECISIONS = ("float32", "mixed_bfloat16")
SAMPLES = 64  # images of the fixed noise in every picture of a run


def option(default, help, **metadata):
    """Declare a recipe's field with its default, help text and, perhaps, `choices`."""
    return dataclasses.field(default=default, metadata={"help": help, **metadata})


@contextlib.contextmanager
def precision_policy(name):
    """Build networks under a precision policy, then return to the one that was set."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What every recipe decides: data, size, length, precision, seed."""

    data: str = option("fashion_mnist_10k", "fashion_mnist_10k, fashion_mnist, photos, or a folder")
    image_size: int = option(28, "height and width of the images, in pixels")
    channels: int = option(1, "1 for grey, 3 for colour")
    fit: str = option("pad", "how photos are brought to a square", choices=("pad", "crop"))
    steps: int = option(3000, "training steps")
    batch_size: int = option(64, "images in a batch")
    precision: str = option("float32", "precision policy of the networks", choices=PRECISIONS)
    report_every: int = option(0, "steps between reports and checkpoints; 0: some 50 in a run")
    seed: int = option(0, "the same seed gives the same run on the same machine")

    # What the reports show: panels of (label, {metric: legend}), and two metrics that must differ.
    panels: ClassVar[list] = []
    told_apart: ClassVar[tuple] = ()
    layout: ClassVar[dict] = {"zoom": 2}  # how `pictures.grid` lays out the samples
    draws_from_noise: ClassVar[bool] = True

    def __post_init__(self):
        """Refuse values that no run can use, before anything is loaded or written."""
        for field in fields(self):
            value, choices = getattr(self, field.name), field.metadata.get("choices")
            if choices and value not in choices:
                raise ValueError(f"{field.name}: expected {', '.join(choices)}, found '{value}'")
            least = 0 if field.name in ("seed", "report_every") else 1
            if field.type is int and value < least:
                raise ValueError(f"{field.name}: expected at least {least}, found {value}")
            if field.type is float and value < 0:
                raise ValueError(f"{field.name}: expected at least 0, found {value}")
            if field.metadata.get("below_one") and value >= 1:
                raise ValueError(f"{field.name}: expected less than 1, found {value}")

    @property
    def image_shape(self):
        """(H, W, C) of the images."""
        return (self.image_size, self.image_size, self.channels)

    @property
    def images_per_step(self):
        """Number of real images that one training step sees."""
        return self.batch_size

    def scale(self, images):
        """Map uint8 images to the scale of the networks."""
        raise NotImplementedError("a recipe names its scale")

    def build(self):
        """Return the compiled model; the same recipe always starts from the same weights."""
        raise NotImplementedError("a recipe builds its model")

    def build_for_use(self):
        """Return the model without what only training needs, for trained weights to be loaded."""
        return self.build()

    def provenance(self, model):
        """Return what a repetition needs beside fields, data and versions, as plain values."""
        return {}

    def samples(self, model):
        """Return the images of every report, (N, H, W, C) in [0, 1]: the same noise over time."""
        return model.sample(SAMPLES, seed=self.seed)
