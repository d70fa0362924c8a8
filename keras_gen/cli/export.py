"""`keras-gen export`: what can be said, and what it does."""

from keras_gen.cli.flags import RUN_HELP, a_path, add_command
from keras_gen.export import FORMATS, PIXELS


def add_export(commands) -> None:
    """Add the command that writes artefacts for other runtimes."""
    export = add_command(
        commands, "export", "write a run's networks for other runtimes, compared with Keras"
    )
    export.add_argument(
        "run_dir",
        type=a_path,
        metavar="RUN_DIR",
        help=f"{RUN_HELP}, restorer; or cutout, the network that cuts products out",
    )
    export.add_argument(
        "--format",
        choices=tuple(FORMATS),
        required=True,
        help='for TensorFlow, onnxruntime or LiteRT; the last two need "keras_gen[export]"',
    )
    export.add_argument(
        "--pixels",
        choices=PIXELS,
        default="uint8",
        help="type of the pixels that the networks take and give: uint8 from 0 to 255, or "
        "floats in [0, 1] (uint8)",
    )
    bits = export.add_mutually_exclusive_group()
    bits.add_argument(
        "--int8",
        dest="weights",
        action="store_const",
        const="int8",
        help="LiteRT: weights and computing in 8 bits, of networks that draw from numbers",
    )
    bits.add_argument(
        "--float16",
        dest="weights",
        action="store_const",
        const="float16",
        help="LiteRT: weights in 16 bits",
    )
    export.set_defaults(weights="float32")
    export.add_argument(
        "--out",
        type=a_path,
        metavar="PATH",
        help="folder to create (export-FORMAT in that of the run; here for one of the package)",
    )


def export(arguments) -> int:
    """Write the artefacts, and print size, largest difference and speed of each."""
    from keras_gen.export import export_run

    for artefact in export_run(
        arguments.run_dir, arguments.format, arguments.pixels, arguments.out, arguments.weights
    ):
        print(artefact)
    return 0
