"""The same inputs in Keras and in another runtime: how far outputs differ, and how fast it is."""

import math
import time
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gen.export.formats import PICTURES
from keras_gen.export.networks import called
from keras_gen.export.runtimes import Arrays, Runner

LIMITS = {"uint8": 1.0, "float32": 1e-5}  # largest difference by dtype, one grey level
ANY_SIZE = (37, 50)  # height and width that a network of any size is tried with
PIXELS = 64 * 28 * 28  # of the pictures in one pass, so that large ones fit into memory
SPEED_SECONDS = 0.5
LEAST_DECIBELS = 20.0  # of fewer bits: an error of a tenth of what the outputs differ among them


def fixed_inputs(network: keras.Model, n: int) -> Arrays:
    """Return n inputs, always the same: normal latents, each class in turn, random pixels."""
    rng, arrays = np.random.default_rng(n), {}
    for tensor in network.inputs:
        sides = iter(ANY_SIZE)
        shape = (n, *(next(sides) if side is None else side for side in tensor.shape[1:]))
        if tensor.name == "labels":
            array = np.eye(shape[1])[np.arange(n) % shape[1]]
        elif tensor.name in PICTURES:
            array = rng.uniform(0.0, 255.0 if tensor.dtype == "uint8" else 1.0, shape)
        else:
            array = rng.normal(size=shape)
        arrays[tensor.name] = array.astype(tensor.dtype)
    return arrays


def largest_difference(network: keras.Model, run: Runner, n: int) -> tuple[float, str]:
    """Compare the outputs of n fixed inputs with those of Keras, on the CPU.

    Returns:
        The largest difference, and the outputs' dtype, a key of `LIMITS`. The difference is in grey
        levels for uint8; for floats it is relative to the largest of them, if that is above 1, and
        else absolute. It is infinite for outputs of other names, shapes or dtypes.
    """
    expected, found = _outputs(network, run, n)
    dtype = str(next(iter(expected.values())).dtype)
    if _kinds(expected) != _kinds(found):
        return math.inf, dtype
    gaps = [_gap(expected[name], found[name]) for name in expected]
    return float(np.max(gaps)), dtype  # NaN if one of them is


def signal_to_noise(network: keras.Model, run: Runner) -> float:
    """Return 10 log10(Var[outputs of Keras] / mean squared difference), in dB.

    The least over the outputs; minus infinity for outputs of other names, shapes or dtypes.
    """
    expected, found = _outputs(network, run, _pictures_in_a_pass(network))
    if _kinds(expected) != _kinds(found):
        return -math.inf
    return min(_decibels(expected[name], found[name]) for name in expected)


def _decibels(expected, found):
    noise = np.mean(np.square(np.subtract(found, expected, dtype="float64")))
    return 10.0 * math.log10(np.var(expected, dtype="float64") / noise) if noise else math.inf


def _outputs(network, run, n):
    """Return the outputs of Keras, on the CPU, and those of another runtime."""
    inputs = fixed_inputs(network, n)
    with tf.device("CPU"):  # a GPU may multiply at less than float32
        tensors = [tf.constant(inputs[tensor.name]) for tensor in network.inputs]
        outputs = called(network, tensors)
        return {name: ops.convert_to_numpy(tensor) for name, tensor in outputs.items()}, run(inputs)


def _kinds(arrays):
    return {name: (array.shape, array.dtype) for name, array in arrays.items()}


def _gap(expected, found):
    gap = np.abs(np.subtract(found, expected, dtype="float64")).max()
    return gap if expected.dtype == "uint8" else gap / max(1.0, np.abs(expected).max())


def images_per_second(
    network: keras.Model, run: Runner, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Return the images in a second of the fastest of several passes of one batch.

    Args:
        network: what was exported.
        run: its artefact.
        clock: `time.process_time` counts the seconds of all processors that this process had.
    """
    n = _pictures_in_a_pass(network)
    inputs, passes = fixed_inputs(network, n), list[float]()
    run(inputs)  # the first one plans
    while len(passes) < 3 or sum(passes) < SPEED_SECONDS:
        start = clock()
        run(inputs)
        passes.append(clock() - start)
    return n / min(passes)


def _pictures_in_a_pass(network):
    """Return how many pictures have `PIXELS` together, from 1 to 64."""
    shapes = [tensor.shape for tensor in (*network.inputs, *network.output.values())]
    sides = [
        [side or any_size for side, any_size in zip(shape[1:3], ANY_SIZE, strict=True)]
        for shape in shapes
        if len(shape) == 4
    ]
    return min(64, max(1, PIXELS // max(map(math.prod, sides), default=1)))
