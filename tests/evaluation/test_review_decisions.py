"""From the reviewers' files to figures and copies: worked by hand, and every bad file refused."""

import hashlib
import json

import pytest

from keras_gen.evaluation.review_decisions import (
    COLUMNS,
    approved_by_all,
    copy_approved,
    format_summary,
    read_decisions,
    summarise,
)

HEADER = ",".join(COLUMNS)
TIME = "2026-01-02T03:04:05.678Z"


def content(name):
    return f"picture {name}".encode()


def line(reviewer, name, decision, reason="", review="abc", milliseconds=1000):
    sha256 = hashlib.sha256(content(name)).hexdigest()
    return f"{review},{reviewer},{name},{sha256},{decision},{reason},{TIME},{milliseconds}"


def lines(reviewer, decisions, **options):
    """One line for each letter: a approves, r rejects; the pictures are 0.png, 1.png, ..."""
    words = {"a": "approve", "r": "reject"}
    return [line(reviewer, f"{i}.png", words[d], **options) for i, d in enumerate(decisions)]


def write(path, *rows):
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    return path


# --- reading ------------------------------------------------------------------------------------


def test_rows_come_back_typed(tmp_path):
    path = write(tmp_path / "a.csv", line("王芳", '"a, b.png"', "reject", "blurred"))
    (row,) = read_decisions([path])
    assert row["reviewer"] == "王芳" and row["file"] == "a, b.png" and row["milliseconds"] == 1000
    assert (row["decision"], row["reason"], row["time"]) == ("reject", "blurred", TIME)


GOOD = line("A", "0.png", "approve")
SHA = "0" * 64


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], r"^expected at least one decision, found none in .*bad\.csv$"),
        (["abc,A,0.png"], r":2: expected 8 columns, found 3$"),
        ([line("A", "0.png", "perhaps")], r":2: expected decision to match .*'perhaps'$"),
        ([line("A", "0.png", "reject", "ugly")], r":2: expected reason to match .*'ugly'$"),
        (
            [line("A", "0.png", "approve", "copy")],
            r":2: expected a reason of rejections only, found 'copy' with an approval$",
        ),
        ([f"abc,A,0.png,12,approve,,{TIME},9"], r":2: expected sha256 to match .*'12'$"),
        ([f"abc,A,0.png,{SHA},approve,,today,9"], r":2: expected time to match .*'today'$"),
        ([f"abc,A,../0.png,{SHA},approve,,{TIME},9"], r":2: expected file to match"),
        ([f"abc,A,..,{SHA},approve,,{TIME},9"], r":2: expected file to match"),
        ([f"abc,A,a\\0.png,{SHA},approve,,{TIME},9"], r":2: expected file to match"),
        ([f"abc,A\x1b[2J,0.png,{SHA},approve,,{TIME},9"], r":2: expected reviewer to match"),
        (
            [GOOD, line("A", "0.png", "reject")],
            r":3: expected one decision of A on 0\.png, found a second; the first is at .*:2$",
        ),
        (
            [GOOD, line("B", "0.png", "approve", review="xyz")],
            r":3: expected the review abc of the rows before it, found xyz; reviews cannot",
        ),
        (
            [GOOD, f"abc,B,0.png,{SHA},approve,,{TIME},9"],
            r":3: expected the sha256 of 0\.png to be that of the rows before it, .*found 00000000",
        ),
    ],
)
def test_a_bad_file_gets_one_line_with_its_name(tmp_path, rows, message):
    path = write(tmp_path / "bad.csv", *rows)
    with pytest.raises(ValueError, match=message) as caught:
        read_decisions([path])
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_other_files_are_refused(tmp_path):
    (tmp_path / "study.csv").write_text("study,participant\n")
    with pytest.raises(ValueError, match=r":1: expected the header review,reviewer,"):
        read_decisions([tmp_path / "study.csv"])
    with pytest.raises(FileNotFoundError, match="expected the CSV file of a review, found nothing"):
        read_decisions([tmp_path / "none.csv"])


# --- figures ------------------------------------------------------------------------------------


def test_two_reviewers_worked_by_hand(tmp_path):
    """A: aaaaa rrr, B: aaaar ara, of 8 pictures.

    Picture by picture: aa aa aa aa ar ra rr ra. Agreed 5 of 8, 40/64; A approves 5, B 6: by chance
    5/8 * 6/8 + 3/8 * 2/8 = 36/64; kappa (40 - 36) / (64 - 36) = 1/7. Wilson for A's 5 of 8,
    z = 1.959964: centre (5 + 1.920729) / 11.841459 = 0.584449, spread
    1.959964 * sqrt(5 * 3 / 8 + 0.960365) / 11.841459 = 1.959964 * 1.683855 / 11.841459 = 0.278707.
    """
    rows = read_decisions(
        [
            write(tmp_path / "a.csv", *lines("A", "aaaaarrr", milliseconds=700)),
            write(tmp_path / "b.csv", *lines("B", "aaaarara", milliseconds=900)),
        ]
    )
    result = summarise(rows)
    assert (result["review"], result["pictures"]) == ("abc", 8)
    first, second = result["reviewers"]
    assert (first["reviewer"], first["n"], first["approved"], first["rejected"]) == ("A", 8, 5, 3)
    assert first["interval"] == pytest.approx((0.305742, 0.863156), abs=2e-6)
    assert first["reasons"] == {"": 3} and first["median_milliseconds"] == 700
    assert (second["approved"], second["rejected"]) == (6, 2)
    (pair,) = result["pairs"]
    assert (pair["reviewers"], pair["n"], pair["agreed"]) == (["A", "B"], 8, 5)
    assert pair["kappa"] == pytest.approx(1 / 7)
    assert (result["unanimous"]["approved"], result["unanimous"]["n"]) == (4, 8)


