"""The network that cuts products out: its weights, its squares, and its edges."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from keras_gen import data, measures
from keras_gen.data.composites import Scenes
from keras_gen.files import digest
from keras_gen.retouch import matting
from keras_gen.retouch.matting import guided, load_matting, matte_of, mattes_of

DOCS = Path(__file__).parents[2] / "docs"
STORED = json.loads((DOCS / "cutout.json").read_text("utf-8"))


def test_the_weights_are_those_that_were_measured_and_small():
    assert digest(matting.WEIGHTS) == matting.SHA256 == STORED["weights"]
    assert matting.WEIGHTS.stat().st_size <= 2 * 2**20
    assert (
        f"{STORED['composites']['all']['iou']:.2f}" == matting.IOU and matting.IOU in matting.LIMITS
    )


def test_damaged_weights_are_refused(tmp_path, monkeypatch):
    damaged = tmp_path / "cutout_net.npz"
    damaged.write_bytes(matting.WEIGHTS.read_bytes()[:-1])
    monkeypatch.setattr(matting, "WEIGHTS", damaged)
    load_matting.cache_clear()
    with pytest.raises(ValueError, match="damaged, expected SHA-256"):
        load_matting()


def test_a_matte_is_the_mean_with_that_of_the_mirror_image():
    images = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), dtype=np.uint8)
    pixels = images.astype("float32") / 255
    one, mirrored = (load_matting()(x).numpy() for x in (pixels, pixels[:, :, ::-1]))
    expected = (one + mirrored[:, :, ::-1]) / 2
    np.testing.assert_allclose(mattes_of(images), expected, atol=1e-5)
    assert np.abs(expected - one).max() > 0.01  # or the mirror image would not matter


def test_the_network_cuts_out_as_well_as_the_docs_say():
    """On 60 held-out scenes on their own paper; the mean of so few lies within 0.02 of all."""
    products = data.products(split="test")
    images, mattes = Scenes(products, own_paper=1).batch(range(0, 1600, 27), 0)
    overlap = measures.intersection_over_union(mattes / 255, mattes_of(images)).mean()
    stored = STORED["composites"]["own paper"]["network"]["iou"]
    assert overlap == pytest.approx(stored, abs=0.02)


@pytest.mark.parametrize("size", [(64, 64), (90, 60), (50, 130)])
def test_a_matte_has_the_size_of_its_photograph(size):
    pixels = np.full((*size, 3), 200, np.uint8)
    matte = matte_of(pixels)
    assert matte.shape == size and matte.dtype == np.float32
    assert matte.min() >= 0 and matte.max() <= 1


def test_an_enlarged_product_is_found_where_it_is():
    products = data.products(split="test")
    image = np.kron(products.images[0], np.ones((4, 4, 1), np.uint8))  # (256, 256, 3)
    true = np.kron(products.mattes[0, ..., 0] / 255, np.ones((4, 4)))
    found = matte_of(image)
    assert measures.intersection_over_union(true[None], found[None])[0] > 0.8


def test_the_guided_filter_is_that_of_its_equations():
    """He et al., equations 5, 6 and 8, with the means of each window written out."""
    rng = np.random.default_rng(0)
    guide, matte, radius, smooth = *rng.uniform(size=(2, 9, 7)), 2, 0.01

    def windows(array):
        padded = np.pad(array, radius, "edge")
        views = np.lib.stride_tricks.sliding_window_view(padded, (2 * radius + 1,) * 2)
        return views.reshape(*array.shape, -1)  # (9, 7, 25)

    i, p = windows(guide), windows(matte)
    slope = ((i * p).mean(-1) - i.mean(-1) * p.mean(-1)) / (i.var(-1) + smooth)
    offset = p.mean(-1) - slope * i.mean(-1)
    expected = windows(slope).mean(-1) * guide + windows(offset).mean(-1)
    np.testing.assert_allclose(guided(matte, guide, radius, smooth), expected.clip(0, 1), atol=1e-6)


def test_a_blurred_edge_moves_to_that_of_the_picture():
    """A step in the guide, a ramp of 17 pixels in the matte: most of the rise is at the step."""
    guide = np.repeat([0.2, 0.8], 16)[None].repeat(32, axis=0)
    ramp = np.clip((np.arange(32) - 7) / 17, 0, 1)[None].repeat(32, axis=0)
    row = guided(ramp, guide, 8)[16]
    assert row[16] - row[15] > 5 * (ramp[16, 16] - ramp[16, 15])  # which is 1/17
    assert row[16] + row[15] == pytest.approx(1, abs=0.05)


def numbers(network, plain=None):
    """Return the numbers of a row of a table, as they are printed."""
    composite = "sad" in network
    overlaps = [network[key] for key in ("iou", *("iou_low", "iou_high") * composite)]
    overlaps += [plain["iou"]] if plain else []
    errors = [f"{network['mae']:.3f}"] + ([f"{network['sad']:.0f}"] if composite else [])
    return [f"{overlap:.2f}" for overlap in overlaps] + errors


@pytest.mark.parametrize("page", ["from-photo-to-ad.md", "from-photo-to-ad.zh-CN.md"])
def test_the_tables_of_the_page_are_those_of_the_file(page):
    settings = dict(STORED["composites"])
    everything = numbers(settings.pop("all"))
    scenes, photographs = (
        [numbers(pair["network"], pair["by colour"]) for pair in pairs.values()]
        for pairs in (settings, STORED["photographs"])
    )
    lines = (DOCS / page).read_text("utf-8").splitlines()
    rows = [re.findall(r"[\d.]+", line) for line in lines if line.startswith("| ")]
    assert [row for row in rows if len(row) >= 3] == [*scenes, everything, *photographs]
