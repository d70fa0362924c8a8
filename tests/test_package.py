"""The package as a whole: names at its root, and the files that describe it."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import keras_gen
from keras_gen import losses, models, pictures, runs

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, keras_gen; print({'keras', 'numpy', 'tensorflow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_labels_need_no_tensorflow():
    """A server that runs exported networks labels its pictures without what trained them."""
    code = """import sys, keras_gen.provenance as p; from keras_gen.pictures import encode_picture
print({'keras', 'tensorflow', 'matplotlib', 'scipy'} & set(sys.modules))"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_names_of_pictures_are_those_of_their_files():
    assert set(pictures.__all__) == set(pictures.HOMES)
    for name in pictures.__all__:
        assert getattr(pictures, name).__module__ == f"keras_gen.pictures.{pictures.HOMES[name]}"
    with pytest.raises(AttributeError, match="no attribute 'Grid'"):
        _ = pictures.Grid


def test_names_at_the_root_are_those_of_their_folders():
    assert keras_gen.GAN is models.GAN and keras_gen.train is runs.train
    assert keras_gen.losses is losses
    assert set(keras_gen.__all__) == set(keras_gen.HOMES)
    for name in keras_gen.__all__:
        assert getattr(keras_gen, name) is not None and name in dir(keras_gen)


def test_a_name_that_is_not_there_is_named():
    with pytest.raises(AttributeError, match="module 'keras_gen' has no attribute 'Gan'"):
        _ = keras_gen.Gan


def test_the_version_is_the_same_everywhere():
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert re.search(r"^version: (.+)$", citation, re.M)[1] == keras_gen.__version__
    assert PROJECT["project"]["version"] == keras_gen.__version__


def test_type_hints_are_shipped():
    assert (ROOT / "keras_gen" / "py.typed").is_file()
    assert "py.typed" in PROJECT["tool"]["setuptools"]["package-data"]["keras_gen"]


def test_every_make_target_that_is_explained_exists():
    explained = set(re.findall(r"`make (\w+)`", (ROOT / "CONTRIBUTING.md").read_text("utf-8")))
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert explained == targets and len(targets) == 7


def test_the_linter_of_a_commit_is_the_one_of_the_tests():
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    pinned = re.search(r"rev: v(\d+)\.(\d+)", hooks)
    wanted = next(d for d in PROJECT["project"]["optional-dependencies"]["test"] if "ruff" in d)
    assert (int(pinned[1]), int(pinned[2])) >= tuple(map(int, re.findall(r"\d+", wanted)))
