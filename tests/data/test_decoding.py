import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from keras_gen.data.decoding import decode, fit_photo, flatten, read_photo

ORIENTATION = 0x0112  # the EXIF tag


def halves(mode="RGB"):
    """4 wide, 2 high: left half black, right half white."""
    return Image.fromarray(np.uint8([[0, 0, 255, 255]] * 2)).convert(mode)


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG", "a.png", "a.webp"])
@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB")])
def test_formats_and_channels(tmp_path, name, channels, mode):
    Image.new("RGB", (6, 4), (200, 100, 50)).save(tmp_path / name)
    photo = read_photo(tmp_path / name, channels)
    assert (photo.mode, photo.size) == (mode, (6, 4))
    # ITU-R 601 luma, which "L" means: 0.299 * 200 + 0.587 * 100 + 0.114 * 50 = 124.2
    expected = [124.2] if channels == 1 else [200, 100, 50]
    pixels = np.asarray(photo).reshape(24, channels)
    np.testing.assert_allclose(pixels.mean(axis=0), expected, atol=3)  # lossy formats


def test_exif_rotation_is_applied(tmp_path):
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # the camera was turned: rotate by 90 degrees clockwise to view
    halves().save(tmp_path / "turned.png", exif=exif)
    pixels = np.asarray(read_photo(tmp_path / "turned.png", 1))
    # Clockwise, the black left half comes to lie on top.
    np.testing.assert_array_equal(pixels, np.repeat([[0], [0], [255], [255]], 2, axis=1))


def test_transparency_is_laid_on_white(tmp_path):
    # Half-transparent black on white: 255 * (1 - 128 / 255) = 127.
    for mode, colour in [("RGBA", (0, 0, 0, 128)), ("LA", (0, 128))]:
        Image.new(mode, (2, 2), colour).save(tmp_path / "alpha.png")
        pixels = np.asarray(read_photo(tmp_path / "alpha.png"))
        np.testing.assert_array_equal(pixels, np.full((2, 2, 3), 127))


@pytest.mark.parametrize("transparency", [1, bytes([255, 0])], ids=["index", "table"])
def test_palette_transparency_is_laid_on_white(tmp_path, transparency):
    palette = Image.new("P", (2, 1))
    palette.putpalette([255, 0, 0, 0, 0, 0])  # 0: red, 1: black and transparent
    palette.putpixel((1, 0), 1)
    palette.save(tmp_path / "palette.png", transparency=transparency)
    pixels = np.asarray(read_photo(tmp_path / "palette.png"))
    np.testing.assert_array_equal(pixels, [[[255, 0, 0], [255, 255, 255]]])


def test_a_transparent_grey_level_is_laid_on_white(tmp_path):
    Image.fromarray(np.uint8([[0, 90]])).save(tmp_path / "key.png", transparency=0)
    np.testing.assert_array_equal(read_photo(tmp_path / "key.png", 1), [[255, 90]])


def test_sixteen_bit_grey_is_scaled_not_clipped(tmp_path):
    # 65535 / 257 = 255, 257 / 257 = 1, 32896 / 257 = 128; clipping would give 255 for all three.
    levels = np.array([[0, 257, 32896, 65535]], np.uint16)
    Image.fromarray(levels).save(tmp_path / "deep.png")
    np.testing.assert_array_equal(read_photo(tmp_path / "deep.png", 1), [[0, 1, 128, 255]])


def test_cmyk_jpeg(tmp_path):
    # No cyan, full magenta and yellow: red.
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "print.jpg", quality=95)
    photo = read_photo(tmp_path / "print.jpg")
    assert photo.mode == "RGB"
    np.testing.assert_allclose(np.asarray(photo)[4, 4], [255, 0, 0], atol=3)


def test_cmyk_jpeg_is_not_inverted(tmp_path):
    # Adobe stores ink upside down, and so does Pillow; 30 % black ink alone is 70 % grey.
    path = tmp_path / "print.jpg"
    Image.new("CMYK", (8, 8), (0, 0, 0, 77)).save(path, quality=95)
    assert b"Adobe" in path.read_bytes()
    np.testing.assert_allclose(np.asarray(read_photo(path))[4, 4], [178] * 3, atol=3)


def sixteen_bit_png(levels, colour_type):
    """The bytes of a PNG of big-endian 16-bit samples (H, W, C), which Pillow cannot write."""

    def chunk(name, data):
        checksum = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + checksum

    height, width, _ = levels.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in levels)
    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in chunks)


@pytest.mark.parametrize(("colour_type", "channels"), [(2, 3), (4, 2), (6, 4)])
def test_of_sixteen_bit_colour_the_upper_byte_is_kept(tmp_path, colour_type, channels):
    # 0x64FF is 100.99 steps of 256; rounding to 8 bits would give 25855 / 257 = 100.6, so 101.
    levels = np.full((2, 3, channels), 0x64FF)
    if channels != 3:
        levels[..., -1] = 0xFFFF  # opaque
    (tmp_path / "deep.png").write_bytes(sixteen_bit_png(levels, colour_type))
    pixels = np.asarray(read_photo(tmp_path / "deep.png"))
    np.testing.assert_array_equal(pixels, np.full((2, 3, 3), 100))


