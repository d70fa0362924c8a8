"""The thread of a formula: which tutorial explains it, and which errata it corrects.

Nothing is listed by hand. Tutorials name a function in full, as `keras_gen.losses.gram_matrix`, and
an erratum as E21; errata name the function that corrects them.
"""

import functools
import re
from typing import NamedTuple

import pages

ERRATUM = re.compile(r"\n(?=### E\d+\.)")


class Section(NamedTuple):
    """A section of a tutorial."""

    path: str  # of the notebook, from the root of the repository
    title: str  # of the tutorial
    heading: str
    text: str


@functools.cache
def sections(language):
    """Cut the prose of every tutorial of a language into its sections, the last one left out.

    That one says where to go from here: it names much and explains nothing.
    """
    found = []
    for path in pages.pages(language).values():
        if path.endswith(".ipynb"):
            title, *parts = re.split(r"^##? (?=\S)", pages.prose(path), flags=re.MULTILINE)[1:]
            for part in parts[:-1]:
                heading, _, text = part.partition("\n")
                found.append(Section(path, title.partition("\n")[0], heading, text))
    return found


def explained(pattern, language, last=False):
    """Find the section of each tutorial that mentions something.

    Args:
        pattern: regular expression.
        language: key of `pages.LANGUAGES`.
        last: the last one of each tutorial; mistakes are announced first and shown later.

    Returns:
        List of `Section`, at most one of each tutorial, in their order.
    """
    found = {}
    for section in sections(language):
        if re.search(pattern, section.text) and (last or section.path not in found):
            found[section.path] = section
    return list(found.values())


def loss_pattern(name):
    """Return the regular expression that finds a loss, named in full."""
    return rf"`keras_gen\.losses\.{name}`"


@functools.cache
def errata(language):
    """Read the errata: {number such as "E21": (anchor, text)}."""
    found = {}
    for entry in ERRATUM.split(pages.prose(pages.pages(language)["errata"]))[1:]:
        heading = entry.partition("\n")[0].removeprefix("### ")
        anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found[heading.partition(".")[0]] = (anchor, entry)
    return found


def corrected_by(name, language="en"):
    """List the errata that name a loss as their correction: {number: anchor}."""
    return {
        number: anchor
        for number, (anchor, text) in errata(language).items()
        if re.search(loss_pattern(name), text)
    }
