"""The tutorials: one source for both languages, notebooks up to date, exercises that can be solved.

The slow tests run every code cell with small budgets; stored outputs come from the full ones.
"""

import ast
import base64
import copy
import importlib
import importlib.util
import io
import json
import re
import subprocess
import sys
import types
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib import font_manager
from PIL import Image

ROOT = Path(__file__).parent.parent
BUILDER = ROOT / "scripts" / "build_tutorials.py"
SPEC = importlib.util.spec_from_file_location("build_tutorials", BUILDER)
build = importlib.util.module_from_spec(SPEC)
sys.path.append(str(BUILDER.parent))  # whose neighbours it imports
SPEC.loader.exec_module(build)

import notebook_figures  # noqa: E402 - a neighbour of the builder
import notebook_opening  # noqa: E402 - a neighbour of the builder
import notebook_words  # noqa: E402

NAMES = sorted(path.stem for path in build.FOLDER.glob("[0-9]*.py"))
PAGES = [(name, language) for name in NAMES for language in build.LANGUAGES]
SECTIONS = {  # of every tutorial; OWN_SECTIONS says where one differs
    "en": "The question|The picture|The formula, one step a line|A number by hand|"
    "Five lines of NumPy|Value and slope|Where it stands in `train_step`|"
    "What goes wrong without it|The real training|Exercises|Where to go from here",
    "zh": "问题|图示|公式，一行一步|手算一个数|五行 NumPy|值与斜率|它在 `train_step` 中的位置|"
    "没有它会怎样|真正的训练|练习|接下来",
}
OWN_SECTIONS = {
    "00_what_is_where": {
        "The formula, one step a line": "What is where|The formula, one step a line",
        "Where to go from here": "How to read the rest",
        "公式，一行一步": "什么在哪里|公式，一行一步",
        "接下来": "其余各篇怎么读",
    },
    "07_measuring_quality": {
        "Where it stands in `train_step`": "Where it stands in an evaluation",
        "它在 `train_step` 中的位置": "它在评估中的位置",
    },
}
CHINESE = "[\u4e00-\u9fff]"
SHOWING = {"print", "show", "set", "set_title", "set_xlabel", "set_ylabel", "suptitle", "text"}
# Literals of several words that are names: of options, files, losses with their penalties, entries
# of a data set, and what a library is asserted to say.
OWN_NAMES = {
    *("valid", "same", "float32", "seed", "marks", "killed", "teapot", "Ankle boot"),
    *("SSIM {measures.ssim(*pair).mean():.3f}", "epsilon {epsilon:.2f}", "round(1 + d) - 1"),
    *("ValueError:", "The total size.*\\)", "trainable weights", "slice index"),
    *("IDAT, says the label", "DigitalSourceType", "Known weaknesses"),
    "other pixels than those that were marked",
}
# What a library says within a line of a notebook, and names of data and files on its figures.
LIBRARY_SAYS = (
    "The model does not have any trainable weights",
    "60,000 images of 28x28x1 (6,000 of each of 10 classes)",
    *("teapot, ", "Ankle boot", "saved again.png", "style block", "content block"),
)
# What a learner might put for the dots of each exercise, and is wrong.
WRONG = {
    "00_what_is_where": [
        "'uint8' if pixels.max() > 1 else 'unit'",
        "steps * n / batch_size",
        "pixels.reshape(4 * pixels.shape[1], 4 * pixels.shape[2])",
    ],
    "01_adversarial_game": ["p_r / (p_r + p_g)", "np.log(4) - d_loss", "-np.exp(s)"],
    "02_mlp_gan": [
        "sum(n * m for n, m in pairwise(sizes))",
        "upstream * (1 - np.tanh(x) ** 2)",
        "1 / (1 + np.exp(-s)) - 1",
    ],
    "03_dcgan": ["height * stride", "-(-kernel // stride)", "-np.ones_like(s)"],
    "04_losses": [
        "(a * p_r + b * p_g) / (p_r + p_g)",
        "np.mean(np.abs(x - y))",
        "np.mean((np.sqrt(np.sum(gradients**2, axis=(1, 2, 3))) - 1) ** 2)",
    ],
    "05_vae": [
        "0.5 * (mean**2 + np.exp(log_var) - 1 - log_var) / tau**2",
        "(0.5 * ((images - means) / deviation) ** 2 + np.log(2 * np.pi) / 2)"
        ".sum(axis=(1, 2, 3)).mean()",
        "np.mean(log_ratios)",
    ],
    "06_style_transfer": [
        "np.einsum('hwi,hwj->ij', features, features) / features.size",
        "sum(np.mean(np.diff(image, axis=axis) ** 2) for axis in (0, 1))",
        "1 + 2 * stack.count('conv') + stack.count('pool')",
    ],
    "07_measuring_quality": [
        "10 * np.log10(255**2 / np.mean((images - others) ** 2))",
        "(np.trace(xx) + np.trace(yy)) / len(xx) ** 2",
        "np.mean(np.abs(x[:, None] - y).min(axis=1)"
        " <= np.sort(np.abs(x[:, None] - x), axis=1)[:, k - 1])",
    ],
    "08_to_product": [
        "x * (1 + 2.0**-7)",
        "np.ones(len(sizes)) / len(sizes)",
        "png[at + 4 : at + 8], at + 8 + int.from_bytes(png[at : at + 4], 'big')",
    ],
    "09_collapse": [
        "m * epsilon",
        "(1 - eta * a) ** k",
        "np.std(features, axis=1).mean()",
    ],
    "10_generation_on_request": [
        "p_r / (p_r + p_g)",
        "y.T @ phi",
        "latent_dim / math.erf(t / math.sqrt(2))",
    ],
    "11_product_page": [
        "np.mean(degrees) % 360",
        "np.divide(picture - backdrop, matte, out=0 * picture, where=matte > 0)",
        "np.mean(scores.argmax(axis=1) == hidden)",
    ],
    "12_labelled_reviewed_private": [
        "math.ceil(3 / p)",
        "gradients.clip(-clip_norm, clip_norm).sum(axis=0) / batch_size",
        "1 - np.exp(-epsilon) / 2",
    ],
}


