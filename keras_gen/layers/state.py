"""State that layers keep beside their weights: random states and moving statistics."""

import keras


def is_seed_state(variable: keras.Variable) -> bool:
    """Return whether a variable is the state of a `keras.random.SeedGenerator`."""
    return variable.path.endswith("seed_generator_state")


def call_keeping_statistics(network: keras.Model, inputs, weights: list | None = None):
    """Run a network in training mode and leave its moving statistics as they were.

    The player of a game that does not move in a step must not change; the moving statistics of its
    BatchNorm would.

    Args:
        network: `keras.Model`.
        inputs: its input.
        weights: tensors in place of its trainable weights, or None for those.

    Returns:
        `network(inputs, training=True)`, differentiable with respect to inputs and weights.
    """
    state = network.non_trainable_variables
    weights = network.trainable_variables if weights is None else weights
    outputs, new_state = network.stateless_call(weights, state, inputs, training=True)
    for variable, value in zip(state, new_state, strict=True):
        if is_seed_state(variable):  # so that no dropout mask is drawn twice
            variable.assign(value)
    return outputs
