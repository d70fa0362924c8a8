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


def name(path):
    return str(path.relative_to(ROOT))


def test_arrows_point_down_and_formulas_are_pure_keras():
    """The contracts of pyproject.toml; there is no exemption in them."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    assert "ignore_imports" not in (ROOT / "pyproject.toml").read_text("utf-8")


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
    numbers, corrected = set(re.findall(r"\bE\d+", said)), set(threads.corrected_by(loss))
    assert numbers <= corrected and bool(numbers) == bool(corrected), (loss, numbers, corrected)


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


def code_lines(text):
    """Count the lines that are neither blank, nor comments, nor within a docstring."""
    prose = {
        number
        for node in docstrings(ast.parse(text))
        for number in range(node.lineno, node.end_lineno + 1)
    }
    lines = enumerate(text.splitlines(), start=1)
    return sum(bool(line.strip().partition("#")[0]) and i not in prose for i, line in lines)


def test_lines_of_code_are_counted_without_prose():
    text = (
        '"""One\ntwo."""\n\n# why\nx = 1  # a number\n\n\ndef f():\n    """Do."""\n    return x\n'
    )
    assert code_lines(text) == 3


FOLDERS = ("keras_gen", "scripts", "benchmarks", "docs", "examples")


@pytest.mark.parametrize("path", tracked(*FOLDERS), ids=name)
def test_no_file_holds_more_code_than_a_reader_can(path):
    assert code_lines(path.read_text(encoding="utf-8")) <= 200


def test_tests_mirror_the_package():
    project_wide = {
        "test_bad_luck.py",
        "test_benchmarks.py",
        "test_docs.py",
        "test_errata.py",
        "test_glossary.py",
        "test_habits.py",
        "test_interview.py",
        "test_interview_coding.py",
        "test_interview_pages.py",
        "test_new_family.py",
        "test_package.py",
        "test_play.py",
        "test_quality.py",
        "test_readme.py",
        "test_serving.py",
        "test_site.py",
        "test_structure.py",
        "test_tutorial_numbers.py",
        "test_tutorials.py",
    }
    for path in (ROOT / "tests").rglob("test_*.py"):
        twin = PACKAGE / path.relative_to(ROOT / "tests").with_name(path.name[5:])
        assert path.name in project_wide or twin.is_file(), f"{name(path)} tests no file"


def test_type_hints_hold(tmp_path):
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("check", [("check",), ("format", "--check")], ids=" ".join)
def test_ruff_is_content(check):
    command = [sys.executable, "-m", "ruff", *check, "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
