"""What `keras-gen train` does. TensorFlow, which takes seconds, is imported after parsing."""

import dataclasses
import logging

from keras_gen.recipes import RECIPES

logger = logging.getLogger(__name__)


def train(arguments) -> int:
    """Train a new run, or go on with one, and return the exit status."""
    from keras_gen.runs import devices

    count = _workers_to_start(arguments)
    with devices.using(devices.open_strategy(None if count else arguments.strategy)):
        if not devices.is_chief():
            logging.getLogger("keras_gen").setLevel(logging.WARNING)
        return _train(arguments, count)


def _workers_to_start(arguments):
    """Return how many workers this process is to start, 0 where it trains itself.

    Raises:
        ValueError: the flags contradict one another, or `TF_CONFIG`.
    """
    from keras_gen.runs.devices import workers

    count, found = arguments.workers, len(workers())
    if arguments.strategy != "multiworker":
        if count is not None:
            raise ValueError("--workers: expected --strategy multiworker beside it, found none")
        return 0
    if count is not None and count < 2:
        raise ValueError(f"--workers: expected at least 2, found {count}")
    if found:
        if count not in (None, found):
            raise ValueError(f"--workers: expected the {found} of TF_CONFIG, found {count}")
        if arguments.run_dir is None:
            raise ValueError("multiworker: expected --run-dir, a folder that all workers see")
        return 0
    if count is None:
        raise ValueError("multiworker: expected --workers N, or TF_CONFIG in the environment")
    return count


def _train(arguments, count):
    """Train a new run, or go on with one, here or in as many workers."""
    from keras_gen.runs import begin, prepare, resume, run_workers
    from keras_gen.runs.devices import check_batch
    from keras_gen.runs.run import new_run_dir

    epochs = arguments.epochs
    if arguments.steps is not None and epochs is not None:  # one before the recipe, one after it
        raise ValueError("expected --steps or --epochs, found both")
    if arguments.resume:
        run, moved_to = _run_to_resume(arguments)
        if count:
            check_batch(run.recipe, count)
            return run_workers(arguments.words, count)
        finished = resume(run, steps=arguments.steps, epochs=epochs, data_source=moved_to)
        return _trained(run, finished)
    name, recipe = _new_recipe(arguments)
    run_dir = arguments.run_dir or new_run_dir(name)
    run, images = prepare(name, recipe, run_dir, epochs=epochs, strict=arguments.strict)
    if arguments.dry_run:
        print(run.to_json(), end="")
        return 0
    if count:
        check_batch(run.recipe, count)
        return run_workers([*arguments.words, "--run-dir", str(run_dir)], count)
    while True:
        try:
            return _trained(run, begin(run, images))
        except FileExistsError:
            if arguments.run_dir:
                raise
            run = dataclasses.replace(run, path=new_run_dir(name))  # another was faster


def _given_fields(arguments, recipe_class):
    """Return the recipe's fields that the command line sets."""
    names = {field.name for field in dataclasses.fields(recipe_class)} - {"steps"}
    given = {name: value for name, value in vars(arguments).items() if name in names}
    return {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}


def _run_to_resume(arguments):
    """Return the run, and where its data lie now if the command line says so."""
    from keras_gen.runs import Run

    if arguments.run_dir is None:
        raise ValueError("--resume needs the --run-dir of the run to resume")
    if arguments.dry_run or arguments.recipe_file:
        raise ValueError("--resume: expected neither --dry-run nor --recipe beside it")
    if arguments.strict:
        raise ValueError(
            "--resume: expected no --strict beside it, since other images than those that the run "
            "began with are refused in any case"
        )
    run = Run.open(arguments.run_dir)
    given = _given_fields(arguments, RECIPES[arguments.recipe]) if arguments.recipe else {}
    moved_to = given.pop("data", arguments.moved_data)  # before the recipe's name, or after it
    changed = [key for key, value in given.items() if value != getattr(run.recipe, key, None)]
    if changed or arguments.recipe not in (None, run.name):
        then = ", ".join(f"{key}={getattr(run.recipe, key, None)}" for key in changed) or run.name
        raise ValueError(f"a resumed run keeps its recipe; {run.path} has {then}")
    return run, moved_to


def _new_recipe(arguments):
    """Return name and recipe of the run that the command line describes."""
    from keras_gen.runs.run import read_recipe

    name, recipe = arguments.recipe, None
    if arguments.recipe_file:
        name, recipe, _ = read_recipe(arguments.recipe_file)
        if arguments.recipe not in (None, name):
            raise ValueError(f"{arguments.recipe_file}: expected {arguments.recipe}, found {name}")
    if name is None:
        known = ", ".join(RECIPES)
        raise ValueError(f"expected a recipe ({known}), --recipe FILE, or --resume; found none")
    given = _given_fields(arguments, RECIPES[name])
    if arguments.moved_data is not None:
        given.setdefault("data", arguments.moved_data)
    if arguments.steps is not None:
        given["steps"] = arguments.steps
    return name, dataclasses.replace(recipe or RECIPES[name](), **given)


def _trained(run, finished):
    """Write the model card, and say where the pictures are and what can be done next."""
    from keras_gen.runs.devices import is_chief

    if finished and is_chief():
        card = renew_model_card(run.path)  # read anew: data may have moved, steps been added
        files = ["samples.png", "samples.gif", "losses.png", *([card] if card else [])]
        print(f"in {run.path}: {', '.join(files)}")
        print(f"next:\n  keras-gen {run.recipe.next_command.format(run=run.path)}")
    return 0 if finished else 130


def renew_model_card(run) -> str | None:
    """Write a run's model card and return its name, or None where a record is damaged.

    A record that has nothing to do with the work just done must not make that work fail.
    """
    from keras_gen.pages.model_card import write_model_card

    try:
        return write_model_card(run)[0].name
    except ValueError as error:
        logger.warning(f"the model card was not written: {error}")
        return None
