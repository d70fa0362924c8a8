"""A page on which people approve or reject pictures, one after the other.

`write_review` makes the page, `evaluation.review_decisions` reads what it saves. The page's text,
style and script are in `review.html`; here it gets its pictures and the hints beside them.
"""

import base64
import contextlib
import hashlib
import json
import re
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from keras_gen import data
from keras_gen.data.decoding import SUFFIXES, decode, read_photo
from keras_gen.evaluation.hints import find_hints, with_missing_marks
from keras_gen.evaluation.review_decisions import COLUMNS, PATTERNS, REASONS
from keras_gen.files import creating_folder, require_new, write_text
from keras_gen.pages.people import fill_template
from keras_gen.pictures import encode_picture
from keras_gen.runs import Run, generate, record_generated

DRAWN = 64  # pictures of a run, where no number is given
MOST = 10_000  # pictures of one page; a reviewer who takes two seconds for each sits for hours
LARGEST = 100 * 2**20  # bytes of all pictures of one page, which a browser holds in memory
KINDS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"}


def write_review(
    source: Run | str | Path,
    out: str | Path = "review.html",
    n: int | None = None,
    seed: int = 0,
    *,
    checks: bool = False,
    run: Run | str | Path | None = None,
    data_source: str | Path | None = None,
) -> dict[str, Any]:
    """Write one HTML file on which pictures are approved or rejected.

    The pictures of a folder are shown as their files are, in an order drawn from `seed`, the same
    for every reviewer. A run draws its pictures first, into a folder beside the page and of its
    name, since approved files can be copied on only if there are files.

    Args:
        source: a folder of PNG, JPEG or WebP files (its subfolders are left out), or a run.
        out: HTML file to write; it works without a network and without a server.
        n: number of pictures; by default all of a folder, and `DRAWN` of a run. Fewer than a folder
            holds are chosen by lot, as `measures.sampling_plan` asks for.
        seed: integer of choice, order and samples; the same seed gives the same bytes.
        checks: show the hints of `evaluation.hints` beside the pictures.
        run: the run that drew the pictures of a folder; `checks` need it.
        data_source: where the run's images lie now, if they were moved.

    Returns:
        dict: `review` (a hash of the content, which every decision carries), `folder` (of the
        pictures), `pictures` (on the page), `available` (in the folder), `hints` ({check: how many
        pictures it suspects}, empty without `checks`), `left_out` ({check: why}).

    Raises:
        FileNotFoundError: no folder, no run, no pictures, or the run's images are not there.
        FileExistsError: the page, or the folder beside it, is there already.
        ValueError: no such number of pictures, a file that is no picture, a name that a CSV file
            cannot carry, too many bytes for one page, or checks of pictures of another size.
    """
    out = require_new(out)
    if out.suffix != ".html":
        raise ValueError(f"out: expected a name that ends in .html, found {out}")
    if n is not None and not 1 <= n <= MOST:
        raise ValueError(f"n: expected 1 to {MOST:,} pictures, found {n:,}")
    drawn: Run | None = None
    if isinstance(source, Run) or not _is_folder_of_pictures(source):
        drawn, folder = Run.open(source), out.with_suffix("")
    else:
        folder = Path(source)
    if run is not None and (drawn or not checks):
        raise ValueError("run: expected for the checks of a folder of pictures only")
    judge = (drawn or run) if checks else None
    if checks and judge is None:
        raise ValueError(f"checks: expected the run that drew the pictures of {source}, found none")
    with _pictures(drawn, folder, n, seed) as (place, asked):
        files = _files(place)
        most = min(len(files), MOST)
        if (n or len(files)) > most:
            raise ValueError(f"n: expected 1 to {most:,} pictures, found {n or len(files):,}")
        order = np.random.default_rng(seed).permutation(len(files))[:n]
        chosen, asked = [files[i] for i in order], None if asked is None else asked[order]
        pictures = _entries(chosen)
        if drawn and asked is not None:
            _add_classes(pictures, drawn, asked)
        hints = None
        if judge is not None:
            judged = Run.open(judge)
            hints = find_hints(judged, _pixels(judged, chosen), asked, seed, data_source)
            if drawn is None:  # what is drawn here is marked
                hints = with_missing_marks(hints, chosen)
            _add_hints(pictures, hints)
        review = _content(pictures, hints)
        out.parent.mkdir(parents=True, exist_ok=True)
        write_text(out, fill_template("review", review), new=True)
    found = [name for each in hints.found for name in each] if hints else []
    return {
        "review": review["id"],
        "folder": folder,
        "pictures": len(chosen),
        "available": len(files),
        "hints": {name: found.count(name) for name in (hints.errors if hints else {})},
        "left_out": hints.left_out if hints else {},
    }


