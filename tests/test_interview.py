"""The interview pages: one set of questions in two languages; every link, symbol, number holds."""

import doctest
import importlib
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "scripts"))

import interview_pages as pages  # noqa: E402 - from scripts

LANGUAGES = tuple(pages.SUFFIX)
PATHS = {
    language: [
        *(pages.page_path(topic, language) for topic in (*pages.TOPICS, "coding")),
        pages.index_path(language),
    ]
    for language in LANGUAGES
}
TEXTS = {path: path.read_text("utf-8") for paths in PATHS.values() for path in paths}
QUESTIONS = {
    language: {question.number: question for question in pages.questions(language)}
    for language in LANGUAGES
}
BOTH = [
    pytest.param(english, QUESTIONS["zh"].get(number), id=f"Q{number}")
    for number, english in QUESTIONS["en"].items()
]


def code_blocks(text):
    return re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def without_blocks(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def prose(text):
    """Return the text without code blocks, code spans and the addresses at its end."""
    return re.sub(r"`[^`\n]*`", "", without_blocks(pages.without_definitions(text)))


def formulas(text):
    """Return what stands between dollars; an odd one in a line raises ValueError."""
    found = []
    for line in prose(text).splitlines():
        pieces = line.split("$")
        if len(pieces) % 2 == 0:
            raise ValueError(f"odd number of $ in {line[:60]!r}")
        if not all(re.fullmatch(r"(.*\s)?", before) for before in pieces[:-1:2]):
            raise ValueError(f"no space before a formula, as GitHub needs it: {line[:60]!r}")
        found += pieces[1::2]
    for formula in found:
        if formula != formula.strip() or not formula or formula.count("{") != formula.count("}"):
            raise ValueError(f"no formula: ${formula}$")
    return found


def links(text):
    text = re.sub(r"\$[^$\n]*\$", "", without_blocks(text))  # E[f](x) is no link
    return re.findall(r"\[([^\]]+)\]\(([^)]+)\)", text)


def resolve(name):
    """Import the object of a dotted name: the longest module there is, then its attributes."""
    names = name.split(".")
    for count in range(len(names), 0, -1):
        try:
            found = importlib.import_module(".".join(names[:count]))
        except ModuleNotFoundError as error:
            if not ".".join(names).startswith(error.name or "?"):
                raise
            continue
        for attribute in names[count:]:
            found = getattr(found, attribute)
        return found
    raise ImportError(name)


def check_link(folder, label, target):
    """Raise where a link goes nowhere, or its label names what the file does not define."""
    if re.match(r"[a-z]+://", target):
        return
    path = folder / target.partition("#")[0]  # anchors: tests/test_docs.py
    if not path.exists():
        raise FileNotFoundError(target)
    name = label.strip("`")
    if name == label:
        return
    test = re.fullmatch(r"(tests/[\w/]+\.py)(?:::(\w+))?", name)
    if test:
        if path.resolve() != ROOT / test[1]:
            raise ValueError(f"{label} goes to {target}")
        defined = test[2]
    elif name.startswith("keras_gen."):
        resolve(name)
        defined = name.rpartition(".")[2]
    else:
        return
    text = path.read_text("utf-8")
    if defined and not re.search(rf"^\s*(def |class )?{defined}\b(\(|:| =)", text, re.MULTILINE):
        raise ValueError(f"{target} does not define {defined}")


# --- the pages ------------------------------------------------------------------------------------


def test_both_languages_ask_the_same_questions_on_the_same_pages():
    asked = [[(q.number, q.topic) for q in found.values()] for found in QUESTIONS.values()]
    assert asked[0] == asked[1]
    assert sorted(QUESTIONS["en"]) == list(range(1, len(asked[0]) + 1))
    assert len(asked[0]) >= 79
    stems = {path.name.partition(".")[0] for path in (ROOT / "docs" / "interview").glob("*.md")}
    assert stems - {"coding"} == set(pages.TOPICS)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_a_page_can_be_read_at_one_sitting(path):
    assert (
        5_000 < len(TEXTS[path].encode()) < (25_000 if path.parent.name == "interview" else 60_000)
    )


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_link_goes_to_what_its_label_says(path):
    found = links(TEXTS[path])
    assert found
    for label, target in found:
        check_link(path.parent, label, target)


@pytest.mark.parametrize(("english", "chinese"), BOTH)
def test_every_question_has_evidence_in_the_repository(english, chinese):
    for question, language in ((english, "en"), (chinese, "zh")):
        targets = [target for _, target in links(question.parts[pages.LABELS[language][-1]])]
        assert targets and not any("://" in target for target in targets)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_symbol_that_is_mentioned_exists(path):
    for name in set(re.findall(r"`(keras_gen(?:\.\w+)+)`", TEXTS[path])):
        resolve(name)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_mention_of_a_question_is_a_link(path):
    """Addresses of [Q14] at the end: test_what_the_script_writes_is_current and test_docs.py."""
    text = re.sub(r"^## .*$|\]\([^)]*\)", "", prose(TEXTS[path]), flags=re.MULTILINE)
    bare = re.sub(r"\[(?:Q\d+\. [^\]]*|Q\d+)\]?", "", text)
    assert not re.findall(r".{0,20}(?<![A-Za-z])Q\d+.{0,20}", bare)
    mentioned = {int(number) for number in re.findall(r"\[Q(\d+)", text)}
    assert mentioned <= set(QUESTIONS["en"])


@pytest.mark.parametrize(("english", "chinese"), BOTH)
def test_both_languages_have_the_same_evidence_formulas_and_code(english, chinese):
    cited = [
        [target.replace(".zh-CN.md", ".md") for _, target in links(question.parts[label])]
        for question, label in ((english, "Evidence"), (chinese, "依据"))
    ]
    assert cited[0] == cited[1]
    places = [
        [pages.LABELS[language].index(label) for label in question.parts]
        for question, language in ((english, "en"), (chinese, "zh"))
    ]
    assert places[0] == places[1]
    both = ["\n".join(question.parts.values()) for question in (english, chinese)]
    assert sorted(formulas(both[0])) == sorted(formulas(both[1]))
    assert code_blocks(both[0]) == code_blocks(both[1])
    assert len(re.findall(r"\[Q\d+\]", both[0])) == len(re.findall(r"\[Q\d+\]", both[1]))
    assert sorted(re.findall(r"arXiv:[\d.]+\d", both[0])) == sorted(
        re.findall(r"arXiv:[\d.]+\d", both[1])
    )


@pytest.mark.parametrize(("english", "chinese"), BOTH)
def test_a_short_answer_can_be_spoken(english, chinese):
    """In half a minute; a formula counts as one word."""
    english_text, chinese_text = (
        re.sub(r"\$[^$]*\$", "X", prose(question.parts[pages.LABELS[language][0]]))
        for question, language in ((english, "en"), (chinese, "zh"))
    )
    assert 20 <= len(english_text.split()) <= 70
    assert 30 <= len(re.findall(r"[一-鿿]|[A-Za-z0-9.-]+", chinese_text)) <= 150


@pytest.mark.parametrize(("english", "chinese"), BOTH)
def test_what_was_measured_stands_apart(english, chinese):
    for question, language in ((english, "en"), (chinese, "zh")):
        text = question.parts[pages.LABELS[language][1]]
        files = [target.partition("#")[0] for _, target in links(text)]
        assert not [file for file in files if re.search(r"\b(results|measures|style)\.", file)]
        assert "FD-FashionNet" not in text


def test_every_formula_is_closed():
    for language in LANGUAGES:
        assert sum(len(formulas(TEXTS[path])) for path in PATHS[language]) > 300


CODE = [question for question in QUESTIONS["en"].values() if ">>>" in str(question.parts)]


@pytest.mark.parametrize("question", CODE, ids=lambda question: f"Q{question.number}")
def test_the_code_prints_what_the_page_says(question):
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
    report = []
    for block in code_blocks("\n".join(question.parts.values())):
        test = parser.get_doctest(block, {}, f"Q{question.number}", question.topic, 0)
        runner.run(test, out=report.append)
    assert runner.summarize(verbose=False).attempted > 0
    assert not report, "".join(report)


@pytest.mark.parametrize("path", PATHS["zh"], ids=lambda path: path.name)
def test_chinese_punctuation_is_full_width(path):
    text = re.sub(r"\$[^$\n]*\$", "", prose(re.sub(r"\]\([^)]+\)", "]", TEXTS[path])))
    assert sum(text.count(mark) for mark in "，。：（）；、") > 100
    assert not re.findall(r".{0,9}(?:[一-鿿][,;:?!()]|[,;:?!()][一-鿿]).{0,9}", text)


# --- the checks above can fail --------------------------------------------------------------------


@pytest.mark.parametrize("new", ["$a_{1} = 2", "$a_{1 = 2$", "$ a$", "$$", "($a$)"])
def test_a_broken_formula_is_refused(new):
    assert formulas("Yes, $a_{1} = 2$, and `x = '$'` is code.") == ["a_{1} = 2"]
    with pytest.raises(ValueError, match=r"formula|odd"):
        formulas(f"Yes, {new}, because.")


@pytest.mark.parametrize(
    ("label", "target", "error"),
    [
        ("results", "no_such_page.md", FileNotFoundError),
        ("`keras_gen.losses.no_such_loss`", "../keras_gen/losses/gan.py", AttributeError),
        ("`keras_gen.losses.gram_matrix`", "../keras_gen/losses/gan.py", ValueError),
        ("`tests/losses/test_gan.py`", "../tests/losses/test_vae.py", ValueError),
        ("`tests/losses/test_gan.py::test_nothing`", "../tests/losses/test_gan.py", ValueError),
    ],
)
def test_a_link_that_lies_is_refused(label, target, error):
    with pytest.raises(error):
        check_link(ROOT / "docs", label, target)
