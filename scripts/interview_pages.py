"""Write what follows from the interview pages: index, links between questions, decks for Anki.

    python scripts/interview_pages.py

The pages in docs/interview/ are the source, and questions.toml beside them says which questions
are basic or deep, which the two documents ask, and which a path visits. Where a page mentions
[Q14], the address of that question is added at its end. tests/test_interview_pages.py fails where
anything that this script writes is not current.
"""

import csv
import html
import io
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
SUFFIX = {"en": ".md", "zh": ".zh-CN.md"}
TOPICS = (
    "gan", "losses", "stability", "vae", "diffusion", "style", "measures", "training", "systems",
    "commerce", "compliance",
)  # fmt: skip
LABELS = {
    "en": ("Short answer", "Longer answer", "Measured here", "Common wrong answer", "Evidence"),
    "zh": ("简短回答", "详细回答", "本项目实测", "常见的错误回答", "依据"),
}
FOLD = re.compile(r"\n<details>\n<summary>[^<\n]+</summary>\n\n(.*)\n\n</details>\n*\Z", re.DOTALL)
OPTIONAL = 2  # the place among the labels of the one that a question may lack
COLUMNS = {"en": "question | level | asked in the documents", "zh": "问题 | 难度 | 文档里的出处"}
LEVELS = {
    "en": {"basic": "basic", "usual": "usual", "deep": "deep"},
    "zh": {"basic": "基础", "usual": "常见", "deep": "深入"},
}
NOTES = tomllib.loads((DOCS / "interview" / "questions.toml").read_text("utf-8"))


@dataclass
class Question:
    """One question of a page.

    Attributes:
        number: after the Q.
        title: the heading, without its number.
        topic: name of the page.
        parts: {label: text}, in the order of LABELS.
    """

    number: int
    title: str
    topic: str
    parts: dict[str, str]

    @property
    def level(self):
        """One of "basic", "usual", "deep"."""
        named = [level for level in ("basic", "deep") if self.number in NOTES[level]]
        return named[0] if named else "usual"

    @property
    def anchor(self):
        """The fragment that GitHub and Sphinx give to the heading."""
        words = f"q{self.number}. {self.title}".lower()
        return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def page_path(topic, language):
    """Return the file of a page."""
    return DOCS / "interview" / f"{topic}{SUFFIX[language]}"


def index_path(language):
    """Return the file of the index."""
    return DOCS / f"interview{SUFFIX[language]}"


def parse(text, topic, labels):
    """Read the questions of a page; anything out of order raises ValueError.

    Args:
        text: of the page.
        topic: its name.
        labels: the five of its language.

    Returns:
        List of Question.
    """
    head, *pieces = re.split(r"^## (?=Q\d)", without_definitions(text), flags=re.MULTILINE)
    if "\n**" in head:
        raise ValueError("a part stands before the first question")
    found = []
    for piece in pieces:
        heading, _, body = piece.partition("\n")
        name, _, title = heading.partition(". ")
        fold = FOLD.search(body)
        if fold is None:
            raise ValueError(f"{name}: the longer answer is not folded")
        parts, order = {}, []
        for place, section in enumerate((body[: fold.start()], fold[1])):
            _, *texts = re.split(r"^\*\*([^*]+)[.。]\*\*\s*", section, flags=re.MULTILINE)
            order += texts[::2]
            parts |= dict(zip(texts[::2], map(str.strip, texts[1::2]), strict=True))
            if place == 0 and order != [labels[0]]:
                raise ValueError(f"{name}: the short answer must stand alone above the fold")
        wanted = [label for label in labels if label in parts or label != labels[OPTIONAL]]
        if order != wanted:
            raise ValueError(f"{name}: expected {wanted}, found {order}")
        if not all(parts.values()):
            raise ValueError(f"{name}: a part is empty")
        found.append(Question(int(name[1:]), title, topic, parts))
    return found


def questions(language):
    """Read all questions of a language, in the order of the pages."""
    return [
        question
        for topic in TOPICS
        for question in parse(
            page_path(topic, language).read_text("utf-8"), topic, LABELS[language]
        )
    ]


