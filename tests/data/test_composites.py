"""Scenes whose truth is exact: colours at soft edges, seeds, paper and backgrounds."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from keras_gen.data import composites, products
from keras_gen.data.composites import Scenes, foreground

RED, BLUE = np.array([200, 0, 0]), np.array([0, 0, 200])


@pytest.fixture(scope="module")
def catalogue():
    whole = products(split="test")
    return dataclasses.replace(whole, images=whole.images[:6], mattes=whole.mattes[:6])


def test_a_soft_edge_takes_the_colour_of_the_nearest_solid_pixel():
    """Red, then a half of blue and red, then blue paper: of the mixture only the red stays."""
    pixels = np.array([[RED, (RED + BLUE) // 2, BLUE]], np.uint8)
    found = foreground(pixels, np.array([[1.0, 0.5, 0.0]]))
    assert found.dtype == np.uint8 and (found == RED).all()


def test_beyond_the_reach_what_is_covered_keeps_its_colour_and_the_rest_does_not():
    pixels = np.array([[RED, BLUE, BLUE, BLUE]], np.uint8)
    found = foreground(pixels, np.array([[1.0, 0.5, 0.5, 0.0]]), reach=1)
    assert (found == [[RED, RED, BLUE, RED]]).all()


def test_of_a_thin_thing_the_most_covered_pixel_counts():
    pixels = np.array([[BLUE, RED, BLUE]], np.uint8)
    assert (foreground(pixels, np.array([[0.0, 0.4, 0.1]])) == RED).all()


def test_scenes_are_a_function_of_the_seed(catalogue):
    scenes = Scenes(catalogue)
    first, again, other = (scenes.batch([0, 1, 2], seed) for seed in (1, 1, 2))
    assert first[0].shape == (3, 64, 64, 3) and first[1].shape == (3, 64, 64, 1)
    assert first[0].dtype == first[1].dtype == np.uint8
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert (first[1] != other[1]).any()


def test_each_scene_shows_some_of_its_product(catalogue):
    _, mattes = Scenes(catalogue).batch([i % 6 for i in range(60)], 0)
    shares = mattes.mean(axis=(1, 2, 3)) / 255
    assert shares.min() > 0.01 and shares.max() < 0.9


def test_products_without_mattes_are_refused(catalogue):
    with pytest.raises(ValueError, match="products: expected mattes, found none"):
        Scenes(dataclasses.replace(catalogue, mattes=None)).batch([0], 0)


@pytest.fixture
def plain(monkeypatch):
    """Take chance out of everything but the placement."""
    monkeypatch.setattr(composites, "_jittered", lambda pixels, rng: pixels.astype("float32"))
    monkeypatch.setattr(composites, "_shadow", lambda alpha, rng: np.float32(1))
    monkeypatch.setattr(composites, "_photographed", lambda scene, rng: np.uint8(np.rint(scene)))


def test_a_scene_is_the_product_over_the_background(catalogue, plain):
    """A red product on blue: each pixel is alpha red + (1 - alpha) blue, no paper in between."""
    red = dataclasses.replace(
        catalogue, images=np.where(catalogue.mattes > 230, RED, 255).astype("uint8")
    )
    blue = Image.new("RGB", (80, 80), tuple(int(x) for x in BLUE))
    image, matte = Scenes(red, [blue], own_paper=0, from_picture=1).draw(
        0, np.random.default_rng(4)
    )
    alpha = matte / 255
    assert 0.05 < alpha.mean() < 0.9
    np.testing.assert_allclose(image, alpha * RED + (1 - alpha) * BLUE, atol=1.5)


def test_on_its_own_paper_a_product_keeps_its_shadow(catalogue, plain, monkeypatch):
    """Moved nowhere, the scene is the picture of the catalogue."""
    still = (1, 0, 64, 0, 1, 64)  # Pillow's affine transform into a picture padded by 64
    monkeypatch.setattr(composites, "_placement", lambda side, rng: still)
    image, matte = Scenes(catalogue, own_paper=1).draw(3, np.random.default_rng(0))
    assert (image == catalogue.images[3]).all() and (matte == catalogue.mattes[3]).all()


def test_in_a_pattern_a_product_keeps_its_shape_and_its_shade(catalogue, plain):
    """A product half as light, on blue and in blue: half the light is the root of it as blue."""
    shaded = np.where(catalogue.mattes > 230, RED // 2, 255).astype("uint8")
    blue = Image.new("RGB", (80, 80), tuple(int(x) for x in BLUE))
    scenes = Scenes(dataclasses.replace(catalogue, images=shaded), [blue], 0, 1, patterned=1)
    image, matte = scenes.draw(0, np.random.default_rng(4))
    solid = image[(matte == 255)[..., 0]]
    assert len(solid) > 100 and (image[(matte == 0)[..., 0]] == BLUE).all()
    np.testing.assert_allclose(solid, len(solid) * [np.sqrt(100 / 255) * BLUE], atol=1)


def test_backgrounds_may_be_computed_by_other_functions(catalogue, plain):
    scenes = Scenes(
        catalogue, own_paper=0, computed=[lambda side, rng: np.full((side, side, 3), 7)]
    )
    image, matte = scenes.draw(0, np.random.default_rng(4))
    assert (image[(matte == 0)[..., 0]] == 7).all()


@pytest.mark.parametrize("kind", ["gradient", "noise", "stripes", "patches", "room", "wallpaper"])
def test_computed_backgrounds_have_colours_and_differ(kind):
    grounds = [getattr(composites, kind)(32, np.random.default_rng(i)) for i in range(4)]
    assert all(ground.shape == (32, 32, 3) and np.isfinite(ground).all() for ground in grounds)
    assert np.std([ground.mean() for ground in grounds]) > 1


def test_a_wallpaper_repeats_itself():
    """Of 40 columns some shift, of fewer than 40 and at least 6, shows the same again."""
    paper = composites.wallpaper(40, np.random.default_rng(0))
    assert any((paper[:, shift:] == paper[:, :-shift]).all() for shift in range(6, 40))
    assert not any((paper[:, shift:] == paper[:, :-shift]).all() for shift in range(1, 6))


def test_a_room_has_two_walls_and_nothing_in_between(monkeypatch):
    """Grounds of one colour each: the picture shows both, each in one piece."""
    colours = iter([np.full((32, 32, 3), 10.0), np.full((32, 32, 3), 200.0)])
    monkeypatch.setattr(composites, "gradient", lambda side, rng: next(colours))
    found = composites.room(32, np.random.default_rng(0))[..., 0]
    assert set(np.unique(found)) == {10, 200} and (np.diff(found, axis=0) >= 0).all()
