"""Before and after: held-out products damaged, restored classically, by a run, and the truth.

    python benchmarks/restoration_picture.py runs/restorer-products

A row for each task, three products in each. The classical method is the one with the highest PSNR
in docs/restoration.json. Writes docs/images/restoration.png.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import restoration_peers as peers
from restoration import JSON, begun, damaged, restored, unit
from results_table import DOCS

from keras_gen import data
from keras_gen.pictures import grid
from keras_gen.provenance import save_generated
from keras_gen.runs import Run

SHOWN = (0, 205, 830)  # test pictures


def best_classical(found, task):
    """Return name and parameters of the method with the highest PSNR."""
    rows = [each for each in found["rows"] if each["task"] == task and "parameters" in each]
    best = max(rows, key=lambda each: each["psnr"]["mean"])
    return best["method"], best["parameters"]["psnr"]


def main():
    """Restore, lay side by side and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="a run of restorer on products")
    run = Run.open(parser.parse_args().run)
    model = run.load_model()
    found = json.loads(JSON.read_text("utf-8"))["products"]
    truth = unit(data.load("products", run.recipe.image_shape, "test").images[list(SHOWN)])
    rows = []
    for task in run.recipe.tasks:
        pixels, holes = damaged(task, truth)
        name, parameters = best_classical(found, task)
        print(f"{task}: damaged, {name}, restored, original")
        classical = peers.apply(peers.METHODS[task][name][0], parameters, pixels, holes)
        shown = np.where(holes[..., None], 0.5, begun(task, pixels))
        each = (shown, classical, restored(model, task, pixels, holes), truth)
        rows.append(np.stack(each, axis=1).reshape(-1, *truth.shape[1:]))
    picture = grid(np.concatenate(rows), columns=4 * len(SHOWN), zoom=2)
    save_generated(DOCS / "images" / "restoration.png", picture, run.origin)


if __name__ == "__main__":
    main()
