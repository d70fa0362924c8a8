"""The documentation: its links, pages and formulas, and the modules of docs/_ext.

What needs the extra `docs` is skipped where that is not installed; the site is tested in
test_site.py.
"""

import ast
import functools
import inspect
import json
import pydoc
import re
import shlex
import sys
import tomllib
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "docs" / "_ext"))

import docstrings  # noqa: E402 - from docs/_ext
import loss_table  # noqa: E402
import pages  # noqa: E402

LANGUAGES = sorted(pages.LANGUAGES)
PATHS = [path for language in LANGUAGES for path in pages.pages(language).values()]
TEXTS = [path for path in PATHS if path.endswith(".md")]


# --- links of the texts, as they stand in the repository ------------------------------------------


def slug(heading):
    """The anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@functools.cache
def outline(path):
    """Return the anchors of a Markdown file or a notebook, and its links as (label, target)."""
    text = re.sub(r"(?<!\\)\$[^$\n]+\$", "x", pages.prose(path))  # E[f](x)
    tokens = MarkdownIt().enable("table").parse(text)
    anchors, links = set(), []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if before and before.type == "heading_open":
            anchors.add(slug("".join(c.content for c in token.children)))
        for place, child in enumerate(children := token.children or []):
            if child.type == "image":
                links.append((child.content, child.attrs["src"]))
            elif child.type == "link_open":
                label = children[place + 1].content if place + 1 < len(children) else ""
                links.append((label, unquote(child.attrs["href"])))
    return anchors, links


def check_link(path, label, target):
    """Raise where a link of a file leads nowhere or its label names what is not there."""
    if re.match(r"[a-z]+:", target):
        return
    file, _, fragment = target.partition("#")
    found = (ROOT / path).parent / file if file else ROOT / path
    if not found.exists():
        raise FileNotFoundError(f"{path}: {target}")
    inside = str(found.resolve().relative_to(ROOT))
    if fragment and inside.endswith(".md") and fragment not in outline(inside)[0]:
        raise ValueError(f"{path}: no heading {target}")
    name, full = pages.symbol(label, inside)
    if name and pages.definition(inside, name.rpartition(".")[2]) is None:
        raise ValueError(f"{path}: {inside} does not define {name}")
    if full and pydoc.locate(full) is None:
        raise ValueError(f"{path}: there is no {full}")


@pytest.mark.parametrize("path", PATHS)
def test_every_link_leads_somewhere(path):
    for label, target in outline(path)[1]:
        check_link(path, label, target)


def test_the_texts_have_links():
    assert sum(len(outline(path)[1]) for path in TEXTS) > 500
    assert sum(len(outline(path)[1]) for path in set(PATHS) - set(TEXTS)) > 250


@pytest.mark.parametrize(
    ("label", "target", "error"),
    [
        ("x", "no_such_page.md", FileNotFoundError),
        ("x", "errata.md#no-such-heading", ValueError),
        ("x", "errata.zh-CN.md#对的地方", ValueError),
        ("keras_gen.losses.no_such_loss", "../keras_gen/losses/gan.py", ValueError),
        ("keras_gen.losses.gram_matrix", "../keras_gen/losses/gan.py", ValueError),
        ("test_no_such_thing", "../tests/test_errata.py", ValueError),
    ],
)
def test_a_dead_link_is_found(label, target, error):
    with pytest.raises(error):
        check_link("docs/errata.md", label, target)


def test_a_label_names_an_object():
    gan = "keras_gen/losses/gan.py"
    full = "keras_gen.losses.gan.hinge_generator_loss"
    for label in ("keras_gen.losses.hinge_generator_loss", full, "hinge_generator_loss"):
        assert pages.symbol(label, gan) == ("hinge_generator_loss", full)
    assert pages.symbol("keras_gen.losses.gan", gan) == ("", "keras_gen.losses.gan")
    assert pages.symbol("the first file", gan) == ("", "")
    tests = "tests/losses/test_gan.py"
    assert pages.symbol(f"{tests}::test_x", tests) == ("test_x", "")


# --- pages ----------------------------------------------------------------------------------------


def toctree(path):
    """Return what the toctrees of a page list, without titles: ["README <readme>"] is "readme"."""
    text = (ROOT / path).read_text("utf-8")
    blocks = re.findall(r"```\{toctree\}\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line]
    return [re.sub(r".*<(.*)>", r"\1", line) for line in lines if not line.startswith(":")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_in_both_languages_and_in_the_tree(language):
    written = [set(pages.pages(each)) for each in LANGUAGES]
    assert written[0] == written[1] and len(written[0]) >= 9
    wanted = {re.sub(r"^tutorials/.*", "tutorials/*", name) for name in written[0] - {"index"}}
    listed = toctree(pages.pages(language)["index"])
    assert len(listed) == len(set(listed)) and set(listed) == wanted | {"tutorials/*", "api/index"}


@pytest.mark.parametrize("path", [path for path in TEXTS if "index." not in path])
def test_every_text_begins_with_a_link_to_its_other_language(path):
    other = path.replace(".zh-CN", "") if ".zh-CN" in path else path.replace(".md", ".zh-CN.md")
    assert outline(path)[1][0][1] == Path(other).name


def rows(path, columns):
    """Return the cells of the rows of all tables with that many columns, heads aside."""
    text = (ROOT / path).read_text("utf-8")
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return [cells for cells in lines if len(cells) == columns and not set(cells[0]) <= set("-|")]


def test_the_variables_of_the_notation_stand_in_the_files_that_it_names():
    tables = [rows(pages.pages(language)["notation"], 4) for language in LANGUAGES]
    assert len(tables[0]) == len(tables[1]) > 30
    for english, chinese in zip(*tables, strict=True):
        assert re.findall(r"`\w+`", english[1]) == re.findall(r"`\w+`", chinese[1])
        for variable in re.findall(r"`(\w+)`", english[1]):
            file = re.search(r"\(\.\./(.+?)\)", english[3])[1]
            assert re.search(rf"\b{variable}\b", (ROOT / file).read_text("utf-8")), (variable, file)


def contract():
    """Return {folder: level}, the lowest 0, as import-linter enforces it."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    (layers,) = (c["layers"] for c in settings["contracts"] if c["type"] == "layers")
    rows = [row.split(" | ") for row in layers if row != "__main__"]
    return {name: level for level, row in enumerate(reversed(rows)) for name in row}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_levels_of_the_architecture_are_those_that_are_enforced(language):
    text = (ROOT / pages.pages(language)["architecture"]).read_text("utf-8")
    table = re.findall(r"^\| (\d) \| \[`keras_gen\.(\w+)`", text, re.M)
    assert {folder: int(level) for level, folder in table} == contract()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_drawing_of_the_architecture_shows_the_arrows_that_there_are(language):
    """Run scripts/draw_architecture.py where it does not."""
    sys.path.insert(0, str(ROOT / "scripts"))
    import draw_architecture as draw

    arrows = {(here, there) for here, others in draw.arrows().items() for there in others}
    assert draw.drawn(language) == arrows
    assert set(draw.ABOUT) == set(contract())
    assert all(contract()[here] > contract()[there] for here, there in arrows)


