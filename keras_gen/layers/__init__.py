"""Small stateful or random pieces of networks, written with Keras alone."""

from keras_gen.layers.random_state import (
    is_seed_state,
    load_seed_states,
    save_seed_states,
    seed_states,
)

__all__ = ["is_seed_state", "load_seed_states", "save_seed_states", "seed_states"]
