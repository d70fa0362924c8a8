import re

import numpy as np
import pytest

from keras_gen.data.table import conditions, read_table, table_path
from keras_gen.data.tints import colour_lab

NAMES = ["a.jpg", "sub/b.png"]
GOOD = "file,kind,colour,angle\na.jpg,mug,Teal,-30\nsub/b.png,lamp,#ff0000,45.5\n"


def test_the_table_lies_beside_the_folder(tmp_path, monkeypatch):
    assert table_path(tmp_path / "photos") == (tmp_path / "photos.csv").resolve()
    (tmp_path / "photos").mkdir()
    monkeypatch.chdir(tmp_path / "photos")
    assert table_path(".") == (tmp_path / "photos.csv").resolve()


def test_rows_by_photo(tmp_path):
    path = tmp_path / "photos.csv"
    path.write_text(GOOD)
    rows = read_table(path, NAMES)
    assert list(rows) == NAMES
    assert rows["a.jpg"]["kind"] == "mug" and rows["a.jpg"]["colour"] == "teal"
    assert rows["a.jpg"]["angle"] == 330  # degrees of a circle
    np.testing.assert_array_equal(rows["sub/b.png"]["lab"], colour_lab("red"))


def test_columns_in_any_order_further_ones_and_what_spreadsheets_write(tmp_path):
    path = tmp_path / "photos.csv"
    path.write_text(
        '\ufeffangle,price,file,colour,kind\r\n10,"1,5",a.jpg,red,mug\r\n\r\n'
        "20,2, sub/b.png ,navy,lamp\r\n",
        encoding="utf-8",
        newline="",
    )
    rows = read_table(path, NAMES)
    assert [rows[name]["angle"] for name in NAMES] == [10, 20]
    assert [rows[name]["kind"] for name in NAMES] == ["mug", "lamp"]


def test_conditions_are_arrays():
    """Pure red has hue 40.0 degrees, lightness 53.2 and chroma 104.6 in CIELAB."""
    red = {"lab": colour_lab("red"), "angle": 10.0, "colour": "red", "kind": "mug"}
    known = conditions([red, red | {"angle": 350.0}])
    assert list(known) == ["hue", "lightness", "chroma", "angle", "colour"]
    np.testing.assert_allclose(known["hue"], [40.0, 40.0], atol=0.05)
    np.testing.assert_allclose(known["lightness"], [53.2, 53.2], atol=0.05)
    np.testing.assert_allclose(known["chroma"], [104.55, 104.55], atol=0.05)
    np.testing.assert_array_equal(known["angle"], np.float32([10, 350]))
    assert list(known["colour"]) == ["red", "red"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1: expected the columns file,kind,colour,angle, found no file and no kind"),
        ("file,kind,angle\n", ":1: expected the columns file,kind,colour,angle, found no colour"),
        (GOOD + "c.jpg,mug,red,0\n", ":4: expected a photo of the folder, found 'c.jpg', which is"),
        (GOOD + "a.jpg,mug,red,0\n", ":4: expected one line for each photo, found a second one"),
        (GOOD.replace("45.5", "left"), ":3: expected the angle in degrees, found 'left'"),
        (GOOD.replace("45.5", "nan"), ":3: expected the angle in degrees, found 'nan'"),
        (GOOD.replace("45.5", ""), ":3: expected the angle in degrees, found ''"),
        (GOOD.replace("45.5", "1,2"), ":3: expected 4 columns, found 5"),
        (GOOD.replace("Teal", "tael"), ":2: unknown colour 'tael': expected a CSS colour name"),
        (GOOD.replace("mug", " "), ":2: expected a kind, found an empty cell"),
        (
            "file,kind,colour,angle\nsub/b.png,mug,red,0\n",
            ": expected a line for each of 2 photos, found none for 1, the first of them 'a.jpg'",
        ),
        ('file,kind,colour,angle\n"a.jpg,mug', ":2: unexpected end of data"),
    ],
)
def test_a_wrong_table_is_refused_in_one_line(tmp_path, text, message):
    path = tmp_path / "photos.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=re.escape(f"{path}{message}")) as caught:
        read_table(path, NAMES)
    assert "\n" not in str(caught.value)


def test_other_bytes_and_no_file(tmp_path):
    path = tmp_path / "photos.csv"
    with pytest.raises(FileNotFoundError, match="expected a CSV table of photos, found nothing"):
        read_table(path, NAMES)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="expected a CSV table of photos in UTF-8"):
        read_table(path, NAMES)
