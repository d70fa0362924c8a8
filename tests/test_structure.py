"""The design as a test: arrows, the TensorFlow boundary, the thread of each loss, sizes, style."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from keras_gen import losses

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "docs" / "_ext"))

import loss_table  # noqa: E402
import threads  # noqa: E402

PACKAGE = ROOT / "keras_gen"
SOURCES = sorted(PACKAGE.rglob("*.py"))

LEVELS = {
    "__init__": 0, "files": 0,
    "losses": 1, "layers": 1, "data": 1,
    "networks": 2,
    "models": 3,
    "measures": 4, "pictures": 4, "recipes": 4,
    "run_folder": 5, "training": 5, "reporting": 5, "latent_pictures": 5, "generation": 5,
    "figures": 5, "evaluation": 5, "comparison": 5, "study": 5, "study_results": 5, "report": 5,
    "info": 5, "demo": 5,
    "stylization": 5, "style_files": 5, "style_options": 5, "style_section": 5,
    "cli": 6,
    "__main__": 7,
}  # fmt: skip
MAY_IMPORT_TENSORFLOW = {"data", "models", "measures"} | {
    name for name, level in LEVELS.items() if level == 5
}
SAME_LEVEL = {5}  # the application's parts know one another; layers of formulas do not


def part(path):
    """The file or folder directly below the package that a source file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path):
    """Every module that a file imports, at the top or inside a function, as dotted names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            if node.module == "keras_gen":
                yield from (f"keras_gen.{alias.name}" for alias in node.names)


def parts_imported(path):
    names = [name.split(".") for name in imports(path)]
    return {name[1] for name in names if name[0] == "keras_gen" and len(name) > 1} - {"__version__"}


def name(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_arrows_point_down(path):
    here = part(path)
    for other in parts_imported(path) - {here}:
        level, below = LEVELS[here], LEVELS[other]
        assert below < level or (below == level and level in SAME_LEVEL), f"{here} -> {other}"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_tensorflow_is_imported_only_where_it_may_be(path):
    if any(module.split(".")[0] == "tensorflow" for module in imports(path)):
        assert part(path) in MAY_IMPORT_TENSORFLOW


def test_the_two_tests_above_can_fail(tmp_path):
    path = tmp_path / "losses.py"
    path.write_text("def f():\n    import tensorflow as tf\n    from keras_gen.models import GAN\n")
    assert "tensorflow" in set(imports(path))
    assert parts_imported(path) == {"models"}


LOSSES = [key for key in losses.__all__ if callable(getattr(losses, key))]


@pytest.mark.parametrize("loss", LOSSES)
def test_the_thread_of_a_loss_is_whole(loss):
    """Function, formula, test, section of a tutorial, row of the docs, errata."""
    function = getattr(losses, loss)
    text = inspect.getdoc(function)
    for mark in ("Formula:", "Args:", "Returns:", "Reference:", "$", "arXiv:"):
        assert mark in text, f"{loss}: no {mark} in the docstring"
    formula = text.split("Formula:")[1].split("\n\n")[0].strip().splitlines()
    assert len(formula) >= 2, f"{loss}: LaTeX and plain text are both wanted"
    stem = Path(inspect.getfile(function)).stem
    assert loss in (ROOT / "tests" / "losses" / f"test_{stem}.py").read_text(encoding="utf-8")
    for language in ("en", "zh"):
        explained = threads.explained(threads.loss_pattern(loss), language)
        assert explained, f"{loss}: no section of a tutorial names it"
        row = loss_table.table(language).split(f"* - [`{loss}`]")[1].split("\n* - ")[0]
        assert all(f"(../{section.path}), {section.heading}" in row for section in explained)
    source = (ROOT / "tutorials" / f"{Path(explained[0].path).stem}.py").read_text("utf-8")
    pair = next((key for key, pair in losses.GAN_LOSSES.items() if function in pair), loss)
    assert f"losses.{loss}(" in source or f'"{pair}"' in source, (
        f"{loss}: {source[3:20]} shows nothing of it"
    )


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_and_the_errata_name_one_another(loss):
    said = inspect.getdoc(getattr(losses, loss)).partition("Erratum:")[2].partition("\n\n")[0]
    numbers, mended = set(re.findall(r"\bE\d+", said)), set(threads.mended_by(loss))
    assert numbers <= mended and bool(numbers) == bool(mended), f"{loss}: {numbers}, {mended}"


def test_every_loss_of_the_package_is_walked():
    defined = {
        node.name
        for path in (PACKAGE / "losses").glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }
    assert defined == set(LOSSES)


def docstrings(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_docstrings_with_a_backslash_are_raw(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    for node in docstrings(ast.parse("\n".join(lines))):
        source = "\n".join(lines[node.lineno - 1 : node.end_lineno])[node.col_offset :]
        assert "\\" not in source or source.startswith('r"""'), f"{name(path)}:{node.lineno}"


def tracked(*folders):
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("path", tracked("keras_gen", "scripts", "benchmarks"), ids=name)
def test_no_file_is_longer_than_a_reader_can_hold(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_tests_mirror_the_package():
    project_wide = {
        "test_docs.py",
        "test_errata.py",
        "test_interview.py",
        "test_quality.py",
        "test_readme.py",
        "test_site.py",
        "test_structure.py",
        "test_tutorials.py",
    }
    for path in (ROOT / "tests").rglob("test_*.py"):
        twin = PACKAGE / path.relative_to(ROOT / "tests").with_name(path.name[5:])
        assert path.name in project_wide or twin.is_file(), f"{name(path)} tests no file"


@pytest.mark.parametrize("check", [("check",), ("format", "--check")], ids=" ".join)
def test_ruff_is_content(check):
    command = [sys.executable, "-m", "ruff", *check, "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
