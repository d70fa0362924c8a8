"""Noise for a batch that several devices share: one draw for all of it, some rows for each.

A run then draws the same numbers on one device and on several.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

Tensor = Any  # a tensor of Keras' backend


def alone() -> tuple[Any, int]:
    """Return the number of this replica, and of how many: the only one."""
    return 0, 1


_place = alone


def find_replicas_by(place: Callable[[], tuple[Any, int]]) -> None:
    """Set how a replica finds its place; `keras_gen.models` knows the strategies of TensorFlow.

    Args:
        place: function that returns the number of this replica, and of how many.
    """
    global _place
    _place = place


def draw_rows(draw: Callable[[tuple], Tensor], shape: tuple) -> Tensor:
    """Draw noise for the batches of all replicas, and return the rows of this one.

    Args:
        draw: function from a shape to noise of it; it must draw the same on every replica, as
            `keras.random` with a `SeedGenerator` does.
        shape: (B, ...) of the noise for this replica.

    Returns:
        (B, ...): rows r B to (r + 1) B - 1 of a draw (R B, ...), for replica r of R.
    """
    number, count = _place()
    if count == 1:
        return draw(shape)
    rows = shape[0]
    return draw((count * rows, *shape[1:]))[number * rows : (number + 1) * rows]


@keras.saving.register_keras_serializable("keras_gen")
class Dropout(keras.layers.Dropout):
    """Keras' dropout, with another mask on each replica; on one device it is Keras' own."""

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Return the inputs, of which a share is set to 0 and the rest scaled up in training."""
        if not (training and self.rate > 0) or _place()[1] == 1:
            return super().call(inputs, training=training)

        def mask(shape):
            ones = ops.ones(shape, dtype=inputs.dtype)
            return keras.random.dropout(ones, self.rate, seed=self.seed_generator)

        return inputs * draw_rows(mask, ops.shape(inputs))
