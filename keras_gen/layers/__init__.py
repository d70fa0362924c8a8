"""Small stateful or random pieces of networks, written with Keras alone."""

from keras_gen.layers.sampling import GaussianSampling
from keras_gen.layers.state import (
    load_seed_states,
    save_seed_states,
    seed_states,
    train_without_trace,
)

__all__ = [
    "GaussianSampling",
    "load_seed_states",
    "save_seed_states",
    "seed_states",
    "train_without_trace",
]
