"""The table of exported networks: size, difference from Keras and speed of each format.

    pip install "keras_gen[export]"
    python benchmarks/export_table.py

Exports what comes with the package, and a `fast_style` of the recipe's size whose weights are the
first ones, in every format, with pixels as bytes and as floats, into a temporary folder, and writes
the table between its markers on both pages of docs/. Images per CPU-second are those of bytes, in
the fastest of many passes, in turns, of pictures of the training's size: seconds of the processors,
not of the clock, which on a busy machine says more of its other work.
"""

import argparse
import dataclasses
import itertools
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from export_speed import speeds
from results_table import DOCS, fill, markdown

from keras_gen.export import FORMATS, PIXELS, ArtefactRefused, export_run, runtimes
from keras_gen.export.comparison import LIMITS
from keras_gen.export.networks import with_pixels
from keras_gen.export.sources import open_source
from keras_gen.recipes import FastStyleRecipe
from keras_gen.runs import Run

NAMES = ("dcgan", "conditional_gan", "vae", "product_gan", "restorer", "cutout", "fast_style")
COLUMNS = (
    ("network", "网络"),
    ("format", "格式"),
    ("size, MB", "大小，MB"),
    ("largest difference, floats", "最大差异，浮点数"),
    ("grey levels", "灰度级"),
    ("images per CPU-second", "每 CPU 秒的图数"),
)


def untrained(folder):
    """Return a run of `fast_style` that has not begun; its files are as large and as fast."""
    recipe = FastStyleRecipe()
    run = Run(path=folder / "fast_style", name="fast_style", recipe=recipe, provenance={})
    run.create()
    recipe.build_for_inference().save(run.model_path)
    return run


def exported(run, folder):
    """Return {format: {pixels: artefacts}} of a run, none where they differ too much from Keras."""
    found = {format: {} for format in FORMATS}
    for format, pixels in itertools.product(FORMATS, PIXELS):
        out = folder / f"{open_source(run).name}-{format}-{pixels}"
        try:
            found[format][pixels] = export_run(run, format, pixels, out)
        except ArtefactRefused as error:
            print(error)
            found[format][pixels] = []
    return found


def timed(run, found):
    """Return {format: artefacts} of bytes with their speeds, measured in turns."""
    source = open_source(run).load()
    networks = [with_pixels(each, "uint8", source.side) for each in source.by_name.values()]
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
        found: {pixels: artefacts}, the networks of each in the same order; none of floats where
            they were refused.
    """
    lines = []
    for of_bytes, of_floats in itertools.zip_longest(*(found[pixels] for pixels in PIXELS)):
        levels = f"{of_bytes.difference:.0f}" if of_bytes.dtype == "uint8" else "-"
        lines.append(
            [
                f"`{run}`, {of_bytes.path.stem}",
                f"`{format}`",
                f"{of_bytes.size / 1e6:.2f}",
                f"{of_floats.difference:.1e}" if of_floats else f"> {LIMITS['float32']:.0e}",
                levels,
                f"{of_bytes.images_per_second:,.0f}",
            ]
        )
    return lines


def table(cells, language):
    """Return the table in Markdown, in English (0) or Chinese (1)."""
    return "\n".join(markdown([names[language] for names in COLUMNS], cells))


def measured(name):
    """Export one network in every format, and return its rows; its process ends with it."""
    cells = []
    with tempfile.TemporaryDirectory() as folder:
        run = untrained(Path(folder)) if name == "fast_style" else name
        found = exported(run, Path(folder))
        for format, of_bytes in timed(run, found).items():
            cells += rows(name, format, {**found[format], "uint8": of_bytes})
    networks = list(dict.fromkeys(line[0] for line in cells))
    return sorted(cells, key=lambda line: networks.index(line[0]))  # its formats together


def main():
    """Export, and write the pages."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    # TensorFlow keeps what an export needed; a process for each network gives it back.
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes:
        cells = list(itertools.chain.from_iterable(processes.map(measured, NAMES)))
    fill(DOCS / "export.md", "table", table(cells, 0))
    fill(DOCS / "export.zh-CN.md", "table", table(cells, 1))
    print(table(cells, 0))


if __name__ == "__main__":
    main()
