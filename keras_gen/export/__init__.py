"""Artefacts for other runtimes, each loaded by its own runtime and compared with Keras.

formats.py      names of formats, pixels and weights, and the packages that a format needs
sources.py      a run's networks, or the one that cuts products out
networks.py     networks whose images are pixels, inputs named, any number in a batch
metadata.py     where a network comes from, and what its pictures have to be called
quantised.py    fewer bits for LiteRT: 16 for weights, or 8 for all
runtimes.py     write and load a SavedModel, an ONNX file, a LiteRT file
comparison.py   the same inputs in both runtimes: largest difference, speed
exporting.py    all of it for one source: whole, or not there
"""

from typing import Any

from keras_gen.export.formats import FORMATS, PICTURES, PIXELS, WEIGHTS

__all__ = ["FORMATS", "PICTURES", "PIXELS", "WEIGHTS", "Artefact", "ArtefactRefused", "export_run"]


def __getattr__(name: str) -> Any:
    """Import TensorFlow only when a run is exported: the command line lists the formats at once."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.exporting"), name)
