"""The door: every format is marked, no pixel changes, and a foreign reader finds the marks."""

import hashlib
import json
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image

from keras_gen.provenance import Marks, Origin, encode_generated, save_generated

ORIGIN = Origin(model="vae", run_id="0123456789ab", seed=3)
NOISE = np.random.default_rng(0).integers(0, 256, (40, 60, 4), dtype="uint8")
NOISE[..., 3] |= 1  # WebP drops the colours of what is wholly transparent
FILM = {"save_all": True, "append_images": [Image.new("RGB", (60, 40), "red")], "duration": 90}
CASES = {
    "grey.png": (NOISE[..., 0], {}),
    "colour.png": (NOISE[..., :3], {}),
    "cut_out.png": (NOISE, {}),
    "film.png": (NOISE[..., :3], FILM),
    "a.jpg": (NOISE[..., :3], {"quality": 80}),
    "grey.jpeg": (NOISE[..., 0], {}),
    "a.webp": (NOISE[..., :3], {"quality": 80}),
    "lossless.webp": (NOISE, {"lossless": True, "exact": True}),
    "film.webp": (NOISE[..., :3], FILM),
    "film.gif": (NOISE[..., :3], FILM),
    "still.gif": (NOISE[..., 0], {}),
}


def decoded(path):
    """Return sizes and RGBA bytes of all frames, as anybody would read them."""
    parts = []
    with Image.open(path) as picture:
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            frame = np.asarray(picture.convert("RGBA"))
            parts += [f"{frame.shape[1]}x{frame.shape[0]}:".encode(), frame.tobytes()]
    return b"".join(parts)


@pytest.mark.parametrize("name", CASES)
def test_every_format_is_marked_and_no_pixel_changes(tmp_path, read_mark, name):
    pixels, options = CASES[name]
    picture = Image.fromarray(pixels)
    picture.save(tmp_path / f"plain-{name}", **options)
    save_generated(tmp_path / name, picture, ORIGIN, **options)
    content = decoded(tmp_path / name)
    assert content == decoded(tmp_path / f"plain-{name}")
    if name.endswith(".png") or "lossless" in name:
        assert picture.convert("RGBA").tobytes() in content
    said = read_mark(tmp_path / name)
    assert list(said) == [
        "TC260:AIGC",
        "Iptc4xmpExt:DigitalSourceType",
        "Iptc4xmpExt:AISystemUsed",
        "Iptc4xmpExt:AISystemVersionUsed",
    ]
    digest = hashlib.sha256(content).hexdigest()
    assert json.loads(said["TC260:AIGC"])["ReservedCode1"] == f"sha256:{digest}"


def test_a_name_that_would_break_xml_is_read_back(tmp_path, read_mark):
    marks = Marks(producer="图 \"A\" & <b> 'c' ]]>")
    for name in ("a.png", "a.jpg", "a.gif"):
        save_generated(tmp_path / name, Image.new("L", (8, 8)), ORIGIN, marks)
        said = json.loads(read_mark(tmp_path / name)["TC260:AIGC"])
        assert said["ContentProducer"] == marks.producer


def test_the_same_picture_gives_the_same_bytes():
    picture = Image.fromarray(NOISE)
    assert encode_generated(picture, ORIGIN) == encode_generated(picture, ORIGIN)


def test_marks_can_be_left_out(tmp_path, read_mark):
    picture = Image.fromarray(NOISE[..., :3])
    save_generated(tmp_path / "a.png", picture, ORIGIN, Marks(invisible=False))
    picture.save(tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert read_mark(encode_generated(picture, ORIGIN, Marks(invisible=False))) == {}


def test_the_visible_label_is_in_every_frame_and_in_the_digest(tmp_path, read_mark):
    frames = [Image.new("L", (200, 100), level) for level in (90, 200)]
    options = {"save_all": True, "append_images": frames[1:]}
    save_generated(tmp_path / "a.webp", frames[0], ORIGIN, Marks(visible="zh"), **options)
    with Image.open(tmp_path / "a.webp") as film:
        assert film.n_frames == 2
        for number in range(2):
            film.seek(number)
            corner = np.asarray(film.convert("L"))[-12:, -30:]
            assert corner.min() < 20 and corner.max() > 235
    digest = hashlib.sha256(decoded(tmp_path / "a.webp")).hexdigest()
    said = json.loads(read_mark(tmp_path / "a.webp")["TC260:AIGC"])
    assert said["ReservedCode1"] == f"sha256:{digest}"


def test_what_exists_is_not_replaced_and_other_formats_are_refused(tmp_path):
    picture = Image.new("L", (8, 8))
    (tmp_path / "a.png").write_text("mine")
    with pytest.raises(FileExistsError):
        save_generated(tmp_path / "a.png", picture, ORIGIN, new=True)
    with pytest.raises(ValueError, match="expected PNG, JPEG, WebP or GIF for a marked picture"):
        save_generated(tmp_path / "a.bmp", picture, ORIGIN)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    assert (tmp_path / "a.png").read_text() == "mine"


@pytest.mark.slow  # the gate installs exiftool for its second stage
@pytest.mark.skipif(shutil.which("exiftool") is None, reason="no exiftool on this machine")
@pytest.mark.parametrize("name", CASES)
def test_exiftool_reads_the_marks(tmp_path, name):
    pixels, options = CASES[name]
    save_generated(tmp_path / name, Image.fromarray(pixels), ORIGIN, **options)
    command = ["exiftool", "-j", "-a", "-XMP:all", str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    (found,) = json.loads(done.stdout)
    assert found["DigitalSourceType"].endswith("trainedAlgorithmicMedia")
    aigc = {key.upper(): value for key, value in found.items()}["AIGC"]  # old ones write Aigc
    assert (aigc if isinstance(aigc, dict) else json.loads(aigc))["Label"] in ("1", 1)


def test_a_picture_that_no_program_would_open_is_refused(tmp_path, monkeypatch):
    """Pillow refuses more than twice its limit; 40 x 60 pixels are 2,400."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1199)
    with pytest.raises(ValueError, match="expected a picture of at most 2,398 pixels, found 60 x"):
        save_generated(tmp_path / "a.png", Image.fromarray(NOISE), ORIGIN)
    assert not list(tmp_path.iterdir())
