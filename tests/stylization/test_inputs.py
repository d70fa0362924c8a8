"""Files of style transfer: sizes, transparency, masks, and names that are free."""

import json

import numpy as np
import pytest
from PIL import Image

from keras_gen.data import shipped
from keras_gen.pictures.picture import read_mask, resize
from keras_gen.provenance import Marks, Origin
from keras_gen.stylization import inputs
from keras_gen.stylization.inputs import mask_path, read_content, read_region, read_style
from keras_gen.stylization.outputs import (
    Writer,
    animation_path,
    new_picture,
    record_path,
    save_result,
    steps_folder,
    write_record,
)

NOISE = np.random.default_rng(0).integers(0, 256, (80, 60, 4), dtype=np.uint8)


def save(path, array):
    Image.fromarray(array).save(path)
    return path


# --- content --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "shape"), [(80, (80, 60)), (60, (60, 45)), (160, (160, 120))])
def test_size_is_that_of_the_longer_side(tmp_path, size, shape):
    content = read_content(save(tmp_path / "a.png", NOISE[..., :3]), size)
    assert content.size == shape and content.file_size == (80, 60)
    assert content.alpha is None and content.keep is None and content.keep_path is None
    assert content.visible.shape == (1, shape[0] * shape[1], 3)


def test_bare_names_are_the_packages_pictures():
    assert read_content("mug", 64).path == shipped.SHIPPED / "mug.jpg"
    assert read_style("ink_wash", 64)[0] == shipped.SHIPPED / "ink_wash.jpg"
    assert mask_path("mug_logo_mask") == shipped.SHIPPED / "mug_logo_mask.png"


def test_a_file_in_this_folder_goes_before_a_bare_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.fromarray(NOISE).save("mug_logo_mask", "PNG")
    assert not mask_path("mug_logo_mask").is_absolute()


def test_transparent_parts_stay_and_so_does_what_a_mask_asks_for(tmp_path):
    """Left half transparent, upper half kept by the mask: one quarter is painted."""
    rgba, mask = NOISE.copy(), np.zeros((80, 60), np.uint8)
    rgba[..., 3] = 255
    rgba[:, :30, 3] = 0
    mask[:40] = 255
    content, keep = save(tmp_path / "a.png", rgba), save(tmp_path / "keep.png", mask)
    found = read_content(content, 80, keep)
    expected = np.ones((80, 60))
    expected[40:, 30:] = 0
    np.testing.assert_array_equal(found.keep, expected)
    np.testing.assert_array_equal(found.alpha, rgba[..., 3])
    assert found.keep_path == keep and found.visible.shape == (1, 80 * 30, 3)
    half = read_content(content, 64).alpha
    assert half.shape == (64, 48) and half.dtype == np.uint8
    assert (half[:, :19] == 0).all() and (half[:, 29:] == 255).all()


def test_the_cut_out_product_may_be_what_stays(tmp_path, monkeypatch):
    """The record then names the weights that found it."""
    left = np.ones((80, 60), "float32") * (np.arange(60) < 30)
    monkeypatch.setattr(inputs, "matte_of", lambda pixels: left)
    path = save(tmp_path / "a.png", NOISE[..., :3])
    found = read_content(path, 80, "cutout")
    np.testing.assert_array_equal(found.keep, left)
    assert found.keep_path.name == "cutout_net.npz"
    monkeypatch.setattr(inputs, "matte_of", lambda pixels: 0.3 * left)
    with pytest.raises(ValueError, match=r"a\.png: expected a product that can be cut out"):
        read_content(path, 80, "cutout")


def test_an_alpha_channel_without_transparency_keeps_nothing(tmp_path):
    rgba = NOISE.copy()
    rgba[..., 3] = 255
    found = read_content(save(tmp_path / "a.png", rgba), 64)
    assert found.keep is None and (found.alpha == 255).all()


def test_content_that_leaves_nothing_to_stylise_is_refused(tmp_path):
    rgba = NOISE.copy()
    rgba[..., 3] = 0
    with pytest.raises(ValueError, match=r"a\.png: expected pixels to stylise"):
        read_content(save(tmp_path / "a.png", rgba), 64)
    white = save(tmp_path / "white.png", np.full((80, 60), 255, np.uint8))
    content = save(tmp_path / "b.png", NOISE[..., :3])
    with pytest.raises(ValueError, match=r"white\.png: expected pixels to stylise"):
        read_content(content, 64, white)


@pytest.mark.parametrize(
    ("shape", "size", "message"),
    [
        ((80, 60), 0, "size: expected 32 to 2048 pixels, found 0"),
        ((80, 60), 2049, "size: expected 32 to 2048 pixels, found 2049"),
        # 32 pixels of the shorter side are 32 * 300 / 50 = 192 of the longer one
        ((50, 300), 100, "size: expected at least 192 for a picture of 300x50, found 100"),
    ],
)
def test_sizes_that_cannot_be_used_are_refused(tmp_path, shape, size, message):
    path = save(tmp_path / "a.png", np.zeros((*shape, 3), np.uint8))
    with pytest.raises(ValueError) as caught:
        read_content(path, size)
    assert str(caught.value) == message


def test_the_least_size_that_is_named_can_be_used(tmp_path):
    path = save(tmp_path / "a.png", np.zeros((50, 300, 3), np.uint8))
    assert read_content(path, 192).size == (32, 192)


# --- styles and regions ---------------------------------------------------------------------------


