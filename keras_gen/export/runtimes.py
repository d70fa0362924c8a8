"""Write each format with what belongs to it, and load it by its own runtime, without Keras.

`load_*` return a function of named arrays that returns named arrays.
"""

import contextlib
import json
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

Arrays = dict[str, np.ndarray]
Runner = Callable[[Arrays], Arrays]


def write_saved_model(network: keras.Model, path: Path, metadata: dict[str, Any]) -> None:
    """Write a folder; the metadata lie in its `assets.extra`, where TensorFlow leaves room."""
    network.export(path, format="tf_saved_model", verbose=False)
    extra = path / "assets.extra"
    extra.mkdir()
    (extra / "keras_gen.json").write_text(_json(metadata), encoding="utf-8")


def load_saved_model(path: Path) -> Runner:
    """Load a folder that TensorFlow runs."""
    loaded = tf.saved_model.load(str(path))

    def run(inputs: Arrays) -> Arrays:
        tensors = {name: tf.constant(array) for name, array in inputs.items()}
        outputs = loaded.signatures["serving_default"](**tensors)
        return {name: tensor.numpy() for name, tensor in outputs.items()}

    return run


def write_onnx(network: keras.Model, path: Path, metadata: dict[str, Any]) -> None:
    """Write a file; the metadata are its `metadata_props`, what is no text as JSON."""
    import onnx

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # Keras asks NumPy for a name that is gone
        network.export(path, format="onnx", verbose=False)
    model = onnx.load(path)
    texts = {key: v if isinstance(v, str) else json.dumps(v) for key, v in metadata.items()}
    onnx.helper.set_model_props(model, texts)
    onnx.save(model, path)


def load_onnx(path: Path) -> Runner:
    """Load a file that onnxruntime runs, on the CPU."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return lambda inputs: dict(zip(names, session.run(names, inputs), strict=True))


def write_litert(
    network: keras.Model, path: Path, metadata: dict[str, Any], **settings: Any
) -> None:
    """Write a file, by a converter with these settings, and the metadata as JSON beside it."""
    with _native_lines_silenced(), warnings.catch_warnings():
        old = r"\s*Warning: tf.lite.Interpreter"  # with which the converter itself calibrates
        warnings.filterwarnings("ignore", old, UserWarning)
        network.export(path, format="litert", verbose=False, **settings)
    path.with_suffix(".json").write_text(_json(metadata), encoding="utf-8")


def load_litert(path: Path, threads: int | None = None) -> Runner:
    """Load a file that LiteRT runs, on this many threads or on all cores."""
    from ai_edge_litert.interpreter import Interpreter

    with _native_lines_silenced():
        interpreter = Interpreter(str(path), num_threads=threads or os.cpu_count())
        interpreter.allocate_tensors()  # here it says what it runs on
    runner = interpreter.get_signature_runner()
    return lambda inputs: runner(**inputs)


WRITE = {"saved_model": write_saved_model, "onnx": write_onnx, "litert": write_litert}
LOAD = {"saved_model": load_saved_model, "onnx": load_onnx, "litert": load_litert}
SUFFIX = {"saved_model": "", "onnx": ".onnx", "litert": ".tflite"}


def _json(metadata):
    return json.dumps(metadata, indent=2, ensure_ascii=False) + "\n"


@contextlib.contextmanager
def _native_lines_silenced() -> Iterator[None]:
    """Keep a library's own C++ from writing to standard error, which heeds no setting."""
    standard_error, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(standard_error, 2)
        os.close(standard_error)
        os.close(nowhere)
