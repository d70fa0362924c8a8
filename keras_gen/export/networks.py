"""Networks as other programs want them: pixels in and out."""

from typing import Any

import keras

from keras_gen.data import uint8_to_unit, unit_to_uint8
from keras_gen.export.formats import PICTURES


def with_pixels(network: keras.Model, pixels: str, size: int | None = None) -> keras.Model:
    """Return a network whose pictures are pixels, scaled within it.

    Args:
        network: functional model with named inputs and a dict of outputs; pictures in [0, 1].
        pixels: "uint8", as files and screens have them, or "float", in [0, 1].
        size: height and width of pictures that the network takes in any size; None leaves them so.

    Returns:
        Functional model with the same names.
    """
    of_bytes = PICTURES if pixels == "uint8" else ()
    inputs = [
        keras.Input(
            [size if side is None else side for side in tensor.shape[1:]],
            dtype="uint8" if tensor.name in of_bytes else "float32",
            name=tensor.name,
        )
        for tensor in network.inputs
    ]
    scaled = [uint8_to_unit(x) if x.name in of_bytes else x for x in inputs]
    outputs = {
        name: unit_to_uint8(tensor) if name in of_bytes else tensor
        for name, tensor in called(network, scaled).items()
    }
    wrapped = keras.Model(inputs, outputs, name=network.name)
    called(wrapped, inputs)  # Keras writes ONNX only of what was called
    return wrapped


def called(network: keras.Model, tensors: list) -> dict[str, Any]:
    """Call a network with a list of one or several inputs, as it draws."""
    return network(tensors if len(tensors) > 1 else tensors[0], training=False)
