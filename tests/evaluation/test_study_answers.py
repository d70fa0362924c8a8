"""From the participants' files to rates: every figure worked by hand, every bad file refused."""

import json
import re

import pytest

from keras_gen.evaluation.study_answers import COLUMNS, format_rates, rates, read_choices

HEADER = ",".join(COLUMNS)


def lines(participant, fooled, run="runs/a", first=1, study="abc", milliseconds=1000):
    """One line for each entry of `fooled`; the real image lies left in odd trials."""
    for trial, taken in enumerate(fooled, first):
        real = "left" if trial % 2 else "right"
        other = "right" if trial % 2 else "left"
        choice, correct = (other, 0) if taken else (real, 1)
        yield f"{study},{participant},{trial},{run},{real},{choice},{correct},{milliseconds}"


def write(path, *rows, end="\n"):
    path.write_bytes(end.join([HEADER, *rows, ""]).encode())
    return path


# --- reading ------------------------------------------------------------------------------------


def test_rows_come_back_typed(tmp_path):
    path = write(tmp_path / "a.csv", 'abc,P1,1,"runs/a,b",left,right,0,1234')
    assert read_choices([path]) == [
        {
            "study": "abc", "participant": "P1", "trial": 1, "run": "runs/a,b",
            "real_side": "left", "choice": "right", "correct": 0, "milliseconds": 1234,
        }
    ]  # fmt: skip


def test_a_spreadsheet_may_have_saved_the_file_again(tmp_path):
    """A byte order mark, CRLF and an empty last line."""
    plain = write(tmp_path / "plain.csv", *lines("P1", [0, 1]))
    again = write(tmp_path / "again.csv", *lines("P1", [0, 1]), "", end="\r\n")
    again.write_bytes(b"\xef\xbb\xbf" + again.read_bytes())
    assert read_choices([again]) == read_choices([plain])


GOOD = "abc,P1,1,runs/a,left,left,1,900"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r":1: expected the header study,participant,.*, found ''$"),
        ("a,b\n1,2\n", r":1: expected the header study,participant,.*, found 'a,b'$"),
        (f"{HEADER}\n", r"^expected at least one choice, found none in .*bad\.csv$"),
        (f"{HEADER}\n{GOOD}\nabc,P1,2\n", r":3: expected 8 columns, found 3$"),
        (f"{HEADER}\nabc,P1,0,r,left,left,1,9\n", r":2: expected trial to match .*, found '0'$"),
        (f"{HEADER}\nabc,P1,1,r,up,left,1,9\n", r":2: expected real_side to match .*'up'$"),
        (f"{HEADER}\nabc,P1,1,r,left,top,1,9\n", r":2: expected choice to match .*'top'$"),
        (f"{HEADER}\nabc,P1,1,r,left,left,2,9\n", r":2: expected correct to match .*'2'$"),
        (f"{HEADER}\nabc,P1,1,r,left,left,1,-9\n", r":2: expected milliseconds to match .*'-9'$"),
        (f"{HEADER}\nabc,,1,r,left,left,1,9\n", r":2: expected participant to match .*''$"),
        (
            f"{HEADER}\nabc,P1,1,r,left,right,1,9\n",
            r":2: expected correct to be 1 where choice equals real_side, else 0; found choice "
            r"right, real_side left, correct 1$",
        ),
        (
            f"{HEADER}\n{GOOD}\n{GOOD}\n",
            r":3: expected one answer of participant P1 to trial 1, found a second; "
            r"the first is at .*bad\.csv:2$",
        ),
        (
            f"{HEADER}\n{GOOD}\nabc,P2,1,runs/b,left,left,1,9\n",
            r":3: expected run and real_side of trial 1 to be \('runs/a', 'left'\) as in the rows "
            r"before it, found \('runs/b', 'left'\)$",
        ),
        (
            f"{HEADER}\n{GOOD}\nxyz,P1,2,runs/a,left,left,1,9\n",
            r":3: expected the study abc of the rows before it, found xyz; studies cannot be mixed",
        ),
        (f'{HEADER}\nabc,"P1\n', r":2: unexpected end of data$"),
        (f"{HEADER}\nabc,P\udcff1\n", r"bad\.csv: expected .* in UTF-8, found other bytes"),
        (f"{HEADER}\nabc,P1,1,\x1b[2Jrun,left,left,1,9\n", r":2: expected run to match"),
        (f"{HEADER}\nabc,P1,1,runs/a,left,left,1,{'9' * 400}\n", r":2: expected milliseconds"),
    ],
)
def test_a_bad_file_gets_one_line_with_its_name(tmp_path, text, message):
    path = tmp_path / "bad.csv"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ValueError, match=message) as caught:
        read_choices([path])
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_files_are_checked_against_one_another(tmp_path):
    first = write(tmp_path / "1.csv", *lines("P1", [0, 1]))
    other_study = write(tmp_path / "2.csv", *lines("P2", [0, 1], study="xyz"))
    with pytest.raises(ValueError, match=r"2\.csv:2: expected the study abc .* found xyz"):
        read_choices([first, other_study])
    with pytest.raises(ValueError, match=r"1\.csv:2: .* a second; the first is at .*1\.csv:2"):
        read_choices([first, first])
    with pytest.raises(FileNotFoundError, match=r"none\.csv: expected the CSV file.*nothing"):
        read_choices([first, tmp_path / "none.csv"])


