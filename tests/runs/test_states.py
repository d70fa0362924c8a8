"""States: what is saved is whole and sound, and the newest whole one is loaded."""

import dataclasses
import os
import shutil
import subprocess
import sys
import warnings
import zipfile

import numpy as np
import pytest

from keras_gen.recipes import MLPGANRecipe
from keras_gen.runs import Run, training
from keras_gen.runs.states import checkpoints_in, locked, not_finite, save_state

SMALL = {
    "generator_width": 4,
    "discriminator_width": 4,
    "latent_dim": 4,
    "batch_size": 8,
    "penalty": "none",
}
RECIPE = MLPGANRecipe(**SMALL, steps=4, save_every=2)


@pytest.fixture(scope="module")
def trained(tmp_path_factory, untraced):
    """A run of 4 steps with checkpoints of steps 2 and 4, and its model of each."""
    path = tmp_path_factory.mktemp("runs") / "run"
    with untraced():
        assert training.train("mlp_gan", RECIPE, path)
    return path


@pytest.fixture(scope="module")
def drawn_after_two(trained):
    """What the checkpoint of step 2 draws."""
    model = RECIPE.build()
    model.load_weights(Run.open(trained).checkpoints[0][1])
    return model.sample(2)


@pytest.fixture
def stopped(trained, tmp_path):
    """The same without its finished model."""
    path = shutil.copytree(trained, tmp_path / "run")
    (path / "model.keras").unlink()
    return path


def test_checkpoints_are_sorted_by_number_and_other_names_ignored(tmp_path):
    """As text, step-10000000 comes before step-9999995: so it was deleted at once."""
    names = ["step-9999995.keras", "step-10000000.keras", "step-0000020 (copy).keras"]
    names += ["step-x.keras", ".writing-0a.keras", "step-0000003.weights.h5", "notes.txt"]
    for name in names:
        (tmp_path / name).touch()
    assert [step for step, _ in checkpoints_in(tmp_path)] == [3, 9999995, 10000000]
    assert checkpoints_in(tmp_path / "nowhere") == []


@pytest.mark.usefixtures("few_steps")
def test_the_last_two_checkpoints_are_kept_whatever_their_number(stopped, monkeypatch):
    """A run whose steps begin to have eight digits goes on."""
    run = Run.open(stopped)
    model = run.recipe.build()
    for step in (9_999_998, 10_000_000):
        model.g_optimizer.iterations.assign(step)
        save_state(model, run.checkpoint_path(step))
    assert training.resume(stopped, steps=10_000_002)
    assert [step for step, _ in run.checkpoints] == [10_000_000, 10_000_002]
    assert run.sample_paths[-1].name == "step-10000002.png"


