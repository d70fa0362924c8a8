"""Peak memory of one system of `step.py`, which gives each a process of its own.

    python benchmarks/step_memory.py "keras.io's order"

Prints {"before": MiB, "peak": MiB}: what the process held at most before its first step, framework
and networks included, and after three steps. The images are noise; PyTorch's process loads no
TensorFlow.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import numpy as np
from step_times import threads

from keras_gen.recipes import DCGANRecipe

STEPS = 3


def peak():
    """Return the most memory that this process has held, in MiB."""
    status = Path("/proc/self/status")
    if status.is_file():  # Linux counts the memory of the parent into a child's ru_maxrss
        lines = status.read_text(encoding="utf-8").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 2**10
    import resource

    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def start(name, recipe, images):
    """Return (step, batches) of a system, and load its framework alone."""
    if name.startswith("PyTorch"):
        import step_torch

        return step_torch.start(images, recipe, threads())
    from step_peers import SYSTEMS

    from keras_gen import data

    make_step, update = SYSTEMS[name]
    recipe = DCGANRecipe(**{**vars(recipe), "update": update})
    return make_step(recipe.build()), iter(data.batches(images, recipe.batch_size, 0))


def main():
    """Train a few steps and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("system", help="a name in the table of `step.py`")
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--width", type=int, default=64)
    arguments = parser.parse_args()
    width = dict.fromkeys(("generator_width", "discriminator_width"), arguments.width)
    recipe = DCGANRecipe(seed=0, batch_size=arguments.batch, penalty="none", **width)
    shape = (4 * arguments.batch, 28, 28, 1)
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    os.environ |= {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}  # before TensorFlow
    step, batches = start(arguments.system, recipe, images)
    before = peak()
    for _ in range(STEPS):
        step(batches)
    print(json.dumps({"before": before, "peak": peak()}))


if __name__ == "__main__":
    main()
