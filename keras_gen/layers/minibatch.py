"""Layers through which a discriminator sees several images at once, so that it notices sameness."""

from collections.abc import Iterator
from typing import Any

import keras
from keras import ops

Tensor = Any  # a tensor of Keras' backend


@keras.saving.register_keras_serializable("keras_gen")
class MinibatchStandardDeviation(keras.layers.Layer):
    r"""Append a channel that tells how much the examples of the batch differ.

    Formula:
        $c = \frac{1}{N}\sum_n \sqrt{\mathrm{Var}_b[x_{bn}] + 10^{-8}}$, n over the N features
        mean(sqrt(var(inputs over the batch) + 1e-8)), the same number at every position

    A batch of nearly equal images is recognised by this channel. Real and generated images must
    come in batches of their own, as in `GAN`.

    Call arguments:
        inputs: (B, ..., C) floats: maps (B, H, W, C), or features (B, C).

    Returns:
        (B, ..., C + 1).

    Reference: Karras et al. 2018, arXiv:1710.10196, section 3.
    """

    def call(self, inputs: Tensor) -> Tensor:
        """Return the inputs with the channel appended."""
        # not ops.std, whose slope is infinite where all examples are equal
        deviation = ops.mean(ops.sqrt(ops.var(inputs, axis=0) + 1e-8))  # ()
        channel = ops.ones_like(inputs[..., :1]) * deviation  # (B, ..., 1)
        return ops.concatenate([inputs, channel], axis=-1)  # (B, ..., C + 1)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return (B, ..., C + 1)."""
        return (*input_shape[:-1], input_shape[-1] + 1)


@keras.saving.register_keras_serializable("keras_gen")
class Pack(keras.layers.Layer):
    """Lay m images over one another, so that a discriminator judges them together.

    A generator of few modes draws packs of look-alikes, which real packs are not.

    Args:
        size: m >= 1; the batch must be a multiple of it.

    Call arguments:
        images: (B, H, W, C) floats.

    Returns:
        (B / m, H, W, m C).

    Reference: Lin et al. 2018, arXiv:1712.04086, section 2.
    """

    def __init__(self, size: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size = size

    def call(self, images: Tensor) -> Tensor:
        """Return one image of m C channels for every m images."""
        _, height, width, channels = images.shape
        packs = ops.reshape(images, (-1, self.size, height, width, channels))
        packs = ops.transpose(packs, (0, 2, 3, 1, 4))  # (B / m, H, W, m, C)
        return ops.reshape(packs, (-1, height, width, self.size * channels))

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return (B / m, H, W, m C); the number of packs is not known."""
        return (None, *input_shape[1:-1], self.size * input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "size": self.size}


def layers_within(layer: keras.layers.Layer) -> Iterator[keras.layers.Layer]:
    """Yield a layer and all layers in it: those of nested models, and the one of a wrapper.

    What a layer of one's own keeps in other attributes is not seen.
    """
    yield layer
    inner = [*getattr(layer, "layers", ()), getattr(layer, "layer", None)]
    for part in inner:
        if isinstance(part, keras.layers.Layer):
            yield from layers_within(part)


def mixes_examples(layer: keras.layers.Layer) -> bool:
    """Return whether what a layer or network says of one example depends on others of the batch."""
    mixing = keras.layers.BatchNormalization | MinibatchStandardDeviation | Pack
    return any(isinstance(part, mixing) for part in layers_within(layer))