DAMAGE = {
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "garbage": lambda path: path.write_bytes(b"version https://git-lfs.github.com/spec/v1"),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "one bit": lambda path: flip(path, path.stat().st_size // 2),
    "the first byte": lambda path: flip(path, 0),
    "compressed": lambda path: compress(path),
    "not finite": lambda path: poison(path),
    "another step": lambda path: shutil.copy(path.with_name("step-0000002.keras"), path),
}


def flip(path, position):
    content = bytearray(path.read_bytes())
    content[position] ^= 8
    path.write_bytes(content)


def compress(path):
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def poison(path):
    """Save a state whose discriminator is NaN, as the first versions did."""
    model = RECIPE.build()
    model.load_weights(path)
    weights = model.discriminator.trainable_variables[0]
    weights.assign(weights * np.nan)
    model.save(path)


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_checkpoint_falls_back_to_the_one_before(stopped, drawn_after_two, kind, caplog):
    run = Run.open(stopped)
    last = run.checkpoints[-1][1]
    DAMAGE[kind](last)
    model = run.load_model()
    assert model.steps_done == 2
    np.testing.assert_array_equal(model.sample(2), drawn_after_two)
    (warning,) = [record.getMessage() for record in caplog.records]
    assert warning.startswith(f"{last} cannot be used") and "\n" not in warning


@pytest.mark.usefixtures("few_steps")
def test_a_run_whose_last_checkpoint_is_damaged_is_resumed_bit_for_bit(trained, stopped):
    run = Run.open(stopped)
    DAMAGE["cut"](run.checkpoints[-1][1])
    assert training.resume(stopped)
    models = [Run.open(path).load_model() for path in (trained, stopped)]
    for a, b in zip(*(model.variables for model in models), strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


def test_a_damaged_model_falls_back_to_the_checkpoint_of_its_step(trained, tmp_path, caplog):
    path = shutil.copytree(trained, tmp_path / "run")
    DAMAGE["one bit"](path / "model.keras")
    found = Run.open(path).load_model()
    np.testing.assert_array_equal(found.sample(2), Run.open(trained).load_model().sample(2))
    assert found.steps_done == 4 and "model.keras cannot be used" in caplog.text


def test_where_no_state_is_whole_one_line_says_so(stopped):
    for _, path in Run.open(stopped).checkpoints:
        DAMAGE["cut"](path)
    with pytest.raises(ValueError, match="expected a whole state of this run, found none"):
        Run.open(stopped).load_model()
    with pytest.raises(ValueError, match="expected a whole state of this run, found none"):
        training.resume(stopped)


def test_a_state_of_other_networks_is_refused_without_a_word_of_keras(trained):
    """Keras would warn at length, and leave what does not fit untrained."""
    wider = dataclasses.replace(RECIPE, discriminator_width=8)
    run = dataclasses.replace(Run.open(trained), recipe=wider)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(ValueError, match="expected a whole state of this run, found none"):
            run.load_model()
    assert not [warning for warning in caught if warning.category is UserWarning]


def test_the_newer_of_model_and_checkpoint_is_loaded(stopped):
    """A model of step 2 beside a checkpoint of step 4, as a kill could leave them."""
    run = Run.open(stopped)
    shutil.copy(run.checkpoints[0][1], run.model_path)
    assert run.load_model().steps_done == 4
    for _, path in run.checkpoints:
        DAMAGE["cut"](path)
    assert run.load_model().steps_done == 2


@pytest.mark.usefixtures("few_steps")
def test_checkpoints_of_earlier_versions_are_read_and_resumed(trained, stopped):
    """They were .weights.h5 files."""
    run = Run.open(stopped)
    model = run.load_model()
    for _, path in run.checkpoints:
        path.unlink()
    model.save_weights(stopped / "checkpoints" / "step-0000004.weights.h5")
    np.testing.assert_array_equal(run.load_model().sample(2), model.sample(2))
    assert training.resume(stopped, steps=6)
    assert [step for step, _ in run.checkpoints] == [4, 6]


def test_every_variable_counts_as_part_of_a_sound_state(trained):
    """Networks, average, both optimizers: NaN in any of them would end a resumed run."""
    model = Run.open(trained).load_model()
    assert not_finite(model) == []
    for variables in (model.discriminator.variables, model.d_optimizer.variables):
        broken = next(v for v in reversed(variables) if "float" in str(v.dtype))
        kept = np.array(broken)
        broken.assign(np.full(broken.shape, np.inf))
        assert not_finite(model) == [broken.path]
        broken.assign(kept)


@pytest.mark.slow
def test_a_folder_is_trained_by_one_process_at_a_time(tmp_path):
    """A process of its own: a lock does not keep out the process that holds it on every system."""
    pytest.importorskip("fcntl")
    code = "from keras_gen.runs.states import locked; from pathlib import Path; import sys\n"
    code += "with locked(Path(sys.argv[1])): print('held')"
    command = [sys.executable, "-c", code, str(tmp_path)]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}

    def attempt():
        return subprocess.run(command, capture_output=True, text=True, env=environment)

    with locked(tmp_path):
        refused = attempt()
    assert refused.returncode == 1 and "another process is training this run" in refused.stderr
    assert attempt().stdout == "held\n"
