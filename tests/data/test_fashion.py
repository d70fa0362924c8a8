import gzip
import hashlib
import importlib.util
import shutil
import struct
import subprocess
import sys
import urllib.error
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow_datasets as tfds

from keras_gen.data import fashion
from keras_gen.data.idx import read_split

ROOT = Path(__file__).parents[2]
DEBIAN = Path("/usr/share/datasets/fashion-mnist")
needs_debian = pytest.mark.skipif(
    not DEBIAN.is_dir(), reason="needs the Debian package dataset-fashion-mnist"
)
IMAGES = np.random.default_rng(0).integers(0, 256, (20, 28, 28), dtype=np.uint8)
LABELS = np.arange(20, dtype=np.uint8) % 10


def write_idx(path, array):
    """Write a uint8 array in the format of MNIST's files."""
    header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(gzip.compress(header + array.tobytes()))


def write_split(folder, images=IMAGES, labels=LABELS, prefix="train"):
    folder.mkdir(parents=True, exist_ok=True)
    write_idx(folder / f"{prefix}-images-idx3-ubyte.gz", images)
    write_idx(folder / f"{prefix}-labels-idx1-ubyte.gz", labels)


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """A machine without Fashion-MNIST and without a network."""

    def no_network(*args, **kwargs):
        raise urllib.error.URLError("no network in tests")

    monkeypatch.setattr(fashion, "_DEBIAN", tmp_path / "debian")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(fashion.urllib.request, "urlopen", no_network)
    builder = SimpleNamespace(is_prepared=lambda: False)
    monkeypatch.setattr(tfds, "builder", lambda name: builder)
    monkeypatch.setattr(tfds, "load", no_network)
    return tmp_path


@pytest.fixture
def small_original(monkeypatch):
    """Lets 20 random images pass for the 60,000 originals."""
    hashes = tuple(hashlib.sha256(array).hexdigest() for array in (IMAGES, LABELS))
    monkeypatch.setitem(fashion.SHA256, ("fashion_mnist", "train"), hashes)


