"""The table of exported networks: size, difference from Keras and speed of each format.

    pip install "keras_gen[export]"
    python benchmarks/export_table.py

Exports the runs that come with the package in every format, with pixels as bytes and as floats,
into a temporary folder, and writes the table between its markers on both pages of docs/. Images per
second are those of bytes, as `keras-gen export` prints them: the fastest of several passes of 64
images, on this machine.
"""

import argparse
import tempfile
from pathlib import Path

from results_table import DOCS, fill

from keras_gen.export import FORMATS, PIXELS, export_run

RUNS = ("dcgan", "conditional_gan", "vae")
COLUMNS = (
    ("network", "网络"),
    ("format", "格式"),
    ("size, MB", "大小，MB"),
    ("largest difference, floats", "最大差异，浮点数"),
    ("grey levels", "灰阶"),
    ("images/s", "图/秒"),
)


def rows(run, format, found):
    """Return a row for each network of a run in one format.

    Args:
        run: its name.
        format: its name.
        found: {pixels: artefacts}, the networks of each in the same order.
    """
    lines = []
    for of_bytes, of_floats in zip(*(found[pixels] for pixels in PIXELS), strict=True):
        levels = f"{of_bytes.difference:.0f}" if of_bytes.dtype == "uint8" else "-"
        lines.append(
            [
                f"`{run}`, {of_bytes.path.stem}",
                f"`{format}`",
                f"{of_bytes.size / 1e6:.2f}",
                f"{of_floats.difference:.1e}",
                levels,
                f"{of_bytes.images_per_second:,.0f}",
            ]
        )
    return lines


def table(cells, language):
    """Return the table in Markdown, in English (0) or Chinese (1)."""
    head = [names[language] for names in COLUMNS]
    lines = [head, ["---"] * len(head), *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main():
    """Export, and write the pages."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    cells = []
    with tempfile.TemporaryDirectory() as folder:
        for run in RUNS:
            for format in FORMATS:
                outs = {pixels: Path(folder, f"{run}-{format}-{pixels}") for pixels in PIXELS}
                found = {
                    pixels: export_run(run, format, pixels, out) for pixels, out in outs.items()
                }
                cells += rows(run, format, found)
                print(table(cells, 0).splitlines()[-1], flush=True)
    cells.sort(key=lambda line: line[0] == "`vae`, decoder")  # the networks of one run together
    fill(DOCS / "export.md", "table", table(cells, 0))
    fill(DOCS / "export.zh-CN.md", "table", table(cells, 1))


if __name__ == "__main__":
    main()
