"""What is known about the photos of a folder: kind, colour and angle, from a CSV file beside it.

`photos.csv` lies beside `photos/`:

    file,kind,colour,angle
    red/1.jpg,mug,tomato,30
    2.jpg,lamp,#1f6f8b,270
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_gen.data.conditions import read_angle
from keras_gen.data.tints import colour_lab
from keras_gen.files import read_text

COLUMNS = ("file", "kind", "colour", "angle")
MOST_KINDS = 256


def table_path(folder: str | Path) -> Path:
    """Return where the table of a folder is, if it has one: `photos.csv` beside `photos/`."""
    folder = Path(folder).resolve()
    return folder.with_name(f"{folder.name}.csv")


def read_table(path: str | Path, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Read and check the table of a folder of photos.

    Args:
        path: a CSV file whose header has the columns file, kind, colour and angle, in any order;
            further columns are ignored. A colour is a CSS colour name or #RRGGBB; an angle is in
            degrees.
        names: the photos of the folder, as paths within it with slashes.

    Returns:
        {name of a photo: its "kind", "colour", "angle" in [0, 360), and "lab", its CIELAB colour}.

    Raises:
        FileNotFoundError: no such file.
        ValueError: no table, columns are missing, a line is wrong, or a photo has no line.
    """
    rows: dict[str, dict[str, Any]] = {}
    with io.StringIO(read_text(path, "a CSV table of photos"), newline="") as file:
        lines = csv.reader(file, strict=True)
        try:
            header = [cell.strip() for cell in next(lines, [])]
            missing = [name for name in COLUMNS if name not in header]
            if missing:
                raise ValueError(
                    f"expected the columns {','.join(COLUMNS)}, found no {' and no '.join(missing)}"
                )
            for cells in lines:
                if any(cells):
                    name, row = _row(header, cells)
                    _check_name(name, names, rows)
                    rows[name] = row
        except (ValueError, csv.Error) as error:
            raise ValueError(f"{path}:{max(lines.line_num, 1)}: {error}") from error
    without = [name for name in names if name not in rows]
    if without:
        raise ValueError(
            f"{path}: expected a line for each of {len(names):,} photos, found none for "
            f"{len(without):,}, the first of them {without[0]!r}"
        )
    return rows


def conditions(rows: Sequence[dict[str, Any]]) -> dict[str, np.ndarray]:
    """Return the conditions of photos as arrays (N,), named as those of `products`."""
    lightness, a, b = np.array([row["lab"] for row in rows]).T
    return {
        "hue": (np.degrees(np.arctan2(b, a)) % 360).astype("float32"),
        "lightness": lightness.astype("float32"),
        "chroma": np.hypot(a, b).astype("float32"),
        "angle": np.array([row["angle"] for row in rows], "float32"),
        "colour": np.array([row["colour"] for row in rows]),
    }


def _row(header, cells):
    """Return the photo that a line is about, and what the line says."""
    if len(cells) != len(header):
        raise ValueError(f"expected {len(header)} columns, found {len(cells)}")
    row = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    if not row["kind"]:
        raise ValueError("expected a kind, found an empty cell")
    angle = read_angle(row["angle"])
    lab, colour = colour_lab(row["colour"]), row["colour"].lower()
    return row["file"], {"kind": row["kind"], "colour": colour, "angle": angle, "lab": lab}


def _check_name(name, names, rows):
    """Refuse a photo that is not there, and one that has a line already."""
    if name in rows:
        raise ValueError(f"expected one line for each photo, found a second one for {name!r}")
    if name not in names:
        raise ValueError(f"expected a photo of the folder, found {name!r}, which is not there")
