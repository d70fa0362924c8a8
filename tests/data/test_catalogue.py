import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keras_gen import data
from keras_gen.data import catalogue
from keras_gen.data.catalogue import PRODUCT_KINDS, SHA256, products
from keras_gen.data.tints import product_lab, rgb_to_lab

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "keras_gen" / "data" / "products"
COUNTS = {"train": 8320, "test": 1600}


@pytest.fixture(scope="module", params=COUNTS)
def split(request):
    return request.param, products(split=request.param)


def test_the_embedded_files_are_those_whose_hashes_are_recorded():
    files = [path for path in FOLDER.iterdir() if path.name.startswith(("train", "test"))]
    assert {path.name for path in files} == set(SHA256)
    for path in files:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == SHA256[path.name]
    assert sum(path.stat().st_size for path in files) <= 12e6


def test_a_split_has_what_it_promises(split):
    name, loaded = split
    count = COUNTS[name]
    assert loaded.images.shape == (count, 64, 64, 3) and loaded.images.dtype == np.uint8
    assert loaded.mattes.shape == (count, 64, 64, 1) and loaded.mattes.dtype == np.uint8
    assert loaded.class_names == PRODUCT_KINDS
    np.testing.assert_array_equal(np.bincount(loaded.labels), [count // 8] * 8)
    assert (loaded.name, loaded.origin) == ("products", "embedded")
    for key in ("hue", "lightness", "chroma", "angle", "object", "colour"):
        assert loaded.conditions[key].shape == (count,)
    assert loaded.conditions["backdrop"].shape == (count, 3)
    assert "teal" in loaded.conditions["colour"]


def test_the_circles_of_hue_and_angle_are_covered_evenly(split):
    """Of N uniform draws, N / 12 fall in each twelfth, within 5 standard deviations."""
    name, loaded = split
    expected = COUNTS[name] / 12
    for key in ("hue", "angle"):
        values = loaded.conditions[key]
        assert values.min() >= 0 and values.max() < 360
        counts = np.histogram(values, 12, (0, 360))[0]
        assert abs(counts - expected).max() < 5 * np.sqrt(expected)
    lightness = loaded.conditions["lightness"]
    assert lightness.min() >= 38 and lightness.max() <= 78


def test_no_object_is_in_both_splits(split):
    name, loaded = split
    numbers = loaded.conditions["object"]
    assert (numbers.min(), numbers.max()) == {"train": (0, 259), "test": (260, 309)}[name]
    pairs, counts = np.unique(np.stack([loaded.labels, numbers]), axis=1, return_counts=True)
    assert pairs.shape[1] == COUNTS[name] / 4 and (counts == 4).all()


def test_no_picture_is_there_twice():
    images = np.concatenate([products(split=name).images for name in COUNTS])
    assert len({image.tobytes() for image in images}) == len(images)


def test_a_matte_covers_the_product_and_leaves_the_border_free(split):
    mattes = split[1].mattes[..., 0].astype(int)
    assert mattes[:, [0, -1]].max() == mattes[:, :, [0, -1]].max() == 0
    # Nine samples in a pixel: ten levels.
    assert set(np.unique(mattes)) == {round(255 * n / 9) for n in range(10)}
    covered = (mattes / 255).mean((1, 2))
    assert covered.min() > 0.05 and covered.max() < 0.65


def test_the_product_shows_the_colour_that_it_is_said_to_have(split):
    """Correlation over the pictures of the a* and b* of the paint, and of what the matte covers.

    Light, shade and parts of another colour keep it below 1; by chance it would be 0 +- 0.03.
    """
    loaded = split[1]
    weight = loaded.mattes / 255
    mean = (loaded.images / 255 * weight).sum((1, 2)) / weight.sum((1, 2))
    seen = rgb_to_lab(mean)
    said = product_lab(loaded.conditions["hue"], loaded.conditions["lightness"])
    for axis in (1, 2):
        assert 0.8 < np.corrcoef(seen[:, axis], said[:, axis])[0, 1] < 1


def test_pictures_are_those_that_the_script_renders(monkeypatch):
    """The first picture of each kind, rendered again: equal but for what JPEG takes away."""
    monkeypatch.syspath_prepend(ROOT / "scripts")
    from product_pictures.catalogue import pictures

    loaded = products(split="test")
    for kind in range(len(PRODUCT_KINDS)):
        for picture, matte, conditions in pictures((0, kind, 260)):
            index = np.flatnonzero(
                (loaded.labels == kind) & (loaded.conditions["angle"] == conditions["angle"])
            )
            assert len(index) == 1
            error = (loaded.images[index[0]].astype(float) - picture) ** 2
            assert 10 * np.log10(255**2 / error.mean()) > 30  # dB
            assert abs(loaded.mattes[index[0], ..., 0].astype(float) - matte).mean() < 0.1


def test_another_size_and_grey():
    small = products((32, 32, 1), "test")
    assert small.images.shape == small.mattes.shape == (1600, 32, 32, 1)
    whole = products(split="test")
    grey = Image.fromarray(whole.images[7]).convert("L").resize((32, 32), Image.Resampling.LANCZOS)
    np.testing.assert_array_equal(small.images[7, ..., 0], np.asarray(grey))
    np.testing.assert_array_equal(small.conditions["hue"], whole.conditions["hue"])


def test_load_and_held_out():
    name, loaded = data.held_out("products")
    assert name == "test" and loaded.images.shape == (1600, 64, 64, 3)
    assert data.load("products", (64, 32, 3), "test", fit="crop").images.shape == (1600, 64, 32, 3)
    with pytest.raises(ValueError, match="products has no split 'all': expected 'train' or 'test'"):
        data.load("products", split="all")


def test_damaged_files_are_refused(tmp_path, monkeypatch):
    for name in SHA256:
        (tmp_path / name).write_bytes(b"damaged")
    monkeypatch.setattr(catalogue, "_EMBEDDED", tmp_path)
    with pytest.raises(ValueError, match="is not that of the file that was embedded; reinstall"):
        products()