def prose(name, language):
    return [cell.text for cell in build.read(name) if cell.kind == language]


def without_words(formula):
    """Return a formula without its words, which are English or Chinese, and without blanks."""
    return re.sub(r"\\text\{[^}]*\}|\s", "", formula)


def exercises(name):
    """Return the (exercise, check, solution) of each exercise."""
    cells = [cell for cell in build.read(name) if cell.kind in ("exercise", "check", "solution")]
    kinds = [cell.kind for cell in cells]
    assert kinds == ["exercise", "check", "solution"] * 3
    texts = [cell.text for cell in cells]
    return list(zip(texts[::3], texts[1::3], texts[2::3], strict=True))


# --- the source -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_prose_stands_in_pairs_that_agree(name):
    kinds = [cell.kind for cell in build.read(name) if cell.kind not in ("check", "solution")]
    assert kinds[:3] == ["en", "zh", "code"]
    for i, kind in enumerate(kinds):
        assert kind != "en" or kinds[i + 1] == "zh", f"English cell {i} has no Chinese one"
        assert kind != "zh" or kinds[i - 1] == "en", f"Chinese cell {i} has no English one"
    for english, chinese in zip(prose(name, "en"), prose(name, "zh"), strict=True):
        formulas = [re.findall(r"\$\$.*?\$\$", text, re.DOTALL) for text in (english, chinese)]
        english_ones, chinese_ones = (sorted(map(without_words, each)) for each in formulas)
        assert english_ones == chinese_ones, english[:60]
        for shared in (r"(?m)^#+ ", r"(?m)^\d?[-.] ", r"arXiv:[\d.]+", r"`[^`]+`"):
            found = [re.findall(shared, text, re.DOTALL) for text in (english, chinese)]
            assert sorted(found[0]) == sorted(found[1]), english[:60]


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_every_section_is_there(name, language):
    text, wanted = "\n".join(prose(name, language)), SECTIONS[language]
    for usual, own in OWN_SECTIONS.get(name, {}).items():
        wanted = wanted.replace(usual, own)
    assert "|".join(re.findall(r"^## (.*)$", text, re.MULTILINE)) == wanted
    assert text.startswith(f"# {int(name[:2])}. ")


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_formulas_are_whole(name, language):
    text = "\n\n".join(prose(name, language))
    blocks = re.findall(r"^\$\$\n(.*?)\n\$\$$", text, re.DOTALL | re.MULTILINE)
    assert blocks and text.count("$$") == 2 * len(blocks)
    for line in re.sub(r"\$\$.*?\$\$|`[^`]*`", "", text, flags=re.DOTALL).splitlines():
        pieces = line.split("$")
        assert len(pieces) % 2, f"odd number of $ in {line[:60]!r}"
        for formula in pieces[1::2]:
            assert "*" not in formula, f"GitHub takes the star of {formula} for emphasis"
            assert formula == formula.strip() and formula.count("{") == formula.count("}"), formula
        for before in pieces[:-1:2]:
            # GitHub reads a formula only behind a space, an opening bracket or at the beginning
            assert re.fullmatch(r"(.*[\s(|*（])?", before), f"{before[-20:]!r} before a formula"


