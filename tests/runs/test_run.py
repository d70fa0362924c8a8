"""Run folders: names, rows and checkpoints survive the way to the disk and back."""

import json

import pytest

from keras_gen.recipes import DCGANRecipe
from keras_gen.runs import Run
from keras_gen.runs.run import new_run_dir, read_recipe, short_names


def a_run(folder, **fields):
    return Run(path=folder, name="dcgan", recipe=DCGANRecipe(**fields), provenance={"a": [1]})


def test_the_first_free_number_is_taken(tmp_path):
    assert new_run_dir("dcgan", tmp_path).name == "dcgan-1"
    (tmp_path / "dcgan-1").mkdir()
    (tmp_path / "dcgan-3").mkdir()
    assert new_run_dir("dcgan", tmp_path).name == "dcgan-2"


def test_a_run_comes_back_equal_and_is_opened_once(tmp_path):
    run = a_run(tmp_path, steps=7, dropout=0.25, loss="hinge", data="数据")
    run.save()
    assert Run.open(tmp_path) == Run.open(str(tmp_path)) == run
    assert Run.open(run) is run
    assert (tmp_path / "recipe.json").read_text("utf-8") == run.to_json()


def test_a_recipe_of_an_earlier_version_is_read(tmp_path):
    """It called the steps between checkpoints report_every, and knew no penalty."""
    content = json.loads(a_run(tmp_path, save_every=7).to_json())
    content["fields"]["report_every"] = content["fields"].pop("save_every")
    del content["fields"]["penalty"]
    (tmp_path / "recipe.json").write_text(json.dumps(content))
    name, recipe, rest = read_recipe(tmp_path / "recipe.json")
    assert (name, recipe, rest) == ("dcgan", DCGANRecipe(save_every=7), {"a": [1]})


BAD_FIELDS = [
    {"image_size": 28.0}, {"batch_size": 8.0}, {"data": 5}, {"data": None}, {"data": []},
    {"seed": -1}, {"seed": 2**32}, {"save_every": "1"}, {"steps": True}, {"image_size": 10**9},
]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "{", "[]", "1", '{"recipe": "dcgan"}', '{"recipe": "x", "fields": {}}', "\x00",
        '{"recipe": [], "fields": {}}', '{"recipe": "dcgan", "fields": {"beta_1": NaN}}',
        '{"recipe": "dcgan", "fields": []}', "[" * 3000 + "]" * 3000,
        '{"recipe": "dcgan", "fields": {}, "data": 5}',
        '{"recipe": "dcgan", "fields": {}, "data": {"sha256": 5}}',
        *(json.dumps({"recipe": "dcgan", "fields": fields}) for fields in BAD_FIELDS),
    ],
)  # fmt: skip
def test_what_is_no_recipe_is_named_in_one_line(tmp_path, text):
    (tmp_path / "recipe.json").write_text(text)
    with pytest.raises(ValueError, match=r"recipe.json cannot be read as a recipe") as caught:
        Run.open(tmp_path)
    assert "\n" not in str(caught.value)


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="expected a run folder, found nothing at"):
        Run.open(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"expected recipe\.json in .*, found no such file"):
        Run.open(tmp_path)
    with pytest.raises(FileNotFoundError, match="expected a trained model or a checkpoint"):
        a_run(tmp_path).load_model()


def test_metrics_come_back_equal(tmp_path):
    run = a_run(tmp_path)
    rows = [{"step": 1, "d_loss": 0.1 + 0.2}, {"step": 2, "d_loss": 1e-30}]
    assert run.read_metrics() == []
    run.write_metrics(rows)
    assert run.read_metrics() == rows


def test_checkpoints_are_found_in_the_order_of_steps(tmp_path):
    run = a_run(tmp_path)
    (tmp_path / "checkpoints").mkdir()
    for step in (100, 20, 3):
        run.checkpoint_path(step).touch()
    (tmp_path / "checkpoints" / ".writing-1-step-0000200.weights.h5").touch()
    assert [step for step, _ in run.checkpoints] == [3, 20, 100]


def test_names_on_a_page_do_not_show_the_folders_of_a_machine(tmp_path):
    """The shortest ends of the paths that tell them apart."""
    a, b, c = (a_run(tmp_path / name) for name in ("x/run-1", "y/run-1", "y/run-2"))
    assert short_names([a]) == ["run-1"]
    assert short_names([b, c]) == ["run-1", "run-2"]
    assert short_names([a, b]) == ["x/run-1", "y/run-1"]
