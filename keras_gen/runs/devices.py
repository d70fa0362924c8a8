"""Several devices and machines: which there are, who writes, and the part of each.

A run trains under the `tf.distribute` strategy that it is begun in, by `using`; without one that is
a single device. Batches and noise are functions of seed and step for all replicas together, so that
a run is the same on any number of them, up to the rounding of sums.
"""

import contextlib
import contextvars
import functools
import json
import os
from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

from keras_gen import data
from keras_gen.recipes import Recipe

TF_CONFIG = "TF_CONFIG"  # the environment variable in which TensorFlow finds the other workers
LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.InternalError,
    tf.errors.UnknownError,
)


_strategy: contextvars.ContextVar = contextvars.ContextVar("strategy", default=None)
WORKER_LOST = "another worker of this run is gone"


class WorkerLost(RuntimeError):
    """Another worker of the run does not answer any more."""


@contextlib.contextmanager
def using(strategy: tf.distribute.Strategy) -> Iterator[None]:
    """Train the runs that are begun meanwhile under a strategy.

    Its own `scope()` is entered for building only. Whatever creates a variable there, as writing a
    checkpoint does, waits for the other workers, and the chief alone writes.
    """
    token = _strategy.set(strategy)
    try:
        yield
    finally:
        _strategy.reset(token)


def current() -> tf.distribute.Strategy:
    """Return the strategy that runs are trained under: of `using`, or TensorFlow's own scope."""
    return _strategy.get() or tf.distribute.get_strategy()


def open_strategy(name: str | None) -> tf.distribute.Strategy:
    """Return the strategy of a name; it must be the first thing that TensorFlow does.

    Args:
        name: `mirrored` for all GPUs of this machine, `multiworker` for this process as one of the
            workers that `TF_CONFIG` lists, None for one device.

    Raises:
        ValueError: fewer devices than two, or a `TF_CONFIG` that names no workers.
    """
    if name is None:
        return tf.distribute.get_strategy()
    if name == "multiworker":
        if len(workers()) > 1:
            return tf.distribute.MultiWorkerMirroredStrategy()
        raise ValueError(f"multiworker: expected two or more workers, found {len(workers())}")
    devices = tf.config.list_logical_devices("GPU")
    if len(devices) < 2:
        devices = tf.config.list_logical_devices("CPU")
    if len(devices) < 2:
        found = len(tf.config.list_logical_devices("GPU"))
        raise ValueError(
            f"mirrored: expected two or more GPUs, found {found}; processes of this machine are "
            "--strategy multiworker --workers N"
        )
    return tf.distribute.MirroredStrategy([device.name for device in devices])


def workers() -> list[str]:
    """Return the addresses of the workers that `TF_CONFIG` lists, or none.

    Raises:
        ValueError: it is set, and cannot be read.
    """
    text = os.environ.get(TF_CONFIG)
    if not text:
        return []
    try:
        content = json.loads(text)
        cluster, task = content["cluster"], content["task"]
        found = [*cluster.get("chief", []), *cluster["worker"]]
        if task["type"] not in ("chief", "worker") or int(task["index"]) < 0:
            raise ValueError(f"a task {task}")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{TF_CONFIG}: expected cluster (worker: addresses) and task (type, index), found "
            f"{text[:120]}"
        ) from error
    return found


def is_chief() -> bool:
    """Return whether this process writes the run's folder: all do that train alone."""
    if not _is_multiworker():
        return True
    resolver = current().cluster_resolver
    if "chief" in resolver.cluster_spec().jobs:
        return resolver.task_type == "chief"
    return resolver.task_id == 0


def _is_multiworker():
    return isinstance(current(), tf.distribute.MultiWorkerMirroredStrategy)


def describe() -> dict[str, Any] | None:
    """Return what a run's record says of its devices: strategy and replicas; None for one."""
    replicas = current().num_replicas_in_sync
    name = "multiworker" if _is_multiworker() else "mirrored"
    return {"strategy": name, "replicas": replicas} if replicas > 1 else None