def without_formulas(text):
    return re.sub(r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|\{[^}]*\}", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("name", NAMES)
def test_chinese_has_its_own_punctuation(name):
    own = [words for words in build.table(name).values() if re.search(CHINESE, words)]
    for text in [*prose(name, "zh"), *own]:
        assert not re.findall(rf".*{CHINESE} ?[,;:!?].*", without_formulas(text))
    for text in own:
        said = text.replace("\\n", " ")
        assert not re.findall(rf"{CHINESE}[A-Za-z0-9]|[A-Za-z0-9]{CHINESE}", said), text


@pytest.mark.parametrize("name", NAMES)
def test_english_has_no_chinese(name):
    code = [text for kind, text in build.cells(name, "en", 0) if kind == "code"]
    assert not re.search(CHINESE, "\n".join([*prose(name, "en"), *code]))
    book = json.loads((build.FOLDER / "en" / f"{name}.ipynb").read_text("utf-8"))
    shown = [cell["outputs"] for cell in book["cells"] if cell["cell_type"] == "code"]
    assert not re.search(CHINESE, json.dumps(shown, ensure_ascii=False))


# --- what the code shows, in Chinese --------------------------------------------------------------


def shape(core, literal):
    """Return the fields of a literal; the width of a column may differ between the languages."""
    parts = [part for part in literal.parts(core) if part[1] is not None]
    return sorted((field, re.sub(r"^[<>^]?\d+(?=s?$)", "", form)) for _, field, form in parts)


@pytest.mark.parametrize("name", NAMES)
def test_words_stand_in_the_code_and_keep_their_fields(name):
    pairs, codes = build.words_of(name)
    used = notebook_words.Words(pairs, codes).used
    for english in set(pairs) - set(notebook_words.EVERYWHERE):
        assert english in used, f"no literal of {name} reads {english!r}"
        assert shape(english, used[english]) == shape(pairs[english], used[english]), english


def sample(parts):
    """Return what a literal with these parts becomes, with numbers or one word in its fields."""
    shown = ""
    for text, field, form in parts:
        number = 7 if form and form[-1] == "d" else 0.25
        shown += text + ("" if field is None else format(number if form else "x_y", form))
    return shown


