"""Several devices: what one device does, shared; who writes; mistakes."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from keras_gen import data
from keras_gen.recipes import RECIPES
from keras_gen.runs import devices

# Run apart, because logical devices must be set before TensorFlow starts.
TEN_STEPS = """
import json, sys
import numpy as np, tensorflow as tf
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
from keras_gen import data
from keras_gen.recipes import RECIPES
from keras_gen.runs import devices

def weights(model):
    return np.concatenate([np.ravel(v.numpy()) for net in model.NETWORKS
                           for v in getattr(model, net).weights if "seed" not in v.path])

name, fields = sys.argv[1], json.loads(sys.argv[2])
recipe = RECIPES[name](steps=10, batch_size=16, **fields)
images = data.load(recipe.data, recipe.image_shape)
found = {}
for kind in (None, "mirrored"):
    with devices.using(devices.open_strategy(kind)):
        devices.check_batch(recipe)
        model = devices.build(recipe)
        start = weights(model)
        logs = model.fit(devices.stream(images, recipe, 0), steps_per_epoch=10, verbose=0).history
        found[kind] = weights(model), {key: value[-1] for key, value in logs.items()}
        assert model.steps_done == 10
(one, logs_one), (two, logs_two) = found.values()
print(json.dumps({
    "gap": float(abs(one - two).max()), "moved": float(abs(one - start).max()),
    "logs": max(abs(logs_two[k] - logs_one[k]) / max(1, abs(logs_one[k])) for k in logs_one),
}))
"""

DCGAN = {"generator_width": 4, "discriminator_width": 4, "latent_dim": 8, "dropout": 0.2}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name, fields",
    [
        ("dcgan", DCGAN),
        ("conditional_gan", {**DCGAN, "class_weight": 0.5}),
        ("vae", {"width": 4, "hidden": 16, "latent_dim": 4}),
    ],
)
def test_ten_steps_on_two_devices_are_those_of_one(name, fields):
    """The bar of 1e-5 is that of rounding: float32 has 1.2e-7, over sums of some hundred terms."""
    done = subprocess.run(
        [sys.executable, "-c", TEN_STEPS, name, json.dumps(fields)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["gap"] < 1e-5 and found["logs"] < 1e-5, found
    assert found["moved"] > 1e-3, found


def test_without_a_strategy_a_stream_is_that_of_the_data():
    recipe = RECIPES["dcgan"](batch_size=8, seed=3)
    images = data.load(recipe.data, recipe.image_shape)
    stream = devices.stream(images, recipe, 5)
    plain = data.batches(images.images, 8, 3, 5, data.SCALES["symmetric"])
    assert np.array_equal(next(iter(stream)), next(iter(plain)))
    assert devices.describe() is None and devices.is_chief() and devices.any_of(True)


def test_the_record_keeps_every_change_of_devices(monkeypatch):
    two = {"strategy": "mirrored", "replicas": 2}
    assert devices.record({}, 0) == {}
    monkeypatch.setattr(devices, "describe", lambda: two)
    began = devices.record({"versions": {}}, 0)
    assert began == {"versions": {}, "devices": [{"from_step": 0, **two}]}
    assert devices.record(began, 40) == began
    monkeypatch.setattr(devices, "describe", lambda: None)
    alone = {"from_step": 60, "strategy": None, "replicas": 1}
    assert devices.record(began, 60)["devices"] == [{"from_step": 0, **two}, alone]


@pytest.mark.parametrize(
    "name, fields, message",
    [
        ("dcgan", {"batch_size": 15}, "expected a multiple of the 2 replicas, found 15"),
        ("dcgan", {"batch_size": 6, "d_extras": ("packing",)}, "a multiple of 4, packs of two"),
    ],
)
def test_a_batch_that_replicas_cannot_share_is_refused(name, fields, message):
    with pytest.raises(ValueError, match=message):
        devices.check_batch(RECIPES[name](**fields), 2)


@pytest.mark.parametrize(
    "fields, reason",
    [
        ({"d_extras": ("minibatch_std",)}, "minibatch_std compares all images"),
        ({"penalty": "dragan"}, "scaled by the deviation of the batch"),
        ({"unrolled_steps": 2, "update": "alternating"}, "unrolled steps are taken on the whole"),
        ({}, ""),
    ],
)
def test_a_model_says_what_keeps_it_on_one_device(fields, reason):
    small = {"generator_width": 4, "discriminator_width": 4}
    found = RECIPES["dcgan"](**small, **fields).build().looks_across
    assert reason in found and bool(reason) == bool(found)


@pytest.mark.parametrize("text", ["[]", "{", '{"cluster": {}}', '{"cluster": 1, "task": 2}'])
def test_a_damaged_cluster_is_one_line(monkeypatch, text):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(ValueError, match="TF_CONFIG: expected cluster"):
        devices.workers()


def test_workers_of_a_cluster_are_listed_chief_first(monkeypatch):
    cluster = {"worker": ["b:1", "c:1"], "chief": ["a:1"]}
    task = {"type": "worker", "index": 1}
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": cluster, "task": task}))
    assert devices.workers() == ["a:1", "b:1", "c:1"]
    monkeypatch.delenv("TF_CONFIG")
    assert devices.workers() == [] and "TF_CONFIG" not in os.environ


def test_one_device_is_too_few_for_mirrored():
    with pytest.raises(ValueError, match="mirrored: expected two or more GPUs, found 0"):
        devices.open_strategy("mirrored")