# --- rates --------------------------------------------------------------------------------------


def choices(tmp_path, *groups):
    return read_choices(
        [write(tmp_path / "rows.csv", *(line for group in groups for line in group))]
    )


def test_rates_of_one_participant_worked_by_hand(tmp_path):
    """Run a: 2 of 8 taken for real, Wilson's interval with z = 1.959964.

    centre (2 + z^2 / 2) / (8 + z^2) = 3.920729 / 11.841459 = 0.331102,
    spread z sqrt(2 * 6 / 8 + z^2 / 4) / (8 + z^2) = 1.959964 * 1.568555 / 11.841459 = 0.259623.
    """
    rows = choices(
        tmp_path,
        lines("P1", [1, 0, 0, 0, 0, 0, 0, 1], milliseconds=700),
        lines("P1", [1, 0], run="runs/b", first=9, milliseconds=400),
    )
    result = rates(rows)
    assert (result["study"], result["participants"], result["choices"]) == ("abc", 1, 10)
    first, second = result["runs"]
    assert (first["run"], first["n"], first["participants"]) == ("runs/a", 8, 1)
    assert first["taken_for_real"] == 0.25
    assert first["interval"] == pytest.approx((0.071479, 0.590725), abs=2e-6)
    assert first["participant_interval"] is None and first["half_inside"] is True
    assert first["median_milliseconds"] == 700
    assert (second["run"], second["n"], second["taken_for_real"]) == ("runs/b", 2, 0.5)


def test_side_bias_worked_by_hand(tmp_path):
    """Fooled in trials 2 and 4, where the real image lies right: left chosen in all 5 of 5."""
    left = rates(choices(tmp_path, lines("P1", [0, 1, 0, 1, 0])))["left"]
    assert left["rate"] == 1.0 and left["real_rate"] == pytest.approx(3 / 5)
    # Wilson for 5 of 5: lower end n / (n + z^2) = 5 / 8.841459
    assert left["interval"] == pytest.approx((0.565518, 1.0), abs=2e-6)


def test_participants_that_differ_widen_the_interval(tmp_path):
    """Two people, fooled in 2 and in 6 of 10.

    Two draws from {0.2, 0.6} have the mean 0.2, 0.4 or 0.6 with probability 1/4, 1/2, 1/4: standard
    deviation 0.2 / sqrt(2) = 0.141421, so 0.4 +- 1.959964 * 0.141421 = 0.4 +- 0.277181. The 2,000
    resamples know that deviation within 1.6 % (one standard error), 0.0045 at each end.
    """
    rows = choices(
        tmp_path, lines("P1", [1, 1] + [0] * 8), lines("P2", [1] * 6 + [0] * 4, milliseconds=3000)
    )
    (run,) = rates(rows)["runs"]
    assert (run["participants"], run["n"], run["taken_for_real"]) == (2, 20, 0.4)
    assert run["participant_interval"] == pytest.approx((0.122819, 0.677181), abs=0.015)
    assert run["median_milliseconds"] == 2000
    assert rates(rows) == rates(rows)
    other = rates(rows, seed=1)["runs"][0]["participant_interval"]
    assert other != run["participant_interval"] and other == pytest.approx(
        run["participant_interval"], abs=0.02
    )


def test_half_counts_as_inside_if_either_interval_holds_it(tmp_path):
    """Fooled in 0 and 24 of 40: Wilson for 24 of 80 ends at 0.41, that of people at 0.30 + 0.42."""
    rows = choices(tmp_path, lines("P1", [0] * 40), lines("P2", [1] * 24 + [0] * 16))
    (run,) = rates(rows)["runs"]
    assert 0.40 < run["interval"][1] < 0.42
    assert run["participant_interval"][0] == 0.0  # 0.30 - 0.42, cut off
    assert run["participant_interval"][1] == pytest.approx(0.7158, abs=0.025)
    assert run["half_inside"] is True
    agreed = choices(tmp_path, lines("P1", [1] * 12 + [0] * 28), lines("P2", [1] * 12 + [0] * 28))
    (run,) = rates(agreed)["runs"]
    assert run["participant_interval"] == pytest.approx((0.3, 0.3))
    assert run["half_inside"] is False


# --- output -------------------------------------------------------------------------------------


def test_the_table_states_the_figures(tmp_path):
    rows = choices(
        tmp_path, lines("P1", [1, 0, 0, 0, 0, 0, 0, 1]), lines("P1", [1, 0], "runs/b", first=9)
    )
    table = format_rates(rates(rows)).splitlines()
    assert table[0] == "study abc, participants: 1, choices: 10"
    assert re.split(r"\s{2,}", table[3]) == [
        "runs/a", "0.250", "0.071 to 0.591", "-", "yes", "8", "1.0 s",
    ]  # fmt: skip
    assert "runs/b" in table[4]
    # Trials 1, 8, 9 fooled: left is chosen in the real trials 3, 5, 7 and the generated 8.
    assert table[-1].startswith("left was chosen in 0.400 of the trials (")
    assert table[-1].endswith("the real image lay there in 0.500")


def test_the_result_is_ready_for_json(tmp_path):
    result = rates(choices(tmp_path, lines("P1", [0, 1]), lines("P2", [1, 1])))
    again = json.loads(json.dumps(result, allow_nan=False))
    assert again["runs"][0]["taken_for_real"] == 0.75
    assert again["runs"][0]["interval"] == list(result["runs"][0]["interval"])
