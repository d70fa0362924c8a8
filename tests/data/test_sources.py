import gzip
import struct

import numpy as np
import pytest
from PIL import Image

from keras_gen.data import sources
from keras_gen.data.sources import held_out, load


def write_idx(path, array):
    """Write a uint8 array in the format of MNIST's files."""
    header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(gzip.compress(header + array.tobytes()))


@pytest.fixture
def idx_folder(tmp_path):
    """Three train images, one test image; each a bright square of 20 x 20 on black."""
    images = np.zeros((4, 28, 28), np.uint8)
    images[:, 4:24, 4:24] = 200
    folder = tmp_path / "squares"
    folder.mkdir()
    for prefix, part in [("train", slice(3)), ("t10k", slice(3, 4))]:
        write_idx(folder / f"{prefix}-images-idx3-ubyte.gz", images[part])
        write_idx(folder / f"{prefix}-labels-idx1-ubyte.gz", np.arange(4, dtype=np.uint8)[part])
    return folder


@pytest.fixture
def photo_folder(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.new("RGB", (40, 20), "black").save(folder / "a.png")
    return folder


def test_the_default_is_the_image_as_it_is():
    data = load("fashion_mnist_10k")
    assert data.images.shape == (10_000, 28, 28, 1)
    assert data.name == "fashion_mnist_10k"


def test_the_embedded_sample_has_a_test_split():
    data = load("fashion_mnist_10k", split="test")
    assert data.images.shape == (2_000, 28, 28, 1)
    assert data.labels.shape == (2_000,)


def test_held_out_images_are_the_test_split_where_there_is_one(idx_folder, photo_folder):
    split, images = held_out("fashion_mnist_10k", (32, 32, 1))
    assert split == "test" and images.images.shape == (2000, 32, 32, 1)
    split, images = held_out(str(idx_folder))
    expected = load(str(idx_folder), split="test").images
    assert split == "test" and np.array_equal(images.images, expected)
    split, images = held_out(str(photo_folder), (16, 16, 3))
    expected = load(str(photo_folder), (16, 16, 3)).images
    assert split == "train" and np.array_equal(images.images, expected)


def test_fashion_mnist_gets_the_split(monkeypatch):
    monkeypatch.setattr(sources, "fashion_mnist", lambda split: split)
    assert load("fashion_mnist", split="test") == "test"


def test_photos_get_shape_and_split(monkeypatch):
    monkeypatch.setattr(sources, "photo_crops", lambda *arguments: arguments)
    assert load("photos", (8, 9, 1), "test") == ((8, 9, 1), "test")
    assert load("photos") == ((64, 64, 3), "train")
    assert held_out("photos", (8, 8, 3)) == ("test", ((8, 8, 3), "test"))


def test_an_idx_folder(idx_folder):
    assert len(load(idx_folder).images) == 3
    assert len(load(str(idx_folder), split="test").images) == 1
    assert load(idx_folder).name == "squares"


def test_28_to_32_pads_two_black_pixels_all_around(idx_folder):
    original = load(idx_folder)
    data = load(idx_folder, (32, 32, 1))
    assert data.images.shape == (3, 32, 32, 1)
    np.testing.assert_array_equal(data.images[:, 2:30, 2:30], original.images)
    assert data.images.sum() == original.images.sum()  # so all the rest is 0
    np.testing.assert_array_equal(data.labels, original.labels)
    assert "32x32x1" in data.description
    assert data.sha256 != original.sha256


def test_28_to_56_is_resized(idx_folder):
    image = load(idx_folder, (56, 56, 1)).images[0, ..., 0]
    # Twice the size: the square reaches from 8 to 48, and Lanczos rings a little around its edge.
    np.testing.assert_allclose(image[14:42, 14:42], 200, atol=2)
    assert image[:2].max() <= 2 and image[:, 54:].max() <= 2
    assert image[27, [7, 48]].max() < 100 < image[27, [8, 47]].min()


def test_a_wider_shape_is_padded_in_black_not_stretched(idx_folder):
    image = load(idx_folder, (28, 56, 1)).images[0, ..., 0]
    assert image[:, :14].max() == image[:, 42:].max() == 0
    np.testing.assert_array_equal(image[:, 14:42], load(idx_folder).images[0, ..., 0])


def test_three_channels_repeat_the_grey(idx_folder):
    data = load(idx_folder, (28, 28, 3))
    np.testing.assert_array_equal(data.images, load(idx_folder).images.repeat(3, axis=-1))


def test_a_folder_of_photos(photo_folder):
    assert load(photo_folder).images.shape == (1, 64, 64, 3)
    padded = load(str(photo_folder), (8, 8, 1)).images
    assert padded.shape == (1, 8, 8, 1)
    assert (padded.min(), padded.max()) == (0, 255)  # black photo, white bars
    assert load(photo_folder, (8, 8, 1), fit="crop").images.max() == 0


def test_strict_reaches_the_folder(photo_folder):
    (photo_folder / "b.jpg").touch()
    assert len(load(photo_folder).skipped) == 1
    with pytest.raises(ValueError, match=r"b\.jpg"):
        load(photo_folder, strict=True)


def test_a_home_folder_is_expanded(photo_folder, monkeypatch):
    monkeypatch.setenv("HOME", str(photo_folder.parent))
    monkeypatch.setenv("USERPROFILE", str(photo_folder.parent))  # Windows
    assert len(load("~/photos").images) == 1


def test_an_unknown_source_lists_the_known_ones():
    with pytest.raises(ValueError) as caught:
        load("fashion_minst")
    assert str(caught.value) == (
        "unknown data 'fashion_minst': "
        "expected fashion_mnist_10k, fashion_mnist, products, photos or a folder"
    )


def test_a_folder_of_photos_has_no_test_split(photo_folder):
    with pytest.raises(ValueError, match="photos has no split 'test': expected 'train'"):
        load(photo_folder, split="test")


def test_a_wrong_shape_is_refused_before_loading():
    with pytest.raises(ValueError, match=r"found \(28, 28\)"):
        load("fashion_mnist_10k", (28, 28))
