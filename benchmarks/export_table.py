"""The table of exported networks: size, difference from Keras and speed of each format.

    pip install "keras_gen[export]"
    python benchmarks/export_table.py

Exports the runs that come with the package in every format, with pixels as bytes and as floats,
into a temporary folder, and writes the table between its markers on both pages of docs/. Images per
CPU-second are those of bytes, in the fastest of many passes of 64 images, in turns: seconds of the
processors, not of the clock, which on a busy machine says more of its other work.
"""

import argparse
import dataclasses
import tempfile
from pathlib import Path

from export_speed import speeds
from results_table import DOCS, fill, markdown

from keras_gen.export import FORMATS, PIXELS, export_run, runtimes
from keras_gen.export.networks import with_pixels
from keras_gen.runs import Run

RUNS = ("dcgan", "conditional_gan", "vae")
COLUMNS = (
    ("network", "网络"),
    ("format", "格式"),
    ("size, MB", "大小，MB"),
    ("largest difference, floats", "最大差异，浮点数"),
    ("grey levels", "灰度级"),
    ("images per CPU-second", "每 CPU 秒的图数"),
)


def exported(run, folder):
    """Return {format: {pixels: artefacts}} of a run."""
    return {
        format: {
            pixels: export_run(run, format, pixels, folder / f"{run}-{format}-{pixels}")
            for pixels in PIXELS
        }
        for format in FORMATS
    }


def timed(run, found):
    """Return {format: artefacts} of bytes with their speeds, measured in turns."""
    recipe, model = Run.open(run).recipe, Run.open(run).load_model()
    networks = [with_pixels(network, "uint8") for network in recipe.artefacts(model).values()]
    cases = {
        (format, i): (network, runtimes.LOAD[format](found[format]["uint8"][i].path))
        for i, network in enumerate(networks)
        for format in FORMATS
    }
    best = speeds(cases)
    return {
        format: [
            dataclasses.replace(artefact, images_per_second=best[format, i])
            for i, artefact in enumerate(found[format]["uint8"])
        ]
        for format in FORMATS
    }


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
    return "\n".join(markdown([names[language] for names in COLUMNS], cells))


def main():
    """Export, and write the pages."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    cells = []
    with tempfile.TemporaryDirectory() as folder:
        for run in RUNS:
            found = exported(run, Path(folder))
            for format, of_bytes in timed(run, found).items():
                cells += rows(run, format, {**found[format], "uint8": of_bytes})
    cells.sort(key=lambda line: line[0] == "`vae`, decoder")  # the networks of one run together
    fill(DOCS / "export.md", "table", table(cells, 0))
    fill(DOCS / "export.zh-CN.md", "table", table(cells, 1))
    print(table(cells, 0))


if __name__ == "__main__":
    main()
