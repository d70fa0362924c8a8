"""The one place where files are written and opened: whole, synced, and only where they may be."""

import contextlib
import errno
import hashlib
import itertools
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TEMPORARY = ".writing-"  # what the names of unfinished files begin with
ABANDONED = 3600.0  # seconds after which an unfinished file is one that a killed process left
LARGEST_TEXT = 64 * 2**20  # bytes of a text file that is read whole


@contextlib.contextmanager
def replacing(path: str | Path, *, new: bool = False) -> Iterator[Path]:
    """Yield a temporary path beside `path`; it becomes `path` once the block has succeeded.

    A reader never meets a half-written file, even if this program is killed while writing, or the
    power fails: the bytes reach the disk before the name does. A link stays a link, and the file
    that it points to is replaced.

    Args:
        path: the file to write; its folder must exist.
        new: refuse a file that is there by then, which another program may have made meanwhile.

    Yields:
        `pathlib.Path` with the suffix of `path`, because some writers choose the format by it.

    Raises:
        ValueError: there is something that is no regular file.
        FileExistsError: with `new`, the file exists.
    """
    target = Path(os.path.realpath(path))
    refuse_irregular(target)
    suffix = ".weights.h5" if target.name.endswith(".weights.h5") else target.suffix
    temporary = target.with_name(f"{TEMPORARY}{secrets.token_hex(6)}{suffix}")
    try:
        temporary.touch(exist_ok=False)
        yield temporary
        _sync(temporary)
        (_rename_to_new if new else os.replace)(temporary, target)
        _sync(target.parent)
    except OSError as error:
        if error.errno and error.filename in (None, temporary, str(temporary)):
            raise OSError(error.errno, error.strerror, str(path)) from error  # the user's name
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _rename_to_new(temporary, target):
    """Give a file a name that nothing has; a renaming alone would take another's."""
    try:
        os.link(temporary, target)  # at once; the caller removes the other name
    except FileExistsError:
        raise
    except OSError:  # a file system without links: for a moment the name stands for an empty file
        target.touch(exist_ok=False)
        os.replace(temporary, target)


@contextlib.contextmanager
def creating_folder(path: str | Path) -> Iterator[Path]:
    """Yield a temporary folder that becomes `path`, with all that is in it, after the block.

    Raises:
        FileExistsError: something is at `path`, if only since the block began.
    """
    path = require_new(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(path.parent.glob(f"{TEMPORARY}*"))
    temporary = path.with_name(f"{TEMPORARY}{secrets.token_hex(6)}")
    try:
        temporary.mkdir()
        yield temporary
        _sync(temporary)
        try:
            os.rename(temporary, path)
        except OSError as error:
            if os.path.lexists(path):
                raise FileExistsError(f"{path} exists already; pass another name") from error
            raise
        _sync(path.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _sync(path):
    """Wait until a file, or the names in a folder, are on the disk."""
    if os.name != "posix" and path.is_dir():
        return  # Windows syncs no folder
    descriptor = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system that cannot
            raise
    finally:
        os.close(descriptor)


def write_text(path: str | Path, text: str, *, new: bool = False) -> None:
    """Write a UTF-8 text file as `replacing` does.

    Bytes of a file name that are no text are written as escapes, which JSON reads back.
    """
    with replacing(path, new=new) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")


def refuse_irregular(path: str | Path, what: str = "a file") -> None:
    """Raise where something exists that is no regular file: a folder, a device, a pipe."""
    if Path(path).is_dir():
        raise ValueError(f"{path}: expected {what}, found a folder")
    if Path(path).exists() and not Path(path).is_file():
        raise ValueError(f"{path}: expected {what}, found a device or a pipe")


def require_file(path: str | Path, what: str = "a file") -> Path:
    """Return a path as `Path` where a regular file is; what blocks or never ends is not opened.

    Raises:
        FileNotFoundError: nothing is there.
        ValueError: something that is no regular file.
    """
    if not Path(path).exists():
        raise FileNotFoundError(f"{path}: expected {what}, found nothing")
    refuse_irregular(path, what)
    return Path(path)


def read_text(path: str | Path, what: str = "a file") -> str:
    """Read a UTF-8 text file, with or without a byte order mark.

    Raises:
        FileNotFoundError: no such file.
        ValueError: no regular file, not text, or more than 64 MiB of it.
    """
    path = require_file(path, what)
    if path.stat().st_size > LARGEST_TEXT:
        raise ValueError(f"{path}: expected {what}, found a file of more than 64 MiB")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: expected {what} in UTF-8, found other bytes") from error


def parse_json(text: str) -> dict[str, Any]:
    """Return the object that a JSON text holds; NaN and infinity are not JSON.

    Raises:
        ValueError: not JSON, another value than an object, or nested too deeply.
    """

    def refuse(constant):
        raise ValueError(f"expected JSON, found {constant}")

    try:
        content = json.loads(text, parse_constant=refuse)
    except RecursionError as error:
        raise ValueError("expected JSON, found one that is nested too deeply") from error
    if not isinstance(content, dict):
        raise ValueError(f"expected a JSON object, found {type(content).__name__}")
    return content


def require_new(path: str | Path) -> Path:
    """Return a path for a result, where nothing is and something can be written.

    Raises:
        FileExistsError: something is there.
        NotADirectoryError, PermissionError: its folder is a file, or cannot be written to.
    """
    path = Path(path)
    if os.path.lexists(path):
        raise FileExistsError(f"{path} exists already; pass another name")
    folder = next(parent for parent in path.absolute().parents if os.path.lexists(parent))
    if not folder.is_dir():
        raise NotADirectoryError(f"{path}: expected a folder at {folder}, found a file")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "the folder cannot be written to", str(folder))
    return path


def claim_folder(paths: Iterator[Path]) -> Path:
    """Create the first of the folders that does not exist, also beside others who do the same."""
    for path in paths:
        try:
            path.mkdir(parents=True)
            return path
        except FileExistsError:
            if not os.path.lexists(path):  # the folder above it is a file
                raise
    raise FileExistsError("all names are taken")


def sweep(folder: Path) -> None:
    """Delete the unfinished files that killed processes left in a folder and its subfolders."""
    _remove_abandoned(folder.rglob(f"{TEMPORARY}*"))


def _remove_abandoned(paths):
    """Delete unfinished files and folders, unless they are so new that someone may write them."""
    for path in list(paths):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > ABANDONED:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


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


def first_free(paths: Iterator[Path]) -> Path:
    """Return the first of the paths at which nothing exists."""
    return next(path for path in paths if not os.path.lexists(path))


def expand(path: str | Path) -> Path:
    """Return a path with ~ replaced; a user without a home keeps it."""
    return Path(os.path.expanduser(path))


def keras_home() -> Path:
    """Return the folder in which Keras caches data and weights."""
    if os.environ.get("KERAS_HOME"):
        return Path(os.environ["KERAS_HOME"])
    home = expand("~")
    return (home if home.is_absolute() else Path(tempfile.gettempdir())) / ".keras"
