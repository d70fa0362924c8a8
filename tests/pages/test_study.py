"""The study's page: what it shows, what it hides, and what a browser records on it."""

import base64
import collections
import gzip
import io
import json
import re
import struct

import numpy as np
import pytest
from PIL import Image

from keras_gen.data import load, unit_to_uint8
from keras_gen.evaluation.study_answers import COLUMNS, rates, read_choices
from keras_gen.pages.study import write_study
from keras_gen.recipes import FastStyleRecipe, MLPGANRecipe
from keras_gen.runs import Run

TRIALS = 7


def write_idx(path, array):
    """Write a uint8 array in the format of MNIST's files."""
    header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(gzip.compress(header + array.tobytes()))


def write_run(run_dir, data, **fields):
    """An untrained model in a run folder: noise, but the folder and the loading are real."""
    sizes = {"image_size": 12, "latent_dim": 4, "generator_width": 4, "discriminator_width": 4}
    recipe = MLPGANRecipe(data=str(data), **sizes | fields)
    run_dir.mkdir(parents=True)
    known = {"sha256": load(recipe.data, recipe.image_shape).sha256}
    Run(path=run_dir, name="mlp_gan", recipe=recipe, provenance={"data": known}).save()
    recipe.build().save(run_dir / "model.keras")
    return run_dir


