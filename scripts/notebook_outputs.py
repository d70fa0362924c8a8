"""What a notebook's cells have shown: cleaned, put into Chinese, and found again when stored."""

import functools
import re
from pathlib import Path

from notebook_figures import MIME


def figures(book):
    """Return, for each output of each code cell, what `in_chinese` has stored of a figure."""
    code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    return [[_figure(output) for output in cell["outputs"]] for cell in code]


def _figure(output):
    """Return what is stored of a figure with Chinese words, or None."""
    if "words" not in output.get("metadata", {}):
        return None
    (kind,) = output["data"].keys() & {"image/png", "image/jpeg"}
    size, words = output["metadata"][kind], output["metadata"]["words"]
    return {"kind": kind, "picture": output["data"][kind], "size": size, "words": words}


def remember(outputs, chinese):
    """Keep with each text that a cell has printed what its Chinese code has printed."""
    for output, said in zip(outputs, chinese, strict=True):
        if "text" in said:
            output["chinese"] = said["text"]


def without_start_up(outputs):
    """Leave out what TensorFlow's C++ says when it is imported; no setting silences it."""
    notes = re.compile(
        r"WARNING: All log messages before absl|[IWE]\d{4} \d\d:|[IE]0000 |To enable "
    )
    return [
        output
        for output in outputs
        if output.get("name") != "stderr" or not all(map(notes.match, output.text.splitlines()))
    ]


@functools.cache
def package():
    """Return the lines of the package's source, which tutorials print; they stay as they are."""
    paths = (Path(__file__).parent.parent / "keras_gen").rglob("*.py")
    return {line.strip() for path in paths for line in path.read_text("utf-8").splitlines()}


def in_chinese(output, words):
    """Translate an output of a cell: what it printed, and the figure if that was drawn twice."""
    if "chinese" in output:
        output["text"] = output["chinese"]
        return
    for place, key in ((output, "text"), (output.get("data", {}), "text/plain")):
        if key in place:
            lines = "".join(place[key]).split("\n")
            said = (line if line.strip() in package() else words.shown(line) for line in lines)
            place[key] = "\n".join(said)
    if figure := output.get("data", {}).get(MIME):
        for kind in ("image/png", "image/jpeg"):
            output["data"].pop(kind, None)
        output["data"][figure["kind"]] = figure["picture"]
        output["metadata"] = {"words": figure["words"], figure["kind"]: figure["size"]}
