"""`keras-gen cutout` and `recolour`: what can be said, and what they do."""

from keras_gen.cli.flags import a_path, add_command
from keras_gen.cli.labels import add_photo_options, marks_of


def add_retouch(commands) -> None:
    """Add the commands that retouch a photograph."""
    cutout = add_command(
        commands, "cutout", "cut the product out of photos: pictures with a transparent background"
    )
    cutout.add_argument(
        "photos",
        nargs="+",
        metavar="PHOTO",
        help="PNG, JPEG or WebP files, or names of bundled pictures",
    )
    cutout.add_argument(
        "--out",
        type=a_path,
        metavar="PATH",
        help="a new PNG or WebP file, or a folder (PHOTO-cutout.png in this one)",
    )
    add_photo_options(cutout)
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
        help="the mean colour that is wanted: a CSS colour name, such as teal, or #RRGGBB",
    )
    recolour.add_argument(
        "--mask",
        metavar="MASK",
        help="a picture of the photo's size, white where the product is, or cutout for what "
        "keras-gen cutout finds (the photo's transparency)",
    )
    recolour.add_argument(
        "--out", type=a_path, metavar="PATH", help="picture to write (PHOTO-COLOUR.png)"
    )
    add_photo_options(recolour)


def cutout(arguments) -> int:
    """Write the product of each photo on nothing, and say what the network cannot do."""
    from keras_gen.retouch import cut_out
    from keras_gen.retouch.matting import LIMITS

    labelling = {"marks": marks_of(arguments), "location": arguments.keep_location}
    for path, share in cut_out(arguments.photos, arguments.out, **labelling):
        print(f"{path}: the product covers {share:.0%} of the picture", flush=True)
    print(LIMITS)
    return 0


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
