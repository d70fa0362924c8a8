"""The reader of products: shapes, size, and the scale of its colours."""

import numpy as np

from keras_gen.networks import product_net


def test_shapes_and_size():
    network = product_net.regressor()
    outputs = network(np.zeros((2, 64, 64, 3), "float32"))
    assert [output.shape for output in outputs] == [(2, 96), (2, 8), (2, 3), (2, 2)]
    assert {str(output.dtype.name) for output in outputs} == {"float32"}
    statistics = 2 * (16 + 32 + 64 + 64)
    trained = sum(np.prod(weight.shape) for weight in network.trainable_weights)
    kernels = 16 * (3 * 16 + 16 * 32 + 32 * 64 + 64 * 64)
    assert trained == kernels + statistics + 1025 * 96 + 97 * (8 + 3 + 2)
    assert network.count_params() - trained == statistics


def test_colours_are_scaled_to_cielab():
    """Where the layers say (1, 0, -1): 58 + 20, 0 and -50."""
    network = product_net.regressor()
    layer = network.get_layer("scaled_colours")
    layer.set_weights([np.zeros((96, 3)), np.array([1.0, 0.0, -1.0])])
    _, _, colours, _ = network(np.zeros((1, 64, 64, 3), "float32"))
    np.testing.assert_allclose(colours, [[78, 0, -50]], atol=1e-5)