def test_styles_have_a_size_of_their_own_and_room_for_the_features(tmp_path):
    path = save(tmp_path / "a.png", np.zeros((32, 320, 3), np.uint8))
    assert read_style(path, 320)[1].shape == (32, 320, 3)
    assert read_style(path, 64)[1].shape == (16, 64, 3)  # 6 pixels would leave no position
    for longest in (31, 2049):
        with pytest.raises(ValueError, match=f"style of 32 to 2048 pixels, found {longest}"):
            read_style(path, longest)


def test_a_region_is_resized_with_the_content(tmp_path):
    content = read_content(save(tmp_path / "a.png", NOISE[..., :3]), 64)
    path = save(tmp_path / "m.png", NOISE[..., 0])
    expected = resize(read_mask(path, (80, 60)), (64, 48))
    np.testing.assert_array_equal(read_region(path, content), expected)


def test_a_region_that_leaves_nothing_to_stylise_is_refused(tmp_path):
    mask = np.zeros((80, 60), np.uint8)
    mask[:40] = 255
    upper, black = save(tmp_path / "up.png", mask), save(tmp_path / "black.png", 0 * mask)
    picture = save(tmp_path / "a.png", NOISE[..., :3])
    with pytest.raises(ValueError, match=r"black\.png: expected white where"):
        read_region(black, read_content(picture, 80))
    with pytest.raises(ValueError, match=r"up\.png: expected white where"):
        read_region(upper, read_content(picture, 80, upper))


# --- results --------------------------------------------------------------------------------------


def test_names_that_are_free(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert str(new_picture(None, ["mug", "ink"])) == "mug-ink.png"
    (tmp_path / "mug-ink.json").touch()  # a record alone is reason enough
    assert str(new_picture(None, ["mug", "ink"])) == "mug-ink-2.png"
    (tmp_path / "mug-ink-2_steps").mkdir()
    assert str(new_picture(None, ["mug", "ink"])) == "mug-ink-3.png"
    assert new_picture("new/folder/a.WEBP", []).name == "a.WEBP"
    assert list(tmp_path.rglob("new*")) == []


def test_names_that_are_not_free_or_cannot_be_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.png", "b.gif", "file"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    for out, message in (("a.png", "a.png"), ("b.jpg", "b.gif"), ("folder.png", "folder.png")):
        with pytest.raises(FileExistsError, match=f"^{message} exists already; pass another"):
            new_picture(out, [])
    with pytest.raises(NotADirectoryError, match=r"file/x/a\.png: expected a folder at .*file,"):
        new_picture("file/x/a.png", [])
    for out in ("a.gif", "a", "folder.png/"):
        with pytest.raises((ValueError, FileExistsError)):
            new_picture(out, [])


def test_what_goes_with_a_picture_lies_beside_it(tmp_path):
    out = tmp_path / "a.b.jpg"
    names = [path.name for path in (record_path(out), animation_path(out), steps_folder(out))]
    assert names == ["a.b.json", "a.b.gif", "a.b_steps"]
    write_record(out, {"file": out, "layers": ("x", "y"), "name": "Bär"})
    text = (tmp_path / "a.b.json").read_text("utf-8")
    assert json.loads(text) == {"file": str(out), "layers": ["x", "y"], "name": "Bär"}
    assert "Bär" in text


MASKS = {
    "0 and 1": lambda shape: Image.fromarray(shape.astype("uint8")),
    "16 bits of 0 and 1": lambda shape: Image.fromarray(shape.astype("uint16")),
    "black": lambda shape: Image.fromarray(0 * shape.astype("uint8")),
    "in the alpha channel": lambda shape: in_alpha(shape),
    "dark red of a palette": lambda shape: Image.fromarray(
        shape[..., None] * np.uint8([128, 0, 0])
    ),
}


def in_alpha(shape):
    """A black picture, opaque where the content should stay."""
    picture = Image.new("RGBA", shape.shape[::-1])
    picture.putalpha(Image.fromarray(255 * shape.astype("uint8")))
    return picture


@pytest.mark.parametrize("kind", MASKS)
def test_a_mask_that_protects_nothing_is_refused(tmp_path, kind):
    """The customer's logo was painted over without a word."""
    shape = np.zeros((80, 60), bool)
    shape[20:40] = True
    MASKS[kind](shape).save(tmp_path / "mask.png")
    content = save(tmp_path / "a.png", NOISE[..., :3])
    with pytest.raises(ValueError, match=r"mask\.png: expected white \(255\) .* by 255"):
        read_content(content, 80, tmp_path / "mask.png")


def writer_for(content):
    origin = Origin(model="style_transfer", run_id="0", seed=0, composite=True)
    return Writer(read_content(content, 64), origin, Marks())


def test_a_result_whose_name_was_taken_meanwhile_gets_the_next_one(tmp_path):
    writer = writer_for("mug")
    (tmp_path / "a.png").write_text("of another process")
    path = save_result(tmp_path / "a.png", writer.content.pixels, writer)
    assert path == tmp_path / "a-2.png"
    assert (tmp_path / "a.png").read_text() == "of another process"


def test_a_result_that_cannot_be_written_is_rescued(tmp_path, monkeypatch):
    """The folder was deleted while the picture was made."""
    monkeypatch.setattr("keras_gen.stylization.outputs.tempfile.gettempdir", lambda: str(tmp_path))
    (tmp_path / "file").touch()
    writer = writer_for("mug")
    with pytest.raises(OSError, match=r"the picture was saved as .*/a\.png instead"):
        save_result(tmp_path / "file" / "a.png", writer.content.pixels, writer)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (64, 64)
