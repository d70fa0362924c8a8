"""A measured number with all that is needed to read and to compare it, and all of a run's."""

import dataclasses
import json
from typing import Any, Self

import numpy as np


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
        ValueError: a value that is not finite, which no table and no JSON can hold.
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
        """Refuse a value that is not finite."""
        if not np.isfinite(self.value):
            raise ValueError(f"{self.label}: expected a finite number, found {self.value}")


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

    @property
    def by_key(self) -> dict[str, Measurement]:
        """The measurements by their keys."""
        return {figure.key: figure for figure in self.figures}

    def to_json(self) -> str:
        """Return the text of `metrics.json`."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `to_json` wrote.

        Raises:
            ValueError: another text, or parts are missing.
        """
        try:
            content = json.loads(text)
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


def mean_and_interval(values) -> dict[str, Any]:
    """Return the mean of independent values (N,) and its interval, as `Measurement` takes them."""
    error = values.std(ddof=1) / np.sqrt(len(values))
    return {"value": float(values.mean()), "interval": normal_interval(values.mean(), error)}


def normal_interval(value: float, standard_error: float) -> tuple[float, float]:
    """Return the 95 % interval of a normal estimate."""
    return (float(value - 1.96 * standard_error), float(value + 1.96 * standard_error))
