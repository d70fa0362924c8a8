"""Photographs that are retouched: colours, transparency and details come through."""

import numpy as np
import pytest
from PIL import Image

from keras_gen.data import shipped
from keras_gen.retouch.photos import new_photo, origin_of, read_photo, write_photo

NOISE = np.random.default_rng(0).integers(0, 256, (40, 60, 4), dtype=np.uint8)
ORIGIN = origin_of("recolour", "teal")


def save(path, array, **options):
    Image.fromarray(array).save(path, **options)
    return path


def test_colours_are_read_as_they_are_also_below_transparency(tmp_path):
    photo = read_photo(save(tmp_path / "a.png", NOISE))
    np.testing.assert_array_equal(photo.pixels, NOISE[..., :3])
    np.testing.assert_array_equal(photo.alpha, NOISE[..., 3])
    assert photo.height_width == (40, 60)
    assert read_photo(save(tmp_path / "b.png", NOISE[..., :3])).alpha is None


def test_bare_names_are_the_packages_pictures():
    assert read_photo("mug").path == shipped.SHIPPED / "mug.jpg"


def test_a_photo_is_turned_upright_and_keeps_its_exif_but_not_the_place(tmp_path):
    exif = Image.Exif()
    exif[271], exif[274] = "Camera", 6  # 6: a quarter turn
    exif.get_ifd(34853)[1] = "N"
    photo = read_photo(save(tmp_path / "a.jpg", NOISE[..., :3], exif=exif))
    assert photo.height_width == (60, 40)
    out = tmp_path / "out.png"
    write_photo(out, photo, photo.pixels, None, ORIGIN, None)
    with Image.open(out) as written:
        assert written.getexif()[271] == "Camera" and 274 not in written.getexif()
        assert not written.getexif().get_ifd(34853)
        np.testing.assert_array_equal(np.asarray(written), photo.pixels)


def test_a_colour_profile_comes_through(tmp_path):
    """The profile of another program's sRGB: the same colours to a level or two."""
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo = read_photo(save(tmp_path / "a.png", NOISE[..., :3], icc_profile=profile))
    out = tmp_path / "out.png"
    write_photo(out, photo, photo.pixels, None, ORIGIN, None)
    with Image.open(out) as written:
        assert written.info["icc_profile"] == profile
        assert abs(np.asarray(written).astype(int) - photo.pixels).max() <= 2


@pytest.mark.parametrize(("suffix", "mode"), [("png", "RGBA"), ("webp", "RGBA"), ("jpg", "RGB")])
def test_transparency_is_written_where_the_format_has_it(tmp_path, read_mark, suffix, mode):
    photo = read_photo(save(tmp_path / "a.png", NOISE))
    out = tmp_path / f"out.{suffix}"
    write_photo(out, photo, photo.pixels, photo.alpha, ORIGIN, None)
    with Image.open(out) as written:
        assert written.mode == mode
    kind = read_mark(out)["Iptc4xmpExt:DigitalSourceType"].rpartition("/")[2]
    assert kind == "compositeWithTrainedAlgorithmicMedia"


def test_names_of_results(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert new_photo(None, "a-teal.png").name == "a-teal.png"
    (tmp_path / "a-teal.png").touch()
    assert new_photo(None, "a-teal.png").name == "a-teal-2.png"
    with pytest.raises(FileExistsError, match=r"a-teal\.png exists already"):
        new_photo("a-teal.png", "a.png")
    with pytest.raises(ValueError, match=r"out: expected a file name in \.png, found a\.jpg"):
        new_photo("a.jpg", "a.png", (".png",))


def test_the_number_of_a_result_depends_on_what_it_is_made_from(tmp_path):
    first = save(tmp_path / "a.png", NOISE)
    second = save(tmp_path / "b.png", NOISE[::-1])
    ids = {origin_of("recolour", path, colour).run_id for path in (first, second)
           for colour in ("teal", "peru")}  # fmt: skip
    assert len(ids) == 4 and all(len(each) == 12 for each in ids)
