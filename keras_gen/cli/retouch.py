"""`keras-gen recolour`: what can be said, and what it does."""

from keras_gen.cli.flags import a_path, add_command
from keras_gen.cli.labels import add_label_options, marks_of


def add_retouch(commands) -> None:
    """Add the commands that retouch a photograph."""
    recolour = add_command(
        commands, "recolour", "give the product of a photo another colour, with its light and shade"
    )
    recolour.add_argument(
        "photo", metavar="PHOTO", help="a PNG, JPEG or WebP file, or the name of a bundled picture"
    )
    recolour.add_argument(
        "--colour",
        required=True,
        metavar="NAME",
        help="the mean colour that is wanted: a name of CSS, such as teal, or #RRGGBB",
    )
    recolour.add_argument(
        "--mask",
        metavar="MASK",
        help="a picture of the photo's size, white where the product is (the photo's transparency)",
    )
    recolour.add_argument(
        "--out", type=a_path, metavar="PATH", help="picture to write (PHOTO-COLOUR.png)"
    )
    _add_shared(recolour)


def _add_shared(command) -> None:
    add_label_options(command)
    command.add_argument(
        "--keep-location",
        action="store_true",
        help="keep the place in the photo's EXIF, which is left out otherwise",
    )


def recolour(arguments) -> int:
    """Write the photo in another colour, and say how near that colour came."""
    from keras_gen.retouch import recolour

    path, distance = recolour(
        arguments.photo,
        arguments.colour,
        arguments.mask,
        arguments.out,
        marks=marks_of(arguments),
        location=arguments.keep_location,
    )
    print(f"mean colour of the product: {distance:.1f} from {arguments.colour} in CIELAB")
    print(path)
    return 0
