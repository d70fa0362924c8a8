"""Files that are either whole or not there, their digests, and names that are free."""

import contextlib
import hashlib
import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` once the block has succeeded.

    A reader never meets a half-written file, even if this program is killed while writing.

    Args:
        path: the file to write; its folder must exist.

    Yields:
        `pathlib.Path` with the same suffixes, because some writers choose the format by suffix.
    """
    path = Path(path)
    temporary = path.with_name(f".writing-{os.getpid()}-{path.name}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write a UTF-8 text file that is either whole or not there."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def digest(path: str | Path, algorithm: str = "sha256") -> str:
    """Return the hex digest of a file's bytes."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def numbered(path: str | Path) -> Iterator[Path]:
    """Yield `path`, then the same name with -2, -3, ... before its suffix."""
    path = Path(path)
    yield path
    for number in itertools.count(2):
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")


def first_free(paths: Iterable[Path]) -> Path:
    """Return the first of the paths at which nothing exists."""
    return next(path for path in paths if not path.exists())


def keras_home() -> Path:
    """Return the folder in which Keras caches data and weights."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
