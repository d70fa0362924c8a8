"""The documentation site as it is built: whole, without the network, and in a browser."""

import importlib.util
import itertools
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from PIL import Image

ROOT = Path(__file__).parent.parent
LANGUAGES = ("en", "zh")
COURSE = sorted((ROOT / "tutorials").glob("[0-9]*.py"))

pytestmark = pytest.mark.slow


class Page(HTMLParser):
    """What the checks want of a page: anchors, links, and what a browser would load."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.links, self.loads, self.formulas = set(), [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.anchors |= {attrs.get("id"), attrs.get("name")}
        self.formulas += tag == "math"
        if tag == "a" and "href" in attrs:
            self.links.append(attrs["href"])
        elif tag in ("img", "script", "iframe", "source") and "src" in attrs:
            self.loads.append(attrs["src"])
        elif tag == "link" and attrs.get("rel") == "stylesheet":
            self.loads.append(attrs["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site, with no network where the system can take it away."""
    if not all(map(importlib.util.find_spec, ("sphinx", "myst_nb", "math_core", "ziamath"))):
        pytest.skip("the extra docs is not installed")
    folder = tmp_path_factory.mktemp("docs") / "site"
    alone = ["unshare", "-r", "-n"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        alone = []
    command = [
        *alone,
        sys.executable,
        str(ROOT / "scripts" / "build_docs.py"),
        "--out",
        str(folder),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def site_pages(site):
    return {path: Page(path.read_text("utf-8")) for path in site.rglob("*.html")}


def test_the_site_has_no_dead_link(site, site_pages):
    count = 0
    for path, page in site_pages.items():
        for link in page.links + page.loads:
            target, _, fragment = unquote(link).partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            found = (path.parent / target.partition("?")[0]).resolve() if target else path
            assert found.is_file(), f"{path}: {link}"
            if fragment and found.suffix == ".html":
                assert fragment in site_pages[found].anchors, f"{path}: {link}"
            count += 1
    assert count > 5000


def test_the_site_loads_nothing_from_elsewhere(site, site_pages):
    assert not [load for page in site_pages.values() for load in page.loads if "//" in load]
    for path in site.rglob("*.css"):
        assert not re.search(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//", path.read_text("utf-8"))


def test_both_halves_have_the_same_pages_and_formulas(site, site_pages):
    halves = [
        {path.relative_to(site / language): page for path, page in site_pages.items()
         if (site / language) in path.parents}
        for language in LANGUAGES
    ]  # fmt: skip
    assert set(halves[0]) == set(halves[1])
    for name in ("interview/losses.html", "losses.html", "api/losses.style.html"):
        counts = [half[Path(name)].formulas for half in halves]
        assert counts[0] == counts[1] > 10, name
    tutorials = [name for name in halves[0] if "tutorials" in name.parts]
    assert len(tutorials) == len(COURSE)  # whose prose is free to repeat a symbol
    assert all(half[name].formulas > 10 for half in halves for name in tutorials)


def test_no_page_is_wider_than_a_phone(site, site_pages, browse):
    """In frames, because a window of the browser cannot be as narrow as 400 pixels."""
    names = [path.relative_to(site) for path in site_pages if "source" not in path.parts]
    names = [
        name
        for name in names
        if len(name.parts) == 2 or "style" in name.stem or "tutorials" in name.parts
    ]
    frames = [f'<iframe width="400" src="{name}"></iframe>' for name in names]
    measure = """onload = () => document.title = [...document.querySelectorAll("iframe")].map((f) =>
        f.contentDocument.documentElement.scrollWidth).join(" ")"""
    page = site / "widths.html"
    page.write_text(f"<title></title>{''.join(frames)}<script>{measure}</script>", "utf-8")
    title = re.search(r"<title>(.*?)</title>", browse(page.as_uri()))[1]
    page.unlink()
    widths = dict(zip(names, map(int, title.split()), strict=True))
    assert len(widths) > 20 and {name: w for name, w in widths.items() if w > 400} == {}


@pytest.mark.parametrize(
    ("language", "query", "page"),
    [
        ("zh", "格拉姆矩阵", "interview/style.html"),
        ("en", "runs on 8 GPUs", "interview/training.html"),
        ("zh", "弗雷歇距离", "measures.html"),
        ("zh", "checkerboard", "errata.html"),
        ("en", "checkerboard", "errata.html"),
        ("en", "gram_matrix", "api/losses.style.html"),
    ],
)
def test_the_search_finds_what_is_there(site, browse, language, query, page):
    found = browse(f"{(site / language / 'search.html').as_uri()}?q={query}")
    results = re.search(r'<div id="search-results">.*', found, re.DOTALL)[0]
    assert page in re.findall(r'href="([^"#?]+)', results)


@pytest.mark.parametrize(
    ("language", "query"),
    [("en", "question 58"), ("en", "Q58"), ("zh", "第58题"), ("zh", "面试题 58")],
)
def test_the_search_leads_to_a_question_by_its_number(site, browse, language, query):
    found = browse(f"{(site / language / 'search.html').as_uri()}?q={quote(query)}")
    first = re.search(r'<div id="search-results">.*?href="([^"]+)', found, re.DOTALL)[1]
    assert unquote(first).startswith("interview/training.html#q58-"), first


def neighbour(folder, name, side):
    """Return the name of the page to which a page's link "next" or "prev" leads."""
    path = folder / f"{name}.html"
    link = re.search(rf'<a class="{side}-page" href="([^"]+)"', path.read_text("utf-8"))[1]
    return str((path.parent / link).resolve().relative_to(folder.resolve()).with_suffix(""))


@pytest.mark.parametrize("language", LANGUAGES)
def test_previous_and_next_follow_the_course(site, language):
    """From README through the tutorials in their order, as a reader would go on."""
    course = ["readme", *(f"tutorials/{path.stem}" for path in COURSE), "notation"]
    for before, after in itertools.pairwise(course):
        assert neighbour(site / language, before, "next") == after
        assert neighbour(site / language, after, "prev") == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_front_page_shows_styles_samples_and_a_moving_picture(site, language):
    shown = Page((site / language / "index.html").read_text("utf-8")).loads
    names = {Path(load).name for load in shown}
    assert {"style_grid.jpg", "dcgan.png", "walk.webp", f"play.{language}.png"} <= names
    with Image.open(site / language / "_images" / "walk.webp") as film:
        assert film.n_frames > 20


@pytest.fixture
def browse(tmp_path):
    """Return a function that opens an address in a real browser and returns the page's HTML."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no chromium on this machine")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
    flags += ["--disable-background-networking", "--disable-component-update"]
    flags += ["--allow-file-access-from-files"]  # a page may look into its frames
    flags += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000", "--dump-dom"]

    def opened(address):
        command = [browser, *flags, address]
        return subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=120
        ).stdout

    return opened
