"""What `step.py` measures, part by part; each part returns raw numbers, by the names of its cases.

peers                    seconds per step of every turn: our step and those of others
compiled                 the same, for our step with and without XLA, in both precisions
penalties, unrolling     the same, for options of our step
batch, width, size       the same, for sizes of our step
memory                   MiB of a process that trains a few steps
"""

import gc
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from step_peers import SYSTEMS, ours
from step_times import seconds_of_turns, threads

from keras_gen import data
from keras_gen.recipes import DCGANRecipe

TORCH = "PyTorch, eager"
SHARED = {"batch_size": 256, "generator_width": 64, "discriminator_width": 64, "penalty": "none"}
PLAIN = {"update": "alternating", "penalty": "none"}  # beside the recipe's batch 16 and width 32
PENALTIES = {
    "none": {},
    "r1": {"penalty": "r1"},
    "r1, every 8th step": {"penalty": "r1", "penalty_interval": 8},
    **{name: {"penalty": name} for name in ("r2", "r1_r2", "wgan_gp", "dragan")},
}
WIDE = {"batch_size": 256, "generator_width": 128, "discriminator_width": 128}
MODELS = {"the recipe": {}, "width 128 and batch 256": WIDE}
COMPILED = {  # what follows a model's name: whether XLA compiles its step, and the precision
    "": (False, "float32"),
    ", XLA": (True, "float32"),
    ", bfloat16": (False, "mixed_bfloat16"),
    ", bfloat16, XLA": (True, "mixed_bfloat16"),
}
UNROLLED = (0, 1, 5, 10)
GROWTH = {"batch": (16, 64, 256), "width": (16, 32, 64), "size": (28, 32, 64)}
STEPS = {  # of a turn on a CPU; a GPU takes `ON_GPU` times as many
    "peers": 1,
    "compiled": 2,
    "penalties": 8,
    "unrolling": 2,
    "batch": 2,
    "width": 8,
    "size": 2,
}
ON_GPU = 25


def pictures(size):
    """Return the embedded images within a black frame, (N, size, size, 1)."""
    margin = (size - 28) // 2
    pixels = data.load("fashion_mnist_10k").images
    return np.pad(pixels, ((0, 0), (margin, margin), (margin, margin), (0, 0)))


def on_gpu():
    """Tell whether TensorFlow computes on a GPU."""
    return bool(tf.config.list_physical_devices("GPU"))


def start(make_step, recipe, **compiled):
    """Return the step that `make_step` makes of the recipe's model, and its batches."""
    images = pictures(recipe.image_size)
    model = recipe.build()
    if compiled:
        model.compile(**{n: getattr(model, n) for n in model.OPTIMIZERS}, **compiled)
    return make_step(model), iter(data.batches(images, recipe.batch_size, recipe.seed))


def start_torch(recipe):
    """Return PyTorch's step, on the same device and from the same weights, and its batches."""
    import step_torch

    gan = recipe.build()
    weights = [network.get_weights() for network in (gan.generator, gan.discriminator)]
    device = "cuda" if on_gpu() else "cpu"
    return step_torch.start(pictures(28), recipe, threads(), weights, device)


def start_peers():
    """Return {name: (step, batches)} of all peers; PyTorch's only where it is installed."""
    runs = {
        name: start(make_step, DCGANRecipe(seed=0, update=update, **SHARED))
        for name, (make_step, update) in SYSTEMS.items()
    }
    if find_spec("torch"):
        runs[TORCH] = start_torch(DCGANRecipe(seed=0, **SHARED))
    return runs


def check(runs):
    """Take one more step of each system; raise a ValueError where a loss is not finite."""
    for name, (step, batches) in runs.items():
        losses = {key: float(value) for key, value in step(batches).items()}
        if not np.isfinite(list(losses.values())).all():
            raise ValueError(f"{name}: expected finite losses, found {losses}")


def timed(part, runs, turns):
    """Time the turns of a part, check that everything has trained, and free its models."""
    times = seconds_of_turns(runs, turns, STEPS[part] * (ON_GPU if on_gpu() else 1))
    check(runs)
    runs.clear()
    keras.backend.clear_session()
    gc.collect()
    return times


def peers(turns):
    """Time our step and the others'."""
    times = timed("peers", start_peers(), turns)
    return {**times, TORCH: times.get(TORCH)}


def compiled(turns):
    """Time steps with and without XLA, in float32 and in bfloat16 with float32 sums."""
    times = {}
    for model, fields in MODELS.items():
        runs = {
            model + name: start(
                ours, DCGANRecipe(seed=0, precision=precision, **fields), jit_compile=jit
            )
            for name, (jit, precision) in COMPILED.items()
        }
        times |= timed("compiled", runs, turns)
    return times


def options(part, cases, turns):
    """Time our step with the fields of each case."""
    runs = {
        name: start(ours, DCGANRecipe(seed=0, **(PLAIN | fields))) for name, fields in cases.items()
    }
    return timed(part, runs, turns)


def penalties(turns):
    """Time the penalties on D's slope."""
    return options("penalties", PENALTIES, turns)


def unrolling(turns):
    """Time steps whose generator looks k steps of D ahead."""
    # Ten steps of the recipe's length, 0.1, may diverge here; a step costs the same at any length.
    cases = {f"k = {k}": {"unrolled_steps": k, "unrolled_rate": 0.01} for k in UNROLLED}
    return options("unrolling", cases, turns)


def growth(part, turns):
    """Time the simultaneous step without a penalty while one of its sizes grows."""
    names = {"batch": ["batch_size"], "size": ["image_size"]}
    fields = names.get(part, ["generator_width", "discriminator_width"])
    cases = {str(n): {"update": "simultaneous", **dict.fromkeys(fields, n)} for n in GROWTH[part]}
    return options(part, cases, turns)


def memory(turns):
    """Let a process of its own train each system; turns do not matter."""
    found = {name: memory_of(name) for name in SYSTEMS}
    return {**found, TORCH: memory_of(TORCH) if find_spec("torch") else None}


def memory_of(name):
    """Return the MiB that `step_memory.py` finds for one system, before and after training."""
    script = Path(__file__).with_name("step_memory.py")
    path = os.pathsep.join([str(script.parents[1]), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, str(script), name],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout.splitlines()[-1])


PARTS = {
    "peers": peers,
    "compiled": compiled,
    "penalties": penalties,
    "unrolling": unrolling,
    **{part: lambda turns, part=part: growth(part, turns) for part in GROWTH},
    "memory": memory,
}