@pytest.mark.parametrize("name", NAMES)
def test_what_a_literal_has_become_is_found_again(name):
    pairs, codes = build.words_of(name)
    words = notebook_words.Words(pairs, codes)
    for english in set(pairs) & set(words.used):
        literal = words.used[english]
        parts, wanted = literal.parts(english), literal.parts(pairs[english])
        if not any(notebook_words.WIDTH.fullmatch(form or "") for _, _, form in parts):
            assert words.shown(sample(parts)) == sample(wanted)


def test_words_of_every_tutorial_are_used():
    used = set()
    for name in NAMES:
        shown = [text for lang in build.LANGUAGES for _, text in build.opening(name, lang, 0)[1:]]
        pairs, codes = build.words_of(name)
        used |= set(notebook_words.Words(pairs, [*codes, notebook_opening.FONT, *shown]).used)
    assert set(notebook_words.EVERYWHERE) <= used


class Strings(ast.NodeTransformer):
    """Takes away what strings say, and how the fields of formatted ones are written."""

    def visit_Constant(self, node):
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node):
        self.generic_visit(node)
        values = [value for value in node.values if isinstance(value, ast.FormattedValue)]
        for value in values:
            value.format_spec = None
        node.values = sorted(values, key=ast.dump)
        return node


@pytest.mark.parametrize("name", NAMES)
def test_the_chinese_code_is_the_same_but_for_strings(name):
    english, chinese = (build.cells(name, language, 0)[3:] for language in build.LANGUAGES)
    for (kind, code), (_, other) in zip(english, chinese, strict=True):
        if kind == "code":
            trees = [Strings().visit(ast.parse(text)) for text in (code, other)]
            assert ast.dump(trees[0]) == ast.dump(trees[1])


def is_shown(literal, code, calls):
    """Tell whether a literal is to be read: several words, or an argument of what shows it."""
    text = re.sub(r"\{[^}]*\}|\$[^$]*\$", "#", literal.core)
    text = re.sub(r"\S*[_./\\]\S*", "#", text)
    if literal.quote == '"""' or literal.keyword not in notebook_words.SHOWN:
        return False
    line = code[: literal.start].count("\n") + 1
    read = literal.keyword or any(first <= line <= last for first, last in calls)
    if code[: literal.start].endswith("["):
        return False
    return bool(re.search("[A-Za-z]{3,}" if read else "[A-Za-z]{3,}[,:]? [A-Za-z]{3,}", text))


@pytest.mark.parametrize("name", NAMES)
def test_everything_that_is_shown_has_its_chinese(name):
    pairs, codes = build.words_of(name)
    missing = []
    for code in codes[1:]:  # behind the opening
        calls = [
            (node.lineno, node.end_lineno)
            for node in ast.walk(ast.parse(code))
            if isinstance(node, ast.Call)
            and (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) in SHOWING
        ]
        for literal in notebook_words.literals(code):
            if is_shown(literal, code, calls) and literal.core not in {*pairs, *OWN_NAMES}:
                missing.append(literal.core)
    assert not missing, f"in the cell `# %% words` of {name}.py"


def printed(name, language):
    book = json.loads((build.FOLDER / language / f"{name}.ipynb").read_text("utf-8"))
    outputs = [output for cell in book["cells"] for output in cell.get("outputs", ())]
    return [line for o in outputs for line in "".join(o.get("text", "")).split("\n")]


PHRASE = re.compile(
    r"(?<![\w.])[A-Za-z]{3,},? [A-Za-z]{3,}|\b(?:of|the|and|with|from|by)\b(?![_.])"
)


@pytest.mark.parametrize("name", NAMES)
def test_printed_lines_are_translated_to_their_end(name):
    pairs = list(zip(printed(name, "en"), printed(name, "zh"), strict=True))
    assert any(english != chinese for english, chinese in pairs)
    for english, chinese in pairs:
        rest = re.sub("|".join(map(re.escape, LIBRARY_SAYS)), "", chinese)
        assert english == chinese or not PHRASE.search(rest), chinese


