"""Draw the folders of keras_gen and the arrows between them, in both languages.

    apt-get install graphviz
    pip install -e ".[test]"
    python scripts/draw_architecture.py            # writes docs/images/architecture.LANGUAGE.svg

Levels come from the contract in pyproject.toml, arrows from the imports themselves, as
import-linter reads them. An arrow that follows from others is left out: cli imports runs, and so
does pages, which cli imports as well. Graphviz decides where boxes and arrows lie.
"""

import html
import re
import subprocess
import tomllib
from pathlib import Path

import grimp

ROOT = Path(__file__).parent.parent
PICTURE = str(ROOT / "docs" / "images" / "architecture.{}.svg")
ABOUT = {  # folder -> what it holds, in English and Chinese
    "cli": ("the command line", "命令行"),
    "pages": ("HTML pages for people", "供人看的 HTML 页面"),
    "evaluation": ("measure and compare runs", "评估、比较运行"),
    "export": ("artefacts for other runtimes", "供其他运行时使用的模型"),
    "stylization": ("stylise picture files", "对图片文件做风格迁移"),
    "runs": ("train, resume, load, draw", "训练、续训、加载、生成"),
    "retouch": ("retouch photographs", "修饰照片"),
    "measures": ("arrays in, numbers out", "输入数组，输出数值"),
    "recipes": ("all parts joined into a run", "把各部分接成一次运行"),
    "provenance": ("labels on generated pictures", "生成图上的标识"),
    "pictures": ("single pictures for people", "供人看的单张图片"),
    "models": ("Keras models: train_step", "带 train_step 的模型"),
    "environment": ("versions and devices", "版本与设备"),
    "networks": ("functional Keras models", "函数式 Keras 网络"),
    "data": ("sources, arrays, batches", "来源、数组、批次"),
    "losses": ("formulas: one scalar out", "公式：输出一个标量"),
    "layers": ("pieces of networks", "网络的小部件"),
    "files": ("whole or not there", "要么完整，要么不存在"),
}
PURE, OTHER = "#dff1e6", "#f3f5fa"  # fill of folders that never import TensorFlow, and of others


def contract(name: str) -> dict:
    """Return a contract of import-linter from pyproject.toml."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (found,) = (c for c in settings["tool"]["importlinter"]["contracts"] if c["id"] == name)
    return found


def levels() -> list[list[str]]:
    """Return the levels of the contract, the highest first, each a list of folders."""
    rows = [[name.strip() for name in row.split("|")] for row in contract("arrows")["layers"]]
    return [row for row in rows if row != ["__main__"]]


def arrows() -> dict[str, set[str]]:
    """Return which folders each folder imports, without what follows from other arrows."""
    graph = grimp.build_graph("keras_gen", exclude_type_checking_imports=True, cache_dir=None)
    direct: dict[str, set[str]] = {name: set() for row in levels() for name in row}
    for module in graph.modules:
        here = module.split(".")[1:2]
        for other in graph.find_modules_directly_imported_by(module):
            there = other.split(".")[1:2]
            if here and there and here != there and here[0] in direct:
                direct[here[0]].add(there[0])

    def below(name):
        return {name}.union(*(below(other) for other in direct[name]))

    return {
        name: {
            other
            for other in others
            if not any(other in below(third) for third in others - {other})
        }
        for name, others in direct.items()
    }


def drawing(language: int) -> str:
    """Return the graph in Graphviz' language, with descriptions in English (0) or Chinese (1)."""
    lines = [
        "digraph { rankdir=TB; nodesep=0.35; ranksep=0.42; bgcolor=white; pad=0.25",
        'node [shape=box style="filled,rounded" color="#8a94a3" fixedsize=true width=2.35',
        '      height=0.68 fontname="Helvetica,Arial,Noto Sans CJK SC,sans-serif"]',
        'edge [color="#5b6676" arrowsize=0.65 penwidth=1.1]',
    ]
    pure = {name.rpartition(".")[2] for name in contract("pure-keras")["source_modules"]}
    for row in levels():
        boxes = [_box(name, ABOUT[name][language], PURE if name in pure else OTHER) for name in row]
        lines.append(f"{{ rank=same; {'; '.join(boxes)} }}")
    first = [row[0] for row in levels()]
    lines.append(f"{' -> '.join(first)} [style=invis weight=0]")  # one level below another
    for name, others in arrows().items():
        lines += [f"{name} -> {other}" for other in sorted(others)]
    return "\n".join([*lines, "}"])


def _box(name: str, about: str, colour: str) -> str:
    words = f'<font point-size="11">{html.escape(about)}</font>'
    gap = '<font point-size="3"> </font>'
    return f'{name} [fillcolor="{colour}" label=<<b>{name}</b><br/>{gap}<br/>{words}>]'


def drawn(language: str) -> set[tuple[str, str]]:
    """Return the arrows of a stored picture."""
    text = html.unescape(Path(PICTURE.format(language)).read_text("utf-8"))
    edges = re.findall(r'<g id="\w+" class="edge">\s*<title>(\w+)->(\w+)</title>\s*<path', text)
    return set(edges)


def main() -> None:
    """Write both pictures."""
    for number, language in enumerate(("en", "zh")):
        command = ["dot", "-Tsvg", "-o", PICTURE.format(language)]
        subprocess.run(command, input=drawing(number).encode(), check=True)
        print(PICTURE.format(language))


if __name__ == "__main__":
    main()
