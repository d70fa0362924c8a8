"""The command that restores damaged photos."""

from keras_gen.cli.flags import a_path, add_command
from keras_gen.cli.labels import add_photo_options, marks_of
from keras_gen.recipes.restorer import TASKS


def add_restore(commands) -> None:
    """Add the command."""
    command = add_command(
        commands, "restore", "undo noise, JPEG damage, holes or shrinking by a trained network"
    )
    command.add_argument(
        "photos",
        nargs="+",
        metavar="PHOTO",
        help="PNG, JPEG or WebP files, or names of bundled pictures",
    )
    command.add_argument(
        "--model",
        type=a_path,
        default="restorer",
        metavar="RUN_DIR",
        help="folder of a run of `train restorer` (the network that comes with the package)",
    )
    command.add_argument(
        "--task",
        choices=TASKS,
        help="what to undo; upscale doubles the size (inpaint with --mask, else denoise)",
    )
    command.add_argument(
        "--mask",
        type=a_path,
        metavar="FILE",
        help="picture of the photo's size, white where pixels are missing",
    )
    command.add_argument(
        "--out",
        type=a_path,
        metavar="PATH",
        help="picture to write, with a .json record (PHOTO-restored.png)",
    )
    add_photo_options(command)


def restore(arguments) -> int:
    """Restore each photo, and print where it lies."""
    from keras_gen.runs import Run
    from keras_gen.stylization import restore as restore_photos
    from keras_gen.stylization.restoration import LIMITS

    results = restore_photos(
        arguments.photos,
        arguments.model,
        arguments.task,
        arguments.mask,
        arguments.out,
        marks=marks_of(arguments),
        location=arguments.keep_location,
    )
    for path, record in results:
        print(f"{record['task']}, {record['seconds']:.1f} s: {path} and {path.stem}.json")
    if Run.open(arguments.model).is_bundled:
        print(LIMITS)
    return 0
