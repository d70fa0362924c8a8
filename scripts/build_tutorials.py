"""Build the tutorials: one source -> an English and a Chinese notebook, executed, with outputs.

    python scripts/build_tutorials.py                        build every tutorial
    python scripts/build_tutorials.py 01_adversarial_game    build those that are named
    python scripts/build_tutorials.py --fast                 run with small budgets, store nothing
    python scripts/build_tutorials.py --prose                only prose has changed: run nothing
    python scripts/build_tutorials.py --check                run nothing, name what is stale

A source is `tutorials/NN_name.py`. Its cells begin with one of these lines:

    # %%                        code, once for both languages
    # %% [markdown] lang="en"   prose, one paragraph a line; right after it
    # %% [markdown] lang="zh"   the same in Chinese
    # %% exercise               code in which one `...` is to be filled in
    # %% check                  code that judges it, and lets `...` pass
    # %% solution               the filled-in code: shown folded, not run

Code runs once, and both languages show its outputs. Building needs nbclient and ipykernel.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from notebook_figures import shrink

from keras_gen.files import replacing

# The address of the repository, such as https://github.com/OWNER/keras_gen. Once it is set, a badge
# opens a notebook in Colab, which installs keras_gen from there; until then both are uploaded.
REPOSITORY = ""
FOLDER = Path(__file__).parent.parent / "tutorials"
LANGUAGES = ("en", "zh")
MARKER = re.compile(r'# %%(?: \[markdown\] lang="(en|zh)"| (exercise|check|solution))?')
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
COLAB = "https://colab.research.google.com/"
BADGE = f"[![Open In Colab]({COLAB}assets/colab-badge.svg)]({{}})"
UPLOAD = {
    "en": f"[Run it on Colab]({COLAB}): *Upload* this file there; the first cell asks for "
    "keras_gen's wheel, which `pip wheel --no-deps .` makes in a clone",
    "zh": f"[在 Colab 上运行]({COLAB})：在那里“上传”本文件；第一个单元会请你选择 keras_gen 的 "
    "wheel 文件，在克隆的项目里用 `pip wheel --no-deps .` 生成",
}
# Seconds on an NVIDIA H100 80GB, as scripts, three at a time; the others were not measured. Most
# of it is XLA, which compiles the step of every new model for some ten seconds.
H100 = {
    "00_what_is_where": 53,
    "01_adversarial_game": 87,
    "04_losses": 231,
    "05_vae": 142,
    "07_measuring_quality": 85,
}
ABOUT = {
    "en": "[中文版](../zh/{name}.ipynb) · about {minutes} on 2 CPU cores, measured when this "
    "notebook was built{gpu} · source of both languages: [tutorials/{name}.py](../{name}.py)",
    "zh": "[English](../en/{name}.ipynb) · 在 2 个 CPU 核上约 {minutes}（生成本笔记本时实测）"
    "{gpu} · 中英文同出一个源文件：[tutorials/{name}.py](../{name}.py)",
}
GPU = {"en": " · about {} on an NVIDIA H100", "zh": " · 在一块 NVIDIA H100 上约 {}"}
MINUTES = {"en": ("{} minute", "{} minutes"), "zh": ("{} 分钟", "{} 分钟")}
FOLDED = {"en": "Solution", "zh": "参考答案"}
FOLDED_AWAY = {"jupyter": {"source_hidden": True}, "cellView": "form", "tags": ["hide-input"]}
OPENING = """
# Installs keras_gen where it is missing, as on Colab, and sets the style of the figures.
import importlib.util
import os
import pathlib
import subprocess
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # fewer notes from TensorFlow
if importlib.util.find_spec("keras_gen") is None:
    clones = [f for f in pathlib.Path.cwd().parents if (f / "keras_gen/__init__.py").is_file()]
    source = {source}
    if not source and "google.colab" in sys.modules:
        from google.colab import files

        print("keras_gen's wheel, please: `pip wheel --no-deps .` makes it in a clone")
        source = next(iter(files.upload()), None)
    if not source:
        raise ModuleNotFoundError("keras_gen: pip install its folder or wheel, then run this again")
    wanted = f"keras_gen[offline] @ {{source}}" if "://" in source else f"{{source}}[offline]"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", wanted], check=True)
    importlib.invalidate_caches()

