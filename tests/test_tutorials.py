"""The tutorials: one source for both languages, notebooks up to date, exercises that can be solved.

The slow tests run every code cell with small budgets; stored outputs come from the full ones.
"""

import importlib
import importlib.util
import json
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BUILDER = ROOT / "scripts" / "build_tutorials.py"
SPEC = importlib.util.spec_from_file_location("build_tutorials", BUILDER)
build = importlib.util.module_from_spec(SPEC)
sys.path.append(str(BUILDER.parent))  # whose neighbours it imports
SPEC.loader.exec_module(build)

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
        "((x + 1) * 127.5).astype('uint8')",
    ],
    "03_dcgan": ["height * stride", "-(-kernel // stride)", "-np.ones_like(s)"],
    "04_losses": [
        "(a * p_r + b * p_g) / (p_r + p_g)",
        "np.mean(np.abs(x - y))",
        "np.mean((np.sqrt(np.sum(gradients**2, axis=(1, 2, 3))) - 1) ** 2)",
    ],
    "05_vae": [
        "0.5 * (mean**2 + np.exp(log_var) - 1 - log_var) / tau**2",
        "(0.5 * ((images - means) / deviation) ** 2).sum(axis=(1, 2, 3)).mean()",
        "np.mean(log_ratios)",
    ],
    "06_style_transfer": [
        "np.einsum('hwi,hwj->ij', features, features) / features.size",
        "sum(np.mean(np.diff(image, axis=axis) ** 2) for axis in (0, 1))",
        "1 + 2 * stack.count('conv') + stack.count('pool')",
    ],
    "07_measuring_quality": [
        "10 * np.log10(255**2 / np.mean((images - others) ** 2))",
        "xx.mean() + yy.mean() - 2 * xy.mean()",
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
        for shared in (r"\$\$.*?\$\$", r"(?m)^#+ ", r"(?m)^\d?[-.] ", r"arXiv:[\d.]+", r"`[^`]+`"):
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


@pytest.mark.parametrize("name", NAMES)
def test_chinese_has_its_own_punctuation_and_figures_have_no_chinese(name):
    for text in prose(name, "zh"):
        text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`", "", text, flags=re.DOTALL)
        assert not re.findall(r".*[\u4e00-\u9fff] ?[,;:!?].*", text)
    for cell in build.read(name):  # a figure would need a font for it
        assert cell.kind != "code" or not re.search(r"[\u4e00-\u9fff]", cell.text)


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
    assert verdict(name, number, None) == ["not yet 尚未作答"]


@pytest.mark.parametrize(("name", "number"), EXERCISES)
def test_the_folded_solution_is_accepted(name, number):
    exercise, _, solution = exercises(name)[number]
    assert solution.splitlines()[:2] == exercise.splitlines()[:2]  # the same function
    assert verdict(name, number, solution) == ["right 正确 ✓"]


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
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 4
    assert path.stat().st_size < 700_000


# --- the builder ----------------------------------------------------------------------------------


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
    monkeypatch.setattr(build, "REPOSITORY", "https://github.com/OWNER/keras_gen")
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
        with pytest.raises(ModuleNotFoundError, match="pip install its folder or wheel"):
            exec(opening, {})
    assert [command[-1] for command in commands] == [f"{wheel}[offline]"] * bool(wheel)


def test_the_opening_does_nothing_where_the_package_is_installed(folder, monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("it installs"))
    exec(build.cells("01_a", "en", 0)[2][1], {})


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_code_cell_runs(name):
    pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    command = [sys.executable, str(BUILDER), "--fast", name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