@pytest.mark.parametrize("name", NAMES)
def test_figures_of_chinese_notebooks_are_chinese(name):
    book = json.loads((build.FOLDER / "zh" / f"{name}.ipynb").read_text("utf-8"))
    drawn = [figure["words"] for cell in build.figures(book) for figure in cell if figure]
    assert drawn, "no figure is drawn twice"
    for said in (said for words in drawn for said in words.values()):
        rest = re.sub("|".join(map(re.escape, LIBRARY_SAYS)), "", said)
        assert not PHRASE.search(without_formulas(rest)), said


def resolve(dotted):
    """Import the object of a dotted name: the longest module there is, then its attributes."""
    names = dotted.split(".")
    for count in range(len(names), 0, -1):
        try:
            found = importlib.import_module(".".join(names[:count]))
        except ModuleNotFoundError:
            continue
        for attribute in names[count:]:
            found = getattr(found, attribute)
        return found
    raise ModuleNotFoundError(dotted)


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_links_and_symbols_exist(name, language):
    text = re.sub(r"\$[^$]*\$", "", "\n".join(prose(name, language)))
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    symbols = re.findall(r"`(keras_gen\.[\w.]+)`", text)
    assert links and symbols
    for link in links:
        assert (build.FOLDER / language / link.partition("#")[0]).exists(), link
        assert language == "en" or ".md" not in link or ".zh-CN.md" in link, link
    for symbol in symbols:
        assert resolve(symbol) is not None


# --- the exercises --------------------------------------------------------------------------------


def verdict(name, number, answer):
    """Run the imports, an answer and its check; return what the check prints."""
    exercise, check, _ = exercises(name)[number]
    scope = {}
    exec(next(cell.text for cell in build.read(name) if cell.kind == "code"), scope)
    exec(answer or exercise, scope)
    printed = []
    exec(check, scope | {"print": printed.append})
    return printed


EXERCISES = [(name, number) for name in NAMES for number in range(3)]


@pytest.mark.parametrize(("name", "number"), EXERCISES)
def test_an_untouched_exercise_stops_nothing(name, number):
    assert exercises(name)[number][0].count("...") == 1
    assert verdict(name, number, None) == ["not yet"]


@pytest.mark.parametrize(("name", "number"), EXERCISES)
def test_the_folded_solution_is_accepted(name, number):
    exercise, _, solution = exercises(name)[number]
    assert solution.splitlines()[:2] == exercise.splitlines()[:2]  # the same function
    assert verdict(name, number, solution) == ["right ✓"]


@pytest.mark.parametrize(("name", "number"), EXERCISES)
def test_a_wrong_answer_is_refused(name, number):
    answer = exercises(name)[number][0].replace("...", WRONG[name][number])
    with pytest.raises(AssertionError, match=r"(?s)expected .*, found"):
        verdict(name, number, answer)


# --- the notebooks --------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_the_stored_notebook_is_that_of_the_source(name, language):
    assert not build.is_stale(name, language), f"run: python scripts/build_tutorials.py {name}"


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_the_stored_notebook_ran_through_and_is_small(name, language):
    path = build.FOLDER / language / f"{name}.ipynb"
    book = json.loads(path.read_text("utf-8"))
    assert book["metadata"]["keras_gen"]["seconds"] <= 8 * 60
    cells = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert all(output["output_type"] != "error" for output in outputs)
    assert all(output.get("name") != "stderr" for output in outputs), "a warning is shown"
    kinds = {"image/png", "image/jpeg"}
    assert sum(bool(kinds & output.get("data", {}).keys()) for output in outputs) >= 4
    assert path.stat().st_size < 700_000


# --- the builder ----------------------------------------------------------------------------------


