"""Random states of layers, which Keras leaves out of its files (Keras 3.15).

Without them a run that is stopped and resumed draws other noise and other dropout masks than one
that went through.
"""

from keras import ops


def is_seed_state(variable):
    """Tell whether a variable is the state of a `keras.random.SeedGenerator`."""
    return variable.path.endswith("seed_generator_state")


def seed_states(*networks):
    """Return the state variables of all random layers (dropout, noise) of the networks."""
    return [v for network in networks for v in network.variables if is_seed_state(v)]


def save_seed_states(store, states):
    """Write the states into the store that `save_own_variables` is given."""
    for i, state in enumerate(states):
        store[f"seed_state_{i}"] = ops.convert_to_numpy(state)


def load_seed_states(store, states):
    """Read back what `save_seed_states` wrote."""
    for i, state in enumerate(states):
        state.assign(store[f"seed_state_{i}"])