# --- colour profiles ------------------------------------------------------------------------------


def srgb_profile():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def swapped_profile():
    """SRGB, but the first channel is blue and the third is red."""
    first, swap, third = b"rXYZ", b"swap", b"bXYZ"  # names in the table of tags
    profile = srgb_profile().replace(first, swap).replace(third, first).replace(swap, third)
    assert profile != srgb_profile()
    return profile


def linear_grey_profile():
    """One channel, proportional to the light."""
    profile = bytearray(srgb_profile().replace(b"rTRC", b"kTRC"))
    profile[16:20] = b"GRAY"
    curve = profile.index(b"para")  # Y = (a X + b)^g from d on, c X below
    g, a, b, c, d = 1.0, 1.0, 0.0, 1.0, 0.0
    numbers = [round(65536 * x) for x in (g, a, b, c, d)]
    profile[curve + 12 : curve + 32] = struct.pack(">5i", *numbers)
    return bytes(profile)


@pytest.mark.parametrize(
    ("name", "mode", "error"),
    [
        ("a.png", "RGB", 1),
        ("a.png", "RGBA", 1),
        ("a.png", "P", 1),
        ("a.jpg", "RGB", 6),  # lossy
        ("a.webp", "RGB", 6),
    ],
)
def test_a_profile_is_converted_to_srgb(tmp_path, name, mode, error):
    image = Image.new("RGB", (8, 8), (200, 100, 50))
    image = image.quantize(2) if mode == "P" else image.convert(mode)
    image.save(tmp_path / name, icc_profile=swapped_profile())
    pixels = np.asarray(read_photo(tmp_path / name), int)
    assert abs(pixels[4, 4] - [50, 100, 200]).max() <= error


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_a_grey_profile_is_converted_to_srgb(tmp_path, mode):
    # 55 / 255 = 0.2157 of the light is 1.055 * 0.2157^(1 / 2.4) - 0.055 = 0.5018 in sRGB: 128.
    Image.new(mode, (4, 4), (55, 255)[: len(mode)]).save(
        tmp_path / "grey.png", icc_profile=linear_grey_profile()
    )
    pixels = np.asarray(read_photo(tmp_path / "grey.png"), int)
    assert abs(pixels - 128).max() <= 1


def test_an_srgb_profile_changes_nothing(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "srgb.png", icc_profile=srgb_profile())
    np.testing.assert_array_equal(read_photo(tmp_path / "srgb.png"), pixels)


@pytest.mark.parametrize(
    "profile",
    [b"no profile", srgb_profile()[:200], linear_grey_profile()],
    ids=["text", "cut", "for grey"],
)
def test_a_profile_that_does_not_fit_is_ignored(tmp_path, profile):
    Image.new("RGB", (4, 4), (200, 100, 50)).save(tmp_path / "a.png", icc_profile=profile)
    assert read_photo(tmp_path / "a.png").getpixel((1, 1)) == (200, 100, 50)


# --- transparency kept ----------------------------------------------------------------------------


def test_decode_keeps_transparency_and_flatten_lays_it_on_a_background(tmp_path):
    Image.new("LA", (2, 2), (90, 128)).save(tmp_path / "a.png")
    image = decode(tmp_path / "a.png")
    assert image.mode == "RGBA" and image.getpixel((0, 0)) == (90, 90, 90, 128)
    # 90 * 128 / 255 = 45.2; on white 255 - 128 = 127 more.
    assert flatten(image, "black").getpixel((0, 0)) == (45, 45, 45)
    assert flatten(image).getpixel((0, 0)) == (172, 172, 172)
    halves().save(tmp_path / "b.png")
    assert decode(tmp_path / "b.png").mode == "RGB"


# --- other files ----------------------------------------------------------------------------------


def test_one_bit_png(tmp_path):
    halves("1").save(tmp_path / "bit.png")
    np.testing.assert_array_equal(read_photo(tmp_path / "bit.png", 1), [[0, 0, 255, 255]] * 2)


def test_a_phone_jpeg_with_a_second_picture_in_it(tmp_path):
    first, second = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    first.save(tmp_path / "phone.jpg", format="MPO", save_all=True, append_images=[second])
    red, _, blue = np.asarray(read_photo(tmp_path / "phone.jpg"))[4, 4]
    assert red > 250 and blue < 5


def test_the_content_decides_not_the_suffix(tmp_path):
    halves().save(tmp_path / "really_png.jpg", format="PNG")
    assert read_photo(tmp_path / "really_png.jpg").size == (4, 2)
    halves().save(tmp_path / "really_gif.png", format="GIF")
    with pytest.raises(ValueError, match="not a JPEG, PNG or WebP image"):
        read_photo(tmp_path / "really_gif.png")


