"""What reviewers decided about pictures, what that says, and the approved pictures copied on."""

import hashlib
import itertools
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_gen.evaluation.rows import NAME, read_rows
from keras_gen.evaluation.tables import align
from keras_gen.files import creating_folder
from keras_gen.measures import cohen_kappa, defect_bound, wilson_interval

REASONS = (  # the number keys of the page, from 1; a rejection may go without
    "unrecognisable",
    "blurred",
    "broken",
    "wrong_class",
    "copy",
    "misleading",
    "rights",
    "other",
)
PATTERNS = {
    "review": NAME,  # hash of the page's content
    "reviewer": NAME,
    "file": r"(?!\.)[^/\\\x00-\x1f\x7f-\x9f]{1,255}",  # a name within the folder, no path
    "sha256": r"[0-9a-f]{64}",  # of the file's bytes
    "decision": r"approve|reject",
    "reason": rf"(?:{'|'.join(REASONS)})?",  # of a rejection
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z",  # of the decision, UTC
    "milliseconds": r"\d{1,9}",  # from the moment the picture is shown to the decision
}
COLUMNS = tuple(PATTERNS)


def read_decisions(paths: Sequence[str | Path]) -> list[dict[str, Any]]:
    """Read the CSV files that reviewers saved, all of one page.

    Args:
        paths: list of files, at least one; a reviewer may have saved before the end.

    Returns:
        List of dicts with the keys `COLUMNS`, one for each decision.

    Raises:
        FileNotFoundError: no such file.
        ValueError: not such a file, or rows that contradict themselves or one another; the message
            names file and line.
    """
    rows: list[dict[str, Any]] = []
    decided: dict[tuple, str] = {}  # (reviewer, file): where
    hashes: dict[str, str] = {}  # file: sha256
    for path in paths:
        for place, row in read_rows(path, "the CSV file of a review", PATTERNS, ["milliseconds"]):
            if rows and row["review"] != rows[0]["review"]:
                raise ValueError(
                    f"{place}: expected the review {rows[0]['review']} of the rows before it, "
                    f"found {row['review']}; reviews cannot be mixed"
                )
            if row["decision"] == "approve" and row["reason"]:
                raise ValueError(
                    f"{place}: expected a reason of rejections only, found {row['reason']!r} with "
                    "an approval"
                )
            key = row["reviewer"], row["file"]
            if key in decided:
                raise ValueError(
                    f"{place}: expected one decision of {key[0]} on {key[1]}, found a second; the "
                    f"first is at {decided[key]}"
                )
            if hashes.setdefault(row["file"], row["sha256"]) != row["sha256"]:
                raise ValueError(
                    f"{place}: expected the sha256 of {row['file']} to be that of the rows before "
                    f"it, {hashes[row['file']][:12]}..., found {row['sha256'][:12]}..."
                )
            decided[key] = place
            rows.append(row)
    if not rows:
        raise ValueError(
            "expected at least one decision, found none in " + ", ".join(map(str, paths))
        )
    return rows


