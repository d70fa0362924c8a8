"""Run folders: names, rows and checkpoints survive the way to the disk and back."""

from keras_gen.recipes import DCGAN
from keras_gen.runs.run import (
    checkpoint_path,
    checkpoints,
    new_run_dir,
    read_metrics,
    read_recipe,
    write_metrics,
    write_recipe,
)


def test_the_first_free_number_is_taken(tmp_path):
    assert new_run_dir("dcgan", tmp_path).name == "dcgan-1"
    (tmp_path / "dcgan-1").mkdir()
    (tmp_path / "dcgan-3").mkdir()
    assert new_run_dir("dcgan", tmp_path).name == "dcgan-2"


def test_a_recipe_comes_back_equal(tmp_path):
    recipe = DCGAN(steps=7, dropout=0.25, loss="hinge", data="数据")
    write_recipe(tmp_path, "dcgan", recipe, versions={"keras": "3"})
    name, read, content = read_recipe(tmp_path)
    assert (name, read, content["versions"]) == ("dcgan", recipe, {"keras": "3"})


def test_metrics_come_back_equal(tmp_path):
    rows = [{"step": 1, "d_loss": 0.1 + 0.2}, {"step": 2, "d_loss": 1e-30}]
    assert read_metrics(tmp_path) == []
    write_metrics(tmp_path, rows)
    assert read_metrics(tmp_path) == rows


def test_checkpoints_are_found_in_the_order_of_steps(tmp_path):
    (tmp_path / "checkpoints").mkdir()
    for step in (100, 20, 3):
        checkpoint_path(tmp_path, step).touch()
    (tmp_path / "checkpoints" / ".writing-1-step-0000200.weights.h5").touch()
    assert [step for step, _ in checkpoints(tmp_path)] == [3, 20, 100]
