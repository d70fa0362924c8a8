"""What every model of this package shares: the books, and no mathematics."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import keras
import tensorflow as tf
from keras import ops

from keras_gen.layers import (
    MinibatchStandardDeviation,
    find_replicas_by,
    is_seed_state,
    layers_within,
)


def _place():
    """Return the number of the replica that this code runs on, and of how many."""
    context = tf.distribute.get_replica_context()
    if context is None:  # outside of `strategy.run`
        return 0, 1
    return context.replica_id_in_sync_group, context.num_replicas_in_sync


find_replicas_by(_place)

COMPILE_OPTIONS = ("jit_compile", "run_eagerly", "steps_per_execution")  # kept in a file


class NetworkModel(keras.Model):
    """A model made of networks that arrive as arguments.

    A subclass writes the mathematics, `call` and `train_step`. This class keeps the books, so that
    a model read back from a file continues bit for bit: networks in the config, running means,
    optimizers that are built in `compile`, random states in the files, and gradients divided by the
    number of replicas. Subclasses are final.

    The model itself is float32 whatever the global precision policy is, so that Keras does not
    round the images that it is called with; the networks keep the policies they were built under.

    Attributes:
        NETWORKS: names of the constructor's arguments that are networks.
        DRAWING: names of the networks that a trained model draws with.
        METRICS: names of the running means that `train_step` returns.
        OPTIMIZERS: for each optimizer that `compile` takes, the names of the networks it trains.
            The last one counts the training steps.
    """

    NETWORKS: ClassVar[tuple[str, ...]] = ()
    DRAWING: ClassVar[tuple[str, ...]] = ()
    METRICS: ClassVar[tuple[str, ...]] = ()
    OPTIMIZERS: ClassVar[dict[str, tuple[str, ...]]] = {}

    def __init__(self, **kwargs: Any):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.trackers = {name: keras.metrics.Mean(name=name) for name in self.METRICS}
        self.built = True  # the networks arrive built; tf.distribute would try to build the model

    @property
    def looks_across(self) -> str:
        """Why replicas with a part of the batch each would not do what one device does; or ""."""
        for name in self.NETWORKS:
            for layer in layers_within(getattr(self, name)):
                if isinstance(layer, MinibatchStandardDeviation):
                    return "minibatch_std compares all images of a batch"
        return ""

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The running means; Keras' own `loss` is left out, since it would stay 0."""
        return list(self.trackers.values())

    @property
    def steps_done(self) -> int:
        """Number of training steps so far."""
        return int(getattr(self, list(self.OPTIMIZERS)[-1]).iterations.numpy())

    def spending(self) -> dict[str, float]:
        """Return what the steps so far have spent of a budget, by name; most models have none."""
        return {}

    def track(self, sample_weight: Any = None, **values: Any) -> None:
        """Update the running means of these names."""
        for name, value in values.items():
            self.trackers[name].update_state(value, sample_weight=sample_weight)

    def get_metrics_result(self) -> dict[str, Any]:
        """Return the means; on a worker of several, of shape (1,).

        There Keras takes the mean over the workers along axis 0, which a scalar does not have.
        """
        means = super().get_metrics_result()
        workers = isinstance(
            tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy
        )
        if workers and tf.distribute.get_replica_context() is not None:
            means = {name: ops.reshape(value, (1,)) for name, value in means.items()}
        return means

    def descend(self, optimizer: keras.Optimizer, gradients: list, variables: list) -> None:
        """Take one step of an optimizer.

        Replicas of a `tf.distribute` strategy sum their gradients, so each contributes its share of
        the mean.
        """
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        optimizer.apply([gradient / replicas for gradient in gradients], variables)

    def compile(self, optimizer: Any = None, **kwargs: Any) -> None:
        """Set the optimizers, built here so that their state is saved and restored.

        Args:
            optimizer: Keras optimizer, for a model with one.
            **kwargs: the other optimizers by their names, and `jit_compile`, `run_eagerly`,
                `steps_per_execution` as for `keras.Model`.

        Raises:
            ValueError: an optimizer is missing, or a network computes in float16.
        """
        given = {"optimizer": optimizer, **kwargs}
        optimizers = {name: keras.optimizers.get(given.pop(name, None)) for name in self.OPTIMIZERS}
        given.pop("optimizer", None)
        if missing := [name for name, value in optimizers.items() if value is None]:
            expected, found = " and ".join(self.OPTIMIZERS), " and ".join(missing)
            raise ValueError(f"compile: expected {expected}, found no {found}")
        if "float16" in (getattr(self, name).compute_dtype for name in self.NETWORKS):
            raise ValueError("mixed_float16 needs loss scaling; use mixed_bfloat16 instead")
        super().compile(optimizer=optimizers.get("optimizer"), **given)
        self.compile_options = {name: given[name] for name in COMPILE_OPTIONS if name in given}
        for name, value in optimizers.items():
            setattr(self, name, value)
            networks = self.trained_by(name)
            value.build([variable for net in networks for variable in net.trainable_variables])

    def trained_by(self, optimizer: str) -> list[keras.Model]:
        """Return the networks that the optimizer of this name trains."""
        return [getattr(self, name) for name in self.OPTIMIZERS[optimizer]]

    def fit(self, x: Any = None, *args: Any, **kwargs: Any) -> keras.callbacks.History:
        """Train as Keras does, and warn of a stream of `data.batches` that shows images again."""
        start = getattr(x, "start_step", None)
        if self.compiled and start is not None and start < self.steps_done:
            warnings.warn(
                f"this stream begins at step {start:,}, the model at step {self.steps_done:,}: it "
                "sees the first batches again; data.batches(..., start_step=model.steps_done) goes "
                "on where training stopped",
                stacklevel=2,
            )
        return super().fit(x, *args, **kwargs)

    def make_train_function(self, force: bool = False):
        """Refuse to train a frozen network, then do what Keras does."""
        for optimizer in self.OPTIMIZERS:
            for network in self.trained_by(optimizer):
                if not network.trainable_variables:
                    raise ValueError(f"{network.name} has no trainable weights")
        return super().make_train_function(force)

    def get_compile_config(self) -> dict:
        """Return what `compile_from_config` needs; called when a `.keras` file is written."""
        if not self.compiled:
            return {}
        optimizers = {
            name: keras.optimizers.serialize(getattr(self, name)) for name in self.OPTIMIZERS
        }
        return {**optimizers, **self.compile_options}

    def compile_from_config(self, config: dict) -> None:
        """Compile as the saved model was; called when a `.keras` file is read."""
        optimizers = {name: keras.optimizers.deserialize(config[name]) for name in self.OPTIMIZERS}
        self.compile(**{**config, **optimizers})

    def get_config(self) -> dict:
        """Return the networks; a subclass adds its other constructor arguments."""
        networks = {name: getattr(self, name) for name in self.NETWORKS}
        return {
            **super().get_config(),
            **{name: keras.saving.serialize_keras_object(net) for name, net in networks.items()},
        }

    @classmethod
    def from_config(cls, config: dict) -> NetworkModel:
        """Make the model that `get_config` described."""
        networks = {
            name: keras.saving.deserialize_keras_object(config[name]) for name in cls.NETWORKS
        }
        return cls(**{**config, **networks})

    def save_own_variables(self, store: dict) -> None:
        """Save the random states, so that a resumed run draws the same noise and dropout masks.

        Keras leaves them out of its files.
        """
        for i, state in enumerate(filter(is_seed_state, self.variables)):
            store[f"seed_state_{i}"] = ops.convert_to_numpy(state)

    def load_own_variables(self, store: dict) -> None:
        """Restore what `save_own_variables` saved."""
        for i, state in enumerate(filter(is_seed_state, self.variables)):
            state.assign(store[f"seed_state_{i}"])
