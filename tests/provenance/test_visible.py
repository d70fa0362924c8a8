"""The visible label: its size, its contrast on any ground, and the pixels that it leaves alone."""

import numpy as np
import pytest
from PIL import Image, ImageFont

from keras_gen.data.shipped import SHIPPED
from keras_gen.provenance.visible import FONT, LARGEST_COVER, TEXTS, draw_label

SIZES = (28, 64, 1024)


def ground(name, size):
    if name == "photograph":
        with Image.open(SHIPPED / "sneaker.jpg") as image:
            return image.convert("RGB").resize((size, size))
    if name == "noise":
        return Image.fromarray(np.random.default_rng(0).integers(0, 256, (size, size, 3), "uint8"))
    return Image.new("RGB", (size, size), name)


def luminance(levels):
    """Relative luminance of sRGB grey levels, as WCAG 2 defines it."""
    unit = np.asarray(levels) / 255
    return np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)


def box(picture, language):
    """Return the box of the label, found from its white text: grey levels (H, W)."""
    blank = np.asarray(draw_label(Image.new("L", picture.size, 255), language))
    rows, columns = np.nonzero(blank < 255)  # the black of the box on a white ground
    levels = np.asarray(draw_label(picture, language).convert("L"))
    top = rows.min() if levels.shape == picture.size[::-1] else picture.height
    return levels[top:, columns.min() :]


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["black", "white", "noise", "photograph"])
def test_the_text_is_legible_on_any_ground(name, size, language):
    """WCAG asks for a contrast of 4.5 to 1; within the box there are black, white and edges."""
    found = box(ground(name, size), language)
    assert np.array_equal(found, box(ground("white", size), language))  # whatever is below it
    light, dark = luminance(np.percentile(found, 97)), luminance(np.percentile(found, 50))
    assert (light + 0.05) / (dark + 0.05) >= 4.5
    assert 0.1 < (found > 128).mean() < 0.5


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("size", [(28, 28), (64, 64), (1024, 1024), (2048, 300), (200, 1000)])
def test_capitals_have_5_percent_of_the_shortest_side(size, language):
    """The A begins the text: its rows are the first columns that hold white."""
    found = box(Image.new("L", size, 0), language) > 128
    columns = np.flatnonzero(found.any(axis=0))
    first = columns[: np.argmax(np.append(np.diff(columns), 2) > 1) + 1]
    rows = np.flatnonzero(found[:, first].any(axis=1))
    assert len(rows) >= max(8, 0.05 * min(size))


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("size", SIZES)
def test_the_pixels_beside_the_label_stay(size, mode, language):
    before = ground("noise", size).convert(mode)
    after = draw_label(before, language)
    assert after.mode == mode
    if after.size == before.size:
        changed = np.argwhere(np.asarray(after) != np.asarray(before))
        covered = np.prod(size - changed.min(axis=0)[:2]) / size**2
        assert 0 < covered <= LARGEST_COVER
    else:  # a strip below
        left = (after.width - size) // 2
        assert after.height > size and size < 100
        kept = after.crop((left, 0, left + size, size))
        np.testing.assert_array_equal(np.asarray(kept), np.asarray(before))


def test_the_label_of_a_transparent_picture_is_opaque():
    for size in (28, 400):
        after = draw_label(Image.new("RGBA", (size, size)), "zh")
        assert after.getpixel((after.width - 1, after.height - 1)) == (0, 0, 0, 255)


def test_the_font_has_every_character_and_its_licence():
    font = ImageFont.truetype(FONT, 40)
    missing = font.getmask("\uffff")
    shapes = {bytes(font.getmask(c)) for text in TEXTS.values() for c in text}
    assert bytes(missing) not in shapes and len(shapes) == len(set("".join(TEXTS.values())))
    licence = FONT.with_name("OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence and "Adobe" in licence
