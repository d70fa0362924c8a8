"""What products are asked for in words, and series in which one thing changes."""

import logging

import numpy as np
import pytest
from PIL import Image

from keras_gen.data import PRODUCT_KINDS, unit_to_uint8
from keras_gen.data.conditions import Requests, condition_vectors
from keras_gen.data.tints import NAMES, colour_lab
from keras_gen.recipes import MLPGANRecipe, ProductGANRecipe
from keras_gen.runs import ProductRequest, Run, generate


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """An untrained run of the catalogue's kinds."""
    path = tmp_path_factory.mktemp("runs") / "run"
    recipe = ProductGANRecipe(generator_width=2, discriminator_width=2, latent_dim=3)
    known = {"data": {"classes": list(PRODUCT_KINDS)}}
    run = Run(path=path, name="product_gan", recipe=recipe, provenance=known)
    run.create()
    recipe.build().save(run.model_path)
    return run


def test_what_is_asked_for_is_drawn(run, tmp_path):
    asked = ProductRequest(kind="lamp", colour="teal", angle="-30")
    out, npz = tmp_path / "a.png", tmp_path / "a.npz"
    assert generate(run, 3, 1, out, npz, product=asked) == [npz, out]
    arrays = np.load(npz)
    assert arrays["labels"].tolist() == [6, 6, 6]
    assert arrays["angles"].tolist() == [330.0] * 3
    teal = colour_lab("teal")
    np.testing.assert_allclose(arrays["colours"], [teal] * 3)
    requests = Requests(np.full(3, 6), np.tile(teal, (3, 1)), np.full(3, 330.0))
    expected = run.load_model().sample(3, 1, condition_vectors(requests, 8))
    np.testing.assert_array_equal(arrays["images"], unit_to_uint8(expected))


def test_what_is_not_said_is_drawn_at_random(run, tmp_path):
    generate(run, 16, 2, npz=tmp_path / "a.npz")
    arrays = np.load(tmp_path / "a.npz")
    assert arrays["labels"].tolist() == np.repeat(np.arange(8), 2).tolist()
    assert len(np.unique(arrays["angles"])) == len(np.unique(arrays["colours"], axis=0)) == 16


def test_a_turntable_is_one_object_in_36_views(run, tmp_path):
    asked = ProductRequest(kind="mug", turntable=True)
    film, npz = tmp_path / "mug.gif", tmp_path / "mug.npz"
    assert generate(run, None, 3, film, npz, product=asked) == [npz, film]
    arrays = np.load(npz)
    assert arrays["angles"].tolist() == list(range(0, 360, 10))
    assert len(np.unique(arrays["colours"], axis=0)) == 1
    with Image.open(film) as picture:
        assert (picture.n_frames, picture.size) == (36, (256, 256))
    model = run.load_model()
    noise = np.repeat(np.asarray(model.noise(1, 3)), 36, axis=0)  # the same in every view
    requests = Requests(*(arrays[name] for name in ("labels", "colours", "angles")))
    expected = unit_to_uint8(model.draw(noise, condition_vectors(requests, 8)))
    np.testing.assert_array_equal(arrays["images"], expected)


def test_several_objects_turn_together_in_the_runs_folder(run, tmp_path):
    """Two objects side by side: 2 x 64 pixels and a gap of 2, four times as large."""
    (film,) = generate(run, 2, product=ProductRequest(turntable=True))
    assert film == run.path / "turntable-seed-0.gif"
    with Image.open(film) as picture:
        assert picture.is_animated and picture.size == (4 * 130, 256)  # equal frames are merged
    generate(run, 2, npz=tmp_path / "a.npz", product=ProductRequest(turntable=True))
    arrays = np.load(tmp_path / "a.npz")
    assert arrays["labels"].tolist() == [0, 1] * 36 and arrays["angles"][:4].tolist() == [
        0,
        0,
        10,
        10,
    ]


def test_colourways_are_one_object_in_every_named_colour(run, tmp_path):
    asked = ProductRequest(kind="0", angle=45, colourways=True)
    out, npz = tmp_path / "a.png", tmp_path / "a.npz"
    generate(run, None, 4, out, npz, product=asked)
    arrays = np.load(npz)
    assert arrays["angles"].tolist() == [45.0] * 16 and not arrays["labels"].any()
    np.testing.assert_allclose(arrays["colours"], [colour_lab(name) for name in NAMES])
    with Image.open(out) as picture:
        assert picture.size == (2 * (8 * 66 - 2), 2 * (2 * 66 - 2))  # two rows of eight


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"kind": "boat"}, "kind 'boat': expected one of 0 mug, 1 teapot, .*; it names none"),
        ({"colour": "tael"}, "unknown colour 'tael': expected a CSS colour name, such as teal, or"),
        ({"angle": "left"}, "expected the angle in degrees, found 'left'"),
        ({"angle": "1", "turntable": True}, "turntable: expected no angle beside it, found one"),
        ({"colour": "teal", "colourways": True}, "colourways: expected no colour beside it"),
        ({"turntable": True, "colourways": True}, "expected turntable or colourways, found both"),
    ],
)
def test_requests_that_make_no_sense_are_refused(run, tmp_path, words, message):
    with pytest.raises(ValueError, match=message):
        generate(run, 1, npz=tmp_path / "a.npz", product=ProductRequest(**words))
    assert not list(tmp_path.iterdir())


def test_other_runs_and_other_files_are_refused(run, tmp_path):
    recipe = MLPGANRecipe(generator_width=4, discriminator_width=4, latent_dim=4)
    plain = Run(path=tmp_path / "plain", name="mlp_gan", recipe=recipe, provenance={})
    with pytest.raises(ValueError, match="are for runs of product_gan, found a mlp_gan run"):
        generate(plain, 1, product=ProductRequest(kind="mug"))
    with pytest.raises(ValueError, match="label: expected none beside kind, colour and angle"):
        generate(run, 1, labels=["mug"])
    with pytest.raises(ValueError, match=r"expected an animation \(.gif, .webp\) or a folder"):
        generate(run, 1, out=tmp_path / "a.png", product=ProductRequest(turntable=True))
    assert not list(tmp_path.iterdir())


def test_a_colour_that_no_product_has_is_remarked_on(run, tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        generate(run, 1, npz=tmp_path / "a.npz", product=ProductRequest(colour="tomato"))
        assert not caplog.messages
        generate(run, 1, npz=tmp_path / "b.npz", product=ProductRequest(colour="black"))
    (message,) = caplog.messages
    assert message.startswith("colour black: no product of the catalogue is near it (CIEDE2000 ")


@pytest.mark.parametrize(
    "n, asked",
    [
        (2, ProductRequest(turntable=True)),
        (3, ProductRequest(colourways=True)),
        (5, ProductRequest(kind="mug")),
        (9, ProductRequest()),
    ],
)
def test_the_size_of_a_picture_is_known_before_it_is_drawn(run, tmp_path, monkeypatch, n, asked):
    suffix = ".gif" if asked.turntable else ".png"
    (out,) = generate(run, n, out=tmp_path / f"a{suffix}", product=asked)
    with Image.open(out) as picture:
        pixels = picture.width * picture.height
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", pixels)
    generate(run, n, out=tmp_path / f"b{suffix}", product=asked)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", pixels - 1)
    monkeypatch.setattr(Run, "load_model", lambda run: pytest.fail("was drawn"))
    with pytest.raises(ValueError, match=f"expected a grid of at most {pixels - 1:,} pixels"):
        generate(run, n, out=tmp_path / f"c{suffix}", product=asked)