WORDS = {
    "mixed": "混合",
    "step {n}": "第 {n} 步",
    "{'mixed' if m else 'y':6s} real": "{'mixed' if m else 'y':4s} 真",
}
WORDS |= {"$p$, real": "$p$，真", "FD": "FD", "loss": "损失"}
CODE = """
print(f"step {n}", f"{'mixed' if m else 'y':6s} real", f"{a[:, 1] != b:.2f}")
axes.set(title=r"$p$, real", xlabel="loss", kind=GAN(loss="loss"))
"""


def test_literals_are_replaced_and_options_are_not():
    assert (
        notebook_words.code_in(CODE, WORDS)
        == """
print(f"第 {n} 步", f"{'混合' if m else 'y':4s} 真", f"{a[:, 1] != b:.2f}")
axes.set(title=r"$p$，真", xlabel="损失", kind=GAN(loss="loss"))
"""
    )
    assert notebook_words.code_in(CODE, {}) == CODE


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("step 3", "第 3 步"),
        ("FD 0.1: step 300, loss -1e-05", "FD 0.1: 第 300 步, 损失 -1e-05"),
        ("mixed  real", "混合   真"),
        ("$p$, real", "$p$，真"),
        ("the loss of a library", "the loss of a library"),
        ("my.loss = loss_of(loss)", "my.loss = loss_of(损失)"),
    ],
)
def test_printed_words_are_found_by_what_their_literals_have_become(english, chinese):
    assert notebook_words.Words(WORDS, [CODE]).shown(english) == chinese


def test_of_two_literals_that_fit_the_one_that_says_more_is_taken():
    """Its field would be "8 of 8" in the other, whose source is longer."""
    words = {
        "{n} of 8 modes": "8 个模式中的 {n} 个",
        "{found.covered} modes": "{found.covered} 个模式",
    }
    codes = ['print(f"{n} of 8 modes")', 'print(f"{found.covered} modes")']
    shown = notebook_words.Words(words, codes).shown
    assert [shown("8 of 8 modes"), shown("8 modes")] == ["8 个模式中的 8 个", "8 个模式"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a {{b}} {c!r:>5} d", [("a {b} ", "c", ">5", "r"), (" d", None, None, None)]),
        ("{x[:, 1] != 2:.1f}", [("", "x[:, 1] != 2", ".1f", "")]),
        ("{}", [("", "", "", "")]),
        ("", [("", None, None, None)]),
    ],
)
def test_formatted_strings_are_cut_into_fields(text, parts):
    assert notebook_words.fields(text) == parts


SOURCE = """header
# %% [markdown] lang="en"
# # 1. A
#
# b
# %% [markdown] lang="zh"
# # 1. 甲
# %%
a = 1

# %% exercise
b = ...
# %% solution
b = 2
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with one small tutorial."""
    (tmp_path / "01_a.py").write_text(SOURCE, "utf-8")
    monkeypatch.setattr(build, "FOLDER", tmp_path)
    return tmp_path


def test_a_source_is_cut_into_cells(folder):
    assert build.read("01_a") == [
        ("en", "# 1. A\n\nb"),
        ("zh", "# 1. 甲"),
        ("code", "a = 1"),
        ("exercise", "b = ..."),
        ("solution", "b = 2"),
    ]
    titles = [build.cells("01_a", language, 100)[:2] for language in build.LANGUAGES]
    assert [title[0] for title in titles] == [("markdown", "# 1. A\n\nb"), ("markdown", "# 1. 甲")]
    assert "about 2 minutes" in titles[0][1][1] and "约 2 分钟" in titles[1][1][1]
    solution = build.cells("01_a", "zh", 0)[-1]
    assert solution[0] == "markdown" and "参考答案" in solution[1] and "b = 2" in solution[1]


@pytest.mark.parametrize("bad", ["# %% lang=en", '# %% [markdown] lang="fr"', "#%% x\n# %%code"])
def test_an_unknown_marker_is_named_with_its_line(folder, bad):
    (folder / "01_a.py").write_text(SOURCE + bad + "\n", "utf-8")
    with pytest.raises(ValueError, match=r"01_a\.py:1[56]: expected a marker of a cell, found"):
        build.read("01_a")


