"""One table of the training step: beside other people's, with options, by size, and its memory.

    python -m benchmarks step                                 every row; minutes
    python -m benchmarks step --rows penalties --turns 3      one part, fewer turns
    python -m benchmarks step --docs                          store and show in docs/
    python -m benchmarks step --gpu --rows compiled           XLA and bfloat16 where they matter

Peers have the recipe's networks at width 64, its optimizers and its initial weights, batches of
256 and the non-saturating loss without a penalty; penalties, unrolling and sizes start from the
recipe's batch 16 and width 32. Systems take short turns in one process; times are the least of the
turns, and ratios are medians over pairs of turns that followed one another. Everything runs on the
CPU, or with --gpu on a GPU, where XLA compiles the steps of Keras' models.
"""

import argparse
import json
import logging
import os
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

if "--gpu" not in sys.argv:
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # PyTorch needs memory as well
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from results_table import DOCS, fill
from step_parts import PARTS, on_gpu
from step_rows import chinese_table, table
from step_times import threads

from keras_gen.environment import describe
from keras_gen.files import write_text


def environment():
    """Return versions and devices as lines, without the folders of this machine."""
    lines = [line for line in describe().splitlines() if not line.startswith("fashion_mnist")]
    return [*lines, f"{'torch':<20} {version('torch') if find_spec('torch') else 'not installed'}"]


def device():
    """Return the name of the GPU, or the number of threads of the CPU."""
    if on_gpu():
        import tensorflow as tf

        gpu = tf.config.list_physical_devices("GPU")[0]
        return tf.config.experimental.get_device_details(gpu)["device_name"]
    return f"{threads()} thread{'s' * (threads() != 1)}"


def write_docs(raw):
    """Store raw numbers, and put their table on both pages of results."""
    write_text(DOCS / "step.json", json.dumps(raw, indent=1) + "\n")
    fill(DOCS / "results.md", "step", table(raw))
    fill(DOCS / "results.zh-CN.md", "step", chinese_table(raw))


def load():
    """Return the load of the last minute, 0 where nothing else runs; None where nobody counts."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def main():
    """Measure the chosen parts and print their table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", nargs="+", default=list(PARTS), choices=list(PARTS))
    parser.add_argument("--turns", type=int, default=10, help="turns of each system")
    parser.add_argument("--out", type=Path, help="JSON file for all raw numbers")
    parser.add_argument("--docs", action="store_true", help="put numbers and table into docs/")
    parser.add_argument("--gpu", action="store_true", help="compute on a GPU")
    arguments = parser.parse_args()
    if arguments.gpu and arguments.docs:
        parser.error("--docs: expected a run on the CPU, whose table the pages hold")
    if arguments.gpu and not on_gpu():
        parser.error("expected a GPU that TensorFlow can use, found none")
    logging.getLogger("tensorflow").setLevel("ERROR")  # every system is traced once, as it must
    raw = {"environment": environment(), "device": device()}
    raw["load"] = [load()]
    raw["rows"] = {part: PARTS[part](arguments.turns) for part in arguments.rows}
    raw["load"] += [load()]
    if arguments.out:
        write_text(arguments.out, json.dumps(raw, indent=1) + "\n")
    if arguments.docs:
        write_docs(raw)
    if (raw["load"][0] or 0) > 0.5:
        print(
            f"load before the run: {raw['load'][0]:.1f}; ratios need an idle machine",
            file=sys.stderr,
        )
    print(table(raw))


if __name__ == "__main__":
    main()
