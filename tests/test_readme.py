"""The README in both languages: its commands parse, its paths exist, its code runs."""

import json
import re
import shlex
from pathlib import Path

import pytest

from keras_gen.cli import build_parser

ROOT = Path(__file__).parent.parent
READMES = {name: (ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md")}
COMMANDS = {
    name: (ROOT / "docs" / name).read_text("utf-8") for name in ("commands.md", "commands.zh-CN.md")
}


@pytest.mark.parametrize("name", [*READMES, *COMMANDS])
def test_every_command_parses(name):
    commands = set(re.findall(r"`(keras-gen [^`]*)`", (READMES | COMMANDS)[name]))
    assert len(commands) >= 6
    for command in commands:
        if command.endswith("--help"):
            continue
        words = shlex.split(command)[1:]
        assert build_parser().parse_args(words).command == words[0]


def test_the_page_of_commands_names_every_command():
    for name, text in COMMANDS.items():
        for command in build_parser()._subparsers._group_actions[0].choices:
            assert f"`keras-gen {command}" in text, (name, command)


@pytest.mark.parametrize("name", READMES)
def test_every_path_of_the_layout_and_every_link_exists(name):
    text = READMES[name]
    layout = next(block for block in text.split("```")[1::2] if "keras_gen/losses/" in block)
    for line in layout.strip().splitlines():
        assert (ROOT / line.split()[0]).is_dir(), line
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert link.startswith("#") or (ROOT / link.partition("#")[0]).exists(), link


@pytest.mark.parametrize(("name", "language"), [("README.md", "en"), ("README.zh-CN.md", "zh")])
def test_every_tutorial_is_listed_by_its_title(name, language):
    listed = re.findall(r"\| \[(\d+\. [^]]+)\]\((tutorials/[^)]+)\)", READMES[name])
    there = sorted((ROOT / "tutorials" / language).glob("*.ipynb"))
    assert [ROOT / path for _, path in listed] == there
    for title, path in listed:
        heading = json.loads((ROOT / path).read_text("utf-8"))["cells"][0]["source"]
        assert "".join(heading).startswith(f"# {title}"), title


@pytest.mark.parametrize("name", ["architecture.md", "architecture.zh-CN.md"])
def test_every_folder_of_the_package_stands_on_the_page_of_the_architecture(name):
    text = (ROOT / "docs" / name).read_text("utf-8")
    for path in (ROOT / "keras_gen").iterdir():
        if not path.stem.startswith("_") and path.suffix != ".typed":
            assert f"| [`keras_gen.{path.stem}`](" in text, path.stem


def test_both_languages_show_the_same_code_and_open_their_own_tutorials():
    blocks = [
        re.findall(r"```(?:bash|python)\n.*?```", text, re.DOTALL) for text in READMES.values()
    ]
    own = [
        block.replace("jupyter lab tutorials/en", "jupyter lab tutorials/zh") for block in blocks[0]
    ]
    assert own == blocks[1] != blocks[0] and len(own) == 5


def test_the_python_example_runs_and_keeps_its_promises():
    """With 2 steps instead of 500; the shapes and ranges are those of its comments."""
    (code,) = re.findall(r"```python\n(.*?)```", READMES["README.md"], re.DOTALL)
    scope = {}
    exec(code.replace("steps_per_epoch=500", "steps_per_epoch=2"), scope)
    assert scope["images"].shape == (10000, 28, 28, 1) and scope["images"].dtype == "uint8"
    samples = scope["samples"]
    assert samples.shape == (16, 28, 28, 1) and samples.min() >= 0 and samples.max() <= 1