def test_prose_must_be_a_comment(folder):
    (folder / "01_a.py").write_text(SOURCE.replace("# b", "b"), "utf-8")
    with pytest.raises(ValueError, match=r"01_a\.py:5: expected prose behind '# ', found 'b'"):
        build.read("01_a")


def test_a_change_of_the_source_makes_the_notebook_of_its_language_stale(folder):
    stale = lambda: [build.is_stale("01_a", language) for language in build.LANGUAGES]
    assert stale() == [True, True]
    build.store("01_a", [[], [], []], seconds=7)  # the opening, a = 1, b = ...
    assert stale() == [False, False]
    (folder / "01_a.py").write_text(SOURCE.replace("甲", "乙"), "utf-8")
    assert stale() == [False, True]
    (folder / "01_a.py").write_text(SOURCE.replace("a = 1", "a = 2"), "utf-8")
    assert stale() == [True, True]
    (folder / "01_a.py").write_text(SOURCE, "utf-8")
    path = folder / "en" / "01_a.ipynb"
    path.write_text(path.read_text("utf-8").replace("a = 1", "a = 3"), "utf-8")  # by hand
    assert stale() == [True, False]


def test_outputs_are_kept_for_new_prose_but_not_for_new_code(folder):
    build.store("01_a", [[], [{"name": "stdout"}], []], seconds=7)
    (folder / "01_a.py").write_text(SOURCE.replace("甲", "乙"), "utf-8")
    assert build.kept("01_a") == ([[], [{"name": "stdout"}], []], 7)
    (folder / "01_a.py").write_text(SOURCE.replace("a = 1", "a = 2"), "utf-8")
    with pytest.raises(SystemExit, match="the code has changed"):
        build.kept("01_a")


def test_with_an_address_there_is_a_badge_and_an_install_from_it(folder, monkeypatch):
    monkeypatch.setattr(notebook_opening, "REPOSITORY", "https://github.com/OWNER/keras_gen")
    about, opening = (text for _, text in build.cells("01_a", "en", 0)[1:3])
    place = "https://colab.research.google.com/github/OWNER/keras_gen/blob/main/tutorials/en"
    assert f"({place}/01_a.ipynb)" in about
    assert "source = 'git+https://github.com/OWNER/keras_gen'" in opening


@pytest.mark.parametrize("wheel", ["keras_gen-1-py3-none-any.whl", None])
def test_without_an_address_colab_is_handed_a_wheel(folder, monkeypatch, wheel):
    about, opening = (text for _, text in build.cells("01_a", "zh", 0)[1:3])
    assert "(https://colab.research.google.com/)" in about and "wheel" in about
    colab = types.ModuleType("google.colab")
    colab.files = types.SimpleNamespace(upload=lambda: {wheel: b""} if wheel else {})
    commands = []
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(subprocess, "run", lambda command, **_: commands.append(command))
    monkeypatch.chdir(folder)  # no clone of the project above it
    if wheel:
        exec(opening, {})
    else:
        with pytest.raises(ModuleNotFoundError, match="先用 pip 安装它的文件夹或 wheel"):
            exec(opening, {})
    wanted = [f"{wheel}[offline]", "pylopdf-fonts-zh-cn"]
    assert [command[-2:] for command in commands] == [wanted] * bool(wheel)


@pytest.mark.parametrize("language", build.LANGUAGES)
def test_the_opening_installs_nothing_where_the_package_is(folder, monkeypatch, language):
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("it installs"))
    with plt.rc_context():
        exec(build.cells("01_a", language, 0)[2][1], {})


