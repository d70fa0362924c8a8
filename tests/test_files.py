"""Files are whole or not there; digests and free names."""

import itertools
from pathlib import Path

import pytest

from keras_gen.files import digest, first_free, keras_home, numbered, replacing, write_text


def test_the_file_appears_when_the_block_ends(tmp_path):
    path = tmp_path / "a.weights.h5"
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
        assert temporary.name.endswith(".weights.h5")  # Keras and Pillow look at the suffix
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_home_of_keras_is_its_variable_or_a_hidden_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert keras_home() == tmp_path
    monkeypatch.delenv("KERAS_HOME")
    assert keras_home() == Path.home() / ".keras"


def test_a_text_is_written_as_it_is_and_its_digest_is_the_published_one(tmp_path):
    """The SHA-256 and the MD5 of "abc" are those of FIPS 180-2, appendix B.1, and RFC 1321, A.5."""
    write_text(tmp_path / "a.txt", "abc")
    assert (tmp_path / "a.txt").read_bytes() == b"abc"
    assert digest(tmp_path / "a.txt") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    assert digest(tmp_path / "a.txt", "md5") == "900150983cd24fb0d6963f7d28e17f72"


def test_the_first_free_name_is_the_name_itself_or_the_lowest_number(tmp_path):
    path = tmp_path / "a.b.png"
    names = [found.name for found in itertools.islice(numbered(path), 3)]
    assert names == ["a.b.png", "a.b-2.png", "a.b-3.png"]
    assert first_free(numbered(path)) == path
    for name in ("a.b.png", "a.b-3.png"):
        (tmp_path / name).touch()
    assert first_free(numbered(path)).name == "a.b-2.png"
