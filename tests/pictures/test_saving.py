"""The one encoder: what it writes, that there is no other, and who may hand it pictures."""

import ast
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keras_gen.pictures.saving import encode_picture, format_of, save_picture

PACKAGE = Path(__file__).parents[2] / "keras_gen"
DOOR = PACKAGE / "pictures" / "saving.py"
NOISE = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype="uint8")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.png", {}),
        ("a.jpg", {"quality": 90, "subsampling": 0}),
        ("a.WebP", {"quality": 80}),
        ("a.gif", {"save_all": True, "append_images": [Image.new("L", (30, 20))], "loop": 0}),
    ],
)
def test_the_file_is_the_one_that_pillow_would_write(tmp_path, name, options):
    picture = Image.fromarray(NOISE)
    picture.save(tmp_path / name, **options)
    save_picture(tmp_path / "new" / "deep" / name, picture, **options)
    written = (tmp_path / "new" / "deep" / name).read_bytes()
    assert written == (tmp_path / name).read_bytes()
    assert [file.name for file in (tmp_path / "new" / "deep").iterdir()] == [name]


def test_the_bytes_for_a_page_are_those_of_the_file(tmp_path):
    picture = Image.fromarray(NOISE[..., 0])
    save_picture(str(tmp_path / "a.png"), picture)
    content = encode_picture(picture)
    assert content == (tmp_path / "a.png").read_bytes()
    with Image.open(io.BytesIO(encode_picture(picture, "WEBP", lossless=True))) as again:
        assert again.format == "WEBP"
        np.testing.assert_array_equal(np.asarray(again.convert("L")), NOISE[..., 0])


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.gif"])
def test_metadata_change_no_pixel(tmp_path, name):
    """In a GIF, which Pillow writes without, they stand behind the header and end as XMP wants."""
    picture, packet = Image.fromarray(NOISE), b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
    save_picture(tmp_path / name, picture, xmp=packet)
    plain = encode_picture(picture, format_of(name))
    content = (tmp_path / name).read_bytes()
    assert content.count(packet) == 1 and packet not in plain
    with Image.open(io.BytesIO(plain)) as before, Image.open(io.BytesIO(content)) as after:
        assert np.array_equal(np.asarray(before.convert("RGB")), np.asarray(after.convert("RGB")))
    if name == "a.gif":
        start = content.index(b"!\xff\x0bXMP DataXMP" + packet)
        assert content[:6] == b"GIF89a" and start == 13 + 3 * 256
        assert content[start + 14 + len(packet) :][:258] == bytes([1, *range(255, -1, -1), 0])


def test_metadata_are_refused_for_formats_that_have_none():
    with pytest.raises(ValueError, match="expected PNG, JPEG, WebP or GIF for a marked picture"):
        encode_picture(Image.fromarray(NOISE), "BMP", xmp=b"<x/>")


@pytest.mark.parametrize("name", ["a", "a.txt", "a.png.part"])
def test_an_unknown_suffix_is_refused_before_anything_is_written(tmp_path, name):
    with pytest.raises(ValueError, match="expected the suffix of a picture, found"):
        save_picture(tmp_path / "folder" / name, Image.fromarray(NOISE))
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_cannot_be_encoded_leaves_the_old_file(tmp_path):
    save_picture(tmp_path / "a.jpg", Image.fromarray(NOISE))
    before = (tmp_path / "a.jpg").read_bytes()
    with pytest.raises(OSError, match="cannot write mode RGBA as JPEG"):
        save_picture(tmp_path / "a.jpg", Image.new("RGBA", (2, 2)))
    assert (tmp_path / "a.jpg").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.jpg"]


# --- no other door --------------------------------------------------------------------------------

# Functions and methods that write or copy pixels whatever they are called on.
WRITERS = {"savefig", "imsave", "imwrite", "save_img", "write_png", "print_png", "tofile"}
WRITERS |= {"copyfile", "copy2", "copytree", "write_bytes"}
# Keras calls the writing of a model `save` as well; these callers may pass it a path.
MODELS = {"model", "self.model", "network", "super()", "tf.saved_model", "onnx"}
# These write files as they are, byte for byte, with whatever marks they have.
COPIES = {"evaluation/review_decisions.py": "approved pictures"}


def other_doors(source):
    """Return the calls in a source that may write a picture, as "line: callee".

    A call of `save` with arguments counts unless it is made on a model. Without arguments it has no
    path to write a picture to.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        callee = ast.unparse(node.func)
        owner, _, method = callee.rpartition(".")
        saves = method == "save" and owner not in MODELS and (node.args or node.keywords)
        if saves or method in WRITERS:
            found.append(f"{node.lineno}: {callee}")
    return found


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_every_picture_leaves_by_this_door(path):
    if path != DOOR:
        allowed = path.relative_to(PACKAGE).as_posix() in COPIES
        assert len(other_doors(path.read_text("utf-8"))) == allowed


@pytest.mark.parametrize(
    ("source", "doors"),
    [
        ("picture.save(path)", 1),
        ("Image.fromarray(x).save(buffer, 'PNG')", 1),
        ("image.save(fp=path)", 1),
        ("figure.savefig(path, dpi=110)", 1),
        ("shutil.copyfile(frames[-1], path)", 1),
        ("from shutil import copyfile\ncopyfile(a, b)", 1),
        ("path.write_bytes(content)", 1),
        ("keras.utils.save_img(path, x)", 1),
        ("model.save(path)\nself.model.save(path)", 0),
        ("run.save()", 0),
        ("save_picture(path, picture)\nmodel.save_weights(path)\nx.copy()", 0),
    ],
)
def test_another_door_would_be_found(source, doors):
    assert len(other_doors(source)) == doors


def test_the_door_itself_is_one():
    assert len(other_doors(DOOR.read_text("utf-8"))) == 2  # the encoder and the file


# --- who hands pictures to the encoder ------------------------------------------------------------

# Besides the door of generated pictures: what no model has drawn, and the blind study.
UNMARKED = {
    "pages/demo_products.py": "a picture of the package with noise on it, for a network to restore",
    "pictures/curves.py": "curves of metrics",
    "pictures/grids.py": "a film that a notebook shows at once, as it shows a grid",
    "pages/page.py": "real images beside generated ones, which come with their origin",
    "pages/review.py": "a training image beside a suspected copy of it",
    "pages/study.py": "a mark would be the answer",
}


def test_generated_pictures_leave_through_provenance():
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if re.search(r"\b(save_picture|encode_picture)\(", path.read_text("utf-8"))
    }
    assert found == {"pictures/saving.py", "provenance/door.py", *UNMARKED}
