"""The review of pictures by people: what can be said of it, and what it does."""

import json
from pathlib import Path

from keras_gen.cli.flags import a_path, a_seed, add_command, add_data_option, new_json

CHECKS = {
    "copy": "suspected copies of training images",
    "outside": "outside the region of real images",
    "class": "perhaps not the class asked for",
    "mark": "no readable mark that they are generated, or one of other pixels",
}


def add_review(commands) -> None:
    """Add the command that writes the page, and the one that reads what it saved."""
    review = add_command(
        commands, "review", "write a page on which people approve or reject pictures"
    )
    review.add_argument(
        "pictures",
        type=a_path,
        metavar="DIR|RUN",
        help="folder of pictures; or a run, which draws them into a folder beside the page",
    )
    review.add_argument(
        "--n",
        type=int,
        metavar="N",
        help="number of pictures, chosen at random (all of a folder; 64 of a run)",
    )
    review.add_argument(
        "--seed", type=a_seed, metavar="N", default=0, help="seed of samples, choice and order (0)"
    )
    review.add_argument(
        "--out",
        type=a_path,
        metavar="PATH",
        default=Path("review.html"),
        help="page to create (%(default)s)",
    )
    review.add_argument(
        "--checks",
        action="store_true",
        help="show hints: suspected copies, pictures unlike real ones, wrong classes, and files "
        "of a folder whose mark is missing",
    )
    review.add_argument(
        "--run",
        type=a_path,
        metavar="RUN",
        help="with --checks: the run that drew the pictures of a folder",
    )
    add_data_option(review)
    results = add_command(
        commands, "review-results", "sum up decisions, and copy the approved pictures"
    )
    results.add_argument(
        "files", type=a_path, nargs="+", metavar="CSV", help="files that reviewers saved"
    )
    results.add_argument(
        "--images", type=a_path, metavar="DIR", help="with --apply: folder of the pictures"
    )
    results.add_argument(
        "--apply",
        type=a_path,
        metavar="OUT",
        help="folder to create, with a copy of each picture that every reviewer approved",
    )
    results.add_argument(
        "--json", type=a_path, metavar="FILE", help="new .json file for the same figures"
    )


def review(arguments) -> int:
    """Write the page, and say what is on it."""
    from keras_gen.pages.review import write_review

    facts = write_review(
        arguments.pictures,
        arguments.out,
        arguments.n,
        arguments.seed,
        checks=arguments.checks,
        run=arguments.run,
        data_source=arguments.data,
    )
    print(f"{facts['pictures']:,} of {facts['available']:,} pictures in {facts['folder']}")
    for name, count in facts["hints"].items():
        print(f"  {CHECKS[name]}: {count}")
    for name, why in facts["left_out"].items():
        print(f"  {CHECKS[name]}: not checked, {why}")
    print(f"the page is ready: {arguments.out.resolve()}")
    print("each reviewer opens it, decides, and saves a CSV file; read them with:")
    print(f"  keras-gen review-results FILE.csv ... --images {facts['folder']} --apply approved")
    return 0


def review_results(arguments) -> int:
    """Print what was decided, and copy what was approved."""
    from keras_gen.evaluation.review_decisions import (
        copy_approved,
        format_summary,
        read_decisions,
        summarise,
    )
    from keras_gen.files import require_new, write_text

    if (arguments.images is None) != (arguments.apply is None):
        raise ValueError("expected --images and --apply together, found one of them")
    json_file = new_json(arguments.json)
    if arguments.apply:
        require_new(arguments.apply)
    rows = read_decisions(arguments.files)
    result = summarise(rows)
    print(format_summary(result), flush=True)
    if json_file:
        write_text(json_file, json.dumps(result, indent=2) + "\n", new=True)
    if arguments.apply:
        copies = copy_approved(rows, arguments.images, arguments.apply)
        print(f"copied {len(copies):,} approved pictures to {arguments.apply}")
    return 0
