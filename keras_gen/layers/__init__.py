"""Small stateful or random pieces of networks, written with Keras alone."""

from keras_gen.layers.bounds import bounded
from keras_gen.layers.minibatch import (
    MinibatchStandardDeviation,
    Pack,
    layers_within,
    mixes_examples,
)
from keras_gen.layers.replicas import Dropout, draw_rows, find_replicas_by
from keras_gen.layers.sampling import BernoulliSampling, GaussianSampling
from keras_gen.layers.state import call_keeping_statistics, is_seed_state

__all__ = [
    "BernoulliSampling",
    "Dropout",
    "GaussianSampling",
    "MinibatchStandardDeviation",
    "Pack",
    "bounded",
    "call_keeping_statistics",
    "draw_rows",
    "find_replicas_by",
    "is_seed_state",
    "layers_within",
    "mixes_examples",
]
