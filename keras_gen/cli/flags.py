"""How commands and flags are added to the parser."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from keras_gen.cli.examples import EXAMPLES
from keras_gen.files import expand, require_new
from keras_gen.recipes.recipe import LARGEST_SEED

SAMPLERS = ("dcgan", "conditional_gan", "vae", "product_gan")  # runs that come with the package
RUN_HELP = f"folder of the run, or one that comes with the package: {', '.join(SAMPLERS)}"
METAVARS = {int: "N", float: "X", str: "NAME"}


def a_path(text: str) -> Path:
    """Read a path of the command line: ~ is the home folder, wherever it stands after a flag."""
    if not text:
        raise argparse.ArgumentTypeError("expected a path, found an empty text")
    return expand(text)


def a_seed(text: str) -> int:
    """Read a seed, a whole number that every source of random numbers accepts."""
    if not text.isdecimal() or int(text) > LARGEST_SEED:
        raise argparse.ArgumentTypeError(f"expected 0 to {LARGEST_SEED}, found {text!r}")
    return int(text)


class Parser(argparse.ArgumentParser):
    """A parser whose error message is one line, with status 2."""

    def __init__(self, **options: Any):
        raw = argparse.RawDescriptionHelpFormatter
        super().__init__(formatter_class=raw, allow_abbrev=False, **options)

    def print_help(self, file: Any = None):
        """Print the help; argparse itself would not notice that the disk is full."""
        print(self.format_help(), end="", file=file or sys.stdout, flush=True)

    def error(self, message: str):
        """Print the message and where help is to be found."""
        line = " ".join(message.split())
        self.exit(2, f"{self.prog}: {line} (see {self.prog} --help)\n")


def add_command(commands, name: str, help: str) -> Parser:
    """Add a command with its line in the list of commands and its examples."""
    return commands.add_parser(
        name,
        help=help,
        description=help[0].upper() + help[1:] + ".",
        epilog="\n  ".join(["examples:", *EXAMPLES[name]]),
    )


def add_data_option(command) -> None:
    """Add the flag of commands that need the images of a run again."""
    command.add_argument(
        "--data", metavar="FOLDER", help="where the images of the run lie now, if they were moved"
    )


def new_json(path: Path | None) -> Path | None:
    """Return the path that --json names; refuse another suffix, and what is there already."""
    if path is not None:
        if path.suffix != ".json":
            raise ValueError(f"--json: expected a name that ends in .json, found {path}")
        require_new(path)
    return path


def add_fields(group, options: type, names: Sequence[str]) -> None:
    """Add one flag for each named field of a dataclass; a flag that is not given stays unset."""
    for field in fields(options):
        if field.name not in names:
            continue
        kind = field.metadata.get("item_type", field.type)
        choices, default = field.metadata.get("choices"), ""
        if field.default not in (None, ()):
            words: Any = field.default if field.type is tuple else (field.default,)
            default = f" ({' '.join(map(str, words))})"
        group.add_argument(
            "--" + field.name.replace("_", "-"),
            type=kind,
            nargs="+" if field.type is tuple else None,
            choices=choices,
            default=argparse.SUPPRESS,
            metavar=None if choices else field.metadata.get("metavar", METAVARS[kind]),
            help=f"{field.metadata['help']}{default}",
        )
