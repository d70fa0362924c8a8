"""The root of the package: names that are imported when they are first used."""

import subprocess
import sys

import pytest

import keras_gen
from keras_gen import losses, models, runs


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, keras_gen; print({'keras', 'numpy', 'tensorflow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_names_at_the_root_are_those_of_their_folders():
    assert keras_gen.GAN is models.GAN and keras_gen.train is runs.train
    assert keras_gen.losses is losses
    assert set(keras_gen.__all__) == set(keras_gen.HOMES)
    for name in keras_gen.__all__:
        assert getattr(keras_gen, name) is not None and name in dir(keras_gen)


def test_a_name_that_is_not_there_is_named():
    with pytest.raises(AttributeError, match="module 'keras_gen' has no attribute 'Gan'"):
        _ = keras_gen.Gan
