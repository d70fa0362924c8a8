"""The command line: help that helps, and mistakes that end in one clear line and status 2."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from keras_gen.cli import main

SMALL = ["--generator-width=8", "--discriminator-width=8", "--latent-dim=8", "--batch-size=16"]


def run(*words):
    """Run the command line in this process; argparse leaves by SystemExit."""
    try:
        return main([str(word) for word in words])
    except SystemExit as leave:
        return leave.code


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "small"
    assert run("train", "mlp_gan", "--run-dir", path, "--steps", 2, *SMALL) == 0
    return path


# --- help ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    ["demo", "train", "generate", "evaluate", "compare", "study", "study-results", "info"],
)
def test_each_command_has_an_example(command, capsys):
    assert run(command, "--help") == 0
    assert f"keras-gen {command}" in capsys.readouterr().out.split("examples:")[1]


def test_help_of_a_recipe_lists_its_fields_with_their_defaults(capsys):
    assert run("train", "dcgan", "--help") == 0
    out = capsys.readouterr().out
    assert "fields of DCGAN" in out and "--generator-width" in out and "--loss" in out


def test_help_imports_neither_keras_nor_tensorflow():
    """Which is why it answers at once; seconds are not asserted on a shared machine."""
    code = (
        "import sys, keras_gen.cli as c\n"
        "try: c.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print('HEAVY', [m for m in ('keras', 'tensorflow', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout


def test_version_and_module_entry():
    done = subprocess.run(
        [sys.executable, "-m", "keras_gen", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("keras_gen 0.")


# --- generate -----------------------------------------------------------------------------------


def test_generate_writes_a_grid_into_the_run_by_default(run_dir, capsys):
    assert run("generate", run_dir, "--n", 9, "--seed", 4) == 0
    path = run_dir / "generated-seed-4.png"
    assert str(path) in capsys.readouterr().out
    with Image.open(path) as picture:
        assert picture.size == ((3 * 30 - 2) * 2,) * 2


def test_generate_writes_single_images_and_raw_samples_that_agree(run_dir, tmp_path):
    npz, folder = tmp_path / "raw.npz", tmp_path / "new" / "folder"
    assert run("generate", run_dir, "--n", 5, "--npz", npz, "--out", folder) == 0
    images = np.load(npz)["images"]
    assert images.shape == (5, 28, 28, 1) and images.dtype == np.uint8
    files = sorted(folder.iterdir())
    assert len(files) == 5
    for file, image in zip(files, images, strict=True):
        assert np.array_equal(np.asarray(Image.open(file)), image[..., 0])


def test_the_same_seed_draws_the_same_images(run_dir, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run("generate", run_dir, "--n", 3, "--seed", seed, "--npz", tmp_path / f"{name}.npz")
    a, b, c = (np.load(tmp_path / f"{name}.npz")["images"] for name in "abc")
    assert np.array_equal(a, b) and not np.array_equal(a, c)


def test_evaluate_prints_a_table_and_writes_it(run_dir, capsys):
    assert run("evaluate", run_dir, "--n", 200) == 0
    out = capsys.readouterr().out
    assert "FD-FashionNet" in out and "200 samples" in out and "95 % interval" in out
    figures = json.loads((run_dir / "metrics.json").read_text())["figures"]
    assert {figure["n_fake"] for figure in figures} == {200}


def test_a_study_is_made_and_its_answers_are_read(run_dir, tmp_path, capsys):
    """Four answers, three of them for the generated image: a rate of 0.75."""
    page, answers = tmp_path / "study.html", tmp_path / "answers.csv"
    assert run("study", run_dir, "--trials", 4, "--out", page) == 0
    assert "4 pairs; real images: test split of fashion_mnist_10k" in capsys.readouterr().out
    sides = ["left", "right", "left", "right"]
    choices = ["right", "left", "right", "right"]
    lines = ["study,participant,trial,run,real_side,choice,correct,milliseconds"]
    for i, (side, choice) in enumerate(zip(sides, choices, strict=True), start=1):
        lines.append(f"0123456789ab,a,{i},runs/x,{side},{choice},{int(side == choice)},900")
    answers.write_text("\n".join(lines) + "\n")
    assert run("study-results", answers, "--json", tmp_path / "rates.json") == 0
    assert "0.750" in capsys.readouterr().out
    (found,) = json.loads((tmp_path / "rates.json").read_text())["runs"]
    assert (found["taken_for_real"], found["n"]) == (0.75, 4)


def test_info_names_versions_and_data(capsys):
    assert run("info") == 0
    out = capsys.readouterr().out
    assert "tensorflow " in out and "fashion_mnist_10k" in out and "10,000 images" in out


# --- mistakes -----------------------------------------------------------------------------------

MISTAKES = {
    "unknown command": (["trian"], "invalid choice: 'trian'"),
    "unknown recipe": (["train", "dcgann"], "invalid choice: 'dcgann'"),
    "unknown field": (["train", "dcgan", "--colour", "red"], "unrecognized arguments: --colour"),
    "unknown loss": (["train", "dcgan", "--loss", "ns"], "invalid choice: 'ns'"),
    "not a number": (["train", "dcgan", "--steps", "many"], "invalid int value: 'many'"),
    "steps and epochs": (["train", "dcgan", "--steps=1", "--epochs=1"], "not allowed with"),
    "negative steps": (["train", "dcgan", "--steps=-3"], "steps: expected at least 1, found -3"),
    "zero epochs": (["train", "dcgan", "--epochs=0"], "epochs: expected at least 1, found 0"),
    "missing folder": (["train", "dcgan", "--data", "nowhere"], "unknown data 'nowhere'"),
    "folder without images": (["train", "dcgan", "--data", "empty"], "empty"),
    "batch larger than the data": (["train", "mlp_gan", "--batch-size=10001"], "found 10,001"),
    "image size": (["train", "dcgan", "--image-size=30"], "found 30x30x1"),
    "existing run folder": (["train", "dcgan", "--run-dir", "empty"], "empty exists already"),
    "resume without a folder": (["train", "dcgan", "--resume"], "--resume needs the --run-dir"),
    "resume nothing": (
        ["train", "dcgan", "--resume", "--run-dir", "nowhere"],
        "nothing at nowhere",
    ),
    "resume no run": (["train", "dcgan", "--resume", "--run-dir", "empty"], "expected recipe.json"),
    "resume without a checkpoint": (
        ["train", "dcgan", "--resume", "--run-dir", "bare"],
        "expected a checkpoint to resume from, found none in bare",
    ),
    "unreadable recipe": (
        ["train", "dcgan", "--resume", "--run-dir", "torn"],
        "recipe.json cannot be read as a recipe",
    ),
    "resume another recipe": (
        ["train", "mlp_gan", "--resume", "--run-dir", "bare"],
        "a resumed run keeps its recipe; bare has dcgan",
    ),
    "resume with another field": (
        ["train", "dcgan", "--resume", "--run-dir", "bare", "--seed=9"],
        "a resumed run keeps its recipe; bare has seed=0",
    ),
    "generate from nothing": (["generate", "nowhere"], "expected a run folder"),
    "generate from an untrained run": (["generate", "bare"], "expected a trained model"),
    "generate none": (["generate", "bare", "--n=0"], "n: expected at least 1, found 0"),
    "unknown picture": (["generate", "bare", "--out", "a.xyz"], "found a.xyz"),
    "vae's size": (["train", "vae", "--image-size=30"], "found 30x30x1"),
    "evaluate nothing": (["evaluate", "nowhere"], "expected a run folder"),
    "evaluate an untrained run": (["evaluate", "bare"], "expected a trained model"),
    "evaluate on few": (["evaluate", "bare", "--n=99"], "expected at least 100 images"),
    "unknown split": (["evaluate", "bare", "--split=dev"], "invalid choice: 'dev'"),
    "unknown features": (["evaluate", "bare", "--features=x"], "invalid choice: 'x'"),
    "compare one": (["compare", "bare"], "expected at least two runs"),
    "compare nothing": (["compare", "bare", "nowhere"], "expected a run folder"),
    "study of nothing": (["study", "nowhere"], "expected a run folder"),
    "study of no trials": (["study", "bare", "--trials=0"], "trials"),
    "results of nothing": (["study-results", "nowhere.csv"], "nowhere.csv"),
    "demo over a folder": (["demo", "--out", "empty"], "empty exists already"),
    "demo of no steps": (["demo", "--out", "new", "--steps=0"], "steps: expected at least 1"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_and_status_2_and_writes_nothing(
    mistake, tmp_path, monkeypatch, capfd
):
    words, message = MISTAKES[mistake]
    monkeypatch.chdir(tmp_path)
    for folder in ("empty", "bare", "torn"):
        (tmp_path / folder).mkdir()
    (tmp_path / "bare" / "recipe.json").write_text('{"recipe": "dcgan", "fields": {}}')
    (tmp_path / "torn" / "recipe.json").write_text('{"recipe": "dcg')
    before = sorted(tmp_path.rglob("*"))
    assert run(*words) == 2
    captured = capfd.readouterr()
    assert message in captured.err
    assert len(captured.err.strip().splitlines()) == 1 and captured.err.startswith("keras-gen")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_run_that_breaks_down_is_status_1_and_one_line(tmp_path, capfd):
    rates = ["--d-learning-rate=1e30", "--g-learning-rate=1e30"]
    words = ["train", "mlp_gan", "--run-dir", tmp_path / "run", "--steps=50", *SMALL, *rates]
    assert run(*words) == 1
    last = capfd.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("keras-gen train: stopped at step") and "Try smaller" in last