def _is_folder_of_pictures(source):
    return Path(source).is_dir() and not Path(source, "recipe.json").exists()


@contextlib.contextmanager
def _pictures(run, folder, n, seed):
    """Yield where the pictures lie, and the classes asked for; those of a run are drawn first.

    The folder that they are drawn into is there afterwards, unless something failed meanwhile.
    """
    if run is None:
        yield folder, None
        return
    with creating_folder(folder) as place:
        yield place, _draw(run, place, n or DRAWN, seed)
    record_generated(run, [folder], n or DRAWN, seed)  # now that they lie where they stay


def _draw(run, folder, n, seed):
    """Draw n pictures of a run into a folder; return the class asked of each, or None."""
    with tempfile.TemporaryDirectory() as beside:
        npz = Path(beside) / "samples.npz"
        generate(run, n, seed, out=folder, npz=npz, record=False)
        with np.load(npz) as samples:
            return samples.get("labels")


def _files(folder):
    """Return the picture files of a folder, by name."""
    visible = [path for path in folder.iterdir() if not path.name.startswith(".")]
    files = sorted(path for path in visible if path.suffix.lower() in SUFFIXES and path.is_file())
    if not files:
        raise FileNotFoundError(
            f"{folder}: expected pictures ({', '.join(SUFFIXES)}), found {len(visible):,} other "
            "files or folders"
        )
    return files


def _entries(files):
    """Return what the page shows of each picture; refuse what is none, and what is too much."""
    for path in files:
        if not re.fullmatch(PATTERNS["file"], path.name) or not path.name.isprintable():
            raise ValueError(f"{path}: expected a name of printable characters; rename the file")
    size = sum(path.stat().st_size for path in files)
    if size > LARGEST:
        raise ValueError(
            f"expected at most {LARGEST // 2**20} MiB of pictures on one page, found "
            f"{size / 2**20:,.1f} MiB; pass fewer with --n"
        )
    entries = []
    for path in files:
        with warnings.catch_warnings():  # Pillow only warns of a size that fills the memory
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            decode(path)  # of a damaged file, a browser would show nothing
        content = path.read_bytes()
        entries.append(
            {
                "file": path.name,
                "sha256": hashlib.sha256(content).hexdigest(),
                "picture": _inlined(content, KINDS[path.suffix.lower()]),
            }
        )
    return entries


def _inlined(content, kind):
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _add_classes(entries, run, asked):
    """Add the name of the class that each picture was asked to show."""
    names = run.provenance.get("data", {}).get("classes")
    for entry, number in zip(entries, asked.tolist(), strict=True):
        entry["asked"] = names[number] if names else str(number)


def _add_hints(entries, hints):
    """Add what the checks suspect of each picture, and what shows it."""
    for i, (entry, found) in enumerate(zip(entries, hints.found, strict=True)):
        entry["hints"] = found
        if "class" in found:
            entry["said"] = data.FASHION_MNIST_CLASSES[hints.said[i]]
        if "copy" in found:
            nearest = Image.fromarray(hints.nearest[i].squeeze())
            entry["nearest"] = _inlined(encode_picture(nearest), "png")


def _content(entries, hints):
    """Return what the page's script reads, `id` included."""
    content = {
        "columns": COLUMNS,
        "reasons": REASONS,
        "pictures": entries,
        "errors": hints.errors if hints else {},
        "real": hints.n_real if hints else 0,
    }
    return {"id": hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12], **content}


def _pixels(run, files):
    """Return the pictures as the run's measures take them, uint8 (N, H, W, C)."""
    height, width, channels = run.recipe.image_shape
    images = []
    for path in files:
        photo = read_photo(path, channels)
        if photo.size != (width, height):
            raise ValueError(
                f"{path}: expected {width}x{height} pixels, as the run draws them, for the checks, "
                f"found {photo.width}x{photo.height}"
            )
        images.append(np.asarray(photo).reshape(height, width, channels))
    return np.stack(images)