def test_three_reviewers_make_three_pairs_and_strangers_none(tmp_path):
    """C has decided on two pictures, D on one that nobody else saw."""
    rows = read_decisions(
        [
            write(
                tmp_path / "all.csv",
                *lines("A", "aaa"),
                *lines("B", "ara"),
                *lines("C", "ar"),
                line("D", "9.png", "approve"),
            )
        ]
    )
    result = summarise(rows)
    found = {tuple(pair["reviewers"]): (pair["n"], pair["kappa"]) for pair in result["pairs"]}
    assert found == {("A", "B"): (3, 0.0), ("A", "C"): (2, 0.0), ("B", "C"): (2, 1.0)}
    assert approved_by_all(rows) == {}  # not even one picture was seen by all four


def test_no_rejection_bounds_the_rate_of_defects(tmp_path):
    """0 of 59: 1 - 0.05^(1/59) = 0.0495, the plan for 5 %."""
    (one,) = summarise(read_decisions([write(tmp_path / "a.csv", *lines("A", "a" * 59))]))[
        "reviewers"
    ]
    assert one["rejected_below"] == pytest.approx(1 - 0.05 ** (1 / 59))
    assert one["reasons"] == {}


def test_the_table_states_the_figures(tmp_path):
    rows = [*lines("A", "aaar"), line("A", "9.png", "reject", "copy"), *lines("B", "aara")]
    result = summarise(read_decisions([write(tmp_path / "a.csv", *rows)]))
    text = format_summary(result)
    assert text.startswith("review abc, reviewers: 2, pictures: 5\n")
    assert "  A: none given 1, copy 1" in text and "A and B" in text
    assert "approved by every reviewer: 2 of 5 (0.118 to 0.769)" in text
    assert json.loads(json.dumps(result, allow_nan=False))["unanimous"]["approved"] == 2


def test_kappa_that_is_not_defined_is_a_dash(tmp_path):
    rows = [*lines("A", "aa"), *lines("B", "aa")]
    text = format_summary(summarise(read_decisions([write(tmp_path / "a.csv", *rows)])))
    (pair,) = [words for words in map(str.split, text.splitlines()) if words[1:2] == ["and"]]
    assert pair[-1] == "-"


# --- copies -------------------------------------------------------------------------------------


@pytest.fixture
def reviewed(tmp_path):
    """Four pictures, three of them approved by A and B, and one picture that nobody saw."""
    images = tmp_path / "images"
    images.mkdir()
    for i in range(5):
        (images / f"{i}.png").write_bytes(content(f"{i}.png"))
    rows = [*lines("A", "aaar"), *lines("B", "araa"), line("A", "9.png", "approve")]
    return read_decisions([write(tmp_path / "a.csv", *rows)]), images, tmp_path / "approved"


def test_exactly_the_pictures_that_all_approved_are_copied(reviewed):
    """1 and 3 were rejected by one, 4 was seen by none, 9 by one only."""
    rows, images, out = reviewed
    copies = copy_approved(rows, images, out)
    assert copies == [out / "0.png", out / "2.png"] and sorted(out.iterdir()) == copies
    assert all(path.read_bytes() == content(path.name) for path in copies)
    assert len(list(images.iterdir())) == 5
    with pytest.raises(FileExistsError, match="approved exists already"):
        copy_approved(rows, images, out)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.unlink(), r"2\.png: expected the picture that was approved .* none; n"),
        (lambda path: path.write_bytes(b"other"), r"2\.png: expected .*found d9298a10d1b0\.\.\.; "),
    ],
)
def test_a_changed_or_missing_picture_stops_all_copies(reviewed, damage, message):
    rows, images, out = reviewed
    damage(images / "2.png")
    with pytest.raises(OSError, match=message):
        copy_approved(rows, images, out)
    assert {path.name for path in out.parent.iterdir()} == {"images", "a.csv"}


def test_without_an_approval_no_folder_is_made(tmp_path):
    rows = read_decisions([write(tmp_path / "a.csv", *lines("A", "rr"))])
    with pytest.raises(OSError, match="no picture was approved by every reviewer"):
        copy_approved(rows, tmp_path, tmp_path / "out")
    with pytest.raises(NotADirectoryError, match="expected the folder of the reviewed pictures"):
        copy_approved(rows, tmp_path / "none", tmp_path / "out")
    assert not (tmp_path / "out").exists()
