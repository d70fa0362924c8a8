"""CSV files that people save from a page: each line is checked before anything is made of it."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from keras_gen.files import read_text

NAME = r"[^\x00-\x1f\x7f-\x9f]{1,200}"  # no control characters, which a terminal would obey


def read_rows(
    path: str | Path, what: str, patterns: Mapping[str, str], whole_numbers: Sequence[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (place, row) for each line below the header, checked by itself.

    Args:
        path: the file.
        what: what it should be, for the message.
        patterns: a regular expression for each column, in the order of the columns.
        whole_numbers: columns that become integers.

    Raises:
        FileNotFoundError: no such file.
        ValueError: another header, or a line that does not match; the message names the place.
    """
    # Without the byte order mark that spreadsheets put in front of what they save.
    with io.StringIO(read_text(path, what), newline="") as file:
        lines = csv.reader(file, strict=True)
        try:
            header = next(lines, [])
            if header != list(patterns):
                raise ValueError(
                    f"expected the header {','.join(patterns)}, found {','.join(header)[:100]!r}"
                )
            for cells in lines:
                if cells:
                    yield f"{path}:{lines.line_num}", _row(cells, patterns, whole_numbers)
        except (ValueError, csv.Error) as error:  # UnicodeDecodeError is a ValueError
            raise ValueError(f"{path}:{max(lines.line_num, 1)}: {error}") from error


def _row(cells, patterns, whole_numbers):
    """Return one line's cells as a dict, numbers as integers."""
    if len(cells) != len(patterns):
        raise ValueError(f"expected {len(patterns)} columns, found {len(cells)}")
    row = dict(zip(patterns, cells, strict=True))
    for name, pattern in patterns.items():
        if not re.fullmatch(pattern, row[name], re.ASCII):
            raise ValueError(f"expected {name} to match {pattern}, found {row[name]!r}")
    return row | {name: int(row[name]) for name in whole_numbers}