@pytest.mark.parametrize(("split", "count"), [("train", 10_000), ("test", 2_000)])
def test_the_embedded_sample(split, count):
    data = fashion.fashion_mnist_10k(split)
    assert data.images.shape == (count, 28, 28, 1)
    assert data.images.dtype == data.labels.dtype == np.uint8
    assert np.bincount(data.labels).tolist() == [count // 10] * 10
    # The full range is used, and the products stand on black: most corners are 0.
    assert (data.images.min(), data.images.max()) == (0, 255)
    assert np.mean(data.images[:, 0, 0] == 0) > 0.95
    assert data.sha256 == fashion.SHA256["fashion_mnist_10k", split][0]
    assert data.description == (
        f"fashion_mnist_10k: {count:,} images of 28x28x1, embedded "
        f"({count // 10:,} of each of 10 classes)"
    )


@pytest.mark.parametrize(("split", "tolerance"), [("train", 0.015), ("test", 0.034)])
def test_the_embedded_order_is_shuffled(split, tolerance):
    # Ten equal classes in random order: two neighbours share a class with probability 0.1,
    # standard deviation sqrt(0.1 * 0.9 / 9999) = 0.0030, with 1999 pairs 0.0067; the tolerance is
    # five of them. In class order it would be more than 0.99.
    labels = fashion.fashion_mnist_10k(split).labels
    assert np.mean(labels[1:] == labels[:-1]) == pytest.approx(0.1, abs=tolerance)


def test_no_embedded_image_is_in_both_splits():
    train, test = (
        {image.tobytes() for image in fashion.fashion_mnist_10k(split).images}
        for split in ("train", "test")
    )
    assert len(train) > 9_900 and len(test) > 1_990  # a set of bytes does tell images apart
    assert not train & test


def test_labels_and_class_names_belong_together():
    # Trousers are two legs with black between; bags are wide. Known from looking at them:
    # a trouser is taller than wide, an ankle boot is dark in its top left corner.
    data = fashion.fashion_mnist_10k()
    mean = {
        name: data.images[data.labels == label, ..., 0].mean(axis=0)
        for label, name in enumerate(data.class_names)
    }
    assert np.sum(mean["Trouser"].max(axis=0) > 64) < 18 < np.sum(mean["Bag"].max(axis=0) > 64)
    assert mean["Sneaker"][:7].mean() < 5 < mean["Ankle boot"][:7].mean()


@needs_debian
@pytest.mark.parametrize(("split", "per_class"), [("train", 1_000), ("test", 200)])
def test_the_sample_is_what_the_script_draws(split, per_class):
    path = ROOT / "scripts" / "make_fashion_mnist_10k.py"
    spec = importlib.util.spec_from_file_location("make_fashion_mnist_10k", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    images, labels = script.draw(*read_split(DEBIAN, split), per_class)
    data = fashion.fashion_mnist_10k(split)
    np.testing.assert_array_equal(images, data.images[..., 0])
    np.testing.assert_array_equal(labels, data.labels)


def test_readme_and_licence_lie_beside_the_sample():
    readme = (fashion._EMBEDDED / "README.md").read_text(encoding="utf-8")
    for split in ("train", "test"):
        for digest in fashion.SHA256["fashion_mnist_10k", split]:
            assert digest in readme
    licence = (fashion._EMBEDDED / "LICENSE").read_text(encoding="utf-8")
    assert "Copyright (c) 2017 Zalando SE" in licence
    assert "The above copyright notice and this permission notice shall be included" in licence


@pytest.mark.parametrize(("split", "prefix"), [("train", "train"), ("test", "t10k")])
def test_a_damaged_sample_is_refused(monkeypatch, tmp_path, split, prefix):
    copy = shutil.copytree(fashion._EMBEDDED, tmp_path / "copy")
    monkeypatch.setattr(fashion, "_EMBEDDED", copy)
    fashion.fashion_mnist_10k(split)  # an exact copy is accepted
    labels = copy / f"{prefix}-labels-idx1-ubyte.gz"
    content = bytearray(gzip.decompress(labels.read_bytes()))
    content[-1] = (content[-1] + 1) % 10  # one wrong label in thousands
    labels.write_bytes(gzip.compress(bytes(content)))
    with pytest.raises(ValueError, match=f"SHA-256 is not that of the {split} images"):
        fashion.fashion_mnist_10k(split)
    labels.write_bytes(labels.read_bytes()[:100])
    with pytest.raises(ValueError, match=rf"{prefix}-labels-idx1-ubyte\.gz: damaged gzip file"):
        fashion.fashion_mnist_10k(split)


@needs_debian
@pytest.mark.parametrize(("split", "count"), [("train", 60_000), ("test", 10_000)])
def test_the_whole_data_set_of_the_debian_package(split, count):
    data = fashion.fashion_mnist(split)
    assert data.images.shape == (count, 28, 28, 1)
    assert data.class_names == fashion.FASHION_MNIST_CLASSES
    assert data.description == (
        f"fashion_mnist: {count:,} images of 28x28x1, from {DEBIAN} "
        f"({count // 10:,} of each of 10 classes)"
    )


@pytest.mark.parametrize("place", ["debian", "keras/datasets/fashion-mnist"])
def test_files_on_the_machine_come_before_tfds(nowhere, small_original, place):
    write_split(nowhere / place)
    data = fashion.fashion_mnist()
    np.testing.assert_array_equal(data.images[..., 0], IMAGES)
    np.testing.assert_array_equal(data.labels, LABELS)
    assert data.origin == f"from {nowhere / place}"


def test_other_images_in_those_places_are_refused(nowhere):
    write_split(nowhere / "debian")
    with pytest.raises(ValueError, match="debian: the SHA-256 is not that of Fashion-MNIST"):
        fashion.fashion_mnist()


@pytest.mark.parametrize("prepared", [True, False])
def test_the_tfds_route(nowhere, monkeypatch, prepared):
    calls, requests = [], []

    def load(name, **options):
        calls.append((name, options))
        return IMAGES[..., None], LABELS.astype(np.int64)

    def urlopen(request, timeout):
        requests.append((request.get_method(), request.full_url))
        return SimpleNamespace(close=lambda: None)

    builder = SimpleNamespace(is_prepared=lambda: prepared)
    monkeypatch.setattr(tfds, "builder", lambda name: builder)
    monkeypatch.setattr(tfds, "load", load)
    monkeypatch.setattr(tfds, "as_numpy", lambda data: data)
    monkeypatch.setattr(fashion.urllib.request, "urlopen", urlopen)
    data = fashion.fashion_mnist("test")
    assert calls == [("fashion_mnist", {"split": "test", "batch_size": -1, "as_supervised": True})]
    # Prepared data need no network; otherwise one HEAD request spares minutes of retries.
    assert requests == ([] if prepared else [("HEAD", fashion._TFDS_SOURCE)])
    assert data.images.shape == (20, 28, 28, 1)
    assert data.images.dtype == data.labels.dtype == np.uint8
    assert data.description == (
        "fashion_mnist: 20 images of 28x28x1, from tfds (2 of each of 10 classes)"
    )


@pytest.mark.parametrize("prepared", [True, False])
def test_without_files_and_network_one_line_says_what_to_do(nowhere, monkeypatch, prepared):
    monkeypatch.setattr(tfds, "builder", lambda name: SimpleNamespace(is_prepared=lambda: prepared))
    with pytest.raises(FileNotFoundError) as caught:
        fashion.fashion_mnist()
    message = str(caught.value)
    assert "\n" not in message
    for part in (
        str(nowhere / "debian"),
        str(nowhere / "keras" / "datasets" / "fashion-mnist"),
        "no network in tests",
        "install the Debian package dataset-fashion-mnist",
        "fashion_mnist_10k",
    ):
        assert part in message


WITHOUT_TFDS = """
import importlib, pkgutil, sys
sys.modules["tensorflow_datasets"] = None
import keras_gen
for module in pkgutil.walk_packages(keras_gen.__path__, "keras_gen."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(keras_gen.data.fashion_mnist_10k("test").description)
keras_gen.data.fashion.fashion_mnist_folder = lambda split: None
try:
    keras_gen.data.fashion_mnist()
except FileNotFoundError as error:
    print(error)
"""


@pytest.mark.slow
def test_tensorflow_datasets_is_needed_for_its_own_route_only():
    """Everything can be imported without it, and the message names what to install."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TFDS], capture_output=True, text=True, check=True
    )
    sample, message = done.stdout.splitlines()
    assert sample.startswith("fashion_mnist_10k: 2,000 images of 28x28x1, embedded")
    assert message.startswith("fashion_mnist: not found in ")
    assert "tensorflow-datasets is not installed (pip install tensorflow-datasets)" in message


def test_an_unknown_split_is_refused(nowhere):
    with pytest.raises(ValueError, match="unknown split 'validation'"):
        fashion.fashion_mnist("validation")
    with pytest.raises(ValueError, match="unknown split 'validation'"):
        fashion.fashion_mnist_10k("validation")


def test_an_idx_folder_of_something_else_keeps_its_own_name(tmp_path):
    write_split(tmp_path / "kmnist")
    data = fashion.idx_folder(tmp_path / "kmnist")
    assert data.name == "kmnist"
    assert data.class_names is None
    np.testing.assert_array_equal(data.labels, LABELS)


def test_an_idx_folder_of_fashion_mnist_is_recognised(tmp_path, small_original):
    write_split(tmp_path / "anything")
    data = fashion.idx_folder(tmp_path / "anything")
    assert data.name == "fashion_mnist"
    assert data.class_names == fashion.FASHION_MNIST_CLASSES
