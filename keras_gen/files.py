"""Files that are either whole or not there, and the folder where Keras keeps its own."""

import contextlib
import os
from pathlib import Path


@contextlib.contextmanager
def replacing(path):
    """Yield a temporary path beside `path`; rename it to `path` once the block has succeeded.

    A reader, or a program that is killed half way, never meets a half-written file.

    Args:
        path: the file to write; its folder must exist.

    Yields:
        `pathlib.Path` with the same suffixes, so that writers that look at them are content.
    """
    path = Path(path)
    temporary = path.with_name(f".writing-{os.getpid()}-{path.name}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def keras_home():
    """Return the folder in which Keras caches data and weights."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
