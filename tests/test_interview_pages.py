"""What scripts/interview_pages.py writes: the index, links between questions, decks for Anki."""

import csv
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "scripts"))

import interview_pages as pages  # noqa: E402 - from scripts

LABELS = pages.LABELS["en"]
GOOD = """# Page

Text.

## Q1. First?

**Short answer.** Yes, see [Q1].

<details>
<summary>More</summary>

**Longer answer.** Because.

**Measured here.** 2.

**Common wrong answer.** No.

**Evidence.** [results](../results.md)

</details>

[Q1]: gan.md#q1-first
"""


def test_what_the_script_writes_is_current():
    """Run it where this fails."""
    for path, text in pages.wanted().items():
        assert path.read_text("utf-8") == text, path


@pytest.mark.parametrize("language", pages.SUFFIX)
def test_every_question_has_a_row_of_the_index(language):
    text = pages.index_path(language).read_text("utf-8")
    rows = re.findall(r"^\| \[Q(\d+)\. .*\]\(interview/(\w+)\..*\| (\w+) \|.*\|$", text, re.M)
    known = {question.number: question for question in pages.questions(language)}
    assert sorted(int(number) for number, _, _ in rows) == sorted(known)
    for number, topic, level in rows:
        question = known[int(number)]
        assert topic == question.topic and level == pages.LEVELS[language][question.level]


def test_the_notes_speak_of_questions_that_exist():
    known = {question.number for question in pages.questions("en")}
    notes = pages.NOTES
    assert not set(notes["basic"]) & set(notes["deep"])
    listed = [notes["basic"], notes["deep"], *(row["in"] for row in notes["asked"])]
    for numbers in [*listed, *notes["paths"].values()]:
        assert set(numbers) <= known and len(set(numbers)) == len(numbers)
    assert 18 <= len(notes["paths"]["minutes"]) <= 22


@pytest.mark.parametrize("language", pages.SUFFIX)
def test_the_deck_has_a_card_for_every_question(language):
    text = (pages.DOCS / "interview" / f"deck.{language}.csv").read_text("utf-8")
    lines = text.splitlines(keepends=True)
    assert lines[0] == "#separator:Comma\n"
    cards = list(csv.reader(line for line in lines if not line.startswith("#")))
    assert len(cards) == len(pages.questions(language))
    assert all(len(card) == 3 and all(card) for card in cards)
    assert not [card for card in cards if "$" in card[1] or "](" in card[1] or "[Q" in card[1]]


def test_a_card_is_html():
    text = "If $a < b$, `x[0]` is *not* **so** ([Q3], [here](x.md))"
    wanted = r"If \(a &lt; b\), <code>x[0]</code> is <i>not</i> <b>so</b> (Q3, here)"
    assert pages.card(text) == wanted


def test_a_good_page_is_read():
    (question,) = pages.parse(GOOD, "gan", LABELS)
    assert (question.number, question.title, question.anchor) == (1, "First?", "q1-first")
    assert question.parts["Evidence"] == "[results](../results.md)"
    (question,) = pages.parse(GOOD.replace("**Measured here.** 2.\n\n", ""), "gan", LABELS)
    assert tuple(question.parts) == tuple(label for label in LABELS if label != "Measured here")


def test_addresses_are_written_anew():
    known = {1: pages.parse(GOOD, "gan", LABELS)[0]}
    stale = GOOD.replace("#q1-first", "#q1-old")
    assert pages.with_definitions(stale, known, "en") == GOOD
    with pytest.raises(KeyError):
        pages.with_definitions(GOOD.replace("see [Q1]", "see [Q2]"), known, "en")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("## Q1. First?", "**Short answer.** Yes.\n\n## Q1. First?"),
        ("**Common wrong answer.** No.\n\n", ""),
        ("**Longer answer.**", "**Long answer.**"),
        ("**Common wrong answer.** No.", "**Common wrong answer.**"),
        ("**Evidence.**", "**Evidence.** [results](results.md)\n\n**Measured here.**"),
        ("<summary>More</summary>\n\n", "<summary>More</summary>\n"),
        ("<details>\n<summary>More</summary>\n\n", ""),
        ("**Short answer.** Yes", "**Short answer.** Yes.\n\n**Longer answer.** Yes"),
        ("</details>\n", "</details>\n\nAnd more.\n"),
    ],
)
def test_a_broken_page_is_refused(old, new):
    assert old in GOOD
    with pytest.raises(ValueError, match=r"Q1|first question"):
        pages.parse(GOOD.replace(old, new), "gan", LABELS)
