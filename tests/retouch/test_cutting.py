"""Photographs in, products on nothing out."""

import numpy as np
import pytest
from PIL import Image

from keras_gen import data
from keras_gen.retouch import cut_out, cutting, recolour
from keras_gen.retouch.cutting import is_cutout, photo_matte
from keras_gen.retouch.photos import read_photo

HALF = np.zeros((64, 64), "float32")
HALF[:, :32], HALF[:, 32] = 1, 0.5  # the left half, with a soft edge


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Two photographs, red on the left and blue on the right, of which the red is the product."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cutting, "matte_of", lambda pixels: HALF)
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:, :33, 0], pixels[:, 33:, 2] = 200, 200
    for name in ("a.png", "b.png"):
        Image.fromarray(pixels).save(name)
    return tmp_path


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image)


def test_the_product_stays_and_the_background_is_gone(here, read_mark):
    ((path, share),) = cut_out(["a.png"])
    found = pixels(path)
    assert path.name == "a-cutout.png" and share == pytest.approx(32.5 / 64)
    assert (found[:, :32, 3] == 255).all() and (found[:, 32, 3] == 128).all()
    assert (found[:, 33:, 3] == 0).all()
    assert (found[..., :3] == [200, 0, 0]).all()  # nothing blue is left, not even unseen
    mark = read_mark(path)["Iptc4xmpExt:DigitalSourceType"]
    assert mark.endswith("/compositeWithTrainedAlgorithmicMedia")


def test_what_is_transparent_already_stays_so(here):
    rgba = np.dstack([pixels("a.png"), np.full((64, 64), 255, np.uint8)])
    rgba[:10, :, 3] = 0
    Image.fromarray(rgba).save("c.png")
    matte = photo_matte(read_photo("c.png"))
    assert (matte[:10] == 0).all() and (matte[10:] == HALF[10:]).all()


def test_names_of_results(here):
    paths = [path for path, _ in cut_out(["a.png", "b.png"], "cut")]
    assert [str(path) for path in paths] == ["cut/a-cutout.png", "cut/b-cutout.png"]
    assert next(path for path, _ in cut_out(["a.png"], "new.webp")).suffix == ".webp"
    (here / "release-v1.2").mkdir()  # whose dot begins no suffix
    paths = [str(path) for path, _ in cut_out(["a.png", "b.png"], "release-v1.2")]
    assert paths == ["release-v1.2/a-cutout.png", "release-v1.2/b-cutout.png"]
    next(cut_out(["a.png"]))
    assert next(cut_out(["a.png"]))[0].name == "a-cutout-2.png"


@pytest.mark.parametrize(
    ("names", "out", "message"),
    [
        (["a.png", "small.png"], None, r"small\.png: expected at least 32x32 pixels"),
        (["a.png", "text.jpg"], None, r"text\.jpg: not a JPEG, PNG or WebP image"),
        (["a.png", "gone.png"], None, "expected a picture file or one of"),
        (["a.png"], "b.png", r"b\.png exists already"),
        (["a.png"], "new.jpg", r"out: expected a file name in \.png, \.webp, found new\.jpg"),
        (["a.png", "b.png"], "new.png", r"out: expected a folder for 2 photos, found new\.png"),
        (["a.png", "sub/a.png"], None, "expected photos of different names, found a twice"),
        (["a.png"], "text.jpg/x.png", r"expected a folder at .*text\.jpg"),
    ],
)
def test_a_mistake_is_told_before_anything_is_written(here, names, out, message):
    Image.fromarray(np.zeros((20, 20, 3), np.uint8)).save("small.png")
    (here / "sub").mkdir()
    Image.open("a.png").save("sub/a.png")
    (here / "text.jpg").write_text("no picture")
    before = sorted(here.rglob("*"))
    with pytest.raises((ValueError, OSError), match=message):
        list(cut_out(names, out))
    assert sorted(here.rglob("*")) == before


def test_a_photograph_without_a_product_is_refused(here, monkeypatch):
    monkeypatch.setattr(cutting, "matte_of", lambda pixels: 0.3 * HALF)
    with pytest.raises(ValueError, match=r"a\.png: expected a product that can be cut out"):
        list(cut_out(["a.png"]))
    assert not (here / "a-cutout.png").exists()


def test_the_cut_out_may_be_the_mask_of_a_recolouring(here):
    found = pixels(recolour("a.png", "teal", "cutout")[0]).astype(int)
    assert (abs(found[:, :32] - [0, 128, 128]) <= 2).all()
    assert (found[:, 33:] == [0, 0, 200]).all()


def test_a_file_of_that_name_goes_before_the_network(here):
    assert is_cutout("cutout") and not is_cutout("a.png") and not is_cutout(None)
    (here / "cutout").touch()
    assert not is_cutout("cutout")


def test_a_real_network_cuts_out_a_product_of_the_catalogue(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    products = data.products(split="test")
    Image.fromarray(products.images[0]).resize((128, 128)).save("product.png")
    ((path, share),) = cut_out(["product.png"])
    true = products.mattes[0].mean() / 255
    assert share == pytest.approx(true, rel=0.25) and pixels(path).shape == (128, 128, 4)
