"""Which file of the repository becomes which page of the site, in each language.

A page has one name in both languages: docs/errata.md and docs/errata.zh-CN.md are both `errata`.
"""

import ast
import functools
import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LANGUAGES = {"en": "English", "zh": "中文"}
SUFFIX = {"en": ".md", "zh": ".zh-CN.md"}
CODE = ("keras_gen", "tests", "benchmarks", "scripts", "tutorials", "docs", "examples")
TEXTS = {".py", ".md", ".json", ".html", ".txt"}
AS_IT_IS = {".png", ".jpg", ".gif", ".webp", ".csv"}


def pages(language):
    """List the written pages of a language.

    Args:
        language: key of `LANGUAGES`.

    Returns:
        {name of the page: path of its file from the root of the repository}.
    """
    end = SUFFIX[language]
    found = {"readme": f"README{end}"}
    for path in sorted([*(ROOT / "docs").glob("*.md"), *(ROOT / "docs").glob("interview/*.md")]):
        inside = path.relative_to(ROOT / "docs").as_posix()
        name, _, rest = inside.partition(".")
        if f".{rest}" == end:
            found[name] = f"docs/{inside}"
    for path in sorted((ROOT / "tutorials" / language).glob("*.ipynb")):
        found[f"tutorials/{path.stem}"] = f"tutorials/{language}/{path.name}"
    return found


def prose(path):
    """Read what a page says: a Markdown file, or the Markdown cells of a notebook.

    Args:
        path: of the file, from the root of the repository.

    Returns:
        Markdown.
    """
    text = (ROOT / path).read_text("utf-8")
    if not path.endswith(".ipynb"):
        return text
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
    return "\n\n".join("".join(cell["source"]) for cell in cells)


@functools.cache
def modules():
    """List the modules of the package: {dotted name: path from the root}, folders first."""
    found = {}
    for path in (ROOT / "keras_gen").rglob("*.py"):
        if path.name != "__main__.py":
            dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found[dotted.removesuffix(".__init__")] = str(path.relative_to(ROOT))
    return dict(sorted(found.items()))


def api_name(module):
    """Return the name of the page that documents a module."""
    return "api/" + (module.removeprefix("keras_gen.") if "." in module else "index")


def first_line(path):
    """Return the first sentence of a module's docstring, without importing it."""
    text = ast.get_docstring(ast.parse((ROOT / path).read_text("utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split())


def sources():
    """List the files to which pages may link, texts and images: paths from the root."""
    found = [
        path
        for folder in CODE
        for path in sorted((ROOT / folder).rglob("*"))
        if path.name == "LICENSE" or path.suffix in TEXTS | AS_IT_IS
    ]
    roots = ("LICENSE", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "pyproject.toml")
    found += [ROOT / name for name in roots]
    return [str(path.relative_to(ROOT)) for path in found]


def definition(path, name):
    """Find where a file defines a name: its line, from 1, or None."""
    text = (ROOT / path).read_text("utf-8")
    found = re.search(rf"^ *(?:def |class )?{re.escape(name)}\b(?:\(|:| =)", text, re.MULTILINE)
    return text[: found.start()].count("\n") + 1 if found else None


def symbol(label, path):
    """Say which object a label names, if the file of its link is a module.

    Args:
        label: text of the link.
        path: of the file, from the root of the repository.

    Returns:
        (name within the module, full name); of a test (its name, ""); of anything else ("", "").
    """
    test = re.fullmatch(r"(?:tests/[\w/]+\.py::)?(test_\w+)", label)
    if test:
        return test[1], ""
    known = modules()
    if path not in known.values():
        return "", ""
    here = next(module for module, file in known.items() if file == path)
    if label.isidentifier() and definition(path, label):
        return label, f"{here}.{label}"
    if not re.fullmatch(r"keras_gen(\.\w+)+", label):
        return "", ""
    if label in known:
        return "", label
    public = max((m for m in known if label.startswith(f"{m}.")), key=len)
    name = label[len(public) + 1 :]
    return name, f"{here}.{name}"
