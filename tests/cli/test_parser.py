"""Help that helps and comes at once, and flags that agree with what they set."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from keras_gen.cli import build_parser, main
from keras_gen.cli.parser import PICTURE_HELP
from keras_gen.data import shipped
from keras_gen.models.style.presets import PRESETS


def run(*words):
    """Run the command line in this process; argparse leaves by SystemExit."""
    try:
        return main([str(word) for word in words])
    except SystemExit as leave:
        return leave.code


COMMANDS = (
    "demo", "train", "generate", "stylize", "restore", "cutout", "recolour", "evaluate", "compare",
    "study", "study-results", "gate", "export", "review", "review-results", "inspect", "info",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_an_example(command, capsys):
    assert run(command, "--help") == 0
    assert f"keras-gen {command}" in capsys.readouterr().out.split("examples:")[1]


def test_help_of_a_recipe_lists_its_fields_with_their_defaults(capsys):
    assert run("train", "dcgan", "--help") == 0
    out = capsys.readouterr().out
    assert "options of the recipe, with their defaults" in out
    assert "--generator-width" in out and "--loss" in out and "--run-dir" in out
    assert "Convolutional GAN" in out and "keras-gen train dcgan --data fashion_mnist" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", "restorer"], "kinds of damage that are learnt (denoise jpeg inpaint upscale)"),
        (["stylize"], "and an animation of them; 0: never (0)"),
    ],
)
def test_a_default_is_said_once_and_as_it_is_typed(words, said, capsys):
    assert run(*words, "--help") == 0
    assert said in " ".join(capsys.readouterr().out.split())


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


def test_inspect_imports_neither_keras_nor_tensorflow(tmp_path):
    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    code = (
        "import sys, keras_gen.cli as c\n"
        "print('STATUS', c.main(['inspect', sys.argv[1]]))\n"
        "print('HEAVY', [m for m in ('keras', 'tensorflow', 'matplotlib') if m in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "a.png")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "a.png: no label TC260:AIGC" in done.stdout
    assert "STATUS 1\nHEAVY []" in done.stdout


def test_version_and_module_entry():
    done = subprocess.run(
        [sys.executable, "-m", "keras_gen", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("keras_gen 0.")


def test_help_of_stylize_names_the_presets_and_the_bundled_pictures(capsys):
    assert run("stylize", "--help") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert f"weights of the layers: {', '.join(list(PRESETS)[:-1])} or {list(PRESETS)[-1]}" in out
    named = {word.strip(",") for word in PICTURE_HELP.splitlines()[1].split()[1:]}
    named |= {word.strip(",") for word in PICTURE_HELP.splitlines()[2].split()[1:]}
    assert named == {path.stem for path in shipped.SHIPPED.glob("*.jpg")}


def test_only_the_flags_that_are_given_arrive():
    """Defaults live in `StyleOptions`; with --model nothing else need be said."""
    words = ["stylize", "a.jpg", "--size", "64", "b.jpg", "c.jpg"]  # the styles stand together
    words += ["--style-weights", "2", "0.5", "--masks", "m", "n"]
    found = vars(build_parser().parse_args(words))
    assert found == {
        "command": "stylize", "content": "a.jpg", "styles": ["b.jpg", "c.jpg"], "out": None,
        "model": None, "size": 64, "style_weights": [2.0, 0.5], "masks": ["m", "n"],
        "visible_label": None, "no_mark": False, "sign": None, "keep_location": False,
    }  # fmt: skip
    words = ["stylize", "a.jpg", "--model=runs/x"]
    assert build_parser().parse_args(words).styles == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("train --resume --run-dir a", {"recipe": None, "resume": True, "run_dir": Path("a")}),
        ("train dcgan --run-dir a", {"recipe": "dcgan", "resume": False, "run_dir": Path("a")}),
        ("train --run-dir a dcgan", {"recipe": "dcgan", "resume": False, "run_dir": Path("a")}),
        ("train vae --beta 2 --epochs 3", {"recipe": "vae", "beta": 2.0, "epochs": 3}),
        ("train --recipe r.json --dry-run", {"recipe_file": Path("r.json"), "dry_run": True}),
    ],
)
def test_options_of_the_run_may_stand_before_and_after_the_recipe(words, expected):
    found = vars(build_parser().parse_args(words.split()))
    assert {key: found[key] for key in expected} == expected


PATHS = {
    "train": ["train", "mlp_gan", "--run-dir=~/x"],
    "generate": ["generate", "~/run", "--out=~/x", "--npz=~/y.npz"],
    "stylize": ["stylize", "a", "b", "--out=~/x.png", "--model=~/run"],
    "evaluate": ["evaluate", "~/run"],
    "compare": ["compare", "~/run", "~/other", "--out=~/x.html"],
    "study": ["study", "~/run", "--out=~/x.html"],
    "study-results": ["study-results", "~/a.csv", "--json=~/x.json"],
    "review": ["review", "~/pictures", "--out=~/x.html", "--run=~/run"],
    "review-results": ["review-results", "~/a.csv", "--images=~/x", "--apply=~/y", "--json=~/z"],
    "demo": ["demo", "--out=~/x"],
}


@pytest.mark.parametrize("command", PATHS)
def test_a_tilde_is_the_home_folder_after_every_flag(command, monkeypatch, tmp_path):
    """The shell leaves --run-dir=~/x alone: a folder named ~ was made, a trap for rm -rf."""
    monkeypatch.setenv("HOME", str(tmp_path))
    values = vars(build_parser().parse_args(PATHS[command])).values()
    flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
    paths = [path for path in flat if isinstance(path, Path)]
    assert paths and all(path.is_relative_to(tmp_path) for path in paths)


@pytest.mark.parametrize("words", [["generate", ""], ["train", "mlp_gan", "--run-dir="]])
def test_an_empty_path_is_not_the_working_folder(words, capsys):
    assert run(*words) == 2
    assert "expected a path, found an empty text" in capsys.readouterr().err


@pytest.mark.parametrize("seed", ["-1", "4294967296", "1.5"])
def test_a_seed_is_one_that_every_source_of_random_numbers_takes(seed, capsys):
    for command in ("generate", "evaluate", "study", "study-results", "review"):
        assert run(command, "x", f"--seed={seed}") == 2
        assert "expected 0 to 4294967295, found" in capsys.readouterr().err
