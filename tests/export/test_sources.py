"""Which networks a name stands for."""

import numpy as np
import pytest

from keras_gen.export.sources import open_source
from keras_gen.retouch import matting


def test_cutout_is_the_network_of_the_package_and_no_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = open_source("cutout")
    networks, side, _ = source.load()
    assert source.folder is None and side is None and list(networks) == ["cutout"]
    images = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
    mattes = networks["cutout"](images / np.float32(255))["mattes"]
    np.testing.assert_allclose(mattes, matting.mattes_of(images), atol=1e-5)


def test_a_folder_of_that_name_is_looked_into(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cutout").mkdir()
    with pytest.raises(FileNotFoundError, match="cutout"):
        open_source("cutout")


def test_a_bundled_run_says_where_it_comes_from():
    source = open_source("dcgan")
    _, side, about = source.load()
    assert source.name == "dcgan" and source.folder is None and side == 28
    assert about["steps"] > 1000 and about["data"]["sha256"]
