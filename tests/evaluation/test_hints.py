"""Hints on single pictures: known copies, noise and wrong classes are found, others mostly not."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keras_gen.data import fashion_mnist_10k
from keras_gen.evaluation import hints as module
from keras_gen.evaluation.hints import Hints, find_hints, with_missing_marks
from keras_gen.provenance import Origin, save_generated
from keras_gen.recipes import ConditionalGANRecipe, DCGANRecipe
from keras_gen.runs import Run

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.usefixtures("judges_once")


@pytest.fixture(scope="module", autouse=True)
def few_real_images():
    """300 real images to compare with, so that a test takes a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST", 300)
        yield


def run_of(recipe, **known):
    """Hints need no model: a run's data are enough."""
    sha256 = fashion_mnist_10k("train").sha256
    return Run(
        path=None, name="any", recipe=recipe, provenance={"data": {"sha256": sha256} | known}
    )


@pytest.fixture(scope="module")
def pictures():
    """Four copies, one of them brighter; four unseen images; and noise."""
    train, test = fashion_mnist_10k("train"), fashion_mnist_10k("test")
    copies = train.images[10:14].copy()
    copies[3] = np.clip(copies[3].astype(int) + 20, 0, 255)
    noise = np.random.default_rng(0).integers(256, size=(1, 28, 28, 1), dtype="uint8")
    labels = np.concatenate([train.labels[10:14], test.labels[:4], [0]])
    return np.concatenate([copies, test.images[:4], noise]), labels, train.images[10:14]


@pytest.fixture(scope="module")
def hints(pictures):
    images, labels, _ = pictures
    asked = labels.copy()
    asked[4] = (asked[4] + 5) % 10
    return find_hints(run_of(ConditionalGANRecipe()), images, asked)


def test_what_is_wrong_is_found(hints, pictures):
    assert all("copy" in found for found in hints.found[:4])
    assert not any("copy" in found for found in hints.found[4:])
    assert "class" in hints.found[4]
    assert hints.said[4] == pictures[1][4]
    assert sorted(hints.nearest) == [0, 1, 2, 3]
    for number, original in enumerate(pictures[2]):
        np.testing.assert_array_equal(hints.nearest[number], original)


def test_how_often_hints_err_is_measured_on_real_images(hints):
    """1 % of 300 by construction; FashionNet misnames 158 of the 2,000 test images."""
    assert hints.n_real == 300
    assert hints.errors["copy"] == pytest.approx(0.01, abs=0.004)
    assert 0.05 < hints.errors["outside"] < 0.2
    assert hints.errors["class"] == pytest.approx(0.079, abs=0.04)
    assert hints.left_out == {}


def test_what_cannot_be_checked_says_why(pictures):
    images = pictures[0][:1]
    hints = find_hints(run_of(DCGANRecipe()), images)
    assert hints.left_out == {"class": "the run was asked for no class"} and hints.said is None
    hints = find_hints(run_of(ConditionalGANRecipe()), images)
    assert list(hints.left_out) == ["class"] and "drawn anew" in hints.left_out["class"]


def test_a_file_without_its_mark_is_hinted(tmp_path):
    """Marked; marked and then changed, under its old mark; saved again; never marked."""
    picture = Image.new("L", (8, 8), 50)
    files = [tmp_path / f"{name}.webp" for name in ("marked", "changed", "again", "plain")]
    for path in files[:3]:
        save_generated(path, picture, Origin(model="vae", run_id="0", seed=0), lossless=True)
    with Image.open(files[1]) as marked:
        packet = marked.info["xmp"]
    Image.new("L", (8, 8), 90).save(files[1], lossless=True, xmp=packet)
    with Image.open(files[2]) as marked:
        marked.load()
        marked.save(files[2], xmp=b"")
    picture.save(files[3])
    hints = Hints(
        found=[["copy"], ["copy"], [], []], nearest={}, said=None, errors={"copy": 0.01},
        n_real=300, left_out={},
    )  # fmt: skip
    found = with_missing_marks(hints, files)
    assert found.found == [["copy"], ["copy", "mark"], ["mark"], ["mark"]]
    assert found.errors == {"copy": 0.01, "mark": 0.0} and hints.errors == {"copy": 0.01}


@pytest.mark.slow
@pytest.mark.parametrize("path", ["docs/review.md", "docs/review.zh-CN.md"])
def test_the_docs_and_the_page_say_how_often_hints_are_right(path, monkeypatch):
    """The table as printed; other processors round features otherwise, hence one point."""
    monkeypatch.setattr(module, "MOST", 2_000)
    spec = importlib.util.spec_from_file_location("errors", ROOT / "scripts" / "hint_errors.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    text = (ROOT / path).read_text("utf-8").split("<!-- hints -->")[1].split("<!-- end")[0]
    rows = [re.findall(r"([\d.]+) %", line) for line in text.strip().splitlines()[2:]]
    shares = script.shares()
    found = [[100 * share for share in pair] for pair in shares.values()]
    np.testing.assert_allclose([[float(cell) for cell in row] for row in rows], found, atol=1)
    page = (ROOT / "keras_gen" / "pages" / "review.html").read_text("utf-8")
    named = [
        (shares["copies under noise"][0], shares["copies, blurred"][0]),
        (shares["copies, blurred"][1], shares["noise"][1]),
    ]
    for key, pair in zip(("errs_copy", "errs_outside"), named, strict=True):
        for sentence in re.findall(rf"{key}: (.*?),\n", page, re.DOTALL):
            said = re.findall(r"(\d+) %", sentence)
            np.testing.assert_allclose([float(n) for n in said], [100 * p for p in pair], atol=1)
