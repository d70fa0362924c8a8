"""How soon the page to play in shows its first picture; writes docs/play.json.

    python scripts/build_play.py && python scripts/build_docs.py
    python benchmarks/first_picture.py

Opens the page of the built site as a file, each time in a browser with an empty profile, and reads
the moment at which a generator's first image was painted, in seconds since the browser was told to
open the page. Reading ten megabytes, unpacking and compiling them is in it; a network is not.
"""

import argparse
import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path

from keras_gen.files import write_text

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from browser import Browser, find_browser  # noqa: E402 - from scripts

TURNS = 5
PATIENCE = 300  # seconds for one turn


def cold_load(executable, page):
    """Open the page in a new browser; return its version and the seconds to the first picture."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        contextlib.closing(Browser(executable, profile, PATIENCE)) as browser,
    ):
        browser.open(page)
        browser.wait("Play.firstPicture")
        version = browser.call("Browser.getVersion")["product"]
        return version, browser.value("Play.firstPicture") / 1000


def main():
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--site", type=Path, default=ROOT / "build" / "site", help="built site")
    site = parser.parse_args().site.resolve()
    executable = find_browser()
    if executable is None:
        sys.exit("expected chromium or google-chrome, found neither")
    before = os.getloadavg()[0]
    turns = [cold_load(executable, site / "en" / "play.html") for _ in range(TURNS)]
    found = {
        "browser": turns[0][0],
        "logical processors": os.cpu_count(),
        "load of the last minute before": round(before, 1),
        "load of the last minute after": round(os.getloadavg()[0], 1),
        "megabytes": {
            name: round((site / "play" / name).stat().st_size / 1e6, 1)
            for name in ("runtime.js", "models.js")
        },
        "seconds to the first picture": [round(seconds, 2) for _, seconds in turns],
    }
    text = json.dumps(found, indent=1)
    print(text)
    write_text(ROOT / "docs" / "play.json", f"{text}\n")


if __name__ == "__main__":
    main()
