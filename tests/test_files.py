"""Files are whole or not there; digests and free names."""

import errno
import itertools
import os
import threading
import time
from pathlib import Path

import pytest

from keras_gen import files
from keras_gen.files import (
    claim_folder,
    creating_folder,
    digest,
    first_free,
    keras_home,
    numbered,
    parse_json,
    read_text,
    replacing,
    require_file,
    require_new,
    sweep,
    write_text,
)


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


# --- what must not be lost, and what must not be written to ---------------------------------------


@pytest.mark.parametrize("kind", ["device", "pipe", "folder"])
def test_what_is_no_regular_file_is_refused_and_left_as_it_is(tmp_path, kind):
    """A device replaced by a file, such as /dev/null, breaks every program of the machine."""
    path = {"device": Path("/dev/null"), "pipe": tmp_path / "pipe", "folder": tmp_path / "d"}[kind]
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    before = path.stat()
    with pytest.raises(ValueError, match="expected a file, found a"):
        write_text(path, "text")
    assert (path.stat().st_mode, path.stat().st_ino) == (before.st_mode, before.st_ino)


def test_a_link_stays_a_link_and_its_target_is_replaced(tmp_path):
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "target.txt", tmp_path / "link.txt"
    target.write_text("old")
    link.symlink_to(target)
    write_text(link, "new")
    assert link.is_symlink() and target.read_text() == "new"


def test_bytes_are_on_the_disk_before_the_name_is(tmp_path, monkeypatch):
    """Without this order a power cut leaves names of empty files: it took 7 of 7 runs."""
    order = []
    fsync, replace = os.fsync, os.replace

    def synced(descriptor):
        order.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")
        fsync(descriptor)

    def renamed(*paths):
        order.append("rename")
        replace(*paths)

    monkeypatch.setattr(files.os, "fsync", synced)
    monkeypatch.setattr(files.os, "replace", renamed)
    write_text(tmp_path / "a.txt", "text")
    assert order == ["file", "rename", "folder"]


def test_a_name_that_just_fits_is_written_and_a_longer_one_is_named(tmp_path):
    """255 bytes is the limit of the usual file systems; temporary names must not add to it."""
    path = tmp_path / ("a" * 251 + ".txt")
    write_text(path, "text")
    assert path.read_text() == "text"
    with pytest.raises(OSError, match=r"aaa\.txt") as caught:
        write_text(tmp_path / ("a" * 252 + ".txt"), "text")
    assert caught.value.errno == errno.ENAMETOOLONG


