"""Export networks: each artefact is written, loaded by its own runtime, and compared with Keras."""

import dataclasses
import logging
import math
from pathlib import Path

import keras

from keras_gen.export import comparison, quantised, runtimes
from keras_gen.export.formats import require_format
from keras_gen.export.metadata import metadata
from keras_gen.export.networks import with_pixels
from keras_gen.export.sources import open_source
from keras_gen.files import creating_folder, require_new
from keras_gen.runs import Run

BATCHES = (1, 5)  # sizes that are compared: the batch is free

logger = logging.getLogger("keras_gen")


class ArtefactRefused(RuntimeError):
    """An artefact differs from Keras; nothing was left behind."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Artefact:
    """A network in another format, found to agree with Keras.

    Attributes:
        path: the file, or the folder of a SavedModel.
        size: bytes, of all its files.
        weights: "float32", "float16" or "int8".
        difference: largest difference from Keras: grey levels of uint8, or a number.
        decibels: signal to noise, the outputs of Keras against the difference from them.
        dtype: of what was compared, "uint8" or "float32".
        images_per_second: on this machine, by the artefact's own runtime.
    """

    path: Path
    size: int
    weights: str
    difference: float
    decibels: float
    dtype: str
    images_per_second: float

    def __str__(self) -> str:
        """The figures in one line."""
        levels = " of 255 grey levels" if self.dtype == "uint8" else ""
        noise = f" ({self.decibels:.0f} dB)" if self.weights != "float32" else ""
        return (
            f"{self.path}: {self.size / 1e6:.2f} MB; largest difference from Keras "
            f"{self.difference:.2g}{levels}{noise}; {self.images_per_second:,.0f} images/s"
        )


def export_run(
    run: Run | str | Path,
    format: str,
    pixels: str = "uint8",
    out: str | Path | None = None,
    weights: str = "float32",
) -> list[Artefact]:
    """Export what a run's model draws, describes or stylises with, and compare it with Keras.

    A GAN has a generator, a VAE an encoder and a decoder, `fast_style` a stylizer, `restorer` what
    it is called. They compute in float32, whatever the run was trained in. The latter two take
    pictures of any size, but as LiteRT only the size of their training. "cutout" is no run, but the
    package's network that tells how much of each pixel a product covers, in 64 x 64 pixels.

    Args:
        run: a `Run`, its folder, the name of a run that comes with the package, or "cutout".
        format: a key of `FORMATS`.
        pixels: of the pictures that go in and come out, "uint8" or "float", in [0, 1].
        out: the folder to create, by default `export-FORMAT` in that of the run, or
            `dcgan-FORMAT` in the working directory for a run that comes with the package; fewer
            bits are named as well.
        weights: "float32"; for LiteRT also "float16", which stores each weight in 16 bits, and
            "int8", which stores it in 8 and computes with 8. Networks that take pictures stay out
            of int8: noise would calibrate them wrongly.

    Returns:
        `Artefact`s; the folder holds them, and metadata beside those that have no place for them.

    Raises:
        FileNotFoundError: no run, or nothing trained in it.
        FileExistsError: something is at `out`.
        ValueError: an unknown format, a missing package, or a model without images.
        ArtefactRefused: an artefact differs from Keras by more than one grey level or 1e-5; one of
            fewer bits, by a signal to noise of less than 20 dB.
    """
    require_format(format, pixels, weights)
    source = open_source(run)
    kind = format if weights == "float32" else f"{format}-{weights}"
    default = Path(f"{source.name}-{kind}")
    if source.folder:
        default = source.folder / f"export-{kind}"
    out = require_new(out or default)
    networks, side, about = source.load()
    if weights == "int8" and not (networks := quantised.without_pictures(networks)):
        raise ValueError("int8: expected a network that draws from numbers, found one of pictures")
    artefacts = []
    with creating_folder(out) as folder:
        for name, network in networks.items():
            size = side if format == "litert" else None
            expected = written = with_pixels(network, pixels, size)
            if weights == "int8":
                written = with_pixels(quantised.bounded(network), "float", size)
            known = metadata(about, name, expected, pixels, weights)
            path = folder / f"{name}{runtimes.SUFFIX[format]}"
            settings = quantised.converter_settings(written, weights, pixels)
            runtimes.WRITE[format](written, path, known, **settings)
            artefacts.append(_checked(expected, path, format, weights))
    return [dataclasses.replace(each, path=out / each.path.name) for each in artefacts]


def _checked(network: keras.Model, path: Path, format: str, weights: str) -> Artefact:
    """Load an artefact by its own runtime, and return its figures if it agrees with Keras."""
    run = runtimes.LOAD[format](path)
    decibels = comparison.signal_to_noise(network, run)
    if weights != "float32" and not decibels >= comparison.LEAST_DECIBELS:
        raise ArtefactRefused(
            f"{path.name}: expected a signal to noise of at least {comparison.LEAST_DECIBELS:g} dB "
            f"in {weights}, found {decibels:.1f}; nothing is left behind"
        )
    difference = 0.0
    for n in BATCHES:
        gap, dtype = comparison.largest_difference(network, run, n)
        limit = comparison.LIMITS[dtype] if weights == "float32" else math.inf
        if not gap <= limit:  # NaN is no agreement either
            raise ArtefactRefused(
                f"{path.name}: expected a difference from Keras of at most {limit:g} ({dtype}), "
                f"found {gap:.2g} for a batch of {n}; nothing is left behind"
            )
        difference = max(difference, gap)
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return Artefact(
        path=path,
        size=sum(file.stat().st_size for file in files),
        weights=weights,
        difference=difference,
        decibels=decibels,
        dtype=dtype,
        images_per_second=comparison.images_per_second(network, run),
    )