import matplotlib.pyplot as plt

plt.rcParams.update({{"figure.dpi": 80, "figure.constrained_layout.use": True, "axes.grid": True,
                     "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False}})
"""


class Cell(NamedTuple):
    """A cell of a source."""

    kind: str  # code, en, zh, exercise, check or solution
    text: str


def read(name):
    """Cut a source into its cells; what stands before the first marker is for linters."""
    cells, kind, lines = [], None, []
    for number, line in enumerate((FOLDER / f"{name}.py").read_text("utf-8").splitlines(), start=1):
        if not line.startswith("# %%"):
            if kind in LANGUAGES and line and not re.match("#( |$)", line):
                raise ValueError(f"{name}.py:{number}: expected prose behind '# ', found {line!r}")
            lines.append(line[2:] if kind in LANGUAGES else line)
            continue
        match = MARKER.fullmatch(line)
        if not match:
            raise ValueError(f"{name}.py:{number}: expected a marker of a cell, found {line!r}")
        if kind:
            cells.append(Cell(kind, "\n".join(lines).strip()))
        kind, lines = match[1] or match[2] or "code", []
    return [*cells, Cell(kind, "\n".join(lines).strip())]


def in_minutes(seconds, language):
    """Say how long something takes, such as "2 minutes"."""
    count = max(1, round(seconds / 60))
    return MINUTES[language][count > 1].format(count)


def opening(name, language, seconds):
    """Return the two cells below the title: where and how long it runs, and what it needs."""
    gpu = GPU[language].format(in_minutes(H100[name], language)) if name in H100 else ""
    about = ABOUT[language].format(name=name, minutes=in_minutes(seconds, language), gpu=gpu)
    colab = UPLOAD[language]
    if REPOSITORY:
        place = REPOSITORY.replace("https://github.com/", f"{COLAB}github/")
        colab = BADGE.format(f"{place}/blob/main/tutorials/{language}/{name}.ipynb")
    source = repr(f"git+{REPOSITORY}") if REPOSITORY else "str(clones[0]) if clones else None"
    return [("markdown", f"{colab}\n\n{about}"), ("code", OPENING.format(source=source).strip())]


def cells(name, language, seconds):
    """Return the cells of one notebook, (type, text) each; the title comes first."""
    shown = []
    for kind, text in read(name):
        if kind == "solution":
            summary = f"<details><summary>{FOLDED[language]}</summary>"
            shown.append(("markdown", f"{summary}\n\n```python\n{text}\n```\n\n</details>"))
        elif kind == language:
            shown.append(("markdown", text))
        elif kind not in LANGUAGES:
            shown.append(("code", text))
    return shown[:1] + opening(name, language, seconds) + shown[1:]


def fingerprint(name, language):
    """Return the sha256 of a notebook's cells, whatever time they took."""
    return hashlib.sha256(json.dumps(cells(name, language, 0)).encode()).hexdigest()


def notebook(name, language, seconds=0):
    """Return a notebook without outputs, as nbformat 4.5 has it."""
    parts = []
    for number, (kind, text) in enumerate(cells(name, language, seconds)):
        metadata = FOLDED_AWAY if text.startswith("# Installs keras_gen") else {}
        part = {"cell_type": kind, "id": f"cell-{number}", "metadata": metadata, "source": text}
        parts.append(part | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    stamp = {"source_sha256": fingerprint(name, language), "seconds": seconds}
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}, "keras_gen": stamp}
    return {"cells": parts, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def is_stale(name, language):
    """Tell whether a stored notebook is missing, or has other cells than its source."""
    path = FOLDER / language / f"{name}.ipynb"
    if not path.is_file():
        return True
    stored = json.loads(path.read_text("utf-8"))
    stamp = stored["metadata"]["keras_gen"]
    found = [(cell["cell_type"], "".join(cell["source"])) for cell in stored["cells"]]
    wanted = cells(name, language, stamp["seconds"])
    return stamp["source_sha256"] != fingerprint(name, language) or found != wanted


def execute(name):
    """Run the code of a tutorial from top to bottom; return the outputs of each code cell."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    book = nbformat.from_dict(notebook(name, "en"))
    (FOLDER / "en").mkdir(exist_ok=True)
    resources = {"metadata": {"path": str(FOLDER / "en")}}
    client = NotebookClient(
        book, timeout=1800, record_timing=False, coalesce_streams=True, resources=resources
    )
    client.on_cell_executed = lambda **_: print(".", end="", flush=True)
    try:
        client.execute(stderr=subprocess.DEVNULL)  # notes of TensorFlow and of the kernel
    except CellExecutionError as error:
        raise SystemExit(f"\n{name}: {error}") from None
    return [_without_start_up(cell.outputs) for cell in book.cells if cell.cell_type == "code"]


def _without_start_up(outputs):
    """Leave out what TensorFlow's C++ says when it is imported; no setting silences it."""
    notes = re.compile(
        r"WARNING: All log messages before absl|[IWE]\d{4} \d\d:|[IE]0000 |To enable "
    )
    return [
        output
        for output in outputs
        if output.get("name") != "stderr" or not all(map(notes.match, output.text.splitlines()))
    ]


def store(name, outputs, seconds):
    """Write both notebooks."""
    for language in LANGUAGES:
        book = notebook(name, language, seconds)
        code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
        for number, (cell, shown) in enumerate(zip(code, outputs, strict=True), start=1):
            cell["outputs"], cell["execution_count"] = shown, number
            for output in shown:
                shrink(output)
        path = FOLDER / language / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        with replacing(path) as temporary:
            text = json.dumps(book, ensure_ascii=False, indent=1)
            temporary.write_text(text + "\n", "utf-8")


def kept(name):
    """Return the outputs and seconds of stored notebooks whose code is still that of the source."""
    stored = json.loads((FOLDER / "en" / f"{name}.ipynb").read_text("utf-8"))
    old = [cell for cell in stored["cells"] if cell["cell_type"] == "code"]
    new = [text for kind, text in cells(name, "en", 0) if kind == "code"]
    if ["".join(cell["source"]) for cell in old] != new:
        raise SystemExit(f"{name}: the code has changed; build it without --prose")
    return [cell["outputs"] for cell in old], stored["metadata"]["keras_gen"]["seconds"]


def main():
    """Build, run or check the tutorials that the command line names."""
    names = sorted(path.stem for path in FOLDER.glob("[0-9]*.py"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    parser.add_argument("--fast", action="store_true", help="small budgets, nothing is stored")
    parser.add_argument("--prose", action="store_true", help="renew the prose, keep the outputs")
    parser.add_argument("--check", action="store_true", help="run nothing, name what is stale")
    args = parser.parse_args()
    if unknown := set(args.names) - set(names):
        parser.error(f"expected names among {', '.join(names)}; found {', '.join(unknown)}")
    if args.check:
        stale = [f"{a}/{n}.ipynb" for n in args.names or names for a in LANGUAGES if is_stale(n, a)]
        print("\n".join(["stale:", *stale]) if stale else "every notebook is up to date")
        return bool(stale)
    os.environ["KERAS_GEN_FAST"] = "1" if args.fast else ""
    for name in args.names or names:
        if args.prose:
            store(name, *kept(name))
            continue
        start = time.perf_counter()
        print(f"{name} ", end="", flush=True)
        outputs = execute(name)
        seconds = round(time.perf_counter() - start)
        if not args.fast:
            store(name, outputs, seconds)
        print(f" {seconds} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
