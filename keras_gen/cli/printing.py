"""What the library logs, printed by the command line."""

import contextlib
import logging
import sys


class _Printer(logging.StreamHandler):
    def handleError(self, record):
        """Let a closed pipe or a full disk end the command as it does for `print`."""
        raise


@contextlib.contextmanager
def logs_printed(stream):
    """Print what the library logs, line by line as it is; warnings go to standard error."""
    logger, news, warnings = logging.getLogger("keras_gen"), _Printer(stream), _Printer(sys.stderr)
    news.addFilter(lambda record: record.levelno < logging.WARNING)
    warnings.setLevel(logging.WARNING)
    logger.setLevel(logging.INFO)
    logger.addHandler(news)
    logger.addHandler(warnings)
    try:
        yield
    finally:
        logger.removeHandler(news)
        logger.removeHandler(warnings)
