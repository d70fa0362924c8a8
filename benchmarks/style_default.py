"""Style transfer as the command does it: scales that end by themselves beside those that do not.

    python benchmarks/style_default.py --size 256
    python benchmarks/style_default.py --size 512

Each product is rendered in a style with all steps in float32, and with the default of `stylize`, in
the precision that suits the processor. Seconds count from the picture to the picture, networks
already built; they mean something on an idle machine only, evaluations and measures anywhere. The
measures are the SSIM of the luminance with the product, and the style distance in layers that are
not optimised. Writes docs/style_default.json, where the rows of other sizes and tolerances stay,
and the table of evaluations and measures between its markers on both pages of docs/: means over the
pairs of a size that were rendered with each tolerance.
"""

import argparse
import json
import os
import time

import numpy as np
from results_table import DOCS, fill, markdown
from style_quality import judge, picture

from keras_gen.environment import fastest_precision, versions
from keras_gen.files import write_text
from keras_gen.models import StyleTransfer
from keras_gen.stylization.options import StyleOptions

FILE = DOCS / "style_default.json"
PAIRS = ("mug:flow_field", "handbag:stained_glass", "sneaker:ink_wash", "perfume:wave_pattern")
COLUMNS = (
    ("pixels", "像素"),
    ("tolerance", "容差"),
    ("features in", "特征的精度"),
    ("pairs", "对数"),
    ("steps", "步数"),
    ("SSIM", "SSIM"),
    ("style distance", "风格距离"),
)
MEANS = {"steps": ".0f", "ssim": ".3f", "distance": ".3f"}


def render(pair, size, tolerance, precision, weights):
    """Render one pair, and return what it took and how the picture is judged."""
    content, style = (picture(name, size) for name in pair.split(":"))
    transfer = StyleTransfer(weights=weights, dtype=precision)
    start, cpu = time.perf_counter(), time.process_time()
    made = transfer.stylize(content, [style], tolerance=tolerance)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    return {
        "size": size,
        "tolerance": tolerance,
        "precision": precision,
        "pair": pair,
        "steps": made.last.number,
        "scales": [[*side, steps] for side, steps in made.scales],
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        **judge(made.image, content, style, weights),
        "cores": len(os.sched_getaffinity(0)),
    }


def key_of(row):
    """Return what tells a row of the table from others."""
    return row["size"], row["tolerance"], row["precision"]


def table(rows, language):
    """Return the means over the pairs in Markdown, in English (0) or Chinese (1)."""
    keys, cells = sorted({key_of(row) for row in rows}), []
    for key in keys:
        size, tolerance, precision = key
        others = [
            {row["pair"] for row in rows if key_of(row) == other}
            for other in keys
            if other[0] == size
        ]
        pairs = set.intersection(*others)
        found = [row for row in rows if key_of(row) == key and row["pair"] in pairs]
        means = [format(np.mean([row[name] for row in found]), f) for name, f in MEANS.items()]
        cells.append([str(size), f"{tolerance:g}", precision, str(len(found)), *means])
    return "\n".join(markdown([names[language] for names in COLUMNS], cells))


def main():
    """Render what is asked for, and write the file and the pages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--pairs", nargs="+", default=PAIRS, metavar="CONTENT:STYLE")
    parser.add_argument("--weights", default="hed")
    parser.add_argument(
        "--tolerances", nargs="+", type=float, default=[0.0, StyleOptions().tolerance]
    )
    arguments = parser.parse_args()
    kept = json.loads(FILE.read_text("utf-8"))["rows"] if FILE.exists() else []
    rows = {(*key_of(row), row["pair"]): row for row in kept}
    for pair in arguments.pairs:
        for tolerance in arguments.tolerances:
            precision = fastest_precision() if tolerance else "float32"
            row = render(pair, arguments.size, tolerance, precision, arguments.weights)
            print(json.dumps(row), flush=True)
            rows[(*key_of(row), pair)] = row
            facts = {"versions": versions(), "rows": list(rows.values())}
            write_text(FILE, json.dumps(facts, indent=1) + "\n")
    for page, language in (("style.md", 0), ("style.zh-CN.md", 1)):
        fill(DOCS / page, "default", table(list(rows.values()), language))
    print(table(list(rows.values()), 0))


if __name__ == "__main__":
    main()
