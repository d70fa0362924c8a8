"""The table of losses, made of their docstrings while Sphinx reads the page `losses`."""

import inspect
from pathlib import Path

import pages
import threads
from docstrings import formula_lines, parts

from keras_gen import losses

MARK = "<!-- table of losses -->"
WORDS = {
    "en": {
        "heads": ("loss", "formula, source, deviations"),
        "gan": "Adversarial losses",
        "penalties": "Penalties on the discriminator's slope",
        "vae": "Variational autoencoder",
        "restoration": "Restoration",
        "style": "Style transfer",
        "code": "code",
        "tests": "tests",
        "Returns": "Value",
        "Reference": "Source",
        "Deviation": "Deviation",
        "Erratum": "Erratum",
        "tutorial": "Tutorial",
        "errata": "Errata",
        "pairs": "Pairs",
        "pair_heads": ("name in `GAN_LOSSES`, and of `--loss`", "discriminator", "generator"),
    },
    "zh": {
        "heads": ("损失", "公式、出处、偏离"),
        "gan": "对抗损失",
        "penalties": "对判别器斜率的惩罚",
        "vae": "变分自编码器",
        "restoration": "图像修复",
        "style": "风格迁移",
        "code": "代码",
        "tests": "测试",
        "Returns": "取值",
        "Reference": "出处",
        "Deviation": "偏离原文",
        "Erratum": "勘误",
        "tutorial": "教程",
        "errata": "勘误条目",
        "pairs": "成对使用",
        "pair_heads": ("在 `GAN_LOSSES` 中的名字，也是 `--loss` 的取值", "判别器", "生成器"),
    },
}


def functions():
    """Return {name: function} of the public losses, in the order of `losses.__all__`."""
    return {
        name: getattr(losses, name) for name in losses.__all__ if callable(getattr(losses, name))
    }


def table(language):
    """Write the table, one section for each file of losses.

    Args:
        language: key of `pages.LANGUAGES`.

    Returns:
        Markdown.
    """
    words, written, stem = WORDS[language], [], None
    for name, function in functions().items():
        path = Path(inspect.getfile(function)).relative_to(pages.ROOT)
        if path.stem != stem:
            stem = path.stem
            written += _head(words.get(stem, stem), words["heads"], "losses", (34, 66))
        written += _row(
            _name(name, function, path, words),
            "\n\n".join([_account(function, words), *_threads(name, words, language)]),
        )
    return "\n".join([*written, "```", "", *_pairs(words)][1:])


def _head(title, heads, name, widths):
    options = [":header-rows: 1", f":class: {name}", f":widths: {' '.join(map(str, widths))}"]
    return ["```", "", f"## {title}", "", "```{list-table}", *options, "", *_row(*heads)]


def _row(*cells):
    lines = []
    for number, cell in enumerate(cells):
        marks = ["  - " if number else "* - "]
        rest = ["    "] * cell.count("\n")
        lines += [
            (mark + line).rstrip()
            for mark, line in zip(marks + rest, cell.split("\n"), strict=True)
        ]
    return lines


def _name(name, function, path, words):
    """First cell: the name, which leads to the reference, and where code and tests are."""
    summary = parts(inspect.getdoc(function))[0][1].replace("\n", " ")
    code = f"[{words['code']}](../{path}#L{pages.definition(path, name)})"
    test = f"[{words['tests']}](../tests/losses/test_{path.stem}.py)"
    return f"[`{name}`](../{path})\n\n{summary}\n\n{code} · {test}"


def _account(function, words):
    """Second cell: what the docstring says."""
    written = []
    for kind, text in parts(inspect.getdoc(function)):
        if kind == "Formula":
            for mathematics, line in formula_lines(text):
                written.append(f"{{.formula}}\n{line}" if mathematics else f"`{line}`")
        elif kind in words:
            written.append(f"{{.{kind.lower()}}}\n**{words[kind]}**: {' '.join(text.split())}")
    return "\n\n".join(written)


def _threads(name, words, language):
    """Last lines of the second cell: where the loss is explained, and what it corrects."""
    places = [
        f"[{section.title}](../{section.path}), {section.heading}"
        for section in threads.explained(threads.loss_pattern(name), language)
    ]
    page = pages.pages(language)["errata"].removeprefix("docs/")
    corrections = threads.corrected_by(name, language).items()
    entries = [f"[{number}]({page}#{anchor})" for number, anchor in corrections]
    for key, links in (("tutorial", places), ("errata", entries)):
        if links:
            yield f"{{.{key}}}\n**{words[key]}**: {'; '.join(links)}"


def _pairs(words):
    lines = [
        f"## {words['pairs']}",
        "",
        "| " + " | ".join(words["pair_heads"]) + " |",
        "|---|---|---|",
    ]
    for name, pair in losses.GAN_LOSSES.items():
        cells = [
            f"`{name}`",
            *(f"[`{loss.__name__}`](../keras_gen/losses/gan.py)" for loss in pair[:2]),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _fill(app, docname, source):
    source[0] = source[0].replace(MARK, table(app.config.half)) if MARK in source[0] else source[0]


def setup(app):
    """Connect to Sphinx."""
    app.connect("source-read", _fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
