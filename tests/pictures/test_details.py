"""What stays of a photograph's file: EXIF and profile, but no place, rotation or preview."""

import numpy as np
import pytest
from PIL import Image, ImageCms

from keras_gen.data.decoding import decode
from keras_gen.pictures.details import Details, read_details

ORIENTATION, MAKE, EXIF, GPS, DATE, WIDTH, NOTES = 274, 271, 34665, 34853, 36867, 40962, 37500
NOISE = np.random.default_rng(0).integers(0, 256, (32, 48, 3), dtype="uint8")


def photo(path, **options):
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = "Camera", 6
    for tag, value in ((DATE, "2024:05:06 07:08:09"), (WIDTH, 4000), (NOTES, b"N 48.1 E 11.5")):
        exif.get_ifd(EXIF)[tag] = value
    exif.get_ifd(GPS).update({1: "N", 2: (48.0, 8.0, 0.0)})
    Image.fromarray(NOISE).save(path, exif=exif, **options)
    return path


def read_exif(block):
    exif = Image.Exif()
    exif.load(block)
    return dict(exif), exif.get_ifd(EXIF), exif.get_ifd(GPS)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_exif_stays_without_place_rotation_size_and_notes(tmp_path, name):
    file = photo(tmp_path / name)
    with Image.open(file) as image:
        before = image.getexif()
        assert before[ORIENTATION] == 6 and before.get_ifd(GPS) and NOTES in before.get_ifd(EXIF)
    base, taken, place = read_exif(read_details(file).exif)
    assert base[MAKE] == "Camera" and taken == {DATE: "2024:05:06 07:08:09"} and not place
    assert ORIENTATION not in base and b"48.1" not in read_details(file).exif
    _, _, place = read_exif(read_details(file, location=True).exif)
    assert place == {1: "N", 2: (48.0, 8.0, 0.0)}


def test_a_preview_is_not_kept(tmp_path):
    """The second image of the block, which would show the photograph as it was."""
    base = (
        b"II*\x00\x08\x00\x00\x00" + b"\x01\x00" + b"\x0f\x01\x02\x00\x02\x00\x00\x00A\x00\x00\x00"
    )
    second = (8 + 2 + 12 + 4).to_bytes(4, "little")
    entries = b"\x02\x00" + b"\x01\x02\x04\x00\x01\x00\x00\x00\x38\x00\x00\x00"
    entries += b"\x02\x02\x04\x00\x01\x00\x00\x00\x07\x00\x00\x00" + bytes(4)
    block = b"Exif\x00\x00" + base + second + entries + b"PREVIEW"
    Image.fromarray(NOISE).save(tmp_path / "a.jpg", exif=block)
    kept = read_details(tmp_path / "a.jpg").exif
    assert read_exif(kept)[0] == {MAKE: "A"} and b"PREVIEW" not in kept


def test_a_file_without_anything_and_a_broken_block(tmp_path):
    Image.fromarray(NOISE).save(tmp_path / "a.png")
    assert read_details(tmp_path / "a.png") == Details()
    Image.fromarray(NOISE).save(tmp_path / "b.jpg", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff")
    assert read_details(tmp_path / "b.jpg") == Details()


# --- profiles -------------------------------------------------------------------------------------


def s15(value):
    return round(value * 65536).to_bytes(4, "big", signed=True)


def profile(gamma, columns):
    """Return a display profile of version 2: one gamma, and the XYZ of red, green and blue."""
    tags = {b"desc": b"desc" + bytes(4) + (2).to_bytes(4, "big") + b"w\0" + bytes(78)}
    tags[b"cprt"] = b"text" + bytes(4) + b"none\0"
    tags[b"wtpt"] = b"XYZ " + bytes(4) + s15(0.9642) + s15(1.0) + s15(0.8249)
    for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True):
        tags[name] = b"XYZ " + bytes(4) + b"".join(map(s15, column))
    for name in (b"rTRC", b"gTRC", b"bTRC"):
        curve = round(gamma * 256).to_bytes(2, "big")
        tags[name] = b"curv" + bytes(4) + (1).to_bytes(4, "big") + curve
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        table += name + (start + len(body)).to_bytes(4, "big") + len(data).to_bytes(4, "big")
        body += data
    head = (start + len(body)).to_bytes(4, "big") + bytes(4) + b"\x02\x40\x00\x00mntrRGB XYZ "
    head += bytes(12) + b"acsp" + bytes(28) + s15(0.9642) + s15(1.0) + s15(0.8249)
    return head.ljust(128, b"\0") + len(tags).to_bytes(4, "big") + table + body


# D50 primaries of Display P3, whose reds and greens lie outside sRGB; the columns sum to white.
WIDE = profile(2.2, [(0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841)])


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_the_profile_is_kept_and_the_colours_look_the_same(tmp_path, name):
    """A viewer that heeds the profile sees the sRGB colours again, within rounding."""
    photo(tmp_path / name, icc_profile=WIDE)
    details = read_details(tmp_path / name)
    assert details.profile == WIDE
    levels = np.random.default_rng(1).integers(60, 200, (4, 4, 3), dtype="uint8")
    image = Image.fromarray(levels.repeat(8, axis=0).repeat(8, axis=1))
    stored, options = details.apply(image)
    assert options == {"exif": details.exif, "icc_profile": WIDE}
    assert np.abs(np.asarray(stored, int) - np.asarray(image, int)).max() > 5
    stored.save(tmp_path / "b.png", **options)
    seen = np.asarray(decode(tmp_path / "b.png"), int)
    assert np.abs(seen - np.asarray(image, int)).max() <= 2


def test_transparency_stays_beside_a_profile():
    image = Image.fromarray(np.dstack([NOISE, NOISE[..., 0]]))
    stored, options = Details(profile=WIDE).apply(image)
    assert stored.mode == "RGBA" and options["icc_profile"] == WIDE
    assert np.array_equal(np.asarray(stored)[..., 3], NOISE[..., 0])


def test_a_profile_of_other_channels_or_a_broken_one_leaves_srgb():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    image = Image.fromarray(NOISE)
    for useless in (lab, WIDE[:60], b"no profile"):
        assert Details(profile=useless).apply(image) == (image, {})
