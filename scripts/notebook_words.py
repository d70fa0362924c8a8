"""Put the words of a notebook's code, printed lines and figures into Chinese.

A cell `# %% words` of a source lists them, one pair a line, as they stand between the quotes of a
string literal: `# after {steps} steps => {steps} 步之后`, without the blanks at its ends. The same
literals are replaced in the Chinese code, and become patterns that find what the English code has
printed or drawn. What no literal of the notebook has produced is a library's own word, such as the
source of a function, a traceback or the name of a class, and stays as it is.
"""

import ast
import io
import itertools
import re
import tokenize
from typing import NamedTuple

ARROW = " => "
# Words of every tutorial.
EVERYWHERE = {
    "not yet": "尚未作答",
    "right ✓": "正确 ✓",
    "expected {right}, found {found}": "应为 {right}，得到的是 {found}",
    "keras_gen's wheel, please: `pip wheel --no-deps .` makes it in a clone": (
        "请选择 keras_gen 的 wheel 文件：在克隆的项目里用 `pip wheel --no-deps .` 生成"
    ),
    "keras_gen: pip install its folder or wheel, then run this again": (
        "keras_gen：先用 pip 安装它的文件夹或 wheel，再重新运行"
    ),
    "no Chinese font is found: pip install pylopdf-fonts-zh-cn, then run this again": (
        "没有找到中文字体：先 pip install pylopdf-fonts-zh-cn，再重新运行"
    ),
}
# An argument with another keyword is an option, as in GAN(..., loss="saturating").
SHOWN = ("", "label", "title", "xlabel", "ylabel", "end")
BLANK = r"(?:\s|\\n)*"
WIDTH = re.compile(r"[<>^]?(\d+)s?")  # of a field with a text
NUMBER = r"(?>\s*[-+]?(?:\d+(?:,\d{3})*\.?\d*(?:e[-+]?\d+)?%?|nan|inf))"
VALUE = r"(?:\[[^\]]*\]|\([^)]*\)|\S*[^\s,;:])"
# An English word does not stand beside a match, unless two blanks part them.
BEFORE = r"(?<![\w.$-])(?<![A-Za-z] )(?<![A-Za-z][,.] )"
BEHIND = r"(?![\w$-])(?!\.\w)(?! [A-Za-z]{2})"


class Literal(NamedTuple):
    """A string literal: where it stands in the code, and its parts."""

    start: int
    end: int
    prefix: str
    quote: str
    before: str  # blanks
    core: str
    after: str  # blanks
    has_fields: bool  # an f-string, or one whose `format` is called
    keyword: str  # of the call whose argument it is: `label` in label="real"

    def parts(self, core):
        """Return the (text, field, format) of this literal with another core."""
        text = ast.literal_eval(re.sub("[fF]", "", self.prefix) + self.quote + core + self.quote)
        if not self.has_fields:
            return [(text, None, None)]
        return [part[:3] for part in fields(text)]


def literals(code):
    """Return the string literals of a code, an f-string as a whole."""
    lines = [0]
    for line in code.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    found, opened = [], []
    tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    for i, token in enumerate(tokens):
        kind = tokenize.tok_name[token.type]  # Python 3.12 cuts an f-string into tokens
        if kind == "FSTRING_START":
            opened.append(i)
        first = opened.pop() if kind == "FSTRING_END" else i
        if kind not in ("STRING", "FSTRING_END") or opened:
            continue
        start, end = (lines[row - 1] + column for row, column in (tokens[first].start, token.end))
        parts = re.fullmatch(
            rf"(?s)([A-Za-z]*)('''|\"\"\"|'|\")({BLANK})(.*?)({BLANK})\2", code[start:end]
        )
        called = [each.string for each in tokens[i + 1 : i + 3]] == [
            ".",
            "format",
        ] or "{:" in parts[4]
        has_fields = "f" in parts[1].lower() or called
        keyword = tokens[first - 2].string if code[:start].endswith("=") else ""
        found.append(Literal(start, end, *parts.groups(), has_fields, keyword))
    return found


def fields(text):
    """Cut a formatted string into (text, field, format, conversion), as string.Formatter does.

    That one takes the `!` of `{(a != b).sum()}` for a conversion.
    """
    parts, said, i = [], "", 0
    while i < len(text):
        if text[i : i + 2] in ("{{", "}}"):
            said, i = said + text[i], i + 2
        elif text[i] != "{":
            said, i = said + text[i], i + 1
        else:
            field, depth, marks = i + 1, 0, []
            while depth or text[i + 1] != "}":
                i += 1
                depth += (text[i] in "([{") - (text[i] in ")]}")
                if not depth and re.match("[:!](?!=)", text[i:]) and text[i - 1] != ":":
                    marks.append(i)
            end, i = i + 1, i + 2
            form = next((mark for mark in marks if text[mark] == ":"), end)
            letter = marks[0] if marks and marks[0] < form else form
            parts.append((said, text[field:letter], text[form + 1 : end], text[letter + 1 : form]))
            said = ""
    return [*parts, (said, None, None, None)] if said or not parts else parts