# --- production -----------------------------------------------------------------------------------

PRODUCTION = {language: pages.pages(language)["production"] for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_commands_of_production_are_those_of_the_command_line(language):
    from keras_gen.cli import build_parser

    text = (ROOT / PRODUCTION[language]).read_text("utf-8")
    commands = [shlex.split(found)[1:] for found in re.findall(r"`(keras-gen [^`]+)`", text)]
    assert sum(len(words) > 1 for words in commands) >= 7
    for words in commands:
        if len(words) > 1:
            assert build_parser().parse_args(words).command == words[0]
        else:
            assert words[0] in build_parser()._subparsers._group_actions[0].choices
    flags = re.findall(r"`(--(?:strategy|precision) [^`]+)`", text)
    assert len(flags) == 3
    for flag in flags:
        build_parser().parse_args(["train", "dcgan", *shlex.split(flag)])


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_of_production_are_parts_of_those_that_were_measured(language):
    text = (ROOT / PRODUCTION[language]).read_text("utf-8")
    for name, page, count in (("export", "export", 3), ("serving", "serving", 3)):
        table = text.split(f"<!-- {name} -->\n")[1].split("<!-- end")[0].splitlines()
        measured = (ROOT / pages.pages(language)[page]).read_text("utf-8").splitlines()
        assert len(table) == count + 2 and set(table) <= set(measured)


def test_production_has_the_same_code_in_both_languages_and_it_runs():
    blocks = [
        re.findall(r"```python\n(.*?)```", (ROOT / path).read_text("utf-8"), re.DOTALL)
        for path in PRODUCTION.values()
    ]
    assert blocks[0] == blocks[1] and len(blocks[0]) == 1
    scope = {}
    exec(blocks[0][0], scope)
    assert scope["gan"].steps_done == 20


# --- docstrings and the table of losses -----------------------------------------------------------

DOCSTRING = r"""Measure something.

Formula:
    $L = \frac{1}{B}
    \sum_i x_i$, $B$ images
    mean(x) * 1
    with x_ the images

Text with `code` and a *word* and 2 * 3 * 4. Deviation: the paper
sums.

    a literal

- first
- second, $x$y

Erratum: the document has **2.

Args:
    x: (B,) floats,
        at least one.
    **rest: others.

Returns:
    Scalar: one number.

Raises:
    ValueError: no x.

Reference: Somebody 2020,
    equation 1.
"""


def test_a_docstring_is_read_into_parts():
    found = docstrings.parts(inspect.cleandoc(DOCSTRING))
    kinds = "text Formula text Deviation literal text Erratum Args Returns Raises Reference"
    assert [kind for kind, _ in found] == kinds.split()
    formula = docstrings.formula_lines(found[1][1])
    assert [mathematics for mathematics, _ in formula] == [True, False, False]
    assert formula[0][1] == r"$L = \frac{1}{B} \sum_i x_i$, $B$ images"
    assert found[3][1] == "The paper\nsums."
    assert docstrings.fields(found[7][1]) == {
        "x": "(B,) floats, at least one.",
        "**rest": "others.",
    }
    assert found[-1] == ("Reference", "Somebody 2020,\nequation 1.")


def test_a_docstring_is_written_as_restructured_text():
    text = "\n".join(docstrings.to_rst(inspect.cleandoc(DOCSTRING), lambda words: None, {}))
    for piece in [
        r":math:`L = \frac{1}{B} \sum_i x_i`, :math:`B` images",
        r"Text with ``code`` and a *word* and 2 \* 3 \* 4.",
        "   with x_ the images",
        r"- second, :math:`x`\ y",
        ".. admonition:: Deviation\n   :class: deviation\n\n   The paper sums.",
        r"The document has \*\*2.",
        ":param x: (B,) floats, at least one.",
        r":param \*\*rest: others.",
        ":returns: Scalar: one number.",
        ":raises ValueError: no x.",
        ":Reference: Somebody 2020, equation 1.",
    ]:
        assert piece in text, piece


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_public_loss_is_in_the_table(language):
    from keras_gen import losses

    text = loss_table.table(language)
    sections = re.split(r"^\* - (?=\[`)", text, flags=re.MULTILINE)[1:]
    names = [name for name in losses.__all__ if callable(getattr(losses, name))]
    assert [re.match(r"\[`(\w+)`", section)[1] for section in sections] == names
    source, test = loss_table.WORDS[language]["Reference"], loss_table.WORDS[language]["tests"]
    for section in sections:
        assert "{.formula}" in section and "$" in section and f"**{source}**" in section
        file = re.search(rf"\[{test}\]\(\.\./(.+?)\)", section)[1]
        stem = Path(inspect.getfile(getattr(losses, re.match(r"\[`(\w+)`", section)[1]))).stem
        assert file == f"tests/losses/test_{stem}.py" and (ROOT / file).is_file()
    words = loss_table.WORDS[language]
    assert text.count(f"**{words['Erratum']}**") == 11  # losses with an erratum, counted by hand
    assert text.count(f"**{words['errata']}**") == 11
    assert text.count(f"**{words['tutorial']}**") == len(names)
    assert all(f"| `{name}` |" in text for name in losses.GAN_LOSSES)


# --- formulas and search --------------------------------------------------------------------------


def test_every_formula_can_be_set():
    mathml = pytest.importorskip("mathml", reason="the extra docs is not installed")
    count = 0
    for path in [*pages.modules().values(), *TEXTS]:
        text = (ROOT / path).read_text("utf-8")
        if path.endswith(".py"):
            nodes = ast.walk(ast.parse(text))
            kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
            parts = [ast.get_docstring(node) or "" for node in nodes if isinstance(node, kinds)]
            text = "\n".join(part.replace("\n", " ") for part in parts)
        text = re.sub(r"```.*?```|`[^`\n]+`", "", text, flags=re.DOTALL)
        for tex in re.findall(r"(?<!\\)\$([^$\n]+)\$", text):
            assert mathml.convert(tex).startswith("<math")
            count += 1
    assert count > 500


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("x", ["x"]),
        ("a = b + c", ["a=", "b+", "c"]),
        ("a = -b", ["a=", "−b"]),  # the sign belongs to b
        ("f(a, b) = c", ["f(a,b)=", "c"]),  # not within brackets
        (r"\frac{a = b}{c}", ["a=bc"]),
        (
            "f(" + " + ".join("abcdefghijklm") + ")",
            ["f(a+", *(f"{c}+" for c in "bcdefghijkl"), "m)"],
        ),
    ],
)
def test_a_formula_may_break_where_tex_would_break_it(tex, expected):
    mathml = pytest.importorskip("mathml", reason="the extra docs is not installed")
    found = mathml.pieces(mathml.convert(tex))
    assert [re.sub(r"<[^>]+>", "", piece) for piece in found] == expected
    assert all(piece.startswith("<math") for piece in found)


