"""Numbers in the prose of the tutorials: each is shown by its notebook, or by the page it links.

Looked at are numbers with a decimal point, which are results; how many steps were taken, or how
wide a layer is, stands in the code. A number is shown by a printed line, a formula or the code if
that one rounds to it and has as many digits: 0.6 in the code does not show 0.60.
"""

import json
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "tutorials"
BOOKS = sorted(FOLDER.glob("*/[0-9]*.ipynb"))
NUMBER = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d*\.?\d+(?:e[-+]?\d+)?")
RESULT = re.compile(r"(?<![\w.:/])(\d+)\.(\d+)( ?%)?(?![\w/]|\.\d)")
FORMULA = r"\$\$.*?\$\$|\$[^$]*\$"


def numbers(text):
    """Return the (value, digits behind the point) of the numbers of a text."""
    found = set()
    for number in NUMBER.findall(text):
        digits = 9 if "e" in number else len(number.partition(".")[2])
        found.add((float(number.replace(",", "")), digits))
    return found


def is_shown(whole, digits, percent, known):
    """Tell whether one of the known numbers rounds to whole.digits, or to so many percent."""
    value, places = float(f"{whole}.{digits}"), len(digits)
    scales = ((1, 0), (100, 2)) if percent else ((1, 0),)
    return any(
        behind - less >= places and abs(other * scale - value) <= 0.5000001 * 10**-places
        for other, behind in known
        for scale, less in scales
    )


def unshown(book, folder):
    """Return the numbers of a notebook's prose that nothing shows, each with what is around it."""
    cells = [("".join(cell["source"]), cell) for cell in book["cells"]]
    known, missing = set(), []
    for text, cell in cells:
        if cell["cell_type"] == "code":
            known |= numbers(text)
            for output in cell["outputs"]:
                known |= numbers("".join(output.get("text", "")))
        else:
            known |= numbers(" ".join(re.findall(FORMULA, text, re.DOTALL)))
    for text, cell in cells:
        pages = []
        for line in text.split("\n") if cell["cell_type"] == "markdown" else ():
            # the rows of a table have the pages of the paragraph before it
            if line.strip() and not line.startswith("|"):
                pages = re.findall(r"\]\(([^)#]*\.md)[^)]*\)", line)
            linked = set().union(*(numbers((folder / page).read_text("utf-8")) for page in pages))
            prose = re.sub(r"\$[^$]*\$|`[^`]*`", " # ", line)
            prose = re.sub(r"\]\([^)]*\)|arXiv:\S+|doi:\S+", "]", prose)
            for match in RESULT.finditer(prose):
                if not is_shown(*match.groups(), known | linked):
                    missing.append(prose[max(0, match.start() - 40) : match.end() + 10])
    return missing


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_number_in_prose_is_shown(path):
    missing = unshown(json.loads(path.read_text("utf-8")), path.parent)
    assert not missing, "print it, or link the page of docs/ that holds it:\n" + "\n".join(missing)


@pytest.mark.parametrize(
    ("prose", "count"),
    [
        ("The mean is 0.60.", 1),  # 0.6 has a digit less
        ("The mean is 0.53, or 53 %, or 52.6 %.", 0),
        ("The mean is 0.52.", 1),
        ("By hand it is $0.75$, so 0.75.", 0),
        ("See arXiv:1406.2661 and [0.99](a.md), `0.98`.", 0),
        ("[The page](a.md) has 0.99.", 0),
        ("Another page has 0.99.", 1),
        ("[The page](a.md) has:\n\n| a |\n|---|\n| 0.99 |", 0),
        ("[The page](a.md) has:\n\nAnother has 0.99.", 1),
    ],
)
def test_a_number_that_nothing_shows_is_found(tmp_path, prose, count):
    (tmp_path / "a.md").write_text("It was 0.994 then.", "utf-8")
    code = {"cell_type": "code", "source": ["x = 0.6"], "outputs": [{"text": ["mean 0.5263\n"]}]}
    book = {"cells": [code, {"cell_type": "markdown", "source": [prose]}]}
    assert len(unshown(book, tmp_path)) == count