def write_split(folder, split, seed, n=30):
    images = np.random.default_rng(seed).integers(256, size=(n, 12, 12), dtype="uint8")
    folder.mkdir(parents=True, exist_ok=True)
    write_idx(folder / f"{split}-images-idx3-ubyte.gz", images)
    write_idx(folder / f"{split}-labels-idx1-ubyte.gz", np.arange(n, dtype="uint8") % 10)
    return images[..., None]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two runs on one data set of 30 training and 30 test images."""
    folder = tmp_path_factory.mktemp("study")
    write_split(folder / "data", "train", seed=1)
    held_out = write_split(folder / "data", "t10k", seed=2)
    paths = [write_run(folder / f"run-{n}", folder / "data", seed=n) for n in (1, 2)]
    return paths, held_out


@pytest.fixture(scope="module")
def page(runs, tmp_path_factory):
    """The page of both runs, and what `write_study` says about it."""
    out = tmp_path_factory.mktemp("page") / "new" / "study.html"
    return out, write_study(runs[0], out, trials=TRIALS, seed=3)


def content(out):
    """The pairs and the decoded answer key of a page."""
    (text,) = re.findall(r'id="study">(.*?)</script>', out.read_text("utf-8"))
    study = json.loads(text)
    return study, json.loads(base64.b64decode(study["key"]))


def decode(text):
    with Image.open(io.BytesIO(base64.b64decode(text))) as picture:
        pixels = np.asarray(picture)
    return pixels if pixels.ndim == 3 else pixels[..., None]


def as_bytes(images):
    return [np.ascontiguousarray(image).tobytes() for image in images]


def split_pairs(study, key):
    """Return the pixels of all real and of all generated images, in the order of the page."""
    pairs = [
        [decode(left), decode(right)][:: 1 if side == "left" else -1]
        for (left, right), side in zip(study["pairs"], key["sides"], strict=True)
    ]
    real, generated = zip(*pairs, strict=True)
    return as_bytes(real), as_bytes(generated)


# --- what is shown ------------------------------------------------------------------------------


def test_each_pair_holds_an_unseen_real_image_and_one_of_the_run(page, runs):
    paths, held_out = runs
    study, key = content(page[0])
    real, generated = split_pairs(study, key)
    assert set(real) <= set(as_bytes(held_out)) and len(set(real)) == 2 * TRIALS
    for run, path in enumerate(paths):
        drawn = as_bytes(np.asarray(unit_to_uint8(Run.open(path).load_model().sample(TRIALS, 3))))
        shown = [g for g, r in zip(generated, key["runs"], strict=True) if r == run]
        assert sorted(shown) == sorted(drawn)


def test_runs_and_sides_are_balanced_and_mixed(page):
    """7 trials a run: run 0 has 4 real images on the left, run 1 has 3, so 7 of 14 in all."""
    _, key = content(page[0])
    counts = collections.Counter(zip(key["runs"], key["sides"], strict=True))
    assert counts == {(0, "left"): 4, (0, "right"): 3, (1, "left"): 3, (1, "right"): 4}
    assert key["runs"] != sorted(key["runs"])


def test_the_returned_facts(page, runs):
    out, facts = page
    labels = [path.name for path in runs[0]]
    assert facts["runs"] == labels == content(out)[1]["labels"]
    assert facts["trials"] == 14 and facts["study"] == content(out)[0]["id"]
    assert len(facts["study"]) == 12
    (source,) = facts["real_images"]
    assert source.startswith("test split of data: 30 images of 12x12x1")


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_study(page, runs, tmp_path):
    out, facts = page
    again = write_study(runs[0], tmp_path / "again.html", trials=TRIALS, seed=3)
    assert (tmp_path / "again.html").read_bytes() == out.read_bytes() and again == facts
    other = write_study(runs[0], tmp_path / "other.html", trials=TRIALS, seed=4)
    assert other["study"] != facts["study"]


def test_without_a_test_split_training_images_are_shown(tmp_path):
    """IDX files without t10k, and a folder of photos in colour."""
    train = write_split(tmp_path / "idx", "train", seed=5)
    (tmp_path / "photos").mkdir()
    colours = np.random.default_rng(6).integers(256, size=(4, 12, 12, 3), dtype="uint8")
    for n, image in enumerate(colours):
        Image.fromarray(image).save(tmp_path / "photos" / f"{n}.png")
    for data, images, channels in (("idx", train, 1), ("photos", colours, 3)):
        run = write_run(tmp_path / f"{data}-run", tmp_path / data, channels=channels)
        facts = write_study([run], tmp_path / f"{data}.html", trials=4)
        real, _ = split_pairs(*content(tmp_path / f"{data}.html"))
        assert set(real) <= set(as_bytes(images)) and len(set(real)) == 4
        assert facts["real_images"][0].startswith(f"train split of {data}: ")


# --- what is hidden -----------------------------------------------------------------------------


def test_nothing_in_the_source_tells_the_answers(page, runs):
    text = page[0].read_text("utf-8")
    for path in runs[0]:
        assert path.name not in text
    study, key = content(page[0])
    assert set(study) == {"id", "columns", "size", "pairs", "key"}
    assert json.dumps(key["sides"]) not in text


def test_real_and_generated_images_are_encoded_alike(page):
    """A PNG is a signature of 8 bytes, then chunks: length, type, data, checksum."""
    study, _ = content(page[0])
    headers = set()
    for png in (base64.b64decode(picture) for pair in study["pairs"] for picture in pair):
        kinds, start = [], 8
        while start < len(png):
            kinds.append(png[start + 4 : start + 8])
            start += 12 + int.from_bytes(png[start : start + 4])
        headers.add((png[16:29], *kinds))  # IHDR: size, bit depth, colour type
    assert len(headers) == 1


def test_the_page_asks_nothing_of_the_network(page):
    text = page[0].read_text("utf-8")
    assert not re.search(r"https?:|<link|@import|url\(|fetch\(|XMLHttp|WebSocket|src=\"[^d]", text)
    assert "default-src 'none'" in text


def test_both_languages_have_every_text(page):
    text = page[0].read_text("utf-8")
    english, chinese = (
        re.findall(r"^    (\w+):", block, re.MULTILINE)
        for block in re.findall(r"^  (?:en|zh): {\n(.*?)^  },", text, re.MULTILINE | re.DOTALL)
    )
    assert english == chinese and len(english) > 20
    assert set(re.findall(r'data-text="(\w+)"', text)) <= set(english)


# --- mistakes: one clear line, and nothing written ----------------------------------------------


def test_mistakes_write_nothing(runs, tmp_path):
    (first, second), _ = runs
    data = first.parent / "data"
    large = write_run(tmp_path / "large", data, image_size=16)
    untrained = write_run(tmp_path / "untrained", data)
    (untrained / "model.keras").unlink()
    style = tmp_path / "style"
    style.mkdir()
    Run(path=style, name="fast_style", recipe=FastStyleRecipe(), provenance={}).save()
    out = tmp_path / "study.html"
    cases = [
        ([first], 0, ValueError, r"^trials: expected at least 1, found 0$"),
        ([], 5, ValueError, r"^expected one or more different runs, found \[\]$"),
        ([first, first], 5, ValueError, r"^expected one or more different runs, found .*run-1"),
        ([first, large], 5, ValueError, r"one image shape, found \(12, 12, 1\) in .*run-1 and "),
        ([first, second], 16, ValueError, r"a real image for each of 32 trials, found 30: test"),
        ([tmp_path / "no"], 5, FileNotFoundError, r"^expected a run folder, found nothing at"),
        ([untrained], 5, FileNotFoundError, r"^expected a trained model or a checkpoint"),
        (
            [first, style],
            5,
            ValueError,
            r"samples from noise, found one that transforms pictures; use",
        ),
    ]
    for run_dirs, trials, kind, message in cases:
        with pytest.raises(kind, match=message):
            write_study(run_dirs, out, trials)
        assert not out.exists()
    out.write_text("in use")
    with pytest.raises(FileExistsError, match=r"study\.html exists already"):
        write_study([first], out)
    assert out.read_text() == "in use"


# --- a real browser -----------------------------------------------------------------------------


ANSWERED = "document.querySelector('#bar').value"
READY = "shownAt !== null"


def answer(browser, n, side):
    """Give the answer to pair n by key, by number or by mouse, in turn."""
    browser.wait(f"{ANSWERED} === {n} && {READY}")
    if n % 3 == 0:
        browser.press({"left": "ArrowLeft", "right": "ArrowRight"}[side])
    elif n % 3 == 1:
        browser.press({"left": "1", "right": "2"}[side])
    else:
        browser.click(f"#pair button[data-side={side}] img")


def visible(browser):
    """Return the id of the one section on the screen."""
    (section,) = browser.value("[...document.querySelectorAll('section:not([hidden])')]"
                               ".map((section) => section.id)")  # fmt: skip
    return section


@pytest.mark.slow
def test_a_browser_records_what_was_chosen(page, browser, tmp_path):
    """All 14 pairs by keys and mouse, with a reload after 5, then the file that is saved."""
    out, facts = page
    choices = np.random.default_rng(9).choice(["left", "right"], 14).tolist()
    browser.open(out)
    browser.await_storage()
    browser.value("document.querySelector('#participant').value = 'P 07,\"='")
    browser.click("form .main")
    for n, side in enumerate(choices):
        if n == 6:
            twice_the_left_key = "document.dispatchEvent(new KeyboardEvent('keydown', {key: '1'}));"
            browser.wait(f"{ANSWERED} === 6 && {READY}")
            browser.value(twice_the_left_key * 2)  # the second meets the blank before the next pair
            choices[n] = "left"
            continue
        answer(browser, n, side)
        if n == 2:
            browser.wait(READY)
            browser.press("1", autoRepeat=True)  # a key that is held down does not answer again
            browser.press("ArrowLeft", modifiers=1)  # Alt and left is the browser's way back
        if n == 4:
            browser.reload()
            assert "5 of 14" in browser.value("document.querySelector('#resumed').textContent")
            assert visible(browser) == "intro"
            browser.click("form .main")
    browser.wait("!document.querySelector('#end').hidden")
    text = browser.value("document.querySelector('#csv').value")

    saved = tmp_path / f"study-{facts['study']}-P07.csv"
    browser.download("#save", saved)
    assert saved.read_bytes().decode() == text

    rows = read_choices([saved])
    _, key = content(out)
    assert [tuple(row[name] for name in COLUMNS[:-1]) for row in rows] == [
        (facts["study"], "P07", n + 1, facts["runs"][run], real, choice, int(choice == real))
        for n, (run, real, choice) in enumerate(
            zip(key["runs"], key["sides"], choices, strict=True)
        )
    ]
    correct = sum(map(str.__eq__, key["sides"], choices))
    score = browser.value("document.querySelector('#end p').textContent")
    assert re.findall(r"\d+", score) == [str(n) for n in (correct, 14, round(100 * correct / 14))]
    taken = sum(round(run["taken_for_real"] * run["n"]) for run in rates(rows)["runs"])
    assert taken == 14 - correct

    browser.value("window.confirm = () => true")
    browser.click("#end .next")
    browser.wait("!document.querySelector('#intro').hidden && state.answers.length === 0")
    assert browser.value("document.querySelector('#participant').value") == ""


@pytest.mark.slow
def test_a_phone_in_chinese_without_storage(page, browser):
    """400 pixels wide; localStorage raises, as it may where cookies are blocked."""
    screen = {"width": 400, "height": 800, "deviceScaleFactor": 2, "mobile": True}
    browser.call("Emulation.setDeviceMetricsOverride", **screen)
    browser.call("Emulation.setUserAgentOverride", userAgent="phone", acceptLanguage="zh-CN")
    denied = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('denied') }})"
    browser.call("Page.addScriptToEvaluateOnNewDocument", source=denied)
    browser.call("Page.enable")
    browser.open(page[0])
    assert "14 对" in browser.value("document.querySelector('#intro p').textContent")
    browser.click("form .main")
    for n in range(14):
        browser.wait(READY)
        assert browser.value("document.documentElement.scrollWidth") == 400
        sizes = browser.value("pictures.map((picture) => [picture.width, picture.height])")
        assert sizes[0] == sizes[1] and 140 < sizes[0][0] == sizes[0][1] < 200
        answer(browser, n, "left")
    browser.wait("!document.querySelector('#end').hidden")
    lines = browser.value("document.querySelector('#csv').value").splitlines()
    assert len(lines) == 15 and all(line.split(",")[5] == "left" for line in lines[1:])
    assert re.fullmatch(r"random-\w+", lines[1].split(",")[1])
    browser.click("[data-language=en]")
    assert browser.value("document.querySelector('#end h1').textContent") == "Thank you!"
