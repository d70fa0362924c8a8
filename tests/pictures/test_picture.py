"""Pictures for style transfer: what is read, refused, resized and written."""

import numpy as np
import pytest
from PIL import Image

from keras_gen.pictures.picture import (
    PHOTO_QUALITY,
    fit_longest_side,
    photo_image,
    read_mask,
    read_picture,
    resize,
)
from keras_gen.pictures.saving import save_picture

NOISE = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)


# --- reading --------------------------------------------------------------------------------------


def test_pixels_are_unit_floats_of_the_files_levels(tmp_path):
    Image.fromarray(NOISE).save(tmp_path / "a.png")
    picture = read_picture(tmp_path / "a.png")
    assert picture.pixels.dtype == np.float32 and picture.pixels.shape == (40, 50, 3)
    np.testing.assert_array_equal(picture.pixels, NOISE.astype("float32") / 255)
    assert picture.alpha is None


def test_transparency_is_kept_and_shown_on_white(tmp_path):
    rgba = np.zeros((32, 32, 4), np.uint8)  # transparent black, which must not be seen
    rgba[:16] = (255, 0, 0, 255)
    rgba[16:20] = (0, 0, 0, 51)  # a fifth of black: 0.8 on white
    Image.fromarray(rgba).save(tmp_path / "cut-out.png")
    picture = read_picture(tmp_path / "cut-out.png")
    np.testing.assert_array_equal(picture.alpha, rgba[..., 3])
    assert picture.alpha.dtype == np.uint8
    np.testing.assert_array_equal(picture.pixels[:16], np.tile(np.float32([1, 0, 0]), (16, 32, 1)))
    np.testing.assert_allclose(picture.pixels[16:20], 0.8, atol=1e-6)
    assert (picture.pixels[20:] == 1).all()


