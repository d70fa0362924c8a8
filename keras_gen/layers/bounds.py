"""A bound on the slope of a layer, for discriminators."""

import keras


def bounded(layer: keras.layers.Layer, spectral_norm: bool) -> keras.layers.Layer:
    """Return a layer, under spectral normalisation if that is asked for.

    Reference: Miyato et al. 2018, arXiv:1802.05957.
    """
    dtype = layer.dtype_policy  # a wrapper would compute in its own
    return keras.layers.SpectralNormalization(layer, dtype=dtype) if spectral_norm else layer