def test_damaged_files_are_named_in_one_line(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    for name in ("cut.jpg", "cut.png", "cut.webp"):
        path = tmp_path / name
        Image.fromarray(noise).save(path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    (tmp_path / "text.png").write_text("not an image")
    (tmp_path / "empty.jpg").touch()
    for path in sorted(tmp_path.iterdir()):
        with pytest.raises(ValueError) as caught:
            read_photo(path)
        assert str(caught.value).startswith(f"{path}: ")
        assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.png: expected an image file"):
        read_photo(tmp_path / "nothing.png")


def test_a_folder_is_named(tmp_path):
    with pytest.raises(ValueError, match=r": expected an image file, found a folder$"):
        read_photo(tmp_path)


def test_what_is_no_regular_file_is_not_opened(tmp_path):
    """A pipe named like an image would wait for ever."""
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(ValueError, match=r"expected an image file, found a device or a pipe"):
        read_photo(tmp_path / "pipe.png")


BROKEN_EXIF = bytes.fromhex("0008000201120003")  # no byte order; Pillow raises SyntaxError


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_a_broken_exif_block_does_not_cost_the_pixels(tmp_path, kind):
    halves().save(tmp_path / f"broken.{kind}", exif=BROKEN_EXIF, lossless=True)
    found = np.asarray(read_photo(tmp_path / f"broken.{kind}"))
    np.testing.assert_array_equal(found, np.asarray(halves().convert("RGB")))


def test_a_text_that_pillow_does_not_unpack_is_named_in_words(tmp_path):
    info = PngImagePlugin.PngInfo()
    info.add_text("notes", "a" * 2**21, zip=True)
    halves().save(tmp_path / "long.png", pnginfo=info)
    with pytest.raises(ValueError, match=r"its text or colour profile is larger than 1 MB"):
        read_photo(tmp_path / "long.png")


def test_decompression_bombs_are_refused(tmp_path, monkeypatch):
    halves().save(tmp_path / "bomb.png")  # 8 pixels; Pillow refuses from twice the limit on
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 3)
    with pytest.raises(ValueError, match=r"bomb\.png: Image size \(8 pixels\) exceeds limit"):
        read_photo(tmp_path / "bomb.png")


@pytest.mark.parametrize("fit", ["pad", "crop"])
def test_shrinking_does_not_alias(fit):
    # Every 4x4 block of a one-pixel checkerboard averages to 127.5; picking pixels would give
    # only 0 or only 255.
    board = Image.fromarray(np.uint8(np.indices((64, 64)).sum(axis=0) % 2 * 255))
    pixels = np.asarray(fit_photo(board, (16, 16), fit), float)
    assert pixels.shape == (16, 16)
    assert np.abs(pixels - 127.5).max() < 12
    assert abs(pixels.mean() - 127.5) < 1


def test_pad_keeps_the_aspect_between_white_bars():
    # 40 x 20 into 16 x 16: scale 0.4, so 16 x 8 between two bars of (16 - 8) / 2 = 4 rows.
    pixels = np.asarray(fit_photo(Image.new("RGB", (40, 20)), (16, 16), "pad"))
    assert pixels.shape == (16, 16, 3)
    expected = np.repeat([255] * 4 + [0] * 8 + [255] * 4, 16 * 3).reshape(16, 16, 3)
    np.testing.assert_array_equal(pixels, expected)


def test_crop_keeps_the_centre():
    # 40 x 20 to 10 x 10: the middle 20 columns, here white between black.
    stripes = np.zeros((20, 40), np.uint8)
    stripes[:, 10:30] = 255
    pixels = np.asarray(fit_photo(Image.fromarray(stripes), (10, 10), "crop"))
    # The outermost columns also see a little of the black beyond; the rows see none.
    assert pixels[:, 1:-1].min() > 250
    assert pixels[:, [0, -1]].min() > 230


def test_height_comes_before_width():
    assert fit_photo(halves(), (3, 5)).size == (5, 3)  # Pillow's size is (width, height)


@pytest.mark.parametrize("size", [(1, 300), (300, 1), (1, 1)])
@pytest.mark.parametrize("fit", ["pad", "crop"])
def test_one_pixel_thin_images(size, fit):
    pixels = np.asarray(fit_photo(Image.new("L", size), (8, 8), fit))
    # Black stays visible: one row or column of it when padded, all when cropped.
    black = 8 if fit == "pad" and size != (1, 1) else 64
    assert np.sum(pixels == 0) == black
    assert np.sum(pixels == 255) == 64 - black


def test_an_unknown_fit_is_refused():
    with pytest.raises(ValueError, match="unknown fit 'stretch': expected 'pad' or 'crop'"):
        fit_photo(halves(), (2, 2), "stretch")
