"""One table of the training step: beside other people's, with options, by size, and its memory.

    python -m benchmarks step                                 every row; minutes
    python -m benchmarks step --rows penalties --turns 3      one part, fewer turns
    python -m benchmarks step --out benchmarks/step_table.json

Peers have the recipe's networks at width 64, its optimizers and its initial weights, batches of
256 and the non-saturating loss without a penalty; penalties, unrolling and sizes start from the
recipe's batch 16 and width 32. Systems take short turns in one process; times are the least of the
turns, and ratios are medians over pairs of turns that followed one another. Everything runs on the
CPU.
"""

import argparse
import json
import logging
import os
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

# PyTorch for CPUs beside TensorFlow on a GPU would say nothing.
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from step_parts import PARTS, STEPS
from step_rows import table
from step_times import threads

from keras_gen.environment import describe
from keras_gen.files import write_text


def environment():
    """Return versions and devices as lines, without the folders of this machine."""
    lines = [line for line in describe().splitlines() if not line.startswith("fashion_mnist")]
    return [*lines, f"{'torch':<20} {version('torch') if find_spec('torch') else 'not installed'}"]


def load():
    """Return the load of the last minute, 0 where nothing else runs; None where nobody counts."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def main():
    """Measure the chosen parts and print their table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", nargs="+", default=list(PARTS), choices=list(PARTS))
    parser.add_argument("--turns", type=int, default=10, help="turns of each system")
    parser.add_argument("--out", type=Path, help="JSON file for all raw numbers")
    arguments = parser.parse_args()
    logging.getLogger("tensorflow").setLevel("ERROR")  # every system is traced once, as it must
    raw = {"environment": environment(), "threads": threads(), "steps of a turn": STEPS}
    raw["load"] = [load()]
    raw["rows"] = {part: PARTS[part](arguments.turns) for part in arguments.rows}
    raw["load"] += [load()]
    if arguments.out:
        write_text(arguments.out, json.dumps(raw, indent=1) + "\n")
    if (raw["load"][0] or 0) > 0.5:
        print(
            f"load before the run: {raw['load'][0]:.1f}; ratios need an idle machine",
            file=sys.stderr,
        )
    print(table(raw))


if __name__ == "__main__":
    main()
