"""`ImageData`: images in memory, and where they came from."""

import dataclasses
import functools
import hashlib
from collections.abc import Mapping

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class ImageData:
    """Images in memory with their origin.

    Attributes:
        images: uint8, (N, H, W, C) with C = 1 or 3.
        name: short name, for example "fashion_mnist" or that of the folder.
        origin: where the images come from, in words: "embedded", "from <folder>", "from tfds".
        labels: uint8, (N,), or None.
        class_names: one name for each label value, or None.
        skipped: `(file, reason)` of each file that could not be read.
        conditions: what else is known of each image, as arrays (N, ...) by name; see `products`.
        mattes: uint8, (N, H, W, 1), how much of each pixel the object covers; or None.
    """

    images: np.ndarray
    name: str
    origin: str
    labels: np.ndarray | None = None
    class_names: tuple[str, ...] | None = None
    skipped: tuple[tuple[str, str], ...] = ()
    conditions: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    mattes: np.ndarray | None = None

    def take(self, places: np.ndarray) -> "ImageData":
        """Return the images at these places (N,), with all that is known of them."""
        return dataclasses.replace(
            self,
            images=self.images[places],
            labels=None if self.labels is None else self.labels[places],
            conditions={name: values[places] for name, values in self.conditions.items()},
            mattes=None if self.mattes is None else self.mattes[places],
        )

    @property
    def summary(self) -> str:
        """Name, number and size, without the place, which concerns nobody but its owner."""
        count, height, width, channels = self.images.shape
        return f"{self.name}: {count:,} images of {height}x{width}x{channels}"

    @property
    def description(self) -> str:
        """What was loaded, and from where, in one line."""
        notes = []
        if self.labels is not None:
            sizes = np.unique(self.labels, return_counts=True)[1]
            each = f"{sizes[0]:,} of each of " if (sizes == sizes[0]).all() else ""
            notes.append(f"{each}{len(sizes)} classes")
        if self.conditions:
            notes.append(f"with {', '.join(self.conditions)}")
        if self.skipped:
            notes.append(f"unreadable and skipped: {len(self.skipped):,}")
        line = f"{self.summary}, {self.origin}"
        return f"{line} ({'; '.join(notes)})" if notes else line

    @functools.cached_property
    def sha256(self) -> str:
        """Hex digest of the bytes of `images` in C order, which identifies the pixels of a run."""
        return hashlib.sha256(np.ascontiguousarray(self.images).data).hexdigest()
