"""Labels on generated pictures: the flags that ask for them, and the command that reads them."""

import sys
from typing import Any

from keras_gen.cli.flags import a_path, add_command
from keras_gen.cli.mishaps import describe


def add_label_options(command) -> None:
    """Add the flags of a command that writes generated pictures."""
    group = command.add_argument_group("labels")
    group.add_argument(
        "--visible-label",
        choices=("zh", "en"),
        help="write AI生成 or AI-generated into the pictures (off by default)",
    )
    group.add_argument(
        "--no-mark",
        action="store_true",
        help="omit the metadata that mark pictures as generated",
    )
    group.add_argument(
        "--sign",
        type=a_path,
        nargs=2,
        metavar=("CERT", "KEY"),
        help="PEM files of a certificate and its private key: sign every picture with a manifest "
        'of C2PA; needs "keras_gen[sign]"',
    )


def add_photo_options(command) -> None:
    """Add the flags of a command that writes photographs that were worked on."""
    add_label_options(command)
    command.add_argument(
        "--keep-location",
        action="store_true",
        help="keep the place in the photo's EXIF, which is left out otherwise",
    )


def marks_of(arguments) -> Any:
    """Return the `provenance.Marks` that a command line asks for."""
    from keras_gen.provenance import Marks, load_signer

    if arguments.sign and arguments.no_mark:
        raise ValueError("expected --sign or --no-mark, found both: a signature is a mark")
    signer = load_signer(*arguments.sign) if arguments.sign else None
    return Marks(invisible=not arguments.no_mark, visible=arguments.visible_label, signer=signer)


def add_inspect(commands) -> None:
    """Add the command that reads labels back."""
    inspect = add_command(
        commands,
        "inspect",
        "say how pictures are marked, and whether they are still what was marked",
    )
    inspect.epilog = (
        "exit status 1 where a mark is missing, cannot be read, or is of other pixels; 2 where\n"
        "a file is not there or cannot be read, and the others are read all the same.\n"
        "With --trust also where a signature is missing, or its signer is not trusted.\n"
        "Marks without a signature inform, they prove nothing. Visible labels are not read.\n\n"
        f"{inspect.epilog}"
    )
    inspect.add_argument(
        "files",
        type=a_path,
        nargs="+",
        metavar="FILE",
        help="PNG, JPEG, WebP and GIF pictures, and .npz files of `generate`",
    )
    inspect.add_argument(
        "--trust",
        type=a_path,
        metavar="CA",
        help="PEM file of the authorities whose signers are trusted; asks for their signature",
    )


def inspect(arguments) -> int:
    """Read and print the marks of each file; return the greatest status of them."""
    from keras_gen.provenance import load_anchors, read_marks

    anchors = load_anchors(arguments.trust) if arguments.trust else None
    status = 0
    for path in arguments.files:
        try:
            reading = read_marks(path, anchors)
        except (OSError, ValueError) as error:  # which says nothing of the files after it
            line, failed = describe(error)
            print(f"keras-gen inspect: {line}", file=sys.stderr, flush=True)
            status = max(status, failed)
            continue
        print(f"{path}: {'; '.join(reading.faults) or 'marked as generated, unchanged'}")
        for name, text in reading.lines:
            print(f"  {name:<18} {text}")
        status = max(status, 1 if reading.faults else 0)
    return status
