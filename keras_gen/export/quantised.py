"""Fewer bits for a LiteRT file: weights in 16 bits, or weights and computing in 8."""

from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from keras_gen.export.comparison import fixed_inputs
from keras_gen.export.formats import PICTURES

EXAMPLES = 200  # inputs that show which range each layer's outputs have
BOUND = 3.5  # tanh(3.5) = 0.998: a quarter of a grey level short of white


def without_pictures(networks: dict[str, keras.Model]) -> dict[str, keras.Model]:
    """Return the networks that take numbers only: these are calibrated without any data."""
    return {
        name: network
        for name, network in networks.items()
        if not any(tensor.name in PICTURES for tensor in network.inputs)
    }


def bounded(network: keras.Model) -> keras.Model:
    """Clip what a generator's tanh is given, in a copy.

    8 bits divide the range of a tensor into 256 equal steps. A DCGAN reaches below -100 to draw
    black, so that 15 steps or so lie between -3.5 and 3.5, where tanh tells numbers apart.
    """

    def same_or_bounded(layer):
        config = layer.get_config()
        if config.get("activation") == "tanh":
            return keras.layers.Activation(_bounded_tanh, dtype="float32", name=layer.name)
        return type(layer).from_config(config)

    copy = keras.models.clone_model(network, clone_function=same_or_bounded)
    copy.set_weights(network.get_weights())
    return copy


def _bounded_tanh(logits):
    return ops.tanh(ops.clip(logits, -BOUND, BOUND))


def converter_settings(network: keras.Model, weights: str, pixels: str) -> dict[str, Any]:
    """Return what TensorFlow's converter is told.

    Args:
        network: what is converted; for int8 its pictures are floats in [0, 1].
        weights: "float32", "float16" or "int8".
        pixels: "uint8" or "float". 256 steps from 0 to 1 are the grey levels themselves, so that an
            int8 network draws uint8 without any scaling.
    """
    if weights == "float32":
        return {}
    settings = {"optimizations": [tf.lite.Optimize.DEFAULT]}
    if weights == "float16":
        return {**settings, "target_spec": {"supported_types": [tf.float16]}}
    return {
        **settings,
        "target_spec": {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]},
        "representative_dataset": lambda: _examples(network),
        "inference_output_type": tf.uint8 if pixels == "uint8" else tf.float32,
    }


def _examples(network) -> Iterator[dict[str, Any]]:
    inputs = fixed_inputs(network, EXAMPLES)
    for i in range(EXAMPLES):
        yield {name: array[i : i + 1] for name, array in inputs.items()}