def test_rotation_turns_pixels_and_alpha(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: rotate by 90 degrees clockwise to view
    rgba = np.full((32, 64, 4), 255, np.uint8)
    rgba[:, :32, 3] = 0
    Image.fromarray(rgba).save(tmp_path / "turned.png", exif=exif)
    picture = read_picture(tmp_path / "turned.png")
    assert picture.pixels.shape == (64, 32, 3)
    # Clockwise, the transparent left half comes to lie on top.
    np.testing.assert_array_equal(picture.alpha, np.repeat([[0], [255]], 32, 0).repeat(32, 1))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_every_kind_of_file_becomes_rgb(tmp_path, mode):
    path = tmp_path / ("a.jpg" if mode == "CMYK" else "a.png")
    image = Image.new("L", (32, 32), 255)
    white = np.full((32, 32), 65535, np.uint16)
    (Image.fromarray(white) if mode == "I;16" else image.convert(mode)).save(path)
    picture = read_picture(path)
    assert picture.pixels.shape == (32, 32, 3)
    np.testing.assert_allclose(picture.pixels, 1, atol=2 / 255)  # JPEG is lossy
    assert (picture.alpha is None) == (mode != "LA")


def cut_jpeg(path):
    Image.fromarray(NOISE).save(path)
    path.write_bytes(path.read_bytes()[:900])


MISTAKES = {
    "nothing.jpg": (lambda path: None, "expected an image file, found nothing"),
    "folder.png": (lambda path: path.mkdir(), "expected an image file, found a folder"),
    "text.png": (lambda path: path.write_text("hello"), "not a JPEG, PNG or WebP image"),
    "cut.jpg": (cut_jpeg, "image file is truncated"),
    "tiny.png": (
        lambda path: Image.new("L", (1, 1)).save(path),
        "expected at least 32x32 pixels, found 1x1",
    ),
    "low.png": (
        lambda path: Image.new("L", (100, 31)).save(path),
        "expected at least 32x32 pixels, found 100x31",
    ),
    "long.png": (
        lambda path: Image.new("1", (20000, 10)).save(path),
        "expected at least 32x32 pixels, found 20000x10",
    ),
    "high.png": (
        lambda path: Image.new("1", (32, 321)).save(path),
        "expected sides of at most 10 to 1, found 32x321 pixels",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_named_in_one_line(tmp_path, name):
    make, message = MISTAKES[name]
    path = tmp_path / name
    make(path)
    kind = FileNotFoundError if name == "nothing.jpg" else ValueError
    with pytest.raises(kind) as caught:
        read_picture(path)
    assert str(caught.value).startswith(f"{path}: {message}")
    assert "\n" not in str(caught.value)


def test_the_limits_themselves_are_read(tmp_path):
    Image.new("L", (32, 320)).save(tmp_path / "a.png")
    assert read_picture(tmp_path / "a.png").pixels.shape == (320, 32, 3)


def test_more_pixels_than_pillow_trusts_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "bomb.png"
    Image.fromarray(NOISE).save(path)  # 2000 pixels; Pillow alone refuses from 3998 on
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1999)
    with pytest.raises(ValueError, match=r"bomb\.png: Image size \(2000 pixels\) exceeds limit"):
        read_picture(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 2000)
    assert read_picture(path).pixels.shape == (40, 50, 3)


# --- masks ----------------------------------------------------------------------------------------


def test_a_mask_is_lightness(tmp_path):
    Image.fromarray(np.uint8([[0, 51, 255]])).save(tmp_path / "grey.png")
    mask = read_mask(tmp_path / "grey.png", (1, 3))
    assert mask.dtype == np.float32
    np.testing.assert_allclose(mask, [[0, 0.2, 1]], atol=1e-7)
    Image.fromarray(np.uint16([[0, 13107, 65535]])).save(tmp_path / "deep.png")  # 0.2 * 65535
    np.testing.assert_allclose(read_mask(tmp_path / "deep.png", (1, 3)), mask, atol=1e-7)
    Image.fromarray(np.uint8([[[255, 0, 0]]])).save(tmp_path / "red.png")
    # Rec. 601: 0.299 * 255 = 76.2
    np.testing.assert_allclose(read_mask(tmp_path / "red.png", (1, 1)), [[76 / 255]], atol=1e-7)


def test_transparent_parts_of_a_mask_are_black(tmp_path):
    levels = np.uint8([[[255, 0], [255, 51], [255, 255], [0, 255]]])  # lightness, alpha
    Image.fromarray(levels).save(tmp_path / "mask.png")
    np.testing.assert_allclose(
        read_mask(tmp_path / "mask.png", (1, 4)), [[0, 0.2, 1, 0]], atol=1e-7
    )


def test_a_mask_of_another_size_is_refused(tmp_path):
    path = tmp_path / "mask.png"
    Image.new("L", (30, 20)).save(path)
    assert read_mask(path, (20, 30)).shape == (20, 30)
    with pytest.raises(ValueError) as caught:
        read_mask(path, (30, 20))
    assert str(caught.value) == (
        f"{path}: expected a mask of 20x30 pixels (width x height), found 30x20"
    )


# --- resizing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "longest", "expected"),
    [
        ((300, 400), 200, (150, 200)),
        ((400, 300), 800, (800, 600)),
        ((512, 512), 512, (512, 512)),
        ((333, 1000), 100, (33, 100)),
        ((1, 1000), 100, (1, 100)),  # 0.1 would be nothing
        ((10, 3), 1, (1, 1)),
    ],
)
def test_fit_longest_side(size, longest, expected):
    assert fit_longest_side(size, longest) == expected


@pytest.mark.parametrize("shape", [(7, 5), (7, 5, 1), (7, 5, 3), (7, 5, 4)])
def test_resizing_keeps_the_kind_of_array(shape):
    pixels = np.random.default_rng(0).uniform(size=shape)
    assert resize(pixels, (4, 9)).shape == (4, 9, *shape[2:])
    assert resize(pixels, (4, 9)).dtype == resize(pixels, (7, 5)).dtype == np.float32


def test_the_same_size_is_the_identity_in_a_new_array():
    pixels = np.random.default_rng(0).uniform(size=(6, 5, 3)).astype("float32")
    same = resize(pixels, (6, 5))
    np.testing.assert_array_equal(same, pixels)
    assert not np.shares_memory(same, pixels)


def test_resizing_keeps_a_constant_and_each_channel_for_itself():
    pixels = np.tile(np.float32([0.1, 0.5, 0.9]), (20, 30, 1))
    for size in [(7, 11), (45, 61)]:
        expected = np.tile(np.float32([0.1, 0.5, 0.9]), (*size, 1))
        np.testing.assert_allclose(resize(pixels, size), expected, atol=1e-6)


def test_resizing_is_finer_than_eight_bits():
    ramp = np.tile(np.linspace(0.4, 0.41, 64, dtype="float32"), (64, 1))  # less than 3 of 255
    assert len(np.unique(resize(ramp, (64, 32))[32])) == 32


def test_shrinking_does_not_alias_and_edges_do_not_overshoot():
    # A one-pixel checkerboard averages to 0.5; picking pixels would give only 0 or only 1.
    board = (np.indices((64, 64)).sum(axis=0) % 2).astype("float32")
    np.testing.assert_allclose(resize(board, (16, 16)), 0.5, atol=0.05)
    edge = np.repeat(np.float32([[0, 1]]), 8, axis=1).repeat(16, axis=0)
    large = resize(edge, (50, 50))
    assert large.min() == 0 and large.max() == 1
    unclipped = Image.fromarray(edge).resize((50, 50), Image.Resampling.LANCZOS)
    assert np.min(unclipped) < -0.02 and np.max(unclipped) > 1.02


@pytest.mark.parametrize("pixels", [np.zeros((4, 4, 3), "uint8"), np.zeros((1, 4, 4, 3))])
def test_resizing_wants_float_pictures(pixels):
    with pytest.raises(ValueError, match=r"expected floats \(H, W\) or \(H, W, C\), found"):
        resize(pixels, (2, 2))


# --- saving ---------------------------------------------------------------------------------------


def save_photo(path, pixels, alpha=None, **options):
    save_picture(path, photo_image(path, pixels, alpha), **{**PHOTO_QUALITY, **options})


def test_png_is_rounded_clipped_and_lossless(tmp_path):
    levels = np.float32([[[0, 254.6, 255], [99.4, 99.6, 100]]]) / 255
    levels = np.concatenate([levels, np.float32([[[-0.2, 1.3, 0.5], [0, 0, 0]]])])
    save_photo(tmp_path / "a.png", levels)
    with Image.open(tmp_path / "a.png") as image:
        assert image.mode == "RGB" and "icc_profile" not in image.info
        pixels = np.asarray(image)
    # 127.5 is rounded to the even neighbour
    expected = [[[0, 255, 255], [99, 100, 100]], [[0, 255, 128], [0, 0, 0]]]
    np.testing.assert_array_equal(pixels, expected)


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG", "a.webp", "a.WebP", "a.PNG"])
def test_the_suffix_decides_the_format_and_folders_are_made(tmp_path, name):
    path = tmp_path / "new" / "deep" / name
    save_photo(path, np.full((16, 16, 3), 0.5, "float32"))
    with Image.open(path) as image:
        assert image.format == {"jpg": "JPEG"}.get(name[2:].lower(), name[2:].upper())
        np.testing.assert_allclose(np.asarray(image), 128, atol=2)
    assert [file.name for file in path.parent.iterdir()] == [name]  # no temporary file stays


def test_jpeg_keeps_full_colour_resolution_and_quality(tmp_path):
    stripes = np.zeros((16, 16, 3), "float32")
    stripes[:, ::2] = [1, 0, 0]
    stripes[:, 1::2] = [0, 0, 1]  # 4:2:0 would make purple of these
    save_photo(tmp_path / "a.jpg", stripes)
    with Image.open(tmp_path / "a.jpg") as image:
        assert [component[1:3] for component in image.layer] == [(1, 1)] * 3  # sampling factors
        np.testing.assert_allclose(np.asarray(image) / 255, stripes, atol=0.1)
    noise = NOISE / np.float32(255)
    for quality in (95, 30):
        save_photo(tmp_path / f"{quality}.jpg", noise, quality=quality)
    sizes = [(tmp_path / name).stat().st_size for name in ("95.jpg", "30.jpg")]
    assert sizes[0] > 2 * sizes[1]


def cut_out():
    """(32, 32, 4): opaque, half transparent, nearly and wholly transparent noise."""
    rgba = np.random.default_rng(1).integers(0, 256, (32, 32, 4), dtype=np.uint8)
    rgba[..., 3] = np.repeat(np.uint8([255, 128, 9, 0]), 8)[:, None]
    return rgba


@pytest.mark.parametrize("suffix", ["png", "webp"])
def test_a_cut_out_survives_reading_and_saving(tmp_path, suffix):
    Image.fromarray(cut_out()).save(tmp_path / "a.png")
    first = read_picture(tmp_path / "a.png")
    save_photo(tmp_path / f"b.{suffix}", first.pixels, first.alpha, quality=100)
    second = read_picture(tmp_path / f"b.{suffix}")
    np.testing.assert_array_equal(second.alpha, first.alpha)
    if suffix == "png":  # two roundings to 1 / 255
        np.testing.assert_allclose(second.pixels, first.pixels, atol=1.01 / 255)


def test_a_shadow_is_not_laid_on_white_twice(tmp_path):
    # Black at alpha 0.4 looks 0.6 on white. The file must hold black; holding 0.6 it would look
    # 0.4 * 0.6 + 0.6 = 0.84.
    save_photo(tmp_path / "a.png", np.full((2, 2, 3), 0.6), np.full((2, 2), 102, np.uint8))
    with Image.open(tmp_path / "a.png") as image:
        assert image.getpixel((0, 0)) == (0, 0, 0, 102)


def test_jpeg_shows_a_cut_out_on_white(tmp_path):
    alpha = np.repeat(np.uint8([255, 102, 0]), 16)[:, None].repeat(16, axis=1)
    save_photo(tmp_path / "a.jpg", np.full((48, 16, 3), 0.2, "float32"), alpha)
    pixels = read_picture_of_any_size(tmp_path / "a.jpg")
    # Opaque: as it is; alpha 0.4: on white nothing is darker than 0.6; transparent: white.
    for top, expected in ((0, 0.2), (16, 0.6), (32, 1.0)):
        np.testing.assert_allclose(pixels[top + 4 : top + 12, 8], expected, atol=0.02)


def read_picture_of_any_size(path):
    with Image.open(path) as image:
        assert image.mode == "RGB"
        return np.asarray(image, "float32") / 255


@pytest.mark.parametrize("name", ["a.gif", "a", "a.png.txt"])
def test_an_unknown_suffix_is_refused_before_anything_is_written(tmp_path, name):
    with pytest.raises(ValueError, match=r"expected a name in \.jpg, \.jpeg, \.png, \.webp, found"):
        save_photo(tmp_path / "folder" / name, np.zeros((2, 2, 3)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("pixels", "alpha", "message"),
    [
        (np.zeros((2, 2)), None, r"expected pixels \(H, W, 3\), found shape \(2, 2\)"),
        (np.zeros((2, 2, 3), "uint8"), None, "expected floating-point images on the unit scale"),
        (np.zeros((2, 3, 3)), np.zeros((3, 2), "uint8"), r"expected uint8 alpha of shape \(2, 3\)"),
        (np.zeros((2, 3, 3)), np.zeros((2, 3)), r"expected uint8 alpha .* found float64"),
    ],
)
def test_wrong_arrays_are_refused_before_anything_is_written(tmp_path, pixels, alpha, message):
    with pytest.raises(ValueError, match=message):
        save_photo(tmp_path / "folder" / "a.png", pixels, alpha)
    assert list(tmp_path.iterdir()) == []
