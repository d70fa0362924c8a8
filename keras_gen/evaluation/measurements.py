"""A measured number with all that is needed to read and to compare it, and all of a run's."""

import dataclasses
import json
from typing import Any, Self

import numpy as np

from keras_gen.files import parse_json
from keras_gen.measures import mean_interval


@dataclasses.dataclass(frozen=True, kw_only=True)
class Measurement:
    """One measured number.

    Attributes:
        key: name in `metrics.json`.
        label: name on the screen, with the unit.
        value: the number.
        better: "lower", "higher", or "near" where neither is and the reference is best.
        n_real: number of real images that it was measured on.
        n_fake: number of samples or reconstructions; 0 where real images alone were measured.
        features: "FashionNet", "InceptionV3 (Keras)", or "pixels".
        features_sha256: of the features' weights; None for pixels.
        interval: its 95 % interval (low, high), or None.
        reference: the same measure of something known, or None.
        reference_name: what that is.

    Raises:
        ValueError: a value of another type, or a number that is not finite.
    """

    key: str
    label: str
    value: float
    better: str
    n_real: int
    n_fake: int
    features: str = "pixels"
    features_sha256: str | None = None
    interval: tuple[float, float] | None = None
    reference: float | None = None
    reference_name: str | None = None

    def __post_init__(self):
        """Refuse what no table and no JSON can hold."""
        _check_types(self)
        limits = [] if self.interval is None else list(self.interval)
        if self.interval is not None and len(limits) != 2:
            raise ValueError(f"{self.label}: expected an interval of two numbers, found {limits}")
        for number in (self.value, *limits, self.reference):
            if number is not None and not np.isfinite(number):
                raise ValueError(f"{self.label}: expected a finite number, found {number}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Measurements:
    """All measurements of a run, and what they were taken on; `metrics.json` holds them.

    Attributes:
        recipe: name of the run's recipe.
        steps: training steps of the model that was measured.
        real_images: the split and the description of the real images.
        real_sha256: of their pixels.
        seed: of samples, choices and resampling.
        figures: the measurements.
    """

    recipe: str
    steps: int
    real_images: str
    real_sha256: str
    seed: int
    figures: tuple[Measurement, ...]

    def __post_init__(self):
        """Refuse values of other types, which a damaged file may hold."""
        _check_types(self)

    @property
    def by_key(self) -> dict[str, Measurement]:
        """The measurements by their keys."""
        return {figure.key: figure for figure in self.figures}

    def to_json(self) -> str:
        """Return the text of `metrics.json`."""
        return json.dumps(dataclasses.asdict(self), indent=2, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `to_json` wrote.

        Raises:
            ValueError: another text, or parts are missing.
        """
        try:
            content = parse_json(text)
            figures = tuple(
                Measurement(
                    **{**figure, "interval": figure["interval"] and tuple(figure["interval"])}
                )
                for figure in content.pop("figures")
            )
            measurements = cls(figures=figures, **content)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"expected the measurements of a run, found {error}") from error
        if not figures:
            raise ValueError("expected the measurements of a run, found none")
        return measurements


NUMBER = (int, float)
TYPES = {
    "key": str, "label": str, "value": NUMBER, "better": str, "n_real": int, "n_fake": int,
    "features": str, "features_sha256": (str, type(None)), "interval": (tuple, type(None)),
    "reference": (*NUMBER, type(None)), "reference_name": (str, type(None)),
    "recipe": str, "steps": int, "real_images": str, "real_sha256": str, "seed": int,
    "figures": tuple,
}  # fmt: skip


def _check_types(record):
    """Raise a ValueError where a field of a measurement holds a value of another type."""
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if not isinstance(value, TYPES[field.name]) or isinstance(value, bool):
            raise ValueError(f"{field.name}: found {value!r}, which is of another type")


def mean_and_interval(values) -> dict[str, Any]:
    """Return the mean of independent values (N,) and its interval, as `Measurement` takes them."""
    mean, error = float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
    return {"value": mean, "interval": mean_interval(mean, error, len(values))}
