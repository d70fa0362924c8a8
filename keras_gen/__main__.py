"""The program: `keras-gen`, also `python -m keras_gen`."""

import sys
from typing import NoReturn

from keras_gen.cli import main
from keras_gen.cli.mishaps import release_process


def run() -> NoReturn:
    """Obey the command line, and end the process with its status."""
    try:
        status = main()
        release_process()
    except KeyboardInterrupt:  # before the first line of the work, or after its last one
        status = 130
    sys.exit(status)


if __name__ == "__main__":
    run()