def summarise(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Sum up decisions: each reviewer, each pair of them, and all together.

    Args:
        rows: list of dicts, from `read_decisions`.

    Returns:
        dict, ready for JSON:
            review: the page's hash.
            pictures: on how many pictures anyone decided.
            reviewers: list of dicts with `reviewer`, `n`, `approved`, `rejected`, `interval` (95 %,
                Wilson, of the share approved), `rejected_below` (`measures.defect_bound`, 95 %),
                `reasons` (how often each was given, "" for none) and `median_milliseconds`.
            pairs: list of dicts with `reviewers` (two), `n` (pictures on which both decided),
                `agreed`, `interval` (95 %, Wilson, of the share agreed) and `kappa` (None where it
                is not defined); pairs without a common picture are left out.
            unanimous: `approved`, how many pictures every reviewer approved, `n` and `interval`;
                a picture on which one of them has not decided is not approved.

    Reference: Wilson 1927, JASA 22(158); Cohen 1960, Educational and Psychological Measurement
        20(1).
    """
    by_reviewer: dict[str, list] = {}
    for row in rows:
        by_reviewer.setdefault(row["reviewer"], []).append(row)
    n = len({row["file"] for row in rows})
    approved = len(approved_by_all(rows))
    return {
        "review": rows[0]["review"],
        "pictures": n,
        "reviewers": [_one(name, own) for name, own in by_reviewer.items()],
        "pairs": [
            found
            for pair in itertools.combinations(by_reviewer.items(), 2)
            if (found := _pair(*pair)) is not None
        ],
        "unanimous": {"approved": approved, "n": n, "interval": wilson_interval(approved, n)},
    }


def _one(name, rows):
    """Return the figures of one reviewer."""
    n, rejected = len(rows), [row for row in rows if row["decision"] == "reject"]
    return {
        "reviewer": name,
        "n": n,
        "approved": n - len(rejected),
        "rejected": len(rejected),
        "interval": wilson_interval(n - len(rejected), n),
        "rejected_below": defect_bound(len(rejected), n),
        "reasons": dict(Counter(row["reason"] for row in rejected).most_common()),
        "median_milliseconds": float(np.median([row["milliseconds"] for row in rows])),
    }


def _pair(*reviewers):
    """Return how far two reviewers agree, or None where they share no picture."""
    names = [name for name, _ in reviewers]
    first, second = ({row["file"]: row["decision"] for row in rows} for _, rows in reviewers)
    shared = sorted(first.keys() & second.keys())
    if not shared:
        return None
    agreement = cohen_kappa([first[file] for file in shared], [second[file] for file in shared])
    agreed = round(agreement.observed * len(shared))
    return {
        "reviewers": names,
        "n": len(shared),
        "agreed": agreed,
        "interval": wilson_interval(agreed, len(shared)),
        "kappa": agreement.kappa,
    }


def approved_by_all(rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return {file: sha256} of the pictures that every reviewer of these rows approved."""
    reviewers = len({row["reviewer"] for row in rows})
    approvals = Counter(row["file"] for row in rows if row["decision"] == "approve")
    return {row["file"]: row["sha256"] for row in rows if approvals[row["file"]] == reviewers}


def copy_approved(
    rows: Sequence[dict[str, Any]], images: str | Path, out: str | Path
) -> list[Path]:
    """Copy the pictures that every reviewer approved into a new folder; all of them, or none.

    Nothing is deleted and nothing overwritten. Each file's bytes are those that were reviewed, by
    their hash, and are copied as they are.

    Args:
        rows: list of dicts, from `read_decisions`.
        images: folder of the pictures that were reviewed.
        out: folder to create.

    Returns:
        The copies.

    Raises:
        FileExistsError: something is at `out`.
        NotADirectoryError: no folder at `images`.
        OSError: a picture is missing or was changed, or none was approved; there is no `out` then.
    """
    images, out = Path(images), Path(out)
    if not images.is_dir():
        raise NotADirectoryError(f"{images}: expected the folder of the reviewed pictures")
    approved = approved_by_all(rows)
    if not approved:
        raise OSError(f"no picture was approved by every reviewer; {out} is not made")
    with creating_folder(out) as folder:
        for name, sha256 in approved.items():
            content = _unchanged(images / name, sha256)
            (folder / name).write_bytes(content)
    return [out / name for name in approved]


def _unchanged(path, sha256):
    """Return the bytes of a reviewed picture."""
    expected = f"expected the picture that was approved (sha256 {sha256[:12]}...)"
    if not path.is_file():
        raise OSError(f"{path}: {expected}, found none; nothing was copied")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise OSError(f"{path}: {expected}, found {found[:12]}...; nothing was copied")
    return content


def format_summary(result: dict[str, Any]) -> str:
    """Return the result of `summarise` as tables of plain text."""
    table = [("reviewer", "approved", "rejected", "n", "95 % of approved", "rejected <", "time")]
    for one in result["reviewers"]:
        table.append(
            (
                one["reviewer"],
                str(one["approved"]),
                str(one["rejected"]),
                str(one["n"]),
                _span(one["interval"]),
                f"{one['rejected_below']:.3f}",
                f"{one['median_milliseconds'] / 1000:.1f} s",
            )
        )
    together = result["unanimous"]
    lines = [
        f"review {result['review']}, reviewers: {len(result['reviewers'])}, pictures: "
        f"{result['pictures']:,}",
        "",
        *align(table),
    ]
    reasons = [one for one in result["reviewers"] if one["reasons"]]
    if reasons:
        lines += ["", "reasons"]
    for one in reasons:
        counts = (f"{reason or 'none given'} {n}" for reason, n in one["reasons"].items())
        lines.append(f"  {one['reviewer']}: {', '.join(counts)}")
    if result["pairs"]:
        pairs = [("pair", "agreed", "n", "95 %", "kappa")]
        for pair in result["pairs"]:
            kappa = "-" if pair["kappa"] is None else f"{pair['kappa']:.3f}"
            names = " and ".join(pair["reviewers"])
            pairs.append(
                (names, str(pair["agreed"]), str(pair["n"]), _span(pair["interval"]), kappa)
            )
        lines += ["", *align(pairs)]
    return "\n".join(
        [
            *lines,
            "",
            f"approved by every reviewer: {together['approved']} of {together['n']} "
            f"({_span(together['interval'])})",
            "rejected <: with 95 % confidence the rate of defects is below this, if the pictures "
            "were drawn at random; time: median of a decision",
        ]
    )


def _span(interval):
    return f"{interval[0]:.3f} to {interval[1]:.3f}"
