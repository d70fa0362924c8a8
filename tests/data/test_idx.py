import gzip
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

from keras_gen.data.idx import has_idx, read_idx, read_split

sys.path.append(str(Path(__file__).parents[2] / "scripts"))

from make_fashion_mnist_10k import write_idx

ARRAY = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
# The format, spelled out by hand: zero, zero, type 8, 3 dimensions; 2, 3, 4 as big-endian uint32.
BYTES = bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, *range(24)])


@pytest.mark.parametrize("encode", [gzip.compress, bytes], ids=["gzip", "bare"])
def test_reads_bytes_written_by_hand(tmp_path, encode):
    (tmp_path / "file").write_bytes(encode(BYTES))
    array = read_idx(tmp_path / "file")
    assert array.dtype == np.uint8
    np.testing.assert_array_equal(array, ARRAY)


def test_writes_those_bytes_and_nothing_else(tmp_path):
    write_idx(tmp_path / "a.gz", ARRAY)
    write_idx(tmp_path / "b.gz", ARRAY)
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == BYTES
    # No file name and no time in the gzip header: equal arrays give equal files.
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gz", "b.gz"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected an IDX header"),
        (b"\x89PNG\r\n\x1a\n", "expected an IDX header"),
        (b"\0\0\x0d\x01" + bytes(8), "expected an IDX header"),  # type 0x0d is float32
        (BYTES[:10], "expected an IDX header"),
        (BYTES[:-1], r"expected 24 bytes for shape \(2, 3, 4\), found 23"),
        (BYTES + b"\0", r"expected 24 bytes for shape \(2, 3, 4\), found more"),
        # 2**32 - 1 in every dimension would overflow 64 bits if it were multiplied there.
        (struct.pack(">4B3I", 0, 0, 8, 3, *[2**32 - 1] * 3), "expected at most 4,294,"),
        (gzip.compress(BYTES, mtime=0)[:-9], "damaged gzip file"),
        (gzip.compress(BYTES, mtime=0)[:12] + b"\xff" * 30, "damaged gzip file"),
    ],
)
def test_damaged_files_are_named_in_one_line(tmp_path, content, message):
    path = tmp_path / "bad-idx"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        read_idx(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def write_split(folder, images, labels, prefix="train"):
    write_idx(folder / f"{prefix}-images-idx3-ubyte.gz", images)
    write_idx(folder / f"{prefix}-labels-idx1-ubyte.gz", labels)


def test_a_split_is_read_from_its_own_files(tmp_path):
    write_split(tmp_path, ARRAY, np.uint8([5, 6]))
    write_split(tmp_path, ARRAY + 100, np.uint8([7, 8]), prefix="t10k")
    for split, first, labels in [("train", 0, [5, 6]), ("test", 100, [7, 8])]:
        images, found = read_split(tmp_path, split)
        assert images.shape == (2, 3, 4)
        assert images[0, 0, 0] == first
        assert found.tolist() == labels


def test_a_split_without_gz(tmp_path):
    (tmp_path / "train-images-idx3-ubyte").write_bytes(BYTES)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 2, 5, 6]))
    assert has_idx(tmp_path)
    assert not has_idx(tmp_path, "test")
    assert read_split(tmp_path)[1].tolist() == [5, 6]


def test_a_missing_half_is_named(tmp_path):
    write_idx(tmp_path / "train-images-idx3-ubyte.gz", ARRAY)
    with pytest.raises(FileNotFoundError, match=r"expected train-labels-idx1-ubyte\.gz"):
        read_split(tmp_path)


@pytest.mark.parametrize(
    ("images", "labels"),
    [(ARRAY, np.zeros(3, np.uint8)), (ARRAY[0], np.zeros(3, np.uint8)), (ARRAY, ARRAY)],
)
def test_images_and_labels_must_fit_each_other(tmp_path, images, labels):
    write_split(tmp_path, images, labels)
    with pytest.raises(ValueError, match="expected images") as caught:
        read_split(tmp_path)
    assert str(images.shape) in str(caught.value)
    assert str(labels.shape) in str(caught.value)


def test_an_unknown_split_is_refused(tmp_path):
    with pytest.raises(ValueError, match="unknown split 'validation': expected 'train' or 'test'"):
        read_split(tmp_path, "validation")


def test_no_more_is_unpacked_than_the_header_states(tmp_path):
    """Few bytes of gzip can stand for many: 100 MB of zeros behind an image of 24 pixels."""
    (tmp_path / "more.gz").write_bytes(gzip.compress(BYTES + bytes(10**8)))
    with pytest.raises(ValueError, match=r"expected 24 bytes for shape \(2, 3, 4\), found more"):
        read_idx(tmp_path / "more.gz")
    huge = bytes([0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255])
    (tmp_path / "huge").write_bytes(huge)
    with pytest.raises(ValueError, match=r"expected at most 4,294,967,296 bytes, found shape"):
        read_idx(tmp_path / "huge")


@pytest.mark.parametrize("name", ["train-images.idx3-ubyte", "train-images.idx3-ubyte.gz"])
def test_a_dot_may_stand_where_others_have_a_dash(tmp_path, name):
    """As the archives of MNIST are unpacked by some tools."""
    (tmp_path / name).write_bytes(BYTES)
    assert has_idx(tmp_path)