def test_an_error_of_the_system_names_the_file_that_the_user_knows(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        write_text(tmp_path / "nowhere" / "a.txt", "text")
    assert caught.value.filename == str(tmp_path / "nowhere" / "a.txt")


def test_a_new_file_never_takes_the_place_of_another(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "first", new=True)
    with pytest.raises(FileExistsError):
        write_text(path, "second", new=True)
    assert path.read_text() == "first" and list(tmp_path.iterdir()) == [path]


def test_a_new_file_is_never_met_empty(tmp_path, monkeypatch):
    """A process that is killed between two calls of the system leaves what they left."""
    path = tmp_path / "a.txt"
    met = []

    def looking(call):
        def look(*arguments):
            met.append(path.read_text() if path.exists() else None)
            call(*arguments)
            met.append(path.read_text() if path.exists() else None)

        return look

    for name in ("link", "replace"):
        monkeypatch.setattr(os, name, looking(getattr(os, name)))
    write_text(path, "whole", new=True)
    assert met == [None, "whole"] and list(tmp_path.iterdir()) == [path]


def test_a_file_system_without_links_still_refuses_a_name_that_is_taken(tmp_path, monkeypatch):
    def link(source, target):
        raise PermissionError(errno.EPERM, "Operation not permitted", source, None, target)

    monkeypatch.setattr(os, "link", link)
    test_a_new_file_never_takes_the_place_of_another(tmp_path)


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "deep" / "run"
    with pytest.raises(RuntimeError), creating_folder(path) as folder:
        (folder / "a.txt").write_text("text")
        raise RuntimeError
    assert not path.exists() and list(path.parent.iterdir()) == []
    with creating_folder(path) as folder:
        (folder / "a.txt").write_text("text")
        assert not path.exists()
    assert (path / "a.txt").read_text() == "text"
    with pytest.raises(FileExistsError, match="exists already"), creating_folder(path):
        pass


def test_a_folder_that_another_process_made_meanwhile_is_left_alone(tmp_path):
    path = tmp_path / "run"
    with pytest.raises(FileExistsError, match="run exists already"), creating_folder(path):
        path.mkdir()
        (path / "other.txt").write_text("theirs")
    assert [p.name for p in tmp_path.rglob("*")] == ["run", "other.txt"]


def test_folders_are_claimed_by_one_each(tmp_path):
    """Eight threads, eight folders: making one is the claim, not looking whether it is there."""
    found = []
    names = tmp_path / "demo"
    threads = [
        threading.Thread(target=lambda: found.append(claim_folder(numbered(names))))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 8 and all(path.is_dir() for path in found)


def test_unfinished_files_of_killed_processes_are_swept_and_fresh_ones_stay(tmp_path):
    (tmp_path / "samples").mkdir()
    old, fresh = tmp_path / "samples" / ".writing-1-a.png", tmp_path / ".writing-2-b.png"
    for path in (old, fresh, tmp_path / "kept.png"):
        path.touch()
    long_ago = time.time() - 2 * files.ABANDONED
    os.utime(old, (long_ago, long_ago))
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*.png")) == [fresh.name, "kept.png"]


def test_an_unfinished_folder_is_swept_when_the_next_is_created(tmp_path):
    old, fresh = tmp_path / ".writing-1", tmp_path / ".writing-2"
    for path in (old, fresh):
        (path / "samples").mkdir(parents=True)
    long_ago = time.time() - 2 * files.ABANDONED
    os.utime(old, (long_ago, long_ago))
    with creating_folder(tmp_path / "run"):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == [fresh.name, "run"]


def test_without_a_home_folder_the_temporary_one_holds_the_cache(monkeypatch, tmp_path):
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.setattr(files.os.path, "expanduser", lambda path: path)  # no HOME, unknown user
    monkeypatch.setattr(files.tempfile, "gettempdir", lambda: str(tmp_path))
    assert keras_home() == tmp_path / ".keras"


# --- what is read ---------------------------------------------------------------------------------


def test_only_a_regular_file_is_opened(tmp_path):
    """A pipe would wait for ever, a device might never end."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="pipe: expected a file, found a device or a pipe"):
        require_file(tmp_path / "pipe")
    with pytest.raises(ValueError, match="expected a text, found a folder"):
        require_file(tmp_path, "a text")
    with pytest.raises(FileNotFoundError, match="expected a text, found nothing"):
        require_file(tmp_path / "a.txt", "a text")


def test_a_text_of_other_bytes_or_without_end_is_refused(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="expected a file in UTF-8, found other bytes"):
        read_text(tmp_path / "a.txt")
    (tmp_path / "b.txt").write_bytes(b"\xef\xbb\xbftext")
    assert read_text(tmp_path / "b.txt") == "text"
    monkeypatch.setattr(files, "LARGEST_TEXT", 3)
    with pytest.raises(ValueError, match="more than 64 MiB"):
        read_text(tmp_path / "b.txt")


@pytest.mark.parametrize("text", ["[]", "{", '{"a": NaN}', '{"a": Infinity}', "[" * 100_000])
def test_what_is_no_json_object_is_a_value_error(text):
    with pytest.raises(ValueError):
        parse_json(text)


def test_a_name_in_other_bytes_is_written_as_an_escape_that_json_reads_back(tmp_path):
    """杯子 in GBK, as an archive from Windows unpacks on Linux."""
    name = os.fsdecode(b"\xb1\xad\xd7\xd3.jpg")
    write_text(tmp_path / "a.json", f'{{"file": "{name}"}}')
    assert parse_json(read_text(tmp_path / "a.json")) == {"file": name}


def test_a_result_is_refused_where_it_could_not_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match="expected a folder at"):
        require_new(tmp_path / "file" / "a.png")
    with pytest.raises(FileExistsError, match="file exists already"):
        require_new(tmp_path / "file")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError, match="link exists already"):
        require_new(tmp_path / "link")
    monkeypatch.setattr(files.os, "access", lambda *words: False)  # root may write everywhere
    with pytest.raises(PermissionError):
        require_new(tmp_path / "a.png")
