"""Make a finished run one that comes with the package: weights in float16, recipe, measurements.

    python scripts/bundle_run.py runs/dcgan-1

Prints the SHA-256 for `keras_gen/runs/bundled.py`, and what float16 costs: the measurements of the
run and of its copy, on the same images and noise. A run that draws nothing by itself is not
measured here.
"""

import argparse
import dataclasses
import re

from keras_gen.evaluation import evaluate, read_measurements
from keras_gen.evaluation.tables import format_measurements
from keras_gen.files import digest, write_text
from keras_gen.runs import Run, bundled


def main():
    """Write the folder of the bundled run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run_dir", metavar="RUN_DIR", help="folder of the run")
    run = Run.open(parser.parse_args().run_dir)
    if run.recipe.can_sample:
        before = read_measurements(run.path) or evaluate(run, write=False)
        print(format_measurements(before), flush=True)
    folder = bundled.FOLDER / run.name
    folder.mkdir(parents=True, exist_ok=True)
    bundled.save_half(run.load_model(), folder / "weights.npz")
    images = {**run.provenance["data"], "folder": None}
    images["description"] = re.sub(r", from [^ ]+", "", images["description"])
    copy = dataclasses.replace(run, path=folder, provenance={**run.provenance, "data": images})
    copy.save()
    bundled.SHA256[run.name] = digest(folder / "weights.npz")
    if run.recipe.can_sample:
        measurements = evaluate(copy, write=False)
        print(format_measurements(measurements))
        write_text(folder / "metrics.json", measurements.to_json())
    size = (folder / "weights.npz").stat().st_size
    print(f'    "{run.name}": "{bundled.SHA256[run.name]}",  # {size:,} bytes')


if __name__ == "__main__":
    main()