def record(provenance: dict[str, Any], step: int) -> dict[str, Any]:
    """Return a run's provenance with its devices from this step on, where they changed."""
    so_far = provenance.get("devices", [])
    then = {key: so_far[-1][key] for key in ("strategy", "replicas")} if so_far else None
    now = describe()
    if now == then:
        return provenance
    entry = {"from_step": step, **(now or {"strategy": None, "replicas": 1})}
    earlier = [row for row in so_far if row["from_step"] < step]
    return {**provenance, "devices": [*earlier, entry]}


def check_batch(recipe: Recipe, replicas: int | None = None) -> None:
    """Raise a ValueError unless the replicas, by default today's, can share a batch equally."""
    replicas = replicas or current().num_replicas_in_sync
    if recipe.batch_size % replicas:
        raise ValueError(
            f"batch size: expected a multiple of the {replicas} replicas, found {recipe.batch_size}"
        )
    if "packing" in getattr(recipe, "d_extras", ()) and recipe.batch_size % (2 * replicas):
        raise ValueError(
            f"batch size: expected a multiple of {2 * replicas}, packs of two for {replicas} "
            f"replicas, found {recipe.batch_size}"
        )


def build(recipe: Recipe) -> keras.Model:
    """Return the recipe's model on all replicas, BatchNorm with statistics over all of them.

    Raises:
        ValueError: something else of the model looks at the whole batch.
    """
    with current().scope():
        model = recipe.build()
    if current().num_replicas_in_sync == 1:
        return model
    if model.looks_across:
        raise ValueError(f"this recipe needs one device: {model.looks_across}")
    for name in model.NETWORKS:
        for layer in getattr(model, name)._flatten_layers():
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.synchronized = True
    return model


def stream(images: data.ImageData, recipe: Recipe, start: int) -> Any:
    """Return the batches of a recipe from a step on; on several replicas, each with its part.

    Replica r of R takes rows r B / R to (r + 1) B / R - 1 of every batch of B.
    """
    n, strategy = recipe.images_per_step, current()
    replicas = strategy.num_replicas_in_sync

    def batches(context=None):
        whole = recipe.batches(images, start)
        if context is None:
            return whole
        local = replicas // context.num_input_pipelines
        first = context.input_pipeline_id * local

        def parts(*batch):
            cut = [
                tf.reshape(x, (replicas, n // replicas, *x.shape[1:]))[first : first + local]
                for x in batch
            ]
            return tuple(cut) if len(cut) > 1 else cut[0]

        return whole.map(parts).unbatch().prefetch(tf.data.AUTOTUNE)

    return batches() if replicas == 1 else strategy.distribute_datasets_from_function(batches)


def any_of(flag: bool) -> bool:
    """Return whether the flag is set on any worker; all must ask at the same time."""
    if not _is_multiworker():
        return flag
    return bool(_total(tf.constant(float(flag))) > 0)


def require_same(step: int) -> None:
    """Wait for all workers, and raise a ValueError where they did not load the same step."""
    if not _is_multiworker():
        return
    replicas = current().num_replicas_in_sync
    total = float(_total(tf.constant(float(step))))
    if total != step * replicas:
        raise ValueError(
            f"expected all workers at one step, found {step:,} here and a mean of "
            f"{total / replicas:,.1f}; they must see the same run folder"
        )


def _total(value):
    """Return the sum of a number over all replicas of all workers."""
    return _adder(current())(value)


@functools.cache
def _adder(strategy):
    """Return the sum over a strategy's replicas as a graph, traced once."""

    @tf.function
    def add(value):
        return strategy.reduce("SUM", strategy.run(tf.identity, args=(value,)), axis=None)

    return add


@contextlib.contextmanager
def peers_watched() -> Iterator[None]:
    """Say in one line that another worker is gone, whatever TensorFlow raises then."""
    try:
        yield
    except LOST as error:
        if not _is_multiworker():
            raise
        reason = " ".join(error.message.split("}} ")[-1].split())[:120]
        raise WorkerLost(
            f"{WORKER_LOST}; start all workers again with --resume (TensorFlow says: {reason})"
        ) from error
