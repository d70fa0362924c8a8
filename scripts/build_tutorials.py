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
    # %% words                  what the code shows, in Chinese: scripts/notebook_words.py

Code runs once, in English; the Chinese outputs are translated, and each figure is drawn twice. Only
a cell that asks the package for "zh" in Chinese runs in both. With --fast it is the Chinese code
that runs. Building needs the extra `tutorials`.
"""

import argparse
import copy
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from notebook_figures import MIME, shrink
from notebook_opening import opening
from notebook_outputs import figures, in_chinese, remember, without_start_up
from notebook_words import ARROW, EVERYWHERE, Words, code_in

from keras_gen.files import replacing

FOLDER = Path(__file__).parent.parent / "tutorials"
LANGUAGES = ("en", "zh")
COMMENTS = (*LANGUAGES, "words")
MARKER = re.compile(r'# %%(?: \[markdown\] lang="(en|zh)"| (exercise|check|solution|words))?')
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
HOOK = f"""import sys
sys.path.append({str(Path(__file__).parent)!r})
__import__("notebook_figures").draw_figures_twice({{!r}}, {{!r}})"""
FOLDED = {"en": "Solution", "zh": "参考答案"}
FOLDED_AWAY = {"jupyter": {"source_hidden": True}, "cellView": "form", "tags": ["hide-input"]}


class Cell(NamedTuple):
    """A cell of a source."""

    kind: str  # code, en, zh, exercise, check, solution or words
    text: str


def read(name):
    """Cut a source into its cells; what stands before the first marker is for linters."""
    cells, kind, lines = [], None, []
    for number, line in enumerate((FOLDER / f"{name}.py").read_text("utf-8").splitlines(), start=1):
        if not line.startswith("# %%"):
            if kind in COMMENTS and line and not re.match("#( |$)", line):
                raise ValueError(f"{name}.py:{number}: expected prose behind '# ', found {line!r}")
            lines.append(line[2:] if kind in COMMENTS else line)
            continue
        match = MARKER.fullmatch(line)
        if not match:
            raise ValueError(f"{name}.py:{number}: expected a marker of a cell, found {line!r}")
        if kind:
            cells.append(Cell(kind, "\n".join(lines).strip()))
        kind, lines = match[1] or match[2] or "code", []
    return [*cells, Cell(kind, "\n".join(lines).strip())]


def table(name):
    """Return {English: Chinese} of what a tutorial's code shows."""
    listed = [cell.text.splitlines() for cell in read(name) if cell.kind == "words"]
    lines = [line for lines in listed for line in lines if line]
    if bad := [line for line in lines if line.count(ARROW) != 1]:
        raise ValueError(f"{name}.py: expected 'English{ARROW}Chinese', found {bad[0]!r}")
    return EVERYWHERE | dict(line.split(ARROW) for line in lines)


def cells(name, language, seconds):
    """Return the cells of one notebook, (type, text) each; the title comes first."""
    shown, pairs = [], table(name) if language == "zh" else {}
    for kind, text in read(name):
        if kind not in COMMENTS and pairs:
            text = code_in(text, pairs)
        if kind == "solution":
            summary = f"<details><summary>{FOLDED[language]}</summary>"
            shown.append(("markdown", f"{summary}\n\n```python\n{text}\n```\n\n</details>"))
        elif kind == language:
            shown.append(("markdown", text))
        elif kind not in COMMENTS:
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
    if stamp["source_sha256"] != fingerprint(name, language) or found != wanted:
        return True
    words = Words(*words_of(name))
    drawn = [figure["words"] for cell in figures(stored) for figure in cell if figure]
    return any(words.shown(text) != said for each in drawn for text, said in each.items())


def words_of(name):
    """Return {English: Chinese}, and the English code cells in which these words stand."""
    return table(name), [text for kind, text in cells(name, "en", 0) if kind == "code"]


def run_twice(name):
    """Return {number: Chinese code} of the code cells that run in both languages."""
    codes = [[text for kind, text in cells(name, a, 0) if kind == "code"] for a in LANGUAGES]
    pairs = enumerate(zip(*codes, strict=True))
    return {i: zh for i, (en, zh) in pairs if zh.count('"zh') > en.count('"zh')}


def execute(name, language):
    """Run the code of a tutorial from top to bottom; return the outputs of each code cell."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    book = nbformat.from_dict(notebook(name, language))
    code, chinese = [cell for cell in book.cells if cell.cell_type == "code"], {}
    if language == "en":  # cells that are not stored
        for number, text in run_twice(name).items():
            chinese[number] = nbformat.v4.new_code_cell(text)
            book.cells.insert(book.cells.index(code[number]) + 1, chinese[number])
        book.cells.insert(0, nbformat.v4.new_code_cell(HOOK.format(*words_of(name))))
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
    run = [without_start_up(cell.outputs) for cell in code]
    for number, cell in chinese.items():
        remember(run[number], cell.outputs)
    return run


def store(name, outputs, seconds):
    """Write both notebooks."""
    words = Words(*words_of(name))
    for language in LANGUAGES:
        book = notebook(name, language, seconds)
        code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
        for number, (cell, shown) in enumerate(zip(code, outputs, strict=True), start=1):
            cell["outputs"], cell["execution_count"] = copy.deepcopy(shown), number
            for output in cell["outputs"]:
                if language == "zh":
                    in_chinese(output, words)
                output.get("data", {}).pop(MIME, None)
                output.pop("chinese", None)
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
    outputs = [cell["outputs"] for cell in old]
    chinese = json.loads((FOLDER / "zh" / f"{name}.ipynb").read_text("utf-8"))
    for shown, drawn in zip(outputs, figures(chinese), strict=True):
        for output, figure in zip(shown, drawn, strict=True):
            if figure:
                output["data"][MIME] = figure
    said = [cell["outputs"] for cell in chinese["cells"] if cell["cell_type"] == "code"]
    for number in run_twice(name):
        remember(outputs[number], said[number])
    return outputs, stored["metadata"]["keras_gen"]["seconds"]


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
        outputs = execute(name, "zh" if args.fast else "en")
        seconds = round(time.perf_counter() - start)
        if not args.fast:
            store(name, outputs, seconds)
        print(f" {seconds} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
