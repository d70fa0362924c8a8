"""The interview pages: one set of questions in two languages; every link, symbol, number holds."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PARTS = {
    "interview.md": ("Short answer", "Longer answer", "Common wrong answer", "Evidence"),
    "interview.zh-CN.md": ("简短回答", "详细回答", "常见的错误回答", "依据"),
}
ENGLISH, CHINESE = PARTS
TEXTS = {name: (DOCS / name).read_text("utf-8") for name in PARTS}


# --- reading a page -------------------------------------------------------------------------------


def questions(text, labels):
    """Return {number: {label: text of that part}}; anything out of order raises ValueError."""
    head, *pieces = re.split(r"^### (?=Q)", text, flags=re.MULTILINE)
    found = {}
    for number, piece in enumerate(pieces, start=1):
        if not piece.startswith(f"Q{number}. "):
            raise ValueError(f"expected Q{number}, found {piece[:20]!r}")
        body = re.split(r"^## ", piece, flags=re.MULTILINE)[0]  # the next group's heading
        _, *parts = re.split(r"^\*\*([^*]+)[.。]\*\*\s*", body, flags=re.MULTILINE)
        if tuple(parts[::2]) != labels:
            raise ValueError(f"Q{number}: expected {labels}, found {parts[::2]}")
        found[number] = dict(zip(labels, map(str.strip, parts[1::2]), strict=True))
        if not all(found[number].values()):
            raise ValueError(f"Q{number}: a part is empty")
    if "\n**" in head:
        raise ValueError("a part stands before the first question")
    return found


def code_blocks(text):
    return re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def without_blocks(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def prose(text):
    """Return the text without code blocks and code spans."""
    return re.sub(r"`[^`\n]*`", "", without_blocks(text))


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


def check_link(label, target):
    """Raise where a link goes nowhere, or its label names what the file does not define."""
    if re.match(r"[a-z]+://", target):
        return
    path = DOCS / target.partition("#")[0]  # anchors: tests/test_docs.py
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

QUESTIONS = {name: questions(text, PARTS[name]) for name, text in TEXTS.items()}
BLOCKS = {
    number: [block for block in code_blocks(parts["Longer answer"]) if ">>>" in block]
    for number, parts in QUESTIONS[ENGLISH].items()
}


def test_both_pages_ask_the_same_questions_in_the_same_groups():
    assert list(QUESTIONS[ENGLISH]) == list(QUESTIONS[CHINESE])
    assert len(QUESTIONS[ENGLISH]) >= 40
    groups = [
        [
            text[: found.start()].count("\n### Q")
            for found in re.finditer(r"^## ", text, re.MULTILINE)
        ]
        for text in TEXTS.values()
    ]
    assert groups[0] == groups[1] and len(groups[0]) == 8


@pytest.mark.parametrize("page", PARTS)
def test_every_link_goes_to_what_its_label_says(page):
    found = links(TEXTS[page])
    assert len(found) > 2 * len(QUESTIONS[page])
    for label, target in found:
        check_link(label, target)


@pytest.mark.parametrize("page", PARTS)
def test_every_question_has_evidence_in_the_repository(page):
    for number, parts in QUESTIONS[page].items():
        targets = [target for _, target in links(parts[PARTS[page][-1]])]
        assert targets and not any("://" in target for target in targets), f"Q{number}"


@pytest.mark.parametrize("page", PARTS)
def test_every_symbol_and_every_question_that_is_mentioned_exists(page):
    for name in set(re.findall(r"`(keras_gen(?:\.\w+)+)`", TEXTS[page])):
        resolve(name)
    mentioned = {int(number) for number in re.findall(r"\bQ(\d+)", prose(TEXTS[page]))}
    assert mentioned == set(QUESTIONS[page])


def test_both_pages_have_the_same_evidence_formulas_and_code():
    for number, english in QUESTIONS[ENGLISH].items():
        chinese = QUESTIONS[CHINESE][number]
        cited = [
            [target.replace(".zh-CN.md", ".md") for _, target in links(parts[label])]
            for parts, label in ((english, "Evidence"), (chinese, "依据"))
        ]
        assert cited[0] == cited[1], f"Q{number}"
        both = ["\n".join(parts.values()) for parts in (english, chinese)]
        assert sorted(formulas(both[0])) == sorted(formulas(both[1])), f"Q{number}"
        assert code_blocks(both[0]) == code_blocks(both[1]), f"Q{number}"


@pytest.mark.parametrize("page", PARTS)
def test_every_formula_is_closed(page):
    assert len(formulas(TEXTS[page])) > 100


@pytest.mark.parametrize("number", [number for number, blocks in BLOCKS.items() if blocks])
def test_the_code_prints_what_the_page_says(number):
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
    report = []
    for block in BLOCKS[number]:
        runner.run(parser.get_doctest(block, {}, f"Q{number}", ENGLISH, 0), out=report.append)
    assert runner.summarize(verbose=False).attempted > 0
    assert not report, "".join(report)


def test_chinese_punctuation_is_full_width():
    text = re.sub(r"\$[^$\n]*\$", "", prose(re.sub(r"\]\([^)]+\)", "]", TEXTS[CHINESE])))
    for mark in "，。：（）；、":
        assert text.count(mark) > 50, mark
    wrong = re.findall(r".{0,9}(?:[一-鿿][,;:?!()]|[,;:?!()][一-鿿]).{0,9}", text)
    assert not wrong


# --- the checks above can fail --------------------------------------------------------------------

GOOD = """# Page

### Q1. First?

**Short answer.** Yes, $a_{1} = 2$.

**Longer answer.** Because `x = "$"` is code.

**Common wrong answer.** No.

**Evidence.** [`keras_gen.losses.gram_matrix`](../keras_gen/losses/style.py)
"""


def test_the_parser_reads_a_good_page():
    parts = questions(GOOD, PARTS[ENGLISH])[1]
    assert parts["Common wrong answer"] == "No."
    assert formulas(GOOD) == ["a_{1} = 2"]
    check_link(*links(parts["Evidence"])[0])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("### Q1", "### Q2"),
        ("**Common wrong answer.** No.\n", ""),
        ("**Longer answer.**", "**Long answer.**"),
        ("**Common wrong answer.** No.", "**Common wrong answer.**"),
        ("**Evidence.**", "**Evidence.** [results](results.md)\n\n**Evidence.**"),
    ],
)
def test_a_broken_question_is_refused(old, new):
    with pytest.raises(ValueError, match="Q1"):
        questions(GOOD.replace(old, new), PARTS[ENGLISH])


@pytest.mark.parametrize("new", ["$a_{1} = 2", "$a_{1 = 2$", "$ a$", "$$", "($a$)"])
def test_a_broken_formula_is_refused(new):
    with pytest.raises(ValueError, match=r"formula|odd"):
        formulas(GOOD.replace("$a_{1} = 2$", new))


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
        check_link(label, target)