def test_a_chinese_notebook_names_a_font_or_says_that_there_is_none(folder, monkeypatch, capsys):
    opening = build.cells("01_a", "zh", 0)[2][1]
    for known, family in ((["Heiti TC", "X"], ["Heiti TC", "DejaVu Sans"]), ([], ["DejaVu Sans"])):
        monkeypatch.setattr(font_manager, "get_font_names", lambda known=known: known)
        with plt.rc_context():
            exec(opening, {})
            assert plt.rcParams["font.family"] == family
    assert capsys.readouterr().out.startswith("没有找到中文字体")


def test_a_photo_is_stored_as_jpeg_and_a_plot_as_png():
    def output(image, size):
        file = io.BytesIO()
        image.save(file, "PNG")
        data = {"image/png": base64.b64encode(file.getvalue()).decode(), "image/jpeg": "Pillow's"}
        metadata = {"image/png": {"width": size, "height": size}} if size else {}
        return {"data": data, "metadata": metadata}

    noise = np.random.default_rng(0).integers(256, size=(400, 400, 3), dtype=np.uint8)
    photo, plot = Image.fromarray(noise), Image.new("RGB", (400, 400), "white")
    cases = [  # picture, page's pixels, what is kept, its pixels
        (plot, 200, "image/png", 400),
        (photo, None, "image/png", 400),  # nothing says how large the page shows it
        (photo, 200, "image/jpeg", 200),
        (photo.resize((100, 100)).resize((400, 400)), 200, "image/jpeg", 400),
    ]
    for image, size, kind, side in cases:
        for each in (out := output(image, size)), {"data": {"text/plain": "x"}}:
            notebook_figures.shrink(each)
        assert list(out["data"]) == [kind]
        with Image.open(io.BytesIO(base64.b64decode(out["data"][kind]))) as stored:
            assert stored.size == (side, side)
        assert list(out["metadata"]) == ([kind] if size else [])
    again = copy.deepcopy(out)
    notebook_figures.shrink(again)  # what is stored is stored again when prose changes
    assert again == out


@pytest.mark.slow
def test_a_figure_is_drawn_in_both_languages_and_kept_for_new_prose(folder):
    for module in ("nbclient", "ipykernel", "pylopdf_fonts_zh_cn"):
        pytest.importorskip(module)
    drawing = (
        'plt.title("loss")\nplt.yticks([0, 1], ["$p$, real", "x"])\nplt.show()\nprint("loss", 2)'
    )
    asking = '\n# %%\nasked = "en, it"\nprint(asked, len(asked))\n'  # its length is not translated
    words = "# %% words\n# loss => 损失\n# $p$, real => $p$，真\n# en, it => zh, 它\n"
    source = SOURCE.replace("a = 1", drawing) + asking + words
    (folder / "01_a.py").write_text(source, "utf-8")
    build.store("01_a", build.execute("01_a", "en"), seconds=1)
    assert [line for line in printed("01_a", "zh") if line] == ["损失 2", "zh, 它 5"]
    assert [line for line in printed("01_a", "en") if line] == ["loss 2", "en, it 6"]
    books = [json.loads((folder / a / "01_a.ipynb").read_text("utf-8")) for a in build.LANGUAGES]
    (figure,) = (figure for cell in build.figures(books[1]) for figure in cell if figure)
    assert figure["words"] == {"loss": "损失", "$p$, real": "$p$，真"}
    assert figure["picture"] not in json.dumps(books[0]) and not build.is_stale("01_a", "zh")
    (folder / "01_a.py").write_text(source.replace("甲", "乙"), "utf-8")
    build.store("01_a", *build.kept("01_a"))
    assert figure["picture"] in (folder / "zh" / "01_a.ipynb").read_text("utf-8")
    assert "zh, 它 5" in printed("01_a", "zh")
    (folder / "01_a.py").write_text(source.replace("损失", "代价"), "utf-8")
    build.store("01_a", *build.kept("01_a"))
    assert build.is_stale("01_a", "zh"), "the figure says what the code does not"


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_code_cell_runs(name):
    pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    command = [sys.executable, str(BUILDER), "--fast", name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
