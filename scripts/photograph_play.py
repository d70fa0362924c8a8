"""Photograph the page `docs/play.md` for README: docs/images/play.en.png and play.zh.png.

    python scripts/build_play.py && python scripts/build_docs.py
    python scripts/photograph_play.py

Needs Chromium or Chrome, and for the Chinese page a Chinese font. Two parts of the page stand side
by side: networks on the left, formulas on the right. The noise is seeded and the sliders are moved,
so that the same site gives the same picture.
"""

import argparse
import contextlib
import io
import sys
import tempfile
from pathlib import Path

from browser import Browser, find_browser
from PIL import Image

ROOT = Path(__file__).parent.parent
COLUMNS = (("conditional", "vae"), ("losses", "gaussians"))  # neighbours on the page
WIDTH = 1280  # of the window
GAP = 24  # pixels between the columns
COLOURS = 256
PATIENCE = 300  # seconds for a cold start on a busy machine

# What the page draws is its reader's chance; here a fixed generator stands in for it.
SEEDED = "let s = 20; Math.random = () => (s = (s * 48271) % 2147483647) / 2147483647;"
READY = "Play.firstPicture && document.querySelectorAll('#play-vae canvas').length"
MOVED = """(async () => {
  const [kind] = document.querySelectorAll("#play-conditional select");
  Object.assign(kind, { value: 7 }).dispatchEvent(new Event("change"));
  const [first] = document.querySelectorAll("#play-vae input");
  first.move(1.5);
  for (let i = 0; i < 20; i++) await Play.engine.images("dcgan", Play.noise(100));
  document.activeElement.blur();
  document.body.dataset.moved = true;
})()"""


def box(browser, parts):
    """Return x, y, width and height of neighbouring sections, in pixels of the page."""
    first, last = (
        f"document.getElementById('play-{part}').closest('section').getBoundingClientRect()"
        for part in (parts[0], parts[-1])
    )
    x, y, width = (browser.value(f"{first}.{side}") for side in ("left", "top", "width"))
    return x, y + browser.value("scrollY"), width, browser.value(f"{last}.bottom") - y


def photograph(browser, page):
    """Open the page and return the picture of its two columns."""
    browser.call("Page.addScriptToEvaluateOnNewDocument", source=SEEDED)
    browser.size(WIDTH)
    browser.open(page)
    browser.wait(READY)
    browser.value(f"void {MOVED}")
    browser.wait("document.body.dataset.moved")
    columns = []
    with tempfile.TemporaryDirectory() as work:
        for i, parts in enumerate(COLUMNS):
            browser.photograph(Path(work, f"{i}.png"), box(browser, parts))
            columns.append(Image.open(io.BytesIO(Path(work, f"{i}.png").read_bytes())))
    size = sum(c.width for c in columns) + GAP, max(c.height for c in columns)
    sheet = Image.new("RGB", size, "white")
    sheet.paste(columns[0], (0, 0))
    sheet.paste(columns[1], (columns[0].width + GAP, 0))
    return sheet.quantize(COLOURS, dither=Image.Dither.NONE)


def main():
    """Photograph both languages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--site", type=Path, default=ROOT / "build" / "site", help="built site")
    site = parser.parse_args().site.resolve()
    executable = find_browser()
    if executable is None:
        sys.exit("expected chromium or google-chrome, found neither")
    for language in ("en", "zh"):
        with (
            tempfile.TemporaryDirectory() as profile,
            contextlib.closing(Browser(executable, profile, PATIENCE)) as browser,
        ):
            picture = photograph(browser, site / language / "play.html")
        path = ROOT / "docs" / "images" / f"play.{language}.png"
        picture.save(path, optimize=True)
        print(f"{path}: {picture.width}x{picture.height}, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
