"""The docstrings of the package: read into parts, and written as reStructuredText for autodoc.

They are plain text with `$...$` for mathematics, single backticks for code, `*...*` for stress and
sections such as `Args:`. A section may begin in the line of its heading, as `Reference: ...` does.
"""

import re
import textwrap

FIELDS = {"Args": "param", "Call arguments": "param", "Attributes": "param", "Raises": "raises"}
REMARKS = ("Deviation", "Erratum")
SECTIONS = ("Formula", *FIELDS, "Returns", "Yields", *REMARKS, "Reference")
HEADING = re.compile(rf"({'|'.join(SECTIONS)}):(?: +|\n|$)")
TOKENS = re.compile(
    r"\$(?P<math>[^$]+)\$|`(?P<code>[^`]+)`|(?<![\w*])\*(?P<stress>\w[^*\n]*)\*(?![\w*])"
)


def parts(docstring):
    """Split a docstring as `inspect.getdoc` returns it.

    Args:
        docstring: text whose first line is not indented.

    Returns:
        List of (kind, text): kind is the name of a section, "text" or "literal"; the text is not
        indented, and that of a literal keeps its lines.
    """
    found = []
    for chunk in re.split(r"\n\s*\n", docstring.strip("\n")):
        heading = HEADING.match(chunk)
        if heading:
            first, _, rest = chunk[heading.end() :].partition("\n")
            if chunk[heading.end() - 1] == "\n":
                first, rest = "", chunk[heading.end() :]
            text = "\n".join(filter(None, [first, textwrap.dedent(rest)]))
            found += _remarks("text", chunk) if heading[1] in REMARKS else [(heading[1], text)]
        elif chunk.startswith(" ") and found and found[-1][0] in {*SECTIONS} - {*REMARKS}:
            found[-1] = (found[-1][0], f"{found[-1][1]}\n{textwrap.dedent(chunk)}")
        elif chunk.startswith(" ") or re.search(r"\S {3,}\S", chunk):
            found.append(("literal", textwrap.dedent(chunk)))
        else:
            found += _remarks("text", chunk)
    return found


def _remarks(kind, text):
    """Split a paragraph before each remark within it: "... is free. Deviation: the paper ..."."""
    pieces = re.split(rf"(?:^|(?<=[.)])\s)({'|'.join(REMARKS)}):\s", text)
    first = [(kind, pieces[0])] if pieces[0] else []
    rest = zip(pieces[1::2], pieces[2::2], strict=True)
    return first + [(name, said[0].upper() + said[1:]) for name, said in rest]


def formula_lines(text):
    """Split the section `Formula` into lines of mathematics and lines of plain text.

    Args:
        text: of the section.

    Returns:
        List of (is_mathematics, line); a formula that runs over several lines is one line.
    """
    lines = []
    for line in text.splitlines():
        if lines and lines[-1].count("$") % 2:
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
    return [("$" in line, line) for line in lines]


def fields(text):
    """Split a section such as `Args` into {name: description}, in order."""
    found = {}
    for entry in re.split(r"\n(?=\S)", text):
        name, _, description = entry.partition(":")
        found[name.strip()] = " ".join(description.split())
    return found


def restructured(text, link):
    """Write running text as reStructuredText.

    Args:
        text: with `$...$`, backticks and stars.
        link: function of the words in backticks; returns a role with its target, or None.

    Returns:
        The text in one line.
    """
    text, written, end = " ".join(text.split()), "", 0
    for token in TOKENS.finditer(text):
        written += _escaped(text[end : token.start()])
        end = token.end()
        if token["math"]:
            role = f":math:`{token['math']}`"
        elif token["code"]:
            role = link(token["code"]) or f"``{token['code']}``"
        else:
            role = f"*{token['stress']}*"
        before, after = text[: token.start()][-1:], text[end:][:1]
        # A role must stand alone; a backslash before a space is a joint that leaves no trace.
        written += "\\ " * _joins(before) + role + "\\ " * _joins(after)
    return written + _escaped(text[end:])


def _joins(character):
    return bool(character) and (character.isalnum() or character in "/=^_+<>|")


def _escaped(text):
    return re.sub(r"([\\*|`]|_(?!\w)|(?<=\w)_(?=\W|$))", r"\\\1", text)


def to_rst(docstring, link, labels):
    """Write a docstring as lines of reStructuredText.

    Args:
        docstring: text whose first line is not indented.
        link: as for `restructured`.
        labels: names of sections -> words to show instead.

    Returns:
        List of lines.
    """
    lines = []
    for kind, text in parts(docstring):
        if kind == "text":
            lines += _paragraphs(text, link)
        elif kind == "literal":
            lines += _literal(text)
        elif kind == "Formula":
            for mathematics, line in formula_lines(text):
                if mathematics:
                    lines += [".. rst-class:: formula", "", restructured(line, link), ""]
                else:
                    lines += _literal(line, "formula")
        elif kind in FIELDS:
            for name, description in fields(text).items():
                role = restructured(description, link)
                lines += [f":{FIELDS[kind]} {name.replace('*', chr(92) + '*')}: {role}"]
            lines.append("")
        elif kind in REMARKS:
            head = f".. admonition:: {labels.get(kind, kind)}"
            lines += [head, f"   :class: {kind.lower()}", "", f"   {restructured(text, link)}", ""]
        else:
            name = {"Returns": "returns", "Yields": "yields"}.get(kind, labels.get(kind, kind))
            lines += [f":{name}: {restructured(text, link)}", ""]
    return lines


def _paragraphs(text, link):
    """Write a paragraph or a list of points, each of which begins with "- " or "1. "."""
    lines = []
    for piece in re.split(r"\n(?=- |\d+\. )", text):
        mark = re.match(r"- |\d+\. |", piece)[0]
        lines += [mark + restructured(piece[len(mark) :], link), ""]
    return lines


def _literal(text, *classes):
    head = [f".. rst-class:: {' '.join(classes)}", ""] if classes else []
    return [*head, ".. code-block:: text", "", *textwrap.indent(text, "   ").splitlines(), ""]