def code_in(code, pairs):
    """Return a code with its words replaced, those within the fields of an f-string as well."""
    for literal in reversed(literals(code)):
        core = literal.core
        if literal.keyword in SHOWN:
            core = pairs.get(core, core)
        if "f" in literal.prefix.lower():
            core = "".join(map(_with_words(pairs), fields(core)))
        new = literal.prefix + literal.quote + literal.before + core + literal.after + literal.quote
        code = code[: literal.start] + new + code[literal.end :]
    return code


def _with_words(pairs):
    """Return a function that writes one part of an f-string again."""

    def written(part):
        text, field, form, conversion = part
        text = text.replace("{", "{{").replace("}", "}}")
        if field is None:
            return text
        tail = (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
        return f"{text}{{{code_in(field, pairs)}{tail}}}"

    return written


class Words:
    """The words of one notebook, found in what its English code has shown."""

    def __init__(self, pairs, codes):
        """Take {English: Chinese} and the code cells in which these words stand."""
        self.pairs = pairs
        self.used = {each.core: each for code in codes for each in _nested(code)}
        self.forms = []  # (English parts, Chinese parts): columns of tables first, then long ones
        for english in sorted(self.used, key=_rank):
            parts = self.used[english].parts(english)
            if english in pairs:
                self.forms.append((parts, self.used[english].parts(pairs[english])))
            elif any(WIDTH.fullmatch(form or "") for _, _, form in parts):
                self.forms.append((parts, parts))  # what is filled in may be translated
        texts = ((e[0][0], c[0][0]) for e, c in self.forms if len(e) == 1 and e[0][1] is None)
        self.plain = dict(texts)  # those without fields
        self.whole = [re.compile(self._pattern(form, "w", True)) for form in self.forms]
        forms = enumerate(self.forms)
        branches = (f"(?P<e{i}>{self._pattern(form, f'e{i}', False)})" for i, form in forms)
        self.within = re.compile("|".join(branches) or "(?!)")

    def shown(self, text):
        """Return a printed line or a text of a figure in Chinese."""
        core = text.strip()
        if core in self.plain:
            return text.replace(core, self.plain[core])
        tries = itertools.product(zip(self.whole, self.forms, strict=True), (text, core))
        found = [(m, form) for (pattern, form), each in tries if (m := pattern.fullmatch(each))]
        if not found:
            return self.within.sub(self._replaced, text)
        match, form = max(found, key=lambda pair: _said(pair[1]))
        return text.replace(match.string, self._filled(match, "w", form), 1)

    def _replaced(self, match):
        i = next(i for i in range(len(self.forms)) if match[f"e{i}"] is not None)
        return self._filled(match, f"e{i}", self.forms[i])

    def _filled(self, match, name, form):
        english, chinese = form
        values = {}
        for i, (_, field, _) in enumerate(english):
            if field is not None:
                value = match[f"{name}_{i}"]
                core = value.strip()
                said = value if core == match.string.strip() else self.shown(value)
                values.setdefault(field, []).append(self.plain.get(core, said))
        said = ""
        for text, field, form in chinese:
            value = values[field].pop(0) if field is not None else ""
            said += text + (format(value.strip(), form) if WIDTH.fullmatch(form or "") else value)
        return said

    def _pattern(self, form, name, whole):
        """Return the regular expression of what a literal has become, as a whole or within."""
        parts, pieces = form[0], []
        says = any(re.search("[A-Za-z]", text) for text, *_ in parts)
        counts = any(spec and not WIDTH.fullmatch(spec) for *_, spec in parts)
        for i, (text, field, spec) in enumerate(parts):
            pieces.append(re.escape(text))
            if field is None:
                continue
            value = r"(?s:(?:(?!   ).)*?)" if whole else VALUE
            if re.fullmatch("'[^']*'", field):
                value = re.escape(format(field[1:-1], spec))
            elif width := WIDTH.fullmatch(spec):
                fitting = (text for text in self.plain if len(text) <= int(width[1]))
                known = [re.escape(format(text, spec)) for text in fitting]
                some = f".{{{width[1]},{int(width[1]) + 1}}}?"  # a name one too long makes it wider
                wide = [some if says else rf"\A{some}"] * (says or counts)
                value = "|".join([*known, *wide, *[".*?"] * (whole and says)])
            elif spec and spec[-1] in "defgx%":
                value = NUMBER
            pieces.append(f"(?P<{name}_{i}>{value})")
        pattern = "".join(pieces)
        if whole:
            return pattern
        first, last = parts[0][0], parts[-1][0] if parts[-1][1] is None else ""
        before, behind = (r"(?<!\w)", r"(?!\w)") if len(parts) > 1 or counts else (BEFORE, BEHIND)
        return before * first[:1].isalpha() + pattern + behind * last[-1:].isalpha()


def _said(form):
    """Return how many letters of a form are its own; of several that fit, the most win."""
    return sum(len(text) for text, *_ in form[0])


def _rank(core):
    return not re.fullmatch(r"\{[^{}']*:[<>^]?\d+s?\}", core), ":>" in core, -len(core)


def _nested(code):
    """Yield the literals of a code, and those within the fields of its f-strings."""
    for literal in literals(code):
        yield literal
        if "f" in literal.prefix.lower():
            for _, field, *_ in fields(literal.core):
                yield from _nested(field or "")
