"""Search by number: each interview question is an entry of the index under the names of its number.

Sphinx finds a heading only by a good part of its words, so that "question 58" finds no heading. An
entry of the index is found by its name, and leads to the question itself.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

HEADING = re.compile(r"Q(\d+)\. ")
NAMES = {
    "en": ("Q{}", "question {}"),
    "zh_CN": ("Q{}", "第{}题", "第 {} 题", "面试题{}", "面试题 {}"),
}


class NumberedQuestions(SphinxTransform):
    """Puts the entries in front of each numbered heading."""

    default_priority = 500  # before the domains read the entries

    def apply(self, **kwargs):
        """Change the page."""
        for section in list(self.document.findall(nodes.section)):
            if found := HEADING.match(section[0].astext()):
                names = [name.format(found[1]) for name in NAMES[self.config.language]]
                target = section["ids"][0]
                entries = [("single", name, target, "main", None) for name in names]
                section.insert(1, addnodes.index(entries=entries))


def setup(app):
    """Register the transform with Sphinx."""
    app.add_transform(NumberedQuestions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
