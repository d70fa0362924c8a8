"""The command line. Arguments are parsed before TensorFlow is imported, which takes seconds."""

import argparse
import json
import os
import sys
from dataclasses import fields
from pathlib import Path

from keras_gen import __version__
from keras_gen.recipes import RECIPES

EXAMPLES = {
    "demo": "keras-gen demo",
    "train": "keras-gen train dcgan --data fashion_mnist --run-dir runs/first\n"
    "  keras-gen train dcgan --run-dir runs/first --resume\n"
    "  keras-gen train dcgan --data photos/ --image-size 64 --channels 3 --epochs 50",
    "generate": "keras-gen generate runs/first --n 100 --out samples.png\n"
    "  keras-gen generate runs/first --n 5000 --npz samples.npz",
    "evaluate": "keras-gen evaluate runs/first\n"
    "  keras-gen evaluate runs/first --split train --n 5000",
    "compare": "keras-gen compare runs/dcgan-1 runs/vae-1 --out comparison.html",
    "study": "keras-gen study runs/dcgan-1 runs/vae-1 --trials 40 --out study.html",
    "study-results": "keras-gen study-results answers-1.csv answers-2.csv",
    "info": "keras-gen info",
}


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line, with status 2."""

    def error(self, message):
        """Print the complaint and where help is to be found."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def _add_command(commands, name, help):
    return commands.add_parser(
        name,
        help=help,
        description=help[0].upper() + help[1:] + ".",
        epilog=f"examples:\n  {EXAMPLES[name]}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _add_recipe_fields(train, recipe):
    """Give the parser one flag for each field of the recipe that the command names."""
    group = train.add_argument_group(f"fields of {recipe.__name__}, with their defaults")
    for field in fields(recipe):
        if field.name != "steps":
            group.add_argument(
                "--" + field.name.replace("_", "-"),
                type=field.type,
                choices=field.metadata.get("choices"),
                default=argparse.SUPPRESS,
                metavar=None if "choices" in field.metadata else field.type.__name__.upper(),
                help=f"{field.metadata['help']} ({field.default})",
            )


def build_parser(argv):
    """Return the parser; `train` gets the flags of the recipe that `argv` names."""
    parser = Parser(
        prog="keras-gen",
        description="Image generation in Keras and TensorFlow, from formula to production.",
        epilog="examples:\n  keras-gen demo\n  keras-gen train dcgan --data fashion_mnist",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"keras_gen {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    demo = _add_command(
        commands, "demo", "train a GAN and a VAE on embedded product images and show the result"
    )
    demo.add_argument("--out", type=Path, help="folder to make (demo, or demo-2 if it is there)")
    demo.add_argument(
        "--steps",
        type=int,
        help="training steps of each model (those that take some five minutes in all)",
    )

    train = _add_command(commands, "train", "train a recipe in a run folder")
    train.add_argument("recipe", choices=list(RECIPES), help="name it before --help for its fields")
    train.add_argument("--run-dir", type=Path, help="folder to make (runs/RECIPE-1, -2, ...)")
    train.add_argument("--resume", action="store_true", help="go on with the run in --run-dir")
    length = train.add_mutually_exclusive_group()
    length.add_argument("--steps", type=int, help="training steps (the recipe's)")
    length.add_argument("--epochs", type=int, help="passes over the data, instead of steps")
    train.add_argument("--strict", action="store_true", help="refuse unreadable photos")
    named = [RECIPES[word] for word in argv if word in RECIPES]
    if named:
        _add_recipe_fields(train, named[0])

    generate = _add_command(commands, "generate", "draw images from a finished run")
    generate.add_argument("run_dir", type=Path)
    generate.add_argument("--n", type=int, default=64, help="number of images (64)")
    generate.add_argument("--seed", type=int, default=0, help="another seed, other images (0)")
    generate.add_argument("--out", type=Path, help="a picture of a grid, or a folder of images")
    generate.add_argument("--npz", type=Path, help="raw samples: images, uint8 (N, H, W, C)")

    _add_measuring(commands)
    _add_command(commands, "info", "show versions, devices, and where data were found")
    return parser


def _add_measuring(commands):
    """Add the commands that judge runs."""
    evaluate = _add_command(commands, "evaluate", "measure a run and write metrics.json")
    evaluate.add_argument("run_dir", type=Path)
    evaluate.add_argument(
        "--split", choices=("train", "test"), help="real images (held-out ones where there are any)"
    )
    compare = _add_command(commands, "compare", "show measured runs side by side")
    compare.add_argument("run_dirs", type=Path, nargs="+", metavar="run_dir")
    compare.add_argument("--out", type=Path, default=Path("comparison.html"), help="page to write")
    compare.add_argument("--again", action="store_true", help="measure all runs anew")
    for command in (evaluate, compare):
        command.add_argument("--n", type=int, default=10_000, help="number of samples (10000)")
        command.add_argument(
            "--features",
            choices=("fashion_net", "inception"),
            default="fashion_net",
            help="network whose features are compared (fashion_net)",
        )
    evaluate.add_argument("--seed", type=int, default=0, help="of samples and resampling (0)")

    study = _add_command(commands, "study", "write a page on which people judge samples blind")
    study.add_argument("run_dirs", type=Path, nargs="+", metavar="run_dir")
    study.add_argument("--out", type=Path, default=Path("study.html"), help="page to write")
    study.add_argument("--trials", type=int, default=50, help="choices for each run (50)")
    study.add_argument("--seed", type=int, default=0, help="of images, sides and order (0)")

    results = _add_command(commands, "study-results", "turn a study's answers into rates")
    results.add_argument("files", type=Path, nargs="+", metavar="csv")
    results.add_argument("--json", type=Path, help="file for the same figures as JSON")
    results.add_argument("--seed", type=int, default=0, help="of the resampling (0)")


def _demo(arguments):
    from keras_gen.demo import demo

    return demo(arguments.out, arguments.steps)


def _train(arguments):
    from keras_gen import training
    from keras_gen.run_folder import new_run_dir, read_recipe

    recipe_class = RECIPES[arguments.recipe]
    names = {field.name for field in fields(recipe_class)} - {"steps"}
    given = {name: value for name, value in vars(arguments).items() if name in names}
    for name in ("steps", "epochs"):
        if getattr(arguments, name) is not None and getattr(arguments, name) < 1:
            raise ValueError(f"{name}: expected at least 1, found {getattr(arguments, name)}")
    if arguments.resume:
        if arguments.run_dir is None:
            raise ValueError("--resume needs the --run-dir of the run to go on with")
        name, recipe, _ = read_recipe(arguments.run_dir)
        changed = [key for key, value in given.items() if value != getattr(recipe, key)]
        if name != arguments.recipe or changed:
            then = ", ".join(f"{key}={getattr(recipe, key)}" for key in changed) or name
            raise ValueError(f"a resumed run keeps its recipe; {arguments.run_dir} has {then}")
        run_dir = arguments.run_dir
        finished = training.resume(run_dir, arguments.steps, arguments.epochs)
    else:
        if arguments.steps is not None:
            given["steps"] = arguments.steps
        recipe = recipe_class(**given)
        run_dir = arguments.run_dir or new_run_dir(arguments.recipe)
        finished = training.train(
            arguments.recipe, recipe, run_dir, arguments.epochs, arguments.strict
        )
    if finished:
        print(f"pictures in {run_dir}: samples.png, samples.gif, losses.png; draw more with:")
        print(f"  keras-gen generate {run_dir}")
    return 0 if finished else 130


def _generate(arguments):
    from keras_gen.generation import generate

    if arguments.n < 1:
        raise ValueError(f"n: expected at least 1, found {arguments.n}")
    for path in generate(
        arguments.run_dir, arguments.n, arguments.seed, arguments.out, arguments.npz
    ):
        print(path)
    return 0


def _evaluate(arguments):
    from keras_gen.evaluation import evaluate, format_figures

    content = evaluate(
        arguments.run_dir, arguments.split, arguments.n, arguments.features, arguments.seed
    )
    print(format_figures(content))
    print(f"written to {arguments.run_dir / 'metrics.json'}")
    return 0


def _compare(arguments):
    from keras_gen.comparison import compare

    print(
        compare(arguments.run_dirs, arguments.out, arguments.again, arguments.n, arguments.features)
    )
    print(f"the page is ready: {arguments.out.resolve()}")
    return 0


def _study(arguments):
    from keras_gen.study import write_study

    study = write_study(arguments.run_dirs, arguments.out, arguments.trials, arguments.seed)
    print(f"{study['trials']} pairs; real images: {'; '.join(study['real_images'])}")
    print(f"the page is ready: {arguments.out.resolve()}")
    print("each participant opens it, answers, and saves a CSV file; read them with:")
    print("  keras-gen study-results FILE.csv ...")
    return 0


def _study_results(arguments):
    from keras_gen.run_folder import write_text
    from keras_gen.study_results import format_rates, rates, read_choices

    result = rates(read_choices(arguments.files), arguments.seed)
    if arguments.json:
        write_text(arguments.json, json.dumps(result, indent=2) + "\n")
    print(format_rates(result))
    return 0


def _info(arguments):
    from keras_gen.info import describe

    print(describe())
    return 0


RUN = {
    "demo": _demo,
    "train": _train,
    "generate": _generate,
    "evaluate": _evaluate,
    "compare": _compare,
    "study": _study,
    "study-results": _study_results,
    "info": _info,
}


def _import_tensorflow():
    """Import TensorFlow without its start-up lines, two of which heed no setting of its own."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    standard_error = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        import keras  # noqa: F401 (imports TensorFlow)
    finally:
        os.dup2(standard_error, 2)
        os.close(standard_error)


def main(argv=None):
    """Run the command line.

    Args:
        argv: list of words, by default those of the process.

    Returns:
        Exit status: 0 done, 1 the run broke down, 2 a user's mistake, 130 stopped by Ctrl-C.
    """
    argv = sys.argv[1:] if argv is None else argv
    arguments = build_parser(argv).parse_args(argv)
    _import_tensorflow()
    try:
        return RUN[arguments.command](arguments)
    except (ValueError, FileNotFoundError, FileExistsError, NotADirectoryError) as error:
        print(f"keras-gen {arguments.command}: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except RuntimeError as error:
        from keras_gen.reporting import TrainingStopped

        if not isinstance(error, TrainingStopped):
            raise
        print(f"keras-gen {arguments.command}: {error}", file=sys.stderr)
        return 1
