"""What the library logs, printed by the command line."""

import contextlib
import logging


class _Printer(logging.StreamHandler):
    def handleError(self, record):
        """Let a closed pipe or a full disk end the command as it does for `print`."""
        raise


@contextlib.contextmanager
def logs_printed(stream):
    """Print what the library logs, line by line as it is."""
    logger, handler = logging.getLogger("keras_gen"), _Printer(stream)
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
