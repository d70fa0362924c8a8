"""The books that every model shares: networks, means, optimizers and random states."""

import warnings
from typing import ClassVar

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from keras_gen import data
from keras_gen.models.base import NetworkModel


@keras.saving.register_keras_serializable("keras_gen_tests")
class Line(NetworkModel):
    """Fits y = w x with dropout in the way, so that it has a random state."""

    NETWORKS = ("network",)
    METRICS = ("error",)
    OPTIMIZERS: ClassVar = {"optimizer": NETWORKS}

    def __init__(self, network, **kwargs):
        super().__init__(**kwargs)
        self.network = network

    def train_step(self, data):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        variables = self.network.trainable_variables
        with tf.GradientTape() as tape:
            error = ops.mean(ops.square(self.network(x, training=True) - y))
        self.descend(self.optimizer, tape.gradient(error, variables), variables)
        self.track(error=error)
        return self.get_metrics_result()


class Two(Line):
    """Takes two optimizers."""

    OPTIMIZERS: ClassVar = {"first": ("network",), "second": ("network",)}


class Seen(Line):
    """Returns what it was called with."""

    def call(self, inputs):
        return inputs


def network(dtype=None):
    layers = [keras.layers.Dropout(0.5), keras.layers.Dense(1, use_bias=False)]
    inputs = keras.Input((3,))
    x = inputs
    for layer in layers:
        layer.dtype_policy = keras.DTypePolicy(dtype or "float32")
        x = layer(x)
    model = keras.Model(inputs, x, name="line")
    if dtype:
        model.dtype_policy = keras.DTypePolicy(dtype)
    return model


X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def test_one_step_of_gradient_descent_is_the_one_worked_by_hand():
    """Without dropout the slope of mean((x w - y)^2) is 2 x^T (x w - y) / n; the rate is 0.1."""
    inputs = keras.Input((3,))
    dense = keras.layers.Dense(1, use_bias=False)
    model = Line(keras.Model(inputs, dense(inputs)))
    model.compile(keras.optimizers.SGD(0.1))
    before = np.array(dense.kernel)
    history = model.fit(X, Y, batch_size=8, verbose=0).history
    slope = 2 * X.T @ (X @ before - Y) / 8
    np.testing.assert_allclose(dense.kernel, before - 0.1 * slope, rtol=1e-5, atol=1e-6)
    assert list(history) == ["error"]
    assert history["error"][0] == pytest.approx(np.mean((X @ before - Y) ** 2), rel=1e-5)
    assert model.steps_done == 1


def test_a_second_call_of_fit_warns_of_a_stream_that_begins_anew():
    images = np.zeros((16, 1, 1, 3), "uint8")

    def scale(batch):
        return tf.reshape(tf.cast(batch, "float32"), (4, 3))

    labels = np.zeros((16, 1), "float32")
    model = Line(network())
    model.compile(keras.optimizers.SGD(1e-3))
    options = {"steps_per_epoch": 2, "shuffle": False, "verbose": 0}
    stream = data.batches(images, 4, seed=0, scale=scale, labels=labels)
    model.fit(stream, **options)
    with pytest.warns(UserWarning, match="begins at step 0, the model at step 2: it sees"):
        model.fit(stream, **options)
    with warnings.catch_warnings(action="error"):
        model.fit(data.batches(images, 4, 0, model.steps_done, scale, labels), **options)


def test_a_file_continues_bit_for_bit(tmp_path):
    """Optimizer, weights and the state of the dropout: the same masks, the same steps."""
    model = Line(network())
    model.compile(keras.optimizers.Adam(0.1))
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "line.keras")
    loaded = keras.models.load_model(tmp_path / "line.keras")
    assert loaded.steps_done == 1
    for each in (model, loaded):
        each.fit(X, Y, epochs=3, verbose=0)
    for a, b in zip(model.variables, loaded.variables, strict=True):
        assert np.array_equal(a, b)


def test_weights_alone_continue_bit_for_bit_too(tmp_path):
    model, other = Line(network()), Line(network())
    for each in (model, other):
        each.compile(keras.optimizers.Adam(0.1))
    model.fit(X, Y, verbose=0)
    model.save_weights(tmp_path / "line.weights.h5")
    other.load_weights(tmp_path / "line.weights.h5")
    for each in (model, other):
        each.fit(X, Y, epochs=3, verbose=0)
    for a, b in zip(model.variables, other.variables, strict=True):
        assert np.array_equal(a, b)


def test_a_file_keeps_how_the_model_was_compiled(tmp_path):
    """As Keras' own files do; what was not given is left to the machine that loads the file."""
    model = Line(network())
    model.compile(keras.optimizers.SGD(0.1), jit_compile=False, steps_per_execution=3)
    model.save(tmp_path / "line.keras")
    loaded = keras.models.load_model(tmp_path / "line.keras")
    assert (loaded.jit_compile, loaded.run_eagerly, loaded.steps_per_execution) == (False, False, 3)
    assert loaded.compile_options == {"jit_compile": False, "steps_per_execution": 3}
    loaded.compile("sgd", run_eagerly=True)
    loaded.save(tmp_path / "line.keras")
    loaded = keras.models.load_model(tmp_path / "line.keras")
    assert loaded.run_eagerly and loaded.steps_per_execution == 1


def test_a_model_that_was_not_compiled_is_saved_as_such(tmp_path):
    Line(network()).save(tmp_path / "line.keras")
    assert not keras.models.load_model(tmp_path / "line.keras").compiled


def test_a_precision_policy_is_one_of_networks_alone():
    """257 / 512 needs nine bits and bfloat16 has eight; networks keep the policy they came with."""
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = Seen(keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]))
    finally:
        keras.config.set_dtype_policy("float32")
    seen = model(np.full((1, 1), 257 / 512, "float32"))
    assert seen.dtype == "float32" and float(seen[0, 0]) == 257 / 512
    assert model.network.layers[0].compute_dtype == "bfloat16"
    assert Seen.from_config(model.get_config()).compute_dtype == "float32"
    assert Line(network(), dtype="bfloat16").compute_dtype == "bfloat16"


def test_mistakes_are_named():
    model = Line(network())
    with pytest.raises(ValueError, match="compile: expected first and second, found no first"):
        Two(network()).compile(second="sgd")
    with pytest.raises(ValueError, match="compile: expected optimizer, found no optimizer"):
        model.compile()
    with pytest.raises(ValueError, match="mixed_float16 needs loss scaling; use mixed_bfloat16"):
        Line(network("mixed_float16")).compile(keras.optimizers.SGD())
    model.compile("sgd")
    model.network.trainable = False
    with pytest.raises(ValueError, match="line has no trainable weights"):
        model.fit(X, Y, verbose=0)
