"""What comes out of style transfer: picture, account, animation, and where they lie."""

import hashlib
import json
import os
import sys
import time
from pathlib import Path

from keras_gen.data.decoding import SUFFIXES
from keras_gen.environment import versions
from keras_gen.files import write_text
from keras_gen.measures import luminance_ssim


def new_picture(out, stems):
    """Choose the file of the result, and make sure that it can be written.

    Args:
        out: the file, or None for the first of STEM-STEM.png, STEM-STEM-2.png, ... in this folder
            that is free.
        stems: names of what the picture is made from.

    Returns:
        `pathlib.Path`.

    Raises:
        FileExistsError: it, or a file that goes with it, is there already.
        NotADirectoryError: its folder is a file.
        ValueError: not the name of a PNG, JPEG or WebP file, or a folder that is write-protected.
    """
    if out is None:
        names = ("-".join([*stems, *number]) for number in _numbers())
        out = next(path for name in names if not _taken(path := Path(f"{name}.png")))
    out = Path(out)
    if out.suffix.lower() not in SUFFIXES:
        raise ValueError(f"out: expected a file name in {', '.join(SUFFIXES)}, found {out}")
    if _taken(out):
        raise FileExistsError(f"{_taken(out)[0]} exists already; give another --out")
    folder = next(parent for parent in out.absolute().parents if parent.exists())
    if not folder.is_dir():
        raise NotADirectoryError(f"{out}: expected a folder at {folder}, found a file")
    if not os.access(folder, os.W_OK):
        raise ValueError(f"{out}: expected a folder that can be written to, found {folder}")
    return out


def _numbers():
    yield ()
    yield from ((str(number),) for number in range(2, 1_000_000))


def animation_path(out):
    """Return where the animation of a picture lies."""
    return out.with_suffix(".gif")


def steps_folder(out):
    """Return where the intermediate pictures of a picture lie."""
    return out.with_name(f"{out.stem}_steps")


def account_path(out):
    """Return where the account of a picture lies."""
    return out.with_suffix(".json")


def _taken(out):
    """Return which of a picture's files exist."""
    paths = (out, account_path(out), animation_path(out), steps_folder(out))
    return [path for path in paths if path.exists()]


def write_account(out, account):
    """Write the account of a picture beside it."""
    text = json.dumps(account, indent=2, ensure_ascii=False, default=str)
    write_text(account_path(out), text + "\n")


def named(path):
    """Return the name of a file and the digest of its bytes."""
    path = Path(path)
    return {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def account_of(out, content, image, finished, spent):
    """Return what every account begins with."""
    return {
        "picture": out.name,
        "finished": finished,
        "measures": {"luminance_ssim": luminance_ssim(image, content.pixels)},
        **spent,
        "size": content.size,
        "content": {**named(content.path), "size": content.file_size},
        "keep": content.keep_path and named(content.keep_path),
        "versions": versions(),
    }


def spent(began):
    """Return the seconds since then, and the most memory that this process has had.

    The system tells the latter in KiB, macOS in bytes, Windows not at all.
    """
    try:
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        memory = round(most / 2 ** (20 if sys.platform == "darwin" else 10))
    except ImportError:
        memory = None
    return {"seconds": round(time.perf_counter() - began, 2), "peak_memory_mib": memory}
