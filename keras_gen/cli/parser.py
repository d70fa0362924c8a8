"""What can be said on the command line, and the help that explains it."""

from dataclasses import fields
from pathlib import Path

from keras_gen import __version__
from keras_gen.cli.export import add_export
from keras_gen.cli.flags import (
    RUN_HELP,
    Parser,
    a_path,
    a_seed,
    add_command,
    add_data_option,
    add_fields,
)
from keras_gen.cli.gate import add_gate
from keras_gen.cli.labels import add_inspect, add_label_options, add_photo_options
from keras_gen.cli.products import add_product_options
from keras_gen.cli.restore import add_restore
from keras_gen.cli.retouch import add_retouch
from keras_gen.cli.review import add_review
from keras_gen.cli.train import add_train
from keras_gen.stylization.options import StyleOptions

PICTURE_HELP = """a picture is a PNG, JPEG or WebP file, or the name of a bundled picture:
  contents: mug, perfume, handbag, sneaker
  styles:   flow_field, stained_glass, ink_wash, wave_pattern"""
EXPERT_OPTIONS = ("schedule", "optimizer", "start", "precision", "tile", "tolerance")  # of stylize


def build_parser() -> Parser:
    """Return the parser of the whole command line."""
    parser = Parser(
        prog="keras-gen",
        description="Image generation in Keras and TensorFlow, from formula to production.",
        epilog="examples:\n  keras-gen demo\n  keras-gen train dcgan --data fashion_mnist",
    )
    parser.add_argument("--version", action="version", version=f"keras_gen {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_demo(commands)
    add_train(commands)
    _add_generate(commands)
    _add_stylize(commands)
    add_restore(commands)
    add_retouch(commands)
    _add_evaluate(commands)
    _add_compare(commands)
    _add_study(commands)
    add_gate(commands)
    add_export(commands)
    add_inspect(commands)
    add_review(commands)
    add_command(commands, "info", "show versions, devices, and where data were found")
    return parser


def _add_demo(commands) -> None:
    demo = add_command(
        commands, "demo", "train a GAN and a VAE on embedded images, stylise one, show the results"
    )
    demo.add_argument(
        "--out", type=a_path, metavar="PATH", help="folder to create (demo, or demo-2 if it exists)"
    )
    demo.add_argument(
        "--steps",
        type=int,
        metavar="N",
        help="training steps of each model (chosen to take about five minutes in total)",
    )


def _add_generate(commands) -> None:
    generate = add_command(commands, "generate", "draw images from a finished run")
    generate.add_argument("run_dir", type=a_path, metavar="RUN_DIR", help=RUN_HELP)
    generate.add_argument(
        "--n", type=int, help="number of images (64), or of objects that turn or change colour (1)"
    )
    generate.add_argument(
        "--seed", type=a_seed, metavar="N", default=0, help="another seed, other images (0)"
    )
    generate.add_argument(
        "--label",
        dest="labels",
        nargs="+",
        default=[],
        metavar="NAME",
        help="classes to draw, by name or number, of a run that has classes (all, in even shares)",
    )
    generate.add_argument(
        "--mix", action="store_true", help="turn the first of two labels into the second"
    )
    generate.add_argument(
        "--truncation",
        type=float,
        metavar="X",
        help="keep the noise between -X and X: typical images, and fewer different ones",
    )
    add_product_options(generate)
    generate.add_argument(
        "--out", type=a_path, metavar="PATH", help="a new picture of a grid, or a folder of images"
    )
    generate.add_argument(
        "--npz",
        type=a_path,
        metavar="FILE",
        help="a new .npz file of raw samples: images, uint8 (N, H, W, C)",
    )
    add_label_options(generate)


def _add_stylize(commands) -> None:
    """Add the command that stylises; with --model it takes no style."""
    stylize = add_command(
        commands, "stylize", "render a picture in the style of others, by optimisation or a network"
    )
    stylize.epilog = f"{PICTURE_HELP}\n\n{stylize.epilog}"
    stylize.add_argument("content", metavar="CONTENT", help="picture whose objects stay")
    styles = stylize.add_argument(
        "styles",
        nargs="+",
        default=[],
        metavar="STYLE",
        help="pictures to take the style from; several are blended, or each has its mask",
    )
    styles.required = False  # --model needs none; nargs="*" would take none before an option
    stylize.add_argument(
        "--out",
        type=a_path,
        metavar="PATH",
        help="picture to write, with a .json record (CONTENT-STYLE.png)",
    )
    stylize.add_argument(
        "--model",
        type=a_path,
        metavar="RUN_DIR",
        help="one pass of a network trained with `train fast_style`, instead of styles; "
        "takes --out, --size, --keep and what concerns labels only",
    )
    add_photo_options(stylize)
    names = [field.name for field in fields(StyleOptions)]
    add_fields(stylize, StyleOptions, [name for name in names if name not in EXPERT_OPTIONS])
    add_fields(stylize.add_argument_group("expert options"), StyleOptions, EXPERT_OPTIONS)


def _add_measuring_options(command, n: int | None = 10_000, note: str = "") -> None:
    command.add_argument("--n", type=int, default=n, help=f"number of samples (10000){note}")
    command.add_argument(
        "--features",
        choices=("fashion_net", "strided_net", "product_net", "inception"),
        help="network whose features are compared; of garments a second one measures the "
        f"distances again (product_net for products, fashion_net for the rest){note}",
    )


def _add_evaluate(commands) -> None:
    evaluate = add_command(commands, "evaluate", "measure a run and write metrics.json")
    evaluate.add_argument("run_dir", type=a_path, metavar="RUN_DIR", help=RUN_HELP)
    evaluate.add_argument(
        "--split", choices=("train", "test"), help="real images (held-out ones where there are any)"
    )
    _add_measuring_options(evaluate)
    add_data_option(evaluate)
    evaluate.add_argument(
        "--seed", type=a_seed, metavar="N", default=0, help="seed of samples and resampling (0)"
    )


def _add_compare(commands) -> None:
    compare = add_command(commands, "compare", "show measured runs side by side")
    compare.add_argument(
        "run_dirs",
        type=a_path,
        nargs="+",
        metavar="RUN_DIR",
        help="folders of two or more runs, or names of bundled ones",
    )
    compare.add_argument(
        "--out",
        type=a_path,
        metavar="PATH",
        help="page to create (comparison.html, or comparison-2.html, ...)",
    )
    compare.add_argument("--remeasure", action="store_true", help="measure all runs again")
    note = "; needs --remeasure where stored measurements differ"
    _add_measuring_options(compare, None, note)
    add_data_option(compare)


def _add_study(commands) -> None:
    study = add_command(commands, "study", "write a page on which people judge samples blind")
    study.add_argument(
        "run_dirs",
        type=a_path,
        nargs="+",
        metavar="RUN_DIR",
        help="folders of one or more runs, or names of bundled ones",
    )
    study.add_argument(
        "--out",
        type=a_path,
        metavar="PATH",
        default=Path("study.html"),
        help="page to create (%(default)s)",
    )
    study.add_argument(
        "--trials", type=int, metavar="N", default=50, help="choices for each run (50)"
    )
    add_data_option(study)
    study.add_argument(
        "--seed", type=a_seed, metavar="N", default=0, help="seed of images, sides and order (0)"
    )
    results = add_command(commands, "study-results", "turn a study's answers into rates")
    results.add_argument(
        "files", type=a_path, nargs="+", metavar="CSV", help="files that participants saved"
    )
    results.add_argument(
        "--json", type=a_path, metavar="FILE", help="new .json file for the same rates"
    )
    results.add_argument(
        "--seed", type=a_seed, metavar="N", default=0, help="seed of the resampling (0)"
    )
