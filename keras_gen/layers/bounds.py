"""A bound on the slope of a layer, for discriminators."""

import keras


def bounded(layer: keras.layers.Layer, spectral_norm: bool) -> keras.layers.Layer:
    r"""Return a layer, under spectral normalisation if that is asked for.

    Formula:
        $\bar W = W / \sigma(W)$, with $\sigma$ the largest singular value, which one step of the
        power method follows

    Deviation: Keras' wrapper overwrites the stored kernel by $\bar W$ before each training step, a
    projection; Miyato et al. keep $W$, and take its gradient through the quotient.

    Reference: Miyato et al. 2018, arXiv:1802.05957.
    """
    if not spectral_norm:
        return layer
    policy = layer.dtype_policy  # a wrapper would compute in its own
    return keras.layers.SpectralNormalization(layer, dtype=policy, name=layer.name)
