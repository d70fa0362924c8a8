"""The page of a review: what it shows, what a browser records on it, and what is refused."""

import base64
import hashlib
import json
import re

import numpy as np
import pytest
from PIL import Image

from keras_gen.evaluation.hints import Hints
from keras_gen.evaluation.review_decisions import (
    COLUMNS,
    REASONS,
    copy_approved,
    read_decisions,
    summarise,
)
from keras_gen.pages import review as module
from keras_gen.pages.review import write_review
from keras_gen.provenance import Origin, save_generated
from keras_gen.recipes import MLPGANRecipe
from keras_gen.runs import Run


def save(folder, *names, size=(28, 28), seed=0):
    """Save a picture of noise under each name."""
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(seed)
    for name in names:
        Image.fromarray(rng.integers(256, size=size, dtype="uint8")).save(folder / name)
    return folder


def content(out):
    """What the page's script reads."""
    (text,) = re.findall(r'id="review">(.*?)</script>', out.read_text("utf-8"))
    return json.loads(text)


NAMES = [f"{i:05d}.png" for i in range(6)]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page of a folder of six pictures, its facts and the folder."""
    folder = tmp_path_factory.mktemp("review")
    out, pictures = folder / "new" / "review.html", save(folder / "pictures", *NAMES)
    return out, write_review(pictures, out, seed=3), pictures


# --- what is shown ------------------------------------------------------------------------------


def test_the_page_carries_each_file_as_it_is(page):
    out, facts, folder = page
    found = content(out)
    assert sorted(each["file"] for each in found["pictures"]) == NAMES
    assert [each["file"] for each in found["pictures"]] != NAMES  # in an order drawn by lot
    for each in found["pictures"]:
        kind, text = each["picture"].split(",")
        assert kind == "data:image/png;base64"
        assert base64.b64decode(text) == (folder / each["file"]).read_bytes()
        assert each["sha256"] == hashlib.sha256(base64.b64decode(text)).hexdigest()
        assert set(each) == {"file", "sha256", "picture"}
    assert found["columns"] == list(COLUMNS) and found["reasons"] == list(REASONS)
    assert facts == {
        "review": found["id"], "folder": folder, "pictures": 6, "available": 6, "hints": {},
        "left_out": {},
    }  # fmt: skip


def test_the_same_seed_gives_the_same_bytes_and_some_are_chosen_by_lot(page, tmp_path):
    out, facts, folder = page
    assert write_review(folder, tmp_path / "again.html", seed=3) == facts
    assert (tmp_path / "again.html").read_bytes() == out.read_bytes()
    fewer = write_review(folder, tmp_path / "fewer.html", n=2, seed=4)
    assert (fewer["pictures"], fewer["available"]) == (2, 6) and fewer["review"] != facts["review"]


def test_what_is_no_picture_of_the_folder_is_left_out(tmp_path):
    folder = save(tmp_path / "a", "b.webp", ".hidden.png")
    save(folder / "below", "c.png")
    (folder / "notes.txt").write_text("x")
    write_review(folder, tmp_path / "a.html")
    assert [each["file"] for each in content(tmp_path / "a.html")["pictures"]] == ["b.webp"]


def test_a_name_cannot_end_the_script(tmp_path):
    folder = save(tmp_path / "a", "<!--<script>.png")
    write_review(folder, tmp_path / "a.html")
    text = (tmp_path / "a.html").read_text("utf-8")
    assert "<!--<script>" not in text
    assert content(tmp_path / "a.html")["pictures"][0]["file"] == "<!--<script>.png"


def test_a_run_draws_its_pictures_first_and_their_classes_are_known(tmp_path):
    """Twenty pictures of ten classes, in the order of their names."""
    out = tmp_path / "new" / "r.html"
    facts = write_review("conditional_gan", out, n=20, seed=1)
    assert facts["folder"] == tmp_path / "new" / "r" and facts["pictures"] == 20
    assert len(list(facts["folder"].iterdir())) == 20
    pictures = sorted(content(out)["pictures"], key=lambda each: each["file"])
    asked = [each["asked"] for each in pictures]
    assert asked[:3] == ["T-shirt/top", "T-shirt/top", "Trouser"] and asked[-1] == "Ankle boot"
    for each in pictures:
        digest = hashlib.sha256((facts["folder"] / each["file"]).read_bytes()).hexdigest()
        assert each["sha256"] == digest


def test_a_run_remembers_where_the_pictures_of_a_page_lie(tmp_path):
    """Not where they lay while the page was written."""
    recipe = MLPGANRecipe(generator_width=4, discriminator_width=4, latent_dim=4)
    run = Run(path=tmp_path / "run", name="mlp_gan", recipe=recipe, provenance={})
    run.create()
    recipe.build().save(run.model_path)
    write_review(run, tmp_path / "r.html", n=2, seed=1)
    (line,) = (run.path / "generated.jsonl").read_text("utf-8").splitlines()
    said = json.loads(line)
    assert (said["files"], said["n"], said["seed"]) == ([str(tmp_path / "r")], 2, 1)
    assert len(list((tmp_path / "r").iterdir())) == 2


def _shown(folder, out):
    """Return the entries of a page without checks; one with checks has the same order."""
    write_review(folder, out)
    return content(out)["pictures"]


def hinted(folder, out, monkeypatch, recorded=None):
    """Write a page whose checks suspect what is said here."""
    original = np.full((28, 28, 1), 7, "uint8")
    hints = Hints(
        found=[["copy", "class"], [], ["outside"]],
        nearest={0: original},
        said=np.array([9, 0, 0]),
        errors={"copy": 0.01, "outside": 0.125, "class": 0.079},
        n_real=2000,
        left_out={},
    )

    def find_hints(*words):
        if recorded is not None:
            recorded.extend(words)
        return hints

    monkeypatch.setattr(module, "find_hints", find_hints)
    return write_review(folder, out, checks=True, run="dcgan")


def test_hints_stand_beside_their_pictures(tmp_path, monkeypatch):
    recorded, folder = [], save(tmp_path / "a", "0.png", "1.png", "2.png")
    order = [each["file"] for each in _shown(folder, tmp_path / "plain.html")]
    origin = Origin(model="dcgan", run_id="0" * 12, seed=0)
    save_generated(folder / order[1], Image.open(folder / order[1]), origin)  # the others have none
    facts = hinted(folder, tmp_path / "a.html", monkeypatch, recorded)
    found = content(tmp_path / "a.html")
    suspected = [["copy", "class", "mark"], [], ["outside", "mark"]]
    assert [each["hints"] for each in found["pictures"]] == suspected
    assert found["pictures"][0]["said"] == "Ankle boot" and "said" not in found["pictures"][1]
    assert found["pictures"][0]["nearest"].startswith("data:image/png;base64,")
    assert facts["hints"] == {"copy": 1, "outside": 1, "class": 1, "mark": 2}
    run, images, asked, *_ = recorded
    assert run.name == "dcgan" and images.shape == (3, 28, 28, 1) and asked is None
    for each, image in zip(found["pictures"], images, strict=True):
        np.testing.assert_array_equal(image[..., 0], Image.open(folder / each["file"]))


def test_the_page_asks_nothing_of_the_network(page):
    text = page[0].read_text("utf-8")
    assert not re.search(r"https?:|<link|@import|url\(|fetch\(|XMLHttp|WebSocket|src=\"[^d]", text)
    assert "default-src 'none'" in text and str(page[2].parent) not in text


def test_both_languages_have_every_text(page):
    text = page[0].read_text("utf-8")
    english, chinese = (
        re.findall(r"^    (\w+):", block, re.MULTILINE)
        for block in re.findall(r"^  (?:en|zh): {\n(.*?)^  },", text, re.MULTILINE | re.DOTALL)
    )
    assert english == chinese and len(english) > 40
    assert set(re.findall(r'data-text="(\w+)"', text)) <= set(english)
    assert set(REASONS) - {"copy"} <= set(english) and "copy_" in english
    for check in ("copy", "outside", "class", "mark"):
        assert {f"hint_{check}", f"what_{check}", f"errs_{check}"} <= set(english)


# --- mistakes: one clear line, and nothing written ----------------------------------------------


def test_mistakes_write_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, pictures in {"good": ["0.png"], "empty": [], "odd": ["\x1b[2J.png"]}.items():
        save(tmp_path / name, *pictures)
    save(tmp_path / "large", "0.png", size=(40, 40))
    save(tmp_path / "damaged", "0.png")
    whole = (tmp_path / "damaged" / "0.png").read_bytes()
    (tmp_path / "damaged" / "0.png").write_bytes(whole[:200])
    checks = {"checks": True, "run": "dcgan"}
    cases = [
        ("none", {}, FileNotFoundError, r"^expected a run folder, found nothing at none"),
        ("empty", {}, FileNotFoundError, r"^empty: expected pictures .* found 0 other files"),
        ("damaged", {}, ValueError, r"^damaged/0\.png: "),
        ("odd", {}, ValueError, r"expected a name of printable characters; rename the file$"),
        ("good", {"n": 0}, ValueError, r"^n: expected 1 to 10,000 pictures, found 0$"),
        ("good", {"n": 2}, ValueError, r"^n: expected 1 to 1 pictures, found 2$"),
        ("good", {"checks": True}, ValueError, r"^checks: expected the run that drew the pictures"),
        ("good", {"run": "dcgan"}, ValueError, r"^run: expected for the checks of a folder"),
        ("dcgan", checks, ValueError, r"^run: expected for the checks of a folder"),
        ("good", {"checks": True, "run": "no"}, FileNotFoundError, r"^expected a run folder"),
        ("large", checks, ValueError, r"^large/0\.png: expected 28x28 pixels, .* found 40x40$"),
        ("good", {"out": "page.txt"}, ValueError, r"^out: expected a name that ends in \.html"),
    ]
    before = sorted(tmp_path.rglob("*"))
    for source, options, kind, message in cases:
        with pytest.raises(kind, match=message):
            write_review(source, **options)
        assert sorted(tmp_path.rglob("*")) == before
    monkeypatch.setattr(module, "LARGEST", 500)
    with pytest.raises(ValueError, match=r"pictures on one page, found .* pass fewer with --n"):
        write_review("good")
    (tmp_path / "review.html").write_text("in use")
    with pytest.raises(FileExistsError, match=r"review\.html exists already"):
        write_review("good")
    (tmp_path / "drawn").mkdir()
    with pytest.raises(FileExistsError, match="drawn exists already"):
        write_review("dcgan", "drawn.html", n=1)
    assert not (tmp_path / "drawn.html").exists()


def test_pictures_that_were_drawn_for_a_page_that_failed_are_gone(tmp_path, monkeypatch):
    def find_hints(*words):
        raise ValueError("no data")

    monkeypatch.setattr(module, "find_hints", find_hints)
    with pytest.raises(ValueError, match="no data"):
        write_review("dcgan", tmp_path / "a.html", n=2, checks=True)
    assert not list(tmp_path.iterdir())


# --- a real browser -----------------------------------------------------------------------------

DECIDED = "document.querySelector('#bar').value"
READY = "shownAt !== null"


def visible(browser):
    """Return the id of the one section on the screen."""
    (section,) = browser.value("[...document.querySelectorAll('section:not([hidden])')]"
                               ".map((section) => section.id)")  # fmt: skip
    return section


def begin(browser, out, name):
    browser.open(out)
    browser.value(f"document.querySelector('#reviewer').value = {json.dumps(name)}")
    browser.click("form .main")


def decide(browser, n, key):
    """Decide on picture n once it is shown."""
    browser.wait(f"{DECIDED} === {n} && {READY}")
    browser.press(key)


@pytest.mark.slow
def test_a_browser_records_what_was_decided(page, browser, tmp_path):
    """Keys, buttons, reasons, undo, a reload after three, then the file and its copies."""
    out, facts, folder = page
    browser.open(out)
    browser.await_storage()
    # Without a name there is no review. A click would open a bubble that swallows the next click.
    assert browser.value("document.querySelector('form').checkValidity()") is False
    browser.value("document.querySelector('#reviewer').value = ' 王芳, \"=\\u0007 '")
    browser.click("form .main")
    decide(browser, 0, "a")
    decide(browser, 1, "2")  # blurred
    browser.press("Backspace")
    decide(browser, 1, "R")
    browser.wait(f"{DECIDED} === 2 && {READY}")
    browser.press("a", autoRepeat=True)  # a key that is held down does not decide again
    browser.press("a", modifiers=2)  # Ctrl and A selects the text of the page
    assert browser.value(DECIDED) == 2
    browser.click("#approve")
    browser.wait(f"{DECIDED} === 3")
    browser.reload()
    assert "3 of 6" in browser.value("document.querySelector('#resumed').textContent")
    assert visible(browser) == "intro"
    browser.click("form .main")
    browser.wait(READY)
    browser.click("#reasons [data-reason=rights]")
    twice = "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'a'}));"
    browser.wait(f"{DECIDED} === 4 && {READY}")
    browser.value(twice * 2)  # the second meets the blank before the next picture
    decide(browser, 5, "9")  # no reason has this number
    assert browser.value(DECIDED) == 5
    browser.press("8")
    browser.wait("!document.querySelector('#end').hidden")
    browser.click("#end .undo")
    decide(browser, 5, "a")
    browser.wait("!document.querySelector('#end').hidden")
    text = browser.value("document.querySelector('#csv').value")

    saved = tmp_path / f"review-{facts['review']}-王芳-.csv"
    browser.download("#end .save", saved)
    assert saved.read_bytes().decode() == text

    rows = read_decisions([saved])
    shown = content(out)["pictures"]
    assert [(row["file"], row["sha256"]) for row in rows] == [
        (each["file"], each["sha256"]) for each in shown
    ]
    assert {(row["review"], row["reviewer"]) for row in rows} == {(facts["review"], '王芳, "=')}
    found = [(row["decision"], row["reason"]) for row in rows]
    yes, no = ("approve", ""), ("reject", "")
    assert found == [yes, no, yes, ("reject", "rights"), yes, yes]
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)
    assert summarise(rows)["reviewers"][0]["approved"] == 4
    copies = copy_approved(rows, folder, tmp_path / "approved")
    assert [path.name for path in copies] == [shown[i]["file"] for i in (0, 2, 4, 5)]
    score = browser.value("document.querySelector('#end p').textContent")
    assert re.findall(r"\d+", score) == ["4", "2", "6"]

    browser.value("window.confirm = () => true")
    browser.click("#end .next")
    browser.wait("!document.querySelector('#intro').hidden && state.decisions.length === 0")
    assert browser.value("document.querySelector('#reviewer').value") == ""


@pytest.mark.slow
def test_a_phone_in_chinese_without_storage(tmp_path, browser, monkeypatch):
    """400 pixels wide; localStorage raises; hints and the training picture beside the first."""
    folder = save(tmp_path / "a", "0.png", "1.png", "2.png")
    hinted(folder, tmp_path / "a.html", monkeypatch)
    screen = {"width": 400, "height": 800, "deviceScaleFactor": 2, "mobile": True}
    browser.call("Emulation.setDeviceMetricsOverride", **screen)
    browser.call("Emulation.setUserAgentOverride", userAgent="phone", acceptLanguage="zh-CN")
    denied = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('denied') }})"
    browser.call("Page.addScriptToEvaluateOnNewDocument", source=denied)
    browser.call("Page.enable")
    browser.open(tmp_path / "a.html")
    assert "7.9 %" in browser.value("document.querySelector('#checks').textContent")
    begin(browser, tmp_path / "a.html", "P1")
    counts = []
    for n in range(3):
        browser.wait(f"{DECIDED} === {n} && {READY}")
        assert browser.value("document.documentElement.scrollWidth") == 400
        width, height = browser.value("[picture.width, picture.height]")
        assert width == height and (130 < width < 190 if n == 0 else 250 < width <= 352)
        assert browser.value("document.querySelector('#nearest').offsetWidth > 0") == (n == 0)
        counts.append(browser.value("document.querySelectorAll('#hints li').length"))
        bottom = browser.value("document.querySelector('#reject').getBoundingClientRect().bottom")
        assert bottom < 800  # both decisions are on the first screen
        browser.click("#reject")
    assert counts == [3, 1, 2]  # two, none and one as `hinted` says; no file carries a mark
    browser.wait("!document.querySelector('#end').hidden")
    lines = browser.value("document.querySelector('#csv').value").splitlines()
    assert len(lines) == 4 and all(line.split(",")[4] == "reject" for line in lines[1:])
    browser.click("[data-language=en]")
    assert browser.value("document.querySelector('#end h1').textContent").startswith("All pictures")
