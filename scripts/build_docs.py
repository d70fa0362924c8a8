"""Build the documentation in both languages, without the network.

    pip install -e ".[docs]"
    python scripts/build_docs.py              # then open build/site/index.html

Pages are copied to a temporary folder under the name that they have in both languages, the pages
of the reference are written beside them, and Sphinx makes build/site/LANGUAGE of them. Source files
become pages of their own, once for both languages, under build/site/source.
"""

import argparse
import html
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import unquote

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import TextLexer, get_lexer_for_filename
from pygments.util import ClassNotFound

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "docs" / "_ext"))

import pages  # noqa: E402 - from docs/_ext
from docstrings import restructured  # noqa: E402

REFERENCE = {
    "en": ("API reference", "Every public module, in the order of the layers: lower ones first."),
    "zh": ("API 参考", "全部公开模块，按层排列，低层在前。说明文字取自源代码，为英文。"),
}
ORDER = (
    "losses", "layers", "networks", "data", "models", "pictures", "measures", "recipes", "runs",
    "retouch", "evaluation", "stylization", "pages", "cli",
)  # fmt: skip


def write(path, text):
    """Write a text file, with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def copy(path, target):
    """Copy a file of the repository."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(ROOT / path, target)


def stage(language, folder):
    """Lay out what Sphinx reads for one language.

    Args:
        language: key of `pages.LANGUAGES`.
        folder: where.
    """
    for name, path in pages.pages(language).items():
        target = folder / f"{name}{Path(path).suffix}"
        copy(path, target)
    for images in (folder / "images", folder / "docs" / "images"):  # of docs/, of README
        shutil.copytree(ROOT / "docs" / "images", images)
    shutil.copytree(ROOT / "docs" / "_locale", folder / "locale")
    stage_reference(language, folder)


def stage_reference(language, folder):
    """Write one page for each module, and an index of them."""
    title, intro = REFERENCE[language]
    modules = {name: path for name, path in pages.modules().items() if "." in name}
    for module in modules:
        text = f"{heading(module.removeprefix('keras_gen.'))}\n\n.. automodule:: {module}\n\n"
        inside = [name for name in modules if name.rpartition(".")[0] == module]
        text += listing(inside, modules) if inside else ""
        write(folder / f"{pages.api_name(module)}.rst", text)
    packages = [f"keras_gen.{name}" for name in ORDER]
    rest = [name for name in modules if name.count(".") == 1 and name not in packages]
    text = f"{heading(title)}\n\n{intro}\n\n{listing(packages + rest, modules)}"
    write(folder / "api" / "index.rst", text)


def heading(words):
    """Write a title in reStructuredText; a Chinese character is two columns wide."""
    return f"{words}\n{'=' * 2 * len(words)}"


def listing(names, modules):
    """List modules with the first sentence of each, and give their pages a place in the tree."""
    rows = [
        f"- :py:mod:`{name}`: {restructured(pages.first_line(modules[name]), lambda words: None)}"
        for name in names
    ]
    tree = [f"   {pages.api_name(name).removeprefix('api/')}" for name in names]
    return "\n".join([*rows, "", ".. toctree::", "   :hidden:", "", *tree, ""])


def linked_sources(site):
    """Return what under source/ the pages of a site link to."""
    link = re.compile(r'(?:href|src)="(?:\.\./)+source/([^"#?]+)')
    found = (link.findall(page.read_text("utf-8")) for page in site.rglob("*.html"))
    return {unquote(path) for paths in found for path in paths}


def write_sources(folder, wanted):
    """Write a page for each source file that is wanted, with an anchor #L12 for its line 12."""
    template = (ROOT / "docs" / "_templates" / "source.html").read_text("utf-8")
    formatter = HtmlFormatter(nowrap=True)
    for path in pages.sources():
        if not {path, f"{path}.html"} & wanted:
            continue
        if Path(path).suffix in pages.AS_IT_IS:
            copy(path, folder / path)
            continue
        try:
            lexer = get_lexer_for_filename(path, stripnl=False)
        except ClassNotFound:
            lexer = TextLexer(stripnl=False)
        code = highlight((ROOT / path).read_text("utf-8"), lexer, formatter)
        lines = [
            f'<a id="L{number}" href="#L{number}"></a>{line}'
            for number, line in enumerate(code.splitlines(), start=1)
        ]
        page = template.replace("{{path}}", html.escape(path)).replace("{{code}}", "\n".join(lines))
        write(folder / f"{path}.html", page.replace("{{root}}", "../" * (path.count("/") + 1)))


def copy_play(folder):
    """Copy the runtime and the models of the page `play`, which works in part without them."""
    made = ROOT / "build" / "play"
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("runtime.js", "models.js"):
        if (made / name).is_file():
            copy(made / name, folder / name)
        else:
            print(f"play: no {made / name}, its page will say so; run scripts/build_play.py")


def build(site):
    """Build the site.

    Args:
        site: folder for it; what an earlier build left there is replaced.

    Returns:
        0, or Sphinx' exit status where it warned of something.
    """
    status = 0
    for language in pages.LANGUAGES:
        start = time.perf_counter()
        shutil.rmtree(site / language, ignore_errors=True)
        with tempfile.TemporaryDirectory() as work:
            staged, read = Path(work, language), Path(work, "doctrees")
            stage(language, staged)
            options = ["-c", ROOT / "docs", "-t", language, "-d", read, staged, site / language]
            strict = ["-b", "html", "-q", "-n", "-W", "--keep-going"]
            # One process each: Sphinx keeps words of the first language.
            command = [sys.executable, "-m", "sphinx", *strict, *map(str, options)]
            status = subprocess.run(command, check=False).returncode or status
        print(f"{site / language}: {time.perf_counter() - start:.0f} s", flush=True)
    shutil.rmtree(site / "source", ignore_errors=True)
    write_sources(site / "source", linked_sources(site))
    copy("docs/_templates/front.html", site / "index.html")
    copy_play(site / "play")
    return status


def main():
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "site", help="folder to make")
    return build(parser.parse_args().out.resolve())


if __name__ == "__main__":
    sys.exit(main())
