"""Mathematics as MathML, written when the site is built: no script, no network, any colour.

TeX becomes MathML Core by math-core. Browsers do not break MathML between lines, so a formula in
running text is cut after its relations and binary operators, as TeX would break it there.
"""

import logging as standard_logging
import re
import xml.etree.ElementTree as ET
from html.entities import html5
from importlib import resources
from pathlib import Path

from docutils import nodes
from fontTools import subset, ttLib
from math_core import LatexError, LatexToMathML
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
OPENING, CLOSING, BREAKS = set("([{⌊⟨"), set(")]}⌋⟩"), set("=≤≥≈∼→←≠<>+−·±,")
MARKS = re.compile("[,.;:!?)，。；：！？）、”]+")
ROOMY = 22  # symbols: a longer piece is cut within brackets as well
FONT = "STIXTwoMath-Regular"
CHARACTERS = [  # Latin, Greek, punctuation, letter-like, arrows and operators, brackets, alphabets
    *range(0x20, 0x180), *range(0x2B0, 0x400), *range(0x2000, 0x2070), *range(0x2100, 0x2150),
    *range(0x2190, 0x230C), *range(0x27E8, 0x27EA), *range(0x1D400, 0x1D800),
]  # fmt: skip


def convert(tex, large=False):
    """Translate TeX.

    Args:
        tex: formula without its dollars.
        large: whether to set fractions and sums in full size, with limits below and above.

    Returns:
        A `<math>` element as text.

    Raises:
        LatexError: something that math-core does not know.
    """
    mathml = LatexToMathML().convert_with_local_state(tex, displaystyle=large)
    return mathml.replace('display="block"', 'displaystyle="true"')  # its place is the page's


def pieces(mathml):
    """Cut a formula where a line may end.

    Args:
        mathml: a `<math>` element as text.

    Returns:
        List of `<math>` elements as text, which side by side show the formula.
    """
    named = re.sub(r"&(?!lt;|gt;|amp;|quot;|#)(\w+;)", lambda match: html5[match[1]], mathml)
    root = ET.fromstring(named)
    groups = _cut(list(root), 0)
    if len(groups) == 1:
        return [mathml]
    written = []
    for group in groups:
        part = ET.Element("math", root.attrib)
        if group[-1].text in BREAKS:
            group[-1].set("form", "infix")  # as the last of its piece it would count as a suffix
        part.extend(group)
        written.append(ET.tostring(part, encoding="unicode", short_empty_elements=False))
    return written


def _cut(elements, allowed):
    """Cut after operators that stand in at most that many brackets; deeper where it is long."""
    groups, depth = [[]], 0
    for element in elements:
        sign = (element.text or "") if element.tag == "mo" else ""
        depth += (sign in OPENING) - (sign in CLOSING) if sign else 0
        groups[-1].append(element)
        # Without space around it a sign belongs to what follows: -1.
        if sign in BREAKS and depth <= allowed and element.get("rspace") != "0":
            groups.append([])
    groups = [group for group in groups if group]
    if allowed < 2:
        cut = [_cut(group, allowed + 1) if _size(group) > ROOMY else [group] for group in groups]
        groups = [group for several in cut for group in several]
    return groups


def _size(elements):
    return sum(len(leaf.text or "") for element in elements for leaf in element.iter())


def _inline(writer, node):
    large = "formula" in node.parent.get("classes", [])  # a line of its own
    *before, last = pieces(_converted(node, large))
    last = f'<span class="math-end">{last}{node.get("mark", "")}</span>'
    writer.body.append(f'<span class="math">{"<wbr>".join([*before, last])}</span>')


def _block(writer, node):
    writer.body.append(f'<div class="math">{_converted(node, True)}</div>\n')


def _converted(node, large):
    try:
        return convert(node.astext(), large)
    except LatexError as error:
        LOGGER.warning("formula %s: %s", node.astext(), error, location=node)
        return "<math><mtext>?</mtext></math>"


def _keep_marks(app, doctree, docname):
    """Tie a formula to the full stop or comma behind it, or a line may begin with that."""
    for node in doctree.findall(nodes.math):
        after = node.next_node(siblings=True, descend=False, ascend=False)
        mark = MARKS.match(after.astext()) if isinstance(after, nodes.Text) else None
        if mark:
            node["mark"] = mark[0]
            after.parent.replace(after, nodes.Text(after.astext()[mark.end() :]))


def _visitor(write):
    def visit(writer, node):
        write(writer, node)
        raise nodes.SkipNode

    return visit


def _write_font(app):
    """Put the font of the formulas beside the style sheet, with the characters that they use."""
    target = Path(app.outdir) / "_static" / f"{FONT}.woff"
    if target.exists():
        return
    with resources.as_file(resources.files("ziamath") / "fonts" / f"{FONT}.ttf") as path:
        font = ttLib.TTFont(path)
    standard_logging.getLogger("fontTools").setLevel("WARNING")  # it tells every table
    options = subset.Options(layout_features=["*"], name_IDs=["*"], hinting=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)
    font.flavor = "woff"
    target.parent.mkdir(parents=True, exist_ok=True)
    font.save(target)


def setup(app):
    """Register the renderer with Sphinx."""
    app.add_html_math_renderer("mathml", (_visitor(_inline), None), (_visitor(_block), None))
    app.connect("builder-inited", _write_font)
    app.connect("doctree-resolved", _keep_marks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
