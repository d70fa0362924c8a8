"""The command line: `keras-gen`, also `python -m keras_gen`."""

from keras_gen.cli.commands import main
from keras_gen.cli.parser import build_parser

__all__ = ["build_parser", "main"]
