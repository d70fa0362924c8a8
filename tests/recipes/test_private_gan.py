"""The private recipe: what a budget pays for, what is refused, and a run that is killed."""

import dataclasses
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from keras_gen import data
from keras_gen.cli import main
from keras_gen.models.accountant import Accountant
from keras_gen.recipes import PrivateGANRecipe
from keras_gen.runs import Run

RECIPE = PrivateGANRecipe(
    batch_size=50, generator_width=2, discriminator_width=2, latent_dim=4, discriminator_steps=2
)
FLAGS = [
    "--batch-size=50", "--generator-width=2", "--discriminator-width=2", "--latent-dim=4",
    "--discriminator-steps=2", "--save-every=2",
]  # fmt: skip


@pytest.fixture
def dp():
    return pytest.importorskip("dp_accounting", reason="dp-accounting is in the extra 'privacy'")


def test_the_recipe_takes_the_number_of_images_from_the_data():
    images = data.load(RECIPE.data)
    recipe = RECIPE.for_data(images.take(np.arange(400)))
    assert recipe.examples == 400 and recipe.build().accountant.probability == 50 / 400
    with pytest.raises(ValueError, match="batch size: expected at most the 40 images, found 50"):
        RECIPE.for_data(images.take(np.arange(40)))
    with pytest.raises(ValueError, match="delta: expected less than one over the 400 images"):
        dataclasses.replace(RECIPE, delta=0.01).for_data(images.take(np.arange(400)))


@pytest.mark.export
def test_a_budget_cuts_the_steps_and_is_not_spent_twice(dp):
    recipe = dataclasses.replace(RECIPE, target_epsilon=3.0, steps=10_000)
    cut = recipe.limited(10_000)
    accountant = Accountant(50 / 10_000, 1.0, 1e-5)
    assert accountant.epsilon(2 * cut.steps) <= 3.0 < accountant.epsilon(2 * cut.steps + 2)
    assert cut.limited(10_000, done=cut.steps) == cut  # whose pictures may be missing
    with pytest.raises(ValueError, match=r"target epsilon: step [\d,]+ would need 3.*, found 3$"):
        recipe.limited(10_000, done=cut.steps)
    assert RECIPE.limited(10_000) == RECIPE  # without a budget


@pytest.mark.export
def test_a_budget_below_the_first_step_is_refused_in_one_line(dp, tmp_path, capsys):
    words = ["train", "private_gan", "--run-dir", str(tmp_path / "run"), "--target-epsilon=0.01"]
    assert main([*words, *FLAGS]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_without_the_extra_training_is_refused_in_one_line(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "dp_accounting", None)
    words = ["train", "private_gan", "--run-dir", str(tmp_path / "run"), *FLAGS]
    assert main(words) == 2
    error = capsys.readouterr().err
    assert "pip install" in error and "keras_gen[privacy]" in error and error.count("\n") == 1
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_killed_run_goes_on_and_spends_once(dp, tmp_path):
    """Weights and epsilon are those of a run that nobody killed: no noisy step counts twice."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert main(["train", "private_gan", "--run-dir", str(whole), "--steps=12", *FLAGS]) == 0
    command = [sys.executable, "-m", "keras_gen", "train", "private_gan", "--run-dir", str(killed)]
    process = subprocess.Popen([*command, "--steps=12", *FLAGS])
    while not (killed / "metrics.csv").exists():
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert main(["train", "--run-dir", str(killed), "--resume"]) == 0
    rows = [Run.open(folder).read_metrics() for folder in (whole, killed)]
    assert [row["epsilon"] for row in rows[0]] == [row["epsilon"] for row in rows[1]]
    assert rows[1][-1]["epsilon"] == Accountant(50 / 10_000, 1.0, 1e-5).epsilon(24)
    first, second = (Run.open(folder).load_model() for folder in (whole, killed))
    assert int(second.d_optimizer.iterations) == 24
    for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
