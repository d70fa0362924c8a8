"""What each command does. TensorFlow, which takes seconds, is imported after parsing."""

import dataclasses
import json
import sys
from collections.abc import Sequence

from keras_gen.cli.export import export
from keras_gen.cli.flags import new_json
from keras_gen.cli.gate import gate
from keras_gen.cli.labels import inspect, marks_of
from keras_gen.cli.mishaps import import_tensorflow, prepare_process, run_guarded
from keras_gen.cli.parser import build_parser
from keras_gen.cli.printing import logs_printed
from keras_gen.cli.products import product_of
from keras_gen.cli.restore import restore
from keras_gen.cli.retouch import cutout, recolour
from keras_gen.cli.review import review, review_results
from keras_gen.cli.training import renew_model_card, train


def _demo(arguments):
    from keras_gen.pages.demo import demo

    return 0 if demo(arguments.out, arguments.steps) else 130


def _generate(arguments):
    from keras_gen.runs import generate

    names = ("n", "seed", "out", "npz", "labels", "mix", "truncation")
    options = {name: getattr(arguments, name) for name in names}
    asked = {"product": product_of(arguments), "marks": marks_of(arguments)}
    for path in generate(arguments.run_dir, **options, **asked):
        print(path)
    return 0


def _stylize(arguments):
    from keras_gen.stylization import stylize, stylize_by_model
    from keras_gen.stylization.options import StyleOptions

    names = [f.name for f in dataclasses.fields(StyleOptions) if hasattr(arguments, f.name)]
    given = {name: getattr(arguments, name) for name in names}
    labelling = {"marks": marks_of(arguments), "location": arguments.keep_location}
    if arguments.model:
        beside = [*arguments.styles, *("--" + name.replace("_", "-") for name in names)]
        beside = [word for word in beside if word not in ("--size", "--keep")]
        if beside:
            raise ValueError(f"--model: expected --size and --keep only, found {beside[0]}")
        path, record = stylize_by_model(
            arguments.content, arguments.model, arguments.out, **given, **labelling
        )
    else:
        lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        options = StyleOptions(**{**given, **lists})
        path, record = stylize(
            arguments.content, arguments.styles, arguments.out, options, **labelling
        )
    measures = record["measures"]
    print(f"SSIM of luminance with the content: {measures['luminance_ssim']:.3f}")
    if "style_distance" in measures:
        before = measures["style_distance_of_content"]
        print(f"style distance: {measures['style_distance']:.3f} (the content's: {before:.3f})")
    print(f"{record['seconds']:.1f} s; {path} and {path.with_suffix('.json').name}")
    if not record["finished"]:
        print(f"stopped at step {record['steps']}; this is the best picture so far")
    return 0 if record["finished"] else 130


def _evaluate(arguments):
    from keras_gen.evaluation import evaluate, write_measurements
    from keras_gen.evaluation.tables import format_measurements
    from keras_gen.runs import Run

    run = Run.open(arguments.run_dir)
    options = {name: getattr(arguments, name) for name in ("split", "n", "features", "seed")}
    measurements = evaluate(run, **options, data_source=arguments.data, write=False)
    print(format_measurements(measurements), flush=True)  # read even where it cannot be written
    print(f"written to {write_measurements(run, measurements)}")
    if not run.is_bundled:
        renew_model_card(run)
    return 0


def _compare(arguments):
    from keras_gen.files import first_free, numbered
    from keras_gen.pages.comparison import compare

    out = arguments.out or first_free(numbered("comparison.html"))
    table = compare(
        arguments.run_dirs,
        out,
        remeasure=arguments.remeasure,
        n=arguments.n,
        features=arguments.features,
        data_source=arguments.data,
    )
    print(table)
    print(f"the page is ready: {out.resolve()}")
    return 0


def _study(arguments):
    from keras_gen.pages.study import write_study

    study = write_study(
        arguments.run_dirs, arguments.out, arguments.trials, arguments.seed, arguments.data
    )
    print(f"{study['trials']} pairs; real images: {'; '.join(study['real_images'])}")
    print(f"the page is ready: {arguments.out.resolve()}")
    print("each participant opens it, answers, and saves a CSV file; read them with:")
    print("  keras-gen study-results FILE.csv ...")
    return 0


def _study_results(arguments):
    from keras_gen.evaluation.study_answers import format_rates, rates, read_choices
    from keras_gen.files import write_text

    json_file = new_json(arguments.json)
    result = rates(read_choices(arguments.files), arguments.seed)
    print(format_rates(result), flush=True)
    if json_file:
        write_text(json_file, json.dumps(result, indent=2) + "\n", new=True)
    return 0


def _info(arguments):
    from keras_gen.environment import describe

    print(describe())
    return 0


COMMANDS = {
    "demo": _demo,
    "train": train,
    "generate": _generate,
    "stylize": _stylize,
    "restore": restore,
    "cutout": cutout,
    "recolour": recolour,
    "evaluate": _evaluate,
    "compare": _compare,
    "study": _study,
    "study-results": _study_results,
    "export": export,
    "gate": gate,
    "inspect": inspect,
    "review": review,
    "review-results": review_results,
    "info": _info,
}
LIGHT = ("inspect",)  # works without TensorFlow, so that an answer takes no seconds


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: list of words, by default those of the process.

    Returns:
        Exit status, as `keras_gen.cli.mishaps` lists them.
    """
    prepare_process()
    words = sys.argv[1:] if argv is None else list(argv)
    known = words and words[0] in COMMANDS
    name = f"keras-gen {words[0]}" if known else "keras-gen"
    return run_guarded(name, lambda: _run(name, words))


def _run(name, words):
    try:
        arguments = build_parser().parse_args(words)
    except SystemExit as leave:  # after --help, or a mistake
        return int(leave.code or 0)
    if arguments.command not in LIGHT:
        import_tensorflow(name)
    dry_run = getattr(arguments, "dry_run", False)  # whose standard output is a recipe.json
    with logs_printed(sys.stderr if dry_run else sys.stdout):
        arguments.words = words  # for the workers that `train` starts
        return COMMANDS[arguments.command](arguments)
