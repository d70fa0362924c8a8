"""A run that learns from another one: without data, from its weights, and bit for bit."""

import dataclasses
import json
import shutil

import numpy as np
import pytest

from keras_gen import data
from keras_gen.cli import main
from keras_gen.evaluation import evaluate
from keras_gen.recipes import DCGANRecipe, DistilledRecipe
from keras_gen.runs import Run, generate, prepare, resume, teachers, train

TEACHER = DCGANRecipe(
    steps=2, save_every=1, batch_size=4, generator_width=2, discriminator_width=2, latent_dim=4
)
STUDENT = DistilledRecipe(
    steps=6, save_every=2, batch_size=4, generator_width=1, discriminator_width=2
)

pytestmark = pytest.mark.usefixtures("judges_once")


@pytest.fixture(scope="module")
def taught(tmp_path_factory, untraced):
    """A folder with a teacher's run, and a student's run that was never interrupted."""
    folder = tmp_path_factory.mktemp("taught")
    with untraced():
        assert train("dcgan", TEACHER, folder / "teacher")
    assert train("distilled", student_of(folder / "teacher"), folder / "student")
    return folder


def student_of(path, **changes):
    return dataclasses.replace(STUDENT, teacher=str(path), **changes)


def states(path):
    model = Run.open(path).load_model()
    return [*model.weights, *model.d_optimizer.variables, *model.g_optimizer.variables]


def test_the_teacher_draws_as_its_run_does(taught):
    """Its weights are those of the average, which draws the samples of the run."""
    average = Run.open(taught / "teacher").load_model().ema_generator.get_weights()
    teacher = Run.open(taught / "student").load_model().teacher.get_weights()
    for a, b in zip(average, teacher, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_record_names_the_teacher_and_the_data_that_it_saw(taught):
    teacher, student = (
        json.loads((taught / n / "recipe.json").read_text("utf-8")) for n in ("teacher", "student")
    )
    assert student["data"] == teacher["data"] and student["fields"]["data"] == TEACHER.data
    known = {"recipe": "dcgan", "id": Run.open(taught / "teacher").id, "steps": 2}
    assert student["teacher"] == known
    assert student["fields"]["latent_dim"] == 4 and student["fields"]["teacher_width"] == 2


@pytest.mark.usefixtures("few_steps")
def test_no_image_is_loaded_to_train(taught, tmp_path, monkeypatch):
    def nothing(*words, **options):
        raise AssertionError("training read images")

    monkeypatch.setattr(data, "load", nothing)
    recipe = student_of(taught / "teacher", steps=1)
    assert train("distilled", recipe, tmp_path / "run")
    assert resume(tmp_path / "run", steps=2)


@pytest.mark.slow
def test_a_stopped_student_goes_on_bit_for_bit_where_the_teacher_is_gone(taught, tmp_path):
    shutil.copytree(taught / "teacher", tmp_path / "teacher")
    recipe = student_of(tmp_path / "teacher", steps=4)
    assert train("distilled", recipe, tmp_path / "run")
    shutil.rmtree(tmp_path / "teacher")
    assert resume(tmp_path / "run", steps=6)
    for a, b in zip(states(taught / "student"), states(tmp_path / "run"), strict=True):
        np.testing.assert_array_equal(np.array(a), np.array(b))


@pytest.mark.slow
def test_a_student_killed_before_its_first_checkpoint_begins_anew(taught, tmp_path):
    run, images = prepare("distilled", student_of(taught / "teacher"), tmp_path / "run")
    run.create()
    assert resume(run.path)
    for a, b in zip(states(taught / "student"), states(run.path), strict=True):
        np.testing.assert_array_equal(np.array(a), np.array(b))
    assert images.images.shape == (0, 28, 28, 1)


def test_it_draws_and_is_measured_like_any_other_run(taught):
    (grid,) = generate(taught / "student", n=4)
    assert grid.exists()
    found = evaluate(taught / "student", n=150, write=False).by_key
    assert {"frechet_distance", "nearest_train"} <= set(found)


def test_a_bundled_run_teaches(tmp_path):
    run, images = prepare("distilled", STUDENT, tmp_path / "run")
    assert run.recipe.teacher_width == 32 and run.recipe.data == "fashion_mnist"
    model = run.recipe.build()
    teachers.teach(model, run.recipe)
    expected = Run.open("dcgan").load_model().draw(np.ones((2, 100), "float32"))
    drawn = np.asarray(model.teacher(np.ones((2, 100), "float32"), training=False))
    np.testing.assert_allclose((drawn + 1) / 2, expected, atol=1e-6)
    assert len(images.images) == 0


def test_recipes_without_a_teacher_are_left_as_they_are():
    assert teachers.with_teacher(TEACHER) == (TEACHER, {})


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--teacher=vae"], "teacher: expected a run of dcgan, mlp_gan or private_gan, found vae"),
        (["--teacher=nowhere"], "expected a run folder, found nothing at nowhere"),
        (["--epochs=1"], "epochs: expected steps, since a student passes over no data"),
        (["--latent-dim=7"], "latent dim: expected 100, as the teacher, found 7"),
    ],
)
def test_mistakes_are_one_line_and_write_nothing(tmp_path, capsys, flags, words):
    assert main(["train", "distilled", "--run-dir", str(tmp_path / "run"), *flags]) == 2
    error = capsys.readouterr().err
    assert words in error and error.count("\n") == 1
    assert not (tmp_path / "run").exists()
