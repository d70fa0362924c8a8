"""The glossary: one Chinese word for each concept, wherever this project writes Chinese."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GLOSSARIES = [ROOT / "docs" / name for name in ("glossary.md", "glossary.zh-CN.md")]
WRITTEN = ("docs", "tutorials", "keras_gen", "examples", "scripts", "benchmarks")
SUFFIXES = {".md", ".py", ".js", ".html", ".css", ".toml", ".csv", ".po", ".svg"}

# Words that the documents use and that are quoted from them, in the files that quote them.
QUOTED = {"反卷积": {"docs/errata.md", "docs/errata.zh-CN.md", "tutorials/03_dcgan.py"}}
# Words that are right as parts of longer ones.
WITHIN = {"模型卡": "模型卡片"}


def rows(path):
    """Return the rows of all tables as (English words, Chinese terms, words not to be used)."""
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in path.read_text("utf-8").splitlines()
        if line.startswith("| ")
    ]
    return [
        (english, re.findall(r"[^、]+", chinese), re.findall(r"[^、]+", instead))
        for english, chinese, instead in lines
        if english not in ("English", "英文")
    ]


ROWS = rows(GLOSSARIES[0])
AVOIDED = {word: terms for _, terms, words in ROWS for word in words}


def texts():
    """Return {path: text} of everything that is written by hand, the glossary aside."""
    paths = [path for folder in WRITTEN for path in (ROOT / folder).rglob("*")]
    paths += ROOT.glob("*.md")
    return {
        str(path.relative_to(ROOT)): path.read_text("utf-8")
        for path in paths
        if path.suffix in SUFFIXES and path not in GLOSSARIES
    }


@pytest.fixture(scope="module")
def written():
    return texts()


def without(text, word):
    """Return the text without the longer words within which a word is right."""
    return text.replace(WITHIN[word], "") if word in WITHIN else text


def test_both_languages_have_the_same_rows():
    assert rows(GLOSSARIES[1]) == ROWS and len(ROWS) > 50
    terms = [term for _, terms, _ in ROWS for term in terms]
    assert len(set(terms)) == len(terms) and not set(terms) & set(AVOIDED)


def test_every_term_is_in_use(written):
    prose = "\n".join(written.values())
    assert [term for _, terms, _ in ROWS for term in terms if term not in prose] == []


@pytest.mark.parametrize("word", AVOIDED)
def test_a_word_that_is_avoided_is_nowhere(written, word):
    found = {path for path, text in written.items() if word in without(text, word)}
    assert found == QUOTED.get(word, set()), f"{word}: write {'、'.join(AVOIDED[word])}"
