"""What each command does. TensorFlow, which takes seconds, is imported after parsing."""

import json
import os
import sys
from dataclasses import fields

from keras_gen.cli.parser import build_parser
from keras_gen.recipes import RECIPES


def _demo(arguments):
    from keras_gen.pages.demo import demo

    return demo(arguments.out, arguments.steps)


def _train(arguments):
    from keras_gen.runs import training
    from keras_gen.runs.run import new_run_dir, read_recipe

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
        more = (
            f"generate {run_dir}" if recipe.draws_from_noise else f"stylize mug --model {run_dir}"
        )
        print(f"  keras-gen {more}")
    return 0 if finished else 130


def _generate(arguments):
    from keras_gen.runs import generate

    if arguments.n < 1:
        raise ValueError(f"n: expected at least 1, found {arguments.n}")
    for path in generate(
        arguments.run_dir, arguments.n, arguments.seed, arguments.out, arguments.npz
    ):
        print(path)
    return 0


def _stylize(arguments):
    from keras_gen.stylization import stylize, stylize_by_model
    from keras_gen.stylization.options import StyleOptions

    names = [field.name for field in fields(StyleOptions) if hasattr(arguments, field.name)]
    given = {name: getattr(arguments, name) for name in names}
    if arguments.model:
        beside = [*arguments.styles, *("--" + name.replace("_", "-") for name in names)]
        beside = [word for word in beside if word not in ("--size", "--keep")]
        if beside:
            raise ValueError(f"--model: expected --size and --keep only, found {beside[0]}")
        path, account = stylize_by_model(arguments.content, arguments.model, arguments.out, **given)
    else:
        lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        options = StyleOptions(**{**given, **lists})
        path, account = stylize(arguments.content, arguments.styles, arguments.out, options)
    found = account["measures"]
    print(f"SSIM of luminance with the content: {found['luminance_ssim']:.3f}")
    if "style_distance" in found:
        before = found["style_distance_of_content"]
        print(f"style distance: {found['style_distance']:.3f} (content as it was: {before:.3f})")
    print(f"{account['seconds']:.1f} s; {path} and {path.with_suffix('.json').name}")
    if not account["finished"]:
        print(f"stopped at step {account['steps']}; this is the best picture so far")
    return 0 if account["finished"] else 130


def _evaluate(arguments):
    from keras_gen.evaluation import evaluate
    from keras_gen.evaluation.tables import format_figures

    content = evaluate(
        arguments.run_dir, arguments.split, arguments.n, arguments.features, arguments.seed
    )
    print(format_figures(content))
    print(f"written to {arguments.run_dir / 'metrics.json'}")
    return 0


def _compare(arguments):
    from keras_gen.pages.comparison import compare

    print(
        compare(arguments.run_dirs, arguments.out, arguments.again, arguments.n, arguments.features)
    )
    print(f"the page is ready: {arguments.out.resolve()}")
    return 0


def _study(arguments):
    from keras_gen.pages.study import write_study

    study = write_study(arguments.run_dirs, arguments.out, arguments.trials, arguments.seed)
    print(f"{study['trials']} pairs; real images: {'; '.join(study['real_images'])}")
    print(f"the page is ready: {arguments.out.resolve()}")
    print("each participant opens it, answers, and saves a CSV file; read them with:")
    print("  keras-gen study-results FILE.csv ...")
    return 0


def _study_results(arguments):
    from keras_gen.evaluation.study_answers import format_rates, rates, read_choices
    from keras_gen.files import write_text

    result = rates(read_choices(arguments.files), arguments.seed)
    if arguments.json:
        write_text(arguments.json, json.dumps(result, indent=2) + "\n")
    print(format_rates(result))
    return 0


def _info(arguments):
    from keras_gen.environment import describe

    print(describe())
    return 0


RUN = {
    "demo": _demo,
    "train": _train,
    "generate": _generate,
    "stylize": _stylize,
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
        from keras_gen.runs.callbacks import TrainingStopped

        if not isinstance(error, TrainingStopped):
            raise
        print(f"keras-gen {arguments.command}: {error}", file=sys.stderr)
        return 1
