"""What can be said of `keras-gen train`: options of the run, and those of each recipe."""

import argparse
import inspect
from dataclasses import fields

from keras_gen.cli.flags import a_path, add_command, add_fields
from keras_gen.recipes import RECIPES


def add_train(commands) -> None:
    """Add the command that trains, with one subcommand for each recipe and its own options."""
    train = add_command(commands, "train", "train a recipe in a run folder")
    train.set_defaults(recipe=None, resume=False, dry_run=False, strict=False)
    train.set_defaults(strategy=None, workers=None)
    train.set_defaults(recipe_file=None, run_dir=None, steps=None, epochs=None, moved_data=None)
    _add_run_options(train)
    train.add_argument(
        "--data",
        dest="moved_data",
        metavar="NAME",
        help="images of a new run, instead of the recipe's; with --resume: the folder to which the "
        "run's images were moved",
    )
    recipes = train.add_subparsers(
        dest="recipe", metavar="RECIPE", title="recipes, each with options of its own"
    )
    for name, recipe in RECIPES.items():
        text = inspect.getdoc(recipe) or ""
        summary = text.partition("\n")[0]
        subcommand = recipes.add_parser(name, help=summary, description=text)
        _add_run_options(subcommand)
        group = subcommand.add_argument_group("options of the recipe, with their defaults")
        add_fields(group, recipe, [f.name for f in fields(recipe) if f.name != "steps"])


def _add_run_options(train) -> None:
    """Add what can be said before and after the recipe's name; what is not given stays unset."""
    unset = argparse.SUPPRESS
    group = train.add_argument_group("options of the run")
    group.add_argument(
        "--run-dir",
        type=a_path,
        default=unset,
        metavar="DIR",
        help="folder to create (runs/RECIPE-1, -2, ...)",
    )
    group.add_argument(
        "--resume", action="store_true", default=unset, help="resume the run in --run-dir"
    )
    length = group.add_mutually_exclusive_group()
    length.add_argument(
        "--steps", type=int, default=unset, metavar="N", help="training steps (the recipe's)"
    )
    length.add_argument(
        "--epochs", type=int, default=unset, metavar="N", help="passes over the data instead"
    )
    group.add_argument(
        "--recipe",
        type=a_path,
        default=unset,
        dest="recipe_file",
        metavar="FILE",
        help="take the options from the recipe.json of another run",
    )
    group.add_argument(
        "--dry-run",
        action="store_true",
        default=unset,
        help="print what would be trained, then stop",
    )
    group.add_argument(
        "--strategy",
        default=unset,
        choices=("mirrored", "multiworker"),
        help="train on all GPUs of this machine, or on several workers (one device)",
    )
    group.add_argument(
        "--workers",
        type=int,
        default=unset,
        metavar="N",
        help="with multiworker: start N workers on this machine, instead of being one of TF_CONFIG",
    )
    group.add_argument(
        "--strict",
        action="store_true",
        default=unset,
        help="refuse a folder that holds unreadable photos",
    )
