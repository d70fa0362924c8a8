"""State that layers keep beside their weights: random states and moving statistics."""

from keras import ops


def is_seed_state(variable):
    """Tell whether a variable is the state of a `keras.random.SeedGenerator`."""
    return variable.path.endswith("seed_generator_state")


def seed_states(*networks):
    """Return the random states of all layers of the networks (dropout, noise).

    Keras leaves them out of its files; without them a resumed run draws other dropout masks than
    one that went through.
    """
    return [v for network in networks for v in network.variables if is_seed_state(v)]


def save_seed_states(store, states):
    """Write the states into the store that `save_own_variables` is given."""
    for i, state in enumerate(states):
        store[f"seed_state_{i}"] = ops.convert_to_numpy(state)


def load_seed_states(store, states):
    """Read back what `save_seed_states` wrote."""
    for i, state in enumerate(states):
        state.assign(store[f"seed_state_{i}"])


def train_without_trace(network, inputs):
    """Run a network in training mode and leave its moving statistics as they were.

    Args:
        network: `keras.Model`.
        inputs: its input.

    Returns:
        `network(inputs, training=True)`, differentiable with respect to the inputs.
    """
    state = network.non_trainable_variables
    outputs, new_state = network.stateless_call(
        network.trainable_variables, state, inputs, training=True
    )
    for variable, value in zip(state, new_state, strict=True):
        if is_seed_state(variable):  # so that no dropout mask is drawn twice
            variable.assign(value)
    return outputs
