"""What can be said on the command line, and the help that explains it."""

import argparse
from dataclasses import fields
from pathlib import Path

from keras_gen import __version__
from keras_gen.recipes import RECIPES
from keras_gen.stylization.options import StyleOptions

EXAMPLES = {
    "demo": "keras-gen demo",
    "train": "keras-gen train dcgan --data fashion_mnist --run-dir runs/first\n"
    "  keras-gen train dcgan --run-dir runs/first --resume\n"
    "  keras-gen train dcgan --data photos/ --image-size 64 --channels 3 --epochs 50",
    "generate": "keras-gen generate runs/first --n 100 --out samples.png\n"
    "  keras-gen generate runs/first --n 5000 --npz samples.npz",
    "stylize": "keras-gen stylize mug flow_field --size 256\n"
    "  keras-gen stylize photo.jpg painting.jpg --out painted.jpg --colours match\n"
    "  keras-gen stylize mug flow_field wave_pattern --style-weights 0.7 0.3\n"
    "  keras-gen stylize mug stained_glass --keep mug_logo_mask --every 20\n"
    "  keras-gen stylize photo.jpg --model runs/fast_style-1",
    "evaluate": "keras-gen evaluate runs/first\n"
    "  keras-gen evaluate runs/first --split train --n 5000",
    "compare": "keras-gen compare runs/dcgan-1 runs/vae-1 --out comparison.html",
    "study": "keras-gen study runs/dcgan-1 runs/vae-1 --trials 40 --out study.html",
    "study-results": "keras-gen study-results answers-1.csv answers-2.csv",
    "info": "keras-gen info",
}


PICTURES = """a picture is a PNG, JPEG or WebP file, or the bare name of one that comes along:
  contents: mug, perfume, handbag, sneaker
  styles:   flow_field, stained_glass, ink_wash, wave_pattern"""


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


def _add_fields(group, options, left_out=()):
    """Add one flag for each field of a dataclass; what is not given stays out of the result."""
    for field in fields(options):
        if field.name in left_out:
            continue
        kind = field.metadata.get("of", field.type)
        choices, default = field.metadata.get("choices"), ""
        if field.default not in (None, ()):
            default = f" ({field.default})"
        group.add_argument(
            "--" + field.name.replace("_", "-"),
            type=kind,
            nargs="+" if field.type is tuple else None,
            choices=choices,
            default=argparse.SUPPRESS,
            metavar=None if choices else field.metadata.get("metavar", kind.__name__.upper()),
            help=f"{field.metadata['help']}{default}",
        )


def build_parser(argv):
    """Return the parser; what some commands take depends on other words of `argv`."""
    parser = Parser(
        prog="keras-gen",
        description="Image generation in Keras and TensorFlow, from formula to production.",
        epilog="examples:\n  keras-gen demo\n  keras-gen train dcgan --data fashion_mnist",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"keras_gen {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    demo = _add_command(
        commands, "demo", "train a GAN and a VAE on embedded images, paint one, show the results"
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
        group = train.add_argument_group(f"fields of {named[0].__name__}, with their defaults")
        _add_fields(group, named[0], left_out=["steps"])

    generate = _add_command(commands, "generate", "draw images from a finished run")
    generate.add_argument("run_dir", type=Path)
    generate.add_argument("--n", type=int, default=64, help="number of images (64)")
    generate.add_argument("--seed", type=int, default=0, help="another seed, other images (0)")
    generate.add_argument("--out", type=Path, help="a picture of a grid, or a folder of images")
    generate.add_argument("--npz", type=Path, help="raw samples: images, uint8 (N, H, W, C)")

    _add_stylize(commands, argv)
    _add_measuring(commands)
    _add_command(commands, "info", "show versions, devices, and where data were found")
    return parser


def _add_stylize(commands, argv):
    """Add the command that paints; with --model it takes no style."""
    stylize = _add_command(
        commands, "stylize", "paint a picture in the style of others, by optimisation or a network"
    )
    stylize.epilog = f"{PICTURES}\n\n{stylize.epilog}"
    by_model = any(word.startswith("--model") for word in argv)
    stylize.add_argument("content", metavar="CONTENT", help="picture whose objects stay")
    stylize.add_argument(
        "styles",
        nargs="*" if by_model else "+",
        metavar="STYLE",
        help="pictures to take the style from; several are blended, or each has its mask",
    )
    stylize.add_argument(
        "--out", type=Path, help="picture to make, beside a .json account (CONTENT-STYLE.png)"
    )
    stylize.add_argument(
        "--model",
        type=Path,
        metavar="RUN_DIR",
        help="one pass of a network that `train fast_style` made, instead of styles; "
        "takes --out, --size and --keep only",
    )
    _add_fields(stylize, StyleOptions)


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
