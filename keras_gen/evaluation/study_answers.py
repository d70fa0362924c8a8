"""What the participants of a study chose, and what that says about each run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_gen.evaluation.rows import NAME, read_rows
from keras_gen.evaluation.tables import align
from keras_gen.measures import bootstrap_interval, wilson_interval

COLUMNS = (
    "study",  # hash of the page's content
    "participant",
    "trial",  # 1, 2, ... in the order of the page
    "run",  # the run that drew the generated image
    "real_side",  # left or right
    "choice",  # left or right: the image that was taken for real
    "correct",  # 1 if the real one was chosen, else 0
    "milliseconds",  # from the moment the pair is shown to the answer
)
PATTERNS = {
    "study": NAME,
    "participant": NAME,
    "trial": r"[1-9]\d{0,8}",
    "run": NAME,
    "real_side": r"left|right",
    "choice": r"left|right",
    "correct": r"0|1",
    "milliseconds": r"\d{1,9}",
}
WHOLE_NUMBERS = ("trial", "correct", "milliseconds")


def read_choices(paths: Sequence[str | Path]) -> list[dict[str, Any]]:
    """Read the CSV files that participants saved, all of one study.

    Args:
        paths: list of files, at least one.

    Returns:
        List of dicts with the keys `COLUMNS`, one for each choice; `trial`, `correct` and
        `milliseconds` are integers.

    Raises:
        FileNotFoundError: no such file.
        ValueError: not such a file, or rows that contradict themselves or one another; the message
            names file and line.
    """
    rows: list[dict[str, Any]] = []
    answered: dict[tuple, str] = {}  # (participant, trial): where
    pairs: dict[int, tuple] = {}  # trial: (run, real_side)
    for path in paths:
        for place, row in read_rows(path, "the CSV file of a study", PATTERNS, WHOLE_NUMBERS):
            if row["correct"] != (row["choice"] == row["real_side"]):
                raise ValueError(
                    f"{place}: expected correct to be 1 where choice equals real_side, else 0; "
                    f"found choice {row['choice']}, real_side {row['real_side']}, correct "
                    f"{row['correct']}"
                )
            if rows and row["study"] != rows[0]["study"]:
                raise ValueError(
                    f"{place}: expected the study {rows[0]['study']} of the rows before it, found "
                    f"{row['study']}; studies cannot be mixed"
                )
            answer = row["participant"], row["trial"]
            if answer in answered:
                raise ValueError(
                    f"{place}: expected one answer of participant {answer[0]} to trial "
                    f"{answer[1]}, found a second; the first is at {answered[answer]}"
                )
            pair = row["run"], row["real_side"]
            if pairs.setdefault(row["trial"], pair) != pair:
                raise ValueError(
                    f"{place}: expected run and real_side of trial {row['trial']} to be "
                    f"{pairs[row['trial']]} as in the rows before it, found {pair}"
                )
            answered[answer] = place
            rows.append(row)
    if not rows:
        raise ValueError(
            "expected at least one choice, found none in " + ", ".join(map(str, paths))
        )
    return rows


def rates(rows: Sequence[dict[str, Any]], seed: int = 0) -> dict[str, Any]:
    r"""How often each run's images were taken for real ones.

    Formula:
        $\hat p = k / n$, k of n choices of the generated image: 0 where it was always recognised,
        0.5 where nobody could tell it from a real one.

    Two 95 % intervals are given, because the answers of one participant resemble each other.
    `interval` (Wilson) treats every answer as independent: it is right for one participant.
    `participant_interval` resamples whole participants with replacement (cluster bootstrap, cut
    off at 0 and 1) and speaks of people like them; it needs two of them, and with fewer than about
    ten it is still too narrow.

    Args:
        rows: list of dicts, from `read_choices`.
        seed: integer of the bootstrap; the same seed gives the same intervals.

    Returns:
        dict, ready for JSON:
            study: the page's hash.
            participants, choices: how many.
            left: a check on a bias to one side; `rate` and `interval` of the choices of the left
                image, and `real_rate`, the share of trials in which the real one lay there.
            runs: list of dicts with `run`, `n`, `participants`, `taken_for_real` (the rate),
                `interval`, `participant_interval` (None for one participant), `half_inside` (0.5
                lies in at least one of the two: these answers do not tell the run from real
                images) and `median_milliseconds`.

    Reference: Wilson 1927, JASA 22(158); Field and Welsh 2007, "Bootstrapping clustered data",
        JRSS B 69(3); Zhou et al. 2019, arXiv:1904.01121 (people as a measure of generators).
    """
    left, real_left = (sum(row[key] == "left" for row in rows) for key in ("choice", "real_side"))
    runs = sorted({row["run"] for row in rows})
    return {
        "study": rows[0]["study"],
        "participants": len({row["participant"] for row in rows}),
        "choices": len(rows),
        "left": {
            "rate": left / len(rows),
            "interval": wilson_interval(left, len(rows)),
            "real_rate": real_left / len(rows),
        },
        "runs": [_run_rates(run, [r for r in rows if r["run"] == run], seed) for run in runs],
    }


def _run_rates(run, rows, seed):
    """Return the figures of the rows of one run."""
    answers = {}  # participant: [1 where the generated image was chosen]
    for row in rows:
        answers.setdefault(row["participant"], []).append(1 - row["correct"])
    counts = np.array([(sum(fooled), len(fooled)) for fooled in answers.values()])  # (P, 2)
    taken, n = (int(total) for total in counts.sum(axis=0))
    intervals = [wilson_interval(taken, n)]
    if len(counts) > 1:
        low, high = bootstrap_interval(_rate, counts, resamples=2000, seed=seed)
        intervals.append((max(low, 0.0), min(high, 1.0)))
    return {
        "run": run,
        "n": n,
        "participants": len(counts),
        "taken_for_real": taken / n,
        "interval": intervals[0],
        "participant_interval": intervals[1] if len(counts) > 1 else None,
        "half_inside": any(low <= 0.5 <= high for low, high in intervals),
        "median_milliseconds": float(np.median([row["milliseconds"] for row in rows])),
    }


def _rate(counts):
    """Return the rate over participants, from their (successes, trials), (P, 2)."""
    successes, trials = counts.sum(axis=0)
    return successes / trials


def format_rates(result: dict[str, Any]) -> str:
    """Return the result of `rates` as a table of plain text."""
    head = ("run", "taken for real", "95 % of answers", "95 % of people", "0.5 inside", "n", "time")
    table = [head]
    for run in result["runs"]:
        table.append(
            (
                run["run"],
                f"{run['taken_for_real']:.3f}",
                _span(run["interval"]),
                _span(run["participant_interval"]),
                "yes" if run["half_inside"] else "no",
                str(run["n"]),
                f"{run['median_milliseconds'] / 1000:.1f} s",
            )
        )
    left = result["left"]
    return "\n".join(
        [
            f"study {result['study']}, participants: {result['participants']}, "
            f"choices: {result['choices']:,}",
            "",
            *align(table),
            "",
            "taken for real: 0 always recognised, 0.5 nobody can tell; time: median of an answer",
            f"left was chosen in {left['rate']:.3f} of the trials ({_span(left['interval'])}); "
            f"the real image lay there in {left['real_rate']:.3f}",
        ]
    )


def _span(interval):
    return "-" if interval is None else f"{interval[0]:.3f} to {interval[1]:.3f}"