def without_definitions(text):
    """Return a page without the addresses at its end."""
    return re.sub(r"(?:^\[Q\d+\]: .*\n)+\Z", "", text, flags=re.MULTILINE).rstrip("\n") + "\n"


def address(question, language, folder=""):
    """Return the link to a question, seen from a page beside it or from the folder above."""
    return f"{folder}{question.topic}{SUFFIX[language]}#{question.anchor}"


def with_definitions(text, known, language, folder=""):
    """Return a page with the address of every question that it mentions as [Q14]."""
    text = without_definitions(text)
    numbers = sorted({int(number) for number in re.findall(r"\[Q(\d+)\]", text)})
    lines = [f"[Q{n}]: {address(known[n], language, folder)}" for n in numbers]
    return "\n".join([text, *lines]) + "\n" if lines else text


def heading(topic, language):
    """Return the title of a page, without the words that all titles begin with."""
    first = page_path(topic, language).read_text("utf-8").partition("\n")[0]
    words = re.split("[:：] ?", first, maxsplit=1)[1]
    return words[0].upper() + words[1:]


def linked(question, language):
    """Return a question as a link of the index."""
    return f"[Q{question.number}. {question.title}]({address(question, language, 'interview/')})"


def tables(known, language):
    """Return the tables of the index: one for each page, a row for each question."""
    rows = []
    for topic in TOPICS:
        path = page_path(topic, language).relative_to(DOCS).as_posix()
        rows += [f"### [{heading(topic, language)}]({path})", ""]
        rows += [f"| {COLUMNS[language]} |", "|---|---|---|"]
        for question in known.values():
            if question.topic == topic:
                asked = [row[language] for row in NOTES["asked"] if question.number in row["in"]]
                cells = [linked(question, language), LEVELS[language][question.level]]
                rows.append(f"| {' | '.join([*cells, '; '.join(asked)])} |")
        rows.append("")
    return "\n".join(rows).strip()


def with_index(text, known, language):
    """Return the index with its tables and paths written anew, each between two comments."""
    written = {"questions": tables(known, language)}
    for name, numbers in NOTES["paths"].items():
        lines = [f"{i}. {linked(known[n], language)}" for i, n in enumerate(numbers, start=1)]
        written[name] = "\n".join(lines)
    for name, block in written.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)"
        found = re.search(pattern, text, re.DOTALL)
        if found is None:
            raise ValueError(f"{index_path(language)}: no place for {name}")
        text = text[: found.end(1)] + block + "\n" + text[found.start(2) :]
    return with_definitions(text, known, language, "interview/")


def card(text):
    """Return Markdown as the HTML that Anki shows, with MathJax' brackets for formulas."""
    text = html.escape(text, quote=False)
    text = re.sub(r"\$([^$]+)\$", r"\\(\1\\)", text)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    text = re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", text)
    text = re.sub(r"(?<!\*)\*(?=\S)([^*\n]+)(?<=\S)\*", r"<i>\1</i>", text)
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
    return re.sub(r"\[(Q\d+)\]", r"\1", text).replace("\n\n", "<br><br>")


def deck(known, language):
    """Return the questions and their short answers as a CSV file that Anki imports."""
    file = io.StringIO()
    file.write("#separator:Comma\n#html:true\n#tags column:3\n")
    writer = csv.writer(file, lineterminator="\n")
    for question in known.values():
        answer = card(question.parts[LABELS[language][0]])
        title = card(f"Q{question.number}. {question.title}")
        writer.writerow([title, answer, f"{question.topic} {question.level}"])
    return file.getvalue()


def wanted():
    """Return what the files should hold that this script writes: {path: text}."""
    files = {}
    for language in SUFFIX:
        known = {question.number: question for question in questions(language)}
        for path in [page_path(topic, language) for topic in (*TOPICS, "coding")]:
            files[path] = with_definitions(path.read_text("utf-8"), known, language)
        path = index_path(language)
        files[path] = with_index(path.read_text("utf-8"), known, language)
        files[DOCS / "interview" / f"deck.{language}.csv"] = deck(known, language)
    return files


def main():
    """Write the files that are not current."""
    for path, text in wanted().items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
