"""The gradient of each example of a batch by itself, clipped and summed: the middle of DP-SGD."""

import itertools
from typing import Any

import keras
import tensorflow as tf
from keras import layers, ops

from keras_gen.layers import mixes_examples

PER_EXAMPLE = (layers.Dense, layers.Conv2D)  # layers with weights that are known here


def check_network(network: keras.Model) -> None:
    """Raise a ValueError unless the gradients of single examples are known for a network.

    It must be a chain of Dense and Conv2D layers without activations of their own, and of layers
    without weights.
    """
    for before, layer in itertools.pairwise(network.layers):
        if layer.input is not before.output:
            fault = "expected one layer after another, found a branch"
        elif layer.weights and not isinstance(layer, PER_EXAMPLE):
            fault = f"expected Dense or Conv2D, found {type(layer).__name__}"
        elif mixes_examples(layer):
            fault = "expected a layer that looks at one image, found one that looks at several"
        elif layer.weights and layer.activation is not keras.activations.linear:
            fault = "expected the activation as a layer of its own, found it in this one"
        elif isinstance(layer, layers.Dropout) and layer.rate:
            fault = "expected no dropout beside noise, found some"
        else:
            continue
        raise ValueError(f"{network.name}, layer {layer.name}: {fault}")


def forward(network: keras.Model, images) -> tuple[list, Any]:
    """Run a chain of layers and keep what goes into and comes out of those with weights.

    Args:
        network: chain of layers, images (B, H, W, C) -> logits (B, 1).
        images: (B, H, W, C).

    Returns:
        [(layer, inputs, outputs), ...] of the layers with weights in order, and the logits.
    """
    passed, x = [], images
    for layer in network.layers[1:]:  # the first is the Input
        inputs, x = x, layer(x, training=True)
        if layer.trainable_weights:
            passed.append((layer, inputs, x))
    return passed, x


def gradients_of_layer(layer: keras.Layer, inputs, slopes) -> list:
    r"""Return the gradients of each example's loss by a layer's kernel and bias.

    Formula:
        $\partial \ell_b / \partial W = \sum_p a_{bp} \delta_{bp}^\top$,
        $\partial \ell_b / \partial \beta = \sum_p \delta_{bp}$, with the inputs $a_{bp}$ that make
        the output at position p (one position for Dense, a patch for Conv2D) and the slopes
        $\delta_{bp}$ of the loss there

    Args:
        layer: Dense or Conv2D.
        inputs: what went into it, (B, F) or (B, H, W, C).
        slopes: of example b's loss by the layer's output, (B, units) or (B, h, w, filters).

    Returns:
        One tensor (B, *shape) for each trainable weight.

    Reference: Goodfellow 2015, arXiv:1510.01799; Rochette, Manoel and Tramel 2019,
        arXiv:1912.06015 (convolutions).
    """
    if isinstance(layer, layers.Conv2D):
        patches = tf.image.extract_patches(
            inputs,
            [1, *layer.kernel_size, 1],
            [1, *layer.strides, 1],
            [1, *layer.dilation_rate, 1],
            layer.padding.upper(),
        )  # (B, h, w, kh kw C)
    else:
        patches = inputs[:, None, None]  # (B, 1, 1, F)
        slopes = slopes[:, None, None]
    dtype = layer.kernel.dtype  # float32 also where the layer computes in bfloat16
    patches, slopes = ops.cast(patches, dtype), ops.cast(slopes, dtype)
    kernels = tf.einsum("bhwf,bhwu->bfu", patches, slopes)
    kernels = tf.reshape(kernels, tf.concat([tf.shape(slopes)[:1], layer.kernel.shape], axis=0))
    return [kernels, ops.sum(slopes, axis=(1, 2))] if layer.use_bias else [kernels]


def clipped_sum(gradients: list, clip_norm: float) -> list:
    r"""Scale each example's gradient to a norm of at most C, and sum over the examples.

    Formula:
        $\sum_b g_b \min(1, C / \lVert g_b \rVert)$, the norm over all weights together
        sum(g * minimum(1, clip_norm / norm(g)))

    Args:
        gradients: one tensor (B, *shape) for each weight.
        clip_norm: C > 0.

    Returns:
        One tensor (*shape) for each weight; no example moves the sum by more than C.

    Reference: Abadi et al. 2016, arXiv:1607.00133, Algorithm 1.
    """
    squares = [ops.sum(ops.square(g), axis=tuple(range(1, len(g.shape)))) for g in gradients]
    norms = ops.sqrt(sum(squares))  # (B,)
    factors = clip_norm / ops.maximum(norms, clip_norm)  # (B,), 1 for a gradient of 0
    return [tf.einsum("b...,b->...", gradient, factors) for gradient in gradients]