def test_chinese_is_searched_by_pairs_of_characters():
    search = pytest.importorskip("chinese_search", reason="the extra docs is not installed")
    words = search.ChineseSearch({}).split("格拉姆矩阵 Gram matrix，x2")
    assert {"格拉", "拉姆", "姆矩", "矩阵", "格", "Gram", "matrix", "x2"} <= set(words)
    assert not any("，" in word for word in words)


@pytest.mark.parametrize("path", ["docs/review.md", "docs/review.zh-CN.md"])
def test_the_sampling_plan_is_that_of_the_function(path):
    from keras_gen.measures import sampling_plan

    text = (ROOT / path).read_text("utf-8").split("<!-- plan -->")[1].split("<!-- end")[0]
    lines = text.strip().splitlines()[2:]
    assert len(lines) == 6
    for line in lines:
        rate, *numbers = (cell.strip().replace(",", "") for cell in line.strip("|").split("|"))
        p = float(rate.removesuffix(" %")) / 100
        expected = [sampling_plan(p, defects=c) for c in (0, 1, 2, 5)]
        expected += [sampling_plan(p, 0.99), sampling_plan(p, population=1000)]
        assert [int(number) for number in numbers] == expected


@pytest.mark.parametrize("path", ["docs/play.md", "docs/play.zh-CN.md"])
def test_the_time_to_the_first_picture_is_the_stored_one(path):
    found = json.loads((ROOT / "docs" / "play.json").read_text("utf-8"))
    text = (ROOT / path).read_text("utf-8")
    seconds = found["seconds to the first picture"]
    shown = [f"{np.median(seconds):.1f}", f"{min(seconds):.1f}"]
    shown += [str(found[f"load of the last minute {when}"]) for when in ("before", "after")]
    shown += [f"{sum(found['megabytes'].values()):.1f} MB"]
    (paragraph,) = (part for part in text.split("\n\n") if "first_picture.py" in part)
    for figure in shown:
        assert re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d.])", paragraph), figure
    assert len(seconds) == 5 and found["logical processors"] == 2


@pytest.mark.parametrize("path", ["docs/results.md", "docs/results.zh-CN.md"])
def test_modes_are_those_of_the_stored_runs(path):
    """Means and standard errors of the rows that benchmarks/modes.py has written, ten seeds."""
    runs = {}
    for line in (ROOT / "docs" / "modes.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        runs.setdefault(row["setting"], []).append((row["modes"], row["high_quality"]))
    text = (ROOT / path).read_text("utf-8").split("<!-- modes -->")[1].split("<!-- end")[0]
    lines = text.strip().splitlines()[2:]
    assert len(lines) == len(runs)
    for line, found in zip(lines, runs.values(), strict=True):
        modes, quality = np.transpose(found)
        shown = [f"{v.mean():.{n}f} ± {v.std(ddof=1) / len(v) ** 0.5:.{n}f}"
                 for v, n in ((modes, 1), (quality, 2))]  # fmt: skip
        assert [cell.strip() for cell in line.split("|")[2:5]] == [*shown, str(len(found))]
        assert len(found) >= 10
