"""The table of students and pruned generators: what each saves, and what it costs.

    pip install "keras_gen[export]"
    python benchmarks/distillation.py --out runs/smaller
    python benchmarks/distillation_table.py --runs runs/smaller

Exports each generator of distillation.py, and the teacher, as a LiteRT file with weights in
float16, in which the package stores its runs. The second size is that of the file compressed by
zlib, where zeros save. Images per second are of one thread, in the fastest of many passes of 64
images, all files in turns. Writes docs/distillation.json, and the tables between their markers on
both pages of docs/.
"""

import argparse
import json
import tempfile
import zlib
from pathlib import Path

import numpy as np
from export_speed import speeds
from results_table import DOCS, fill, markdown

from keras_gen.export import export_run, runtimes
from keras_gen.export.networks import with_pixels
from keras_gen.files import write_text
from keras_gen.runs import Run
from keras_gen.runs.states import save_state

COLUMNS = (
    ("generator", "生成器"),
    ("steps", "步数"),
    ("zeros in kernels", "核中的零"),
    ("size, MB", "大小，MB"),
    ("compressed, MB", "压缩后，MB"),
    ("FD-FashionNet", "FD-FashionNet"),
    ("FD-StridedNet", "FD-StridedNet"),
    ("images per CPU-second", "每 CPU 秒的图数"),
)
CHOICE = (
    ("weight of the adversarial loss", "对抗损失的权重"),
    ("FD-FashionNet", "FD-FashionNet"),
    ("FD-StridedNet", "FD-StridedNet"),
)
NAMES = {
    "teacher": ("`dcgan`, the teacher", "`dcgan`，教师"),
    "weights": ("short run of a student of width 16, weight {}", "宽度 16 的学生，短训练，权重 {}"),
    "student": ("student of width {}", "宽度 {} 的学生"),
    "narrow": ("`dcgan` of width {}, trained on the images", "宽度 {} 的 `dcgan`，用图像训练"),
    "pruned": ("teacher, {} % pruned", "教师，剪掉 {} %"),
    "tuned": ("teacher, {} % pruned, then trained", "教师，剪掉 {} % 后再训练"),
}


def load(folder):
    """Return the run of a folder; its model is written from `generator.npz` where it is missing."""
    run = Run.open(folder)
    if not run.model_path.exists():
        model = run.recipe.build()
        with np.load(folder / "generator.npz") as arrays:
            model.ema_generator.set_weights(list(arrays.values()))
        save_state(model, run.model_path)
    return run


def measured(runs, folder):
    """Return {name: sizes and speed} of LiteRT files of runs {name: Run}."""
    files, cases = {}, {}
    for name, run in runs.items():
        files[name] = export_run(run, "litert", out=folder / name, weights="float16")[-1].path
        (network,) = run.recipe.artefacts(run.load_model()).values()
        cases[name] = with_pixels(network, "uint8"), runtimes.load_litert(files[name])
    found = speeds(cases)
    return {
        name: {
            "megabytes": path.stat().st_size / 1e6,
            "compressed_megabytes": len(zlib.compress(path.read_bytes(), 9)) / 1e6,
            "images_per_cpu_second": found[name],
        }
        for name, path in files.items()
    }


def teacher_row():
    """Return what docs/small_models.json says of the teacher's distances."""
    rows = json.loads((DOCS / "small_models.json").read_text("utf-8"))["rows"]
    (row,) = (r for r in rows if (r["network"], r["weights"]) == ("`dcgan`, generator", "float32"))
    steps = Run.open("dcgan").recipe.steps
    return {"name": "teacher", "steps": steps, "zeros": 0.0, "test": row["distances"]}


def table(rows, language):
    """Return the rows in Markdown, in English (0) or Chinese (1)."""
    cells = []
    for row in rows:
        kind, _, number = row["name"].partition("-")
        cells.append(
            [
                NAMES[kind][language].format(number),
                f"{row['steps']:,}" if row["steps"] else "-",
                f"{100 * row['zeros']:.0f} %",
                f"{row['megabytes']:.2f}",
                f"{row['compressed_megabytes']:.2f}",
                *("{:.3f} ({:.3f}, {:.3f})".format(*each) for each in row["test"].values()),
                f"{row['images_per_cpu_second']:,.0f}",
            ]
        )
    return "\n".join(markdown([names[language] for names in COLUMNS], cells))


def choice(rows, language):
    """Return the rows that chose the weight of the adversarial loss, in Markdown."""
    cells = [
        [f"{row['adversarial_weight']:g}", *(f"{v:.3f}" for v in row["validation"].values())]
        for row in rows
        if row["name"].startswith("weights-")
    ]
    return "\n".join(markdown([names[language] for names in CHOICE], cells))


def main():
    """Export, time, and write the file and the pages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, default=Path("runs/smaller"))
    folders = sorted(path.parent for path in parser.parse_args().runs.glob("*/row.json"))
    rows = [teacher_row(), *(json.loads((f / "row.json").read_text("utf-8")) for f in folders)]
    order = list(NAMES)
    rows.sort(key=lambda row: order.index(row["name"].partition("-")[0]))
    runs = {"teacher": Run.open("dcgan")}
    runs |= {f.name: load(f) for f in folders}
    with tempfile.TemporaryDirectory() as folder:
        found = measured(runs, Path(folder))
    rows = [{**row, **found.get(row["name"], {})} for row in rows]
    write_text(DOCS / "distillation.json", json.dumps(rows, indent=1) + "\n")
    for page, language in (("export.md", 0), ("export.zh-CN.md", 1)):
        fill(DOCS / page, "distilled", table(rows, language))
        fill(DOCS / page, "weights", choice(rows, language))
    print(table(rows, 0))
    print(choice(rows, 0))


if __name__ == "__main__":
    main()
