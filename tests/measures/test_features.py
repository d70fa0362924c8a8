"""The networks that samples are measured with: weights, pixels in, numbers out."""

import hashlib
import inspect
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from PIL import Image

from keras_gen import data
from keras_gen.measures import features as module
from keras_gen.measures.features import load_features
from keras_gen.measures.products import load_product_judge

DEBIAN = Path("/usr/share/datasets/fashion-mnist")


@pytest.fixture(scope="module")
def features():
    return load_features("fashion_net", (28, 28, 1))


@pytest.fixture(scope="module")
def held_out():
    return data.load("fashion_mnist_10k", split="test")


# --- FashionNet -----------------------------------------------------------------------------------


def test_the_weights_file_is_small_and_the_pinned_one(features):
    assert module.FASHION_NET_WEIGHTS.stat().st_size < 1_000_000
    digest = hashlib.sha256(module.FASHION_NET_WEIGHTS.read_bytes()).hexdigest()
    assert digest == "c3216a905dc7f71c3a8b88bcef2a2906e6e1db5d2f3a7d4be4ef2567ef127b64"
    assert features.sha256 == digest
    assert features.name == "FashionNet" and features.has_classes


def test_a_tampered_weights_file_is_refused(monkeypatch, tmp_path):
    copy = tmp_path / "fashion_net.weights.h5"
    content = bytearray(module.FASHION_NET_WEIGHTS.read_bytes())
    copy.write_bytes(content)
    classifier = module.CLASSIFIERS["fashion_net"]._replace(weights=copy)
    monkeypatch.setitem(module.CLASSIFIERS, "fashion_net", classifier)
    load_features("fashion_net", (28, 28, 1))  # an exact copy is accepted
    content[len(content) // 2] ^= 1  # one bit, in the middle of a kernel: HDF5 would not notice
    copy.write_bytes(content)
    unbuilt = classifier._replace(build=lambda: pytest.fail("Keras saw the file"))
    monkeypatch.setitem(module.CLASSIFIERS, "fashion_net", unbuilt)
    with pytest.raises(ValueError, match=r"fashion_net\.weights\.h5: damaged, expected SHA-256 c3"):
        load_features("fashion_net", (28, 28, 1))


def test_the_second_judge_is_another_network_of_known_weights(held_out):
    """Measured: 1,800 of 2,000 (all 10,000: 90.56 %); four images of tolerance for rounding."""
    judge = load_features("strided_net", (28, 28, 1))
    assert module.SECOND_JUDGE == {"fashion_net": "strided_net", "strided_net": "fashion_net"}
    assert module.STRIDED_NET_WEIGHTS.stat().st_size < 1_500_000
    digest = hashlib.sha256(module.STRIDED_NET_WEIGHTS.read_bytes()).hexdigest()
    assert (judge.name, judge.sha256) == ("StridedNet", digest)
    vectors, classes = judge(held_out.images)
    assert vectors.shape == (2000, 96)
    assert np.mean(classes == held_out.labels) == pytest.approx(0.9000, abs=0.002)


def test_shapes_and_dtypes(features, held_out):
    vectors, classes = features(held_out.images[:7])
    assert vectors.shape == (7, 96) and vectors.dtype == np.float64
    assert classes.shape == (7,) and classes.dtype == np.int64
    assert vectors.min() >= 0.0  # means of rectified maps


def test_accuracy_on_the_embedded_test_images(features, held_out):
    """Measured: 1,842 of 2,000, 92.10 %.

    All 10,000 test images give 92.33 %; the binomial standard error of 2,000 is
    sqrt(0.9233 * 0.0767 / 2000) = 0.60 %, so that the two agree. The weights are fixed: the
    tolerance, four images, is for the rounding of other processors.
    """
    _, classes = features(held_out.images)
    assert np.mean(classes == held_out.labels) == pytest.approx(0.9210, abs=0.002)


@pytest.mark.slow
@pytest.mark.skipif(not DEBIAN.is_dir(), reason="needs the Debian package dataset-fashion-mnist")
def test_accuracy_on_all_test_images(features):
    """Measured when the weights were made: 92.33 %; four images of tolerance for rounding."""
    images = data.fashion_mnist("test")
    _, classes = features(images.images)
    accuracy = np.mean(classes == images.labels)
    assert accuracy >= 0.92
    assert accuracy == pytest.approx(0.9233, abs=0.0004)


def test_the_same_images_give_the_same_numbers(features, held_out):
    images = held_out.images[:600]
    again = load_features("fashion_net", (28, 28, 1))
    for first, second, third in zip(features(images), features(images), again(images), strict=True):
        np.testing.assert_array_equal(first, second)
        np.testing.assert_array_equal(first, third)


def test_an_image_is_measured_by_itself_in_its_place(features, held_out):
    """1,003 images are three passes, the last of three images; so are single ones and a reversal.

    Other batch sizes may add up in another order: float32 rounding, 1e-5 of features up to 4.
    """
    images = held_out.images[:1003]
    vectors, classes = features(images)
    for index in (0, 499, 500, 1002):
        vector, label = features(images[index : index + 1])
        np.testing.assert_allclose(vector[0], vectors[index], rtol=1e-5, atol=1e-5)
        assert label[0] == classes[index]
    backwards, _ = features(images[::-1])
    np.testing.assert_allclose(backwards[::-1], vectors, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["fashion_net", "strided_net", "product_net"])
def test_a_mixed_precision_policy_changes_nothing(name):
    shape = (64, 64, 3) if name == "product_net" else (28, 28, 1)
    images = np.random.default_rng(0).integers(0, 256, (9, *shape), "uint8")
    expected = load_features(name, shape)(images)[0]
    load_product_judge.cache_clear()  # or it would not be built anew
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = load_features(name, shape)
    finally:
        keras.config.set_dtype_policy("float32")
    np.testing.assert_array_equal(mixed(images)[0], expected)


@pytest.mark.parametrize(
    ("images", "found"),
    [
        (np.zeros((2, 28, 28, 1), "float32"), r"float32 \(2, 28, 28, 1\)"),
        (np.zeros((2, 32, 32, 1), "uint8"), r"uint8 \(2, 32, 32, 1\)"),
        (np.zeros((28, 28, 1), "uint8"), r"uint8 \(28, 28, 1\)"),
        (np.zeros((0, 28, 28, 1), "uint8"), r"uint8 \(0, 28, 28, 1\)"),
    ],
)
def test_other_arrays_are_refused(features, images, found):
    expected = rf"^FashionNet: expected uint8 images \(N, 28, 28, 1\), found {found}$"
    with pytest.raises(ValueError, match=expected):
        features(images)


@pytest.mark.parametrize("shape", [(28, 28, 3), (64, 64, 3), (32, 32, 1)])
def test_another_shape_is_refused_and_the_alternative_named(shape):
    with pytest.raises(ValueError) as caught:
        load_features("fashion_net", shape)
    assert str(caught.value) == (
        f"fashion_net: expected images of 28x28x1, found {shape[0]}x{shape[1]}x{shape[2]}; "
        "inception takes any size"
    )


def test_unknown_features_and_no_shape_are_refused():
    known = "fashion_net or strided_net or product_net or inception"
    with pytest.raises(ValueError, match=f"unknown features 'vgg': expected {known}"):
        load_features("vgg", (28, 28, 1))
    with pytest.raises(ValueError, match=r"found \(28, 28\)"):
        load_features("inception", (28, 28))


# --- Inception ------------------------------------------------------------------------------------


@pytest.fixture
def keras_home(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    return tmp_path


def test_the_file_and_its_md5_are_those_of_keras():
    source = inspect.getsource(keras.applications.InceptionV3)
    _, _, no_top = source.partition("else:\n            weights_path")
    assert f'"{module.INCEPTION_WEIGHTS}"' in no_top and f'"{module.INCEPTION_MD5}"' in no_top


def test_without_its_weights_inception_says_how_to_get_them(keras_home):
    with pytest.raises(FileNotFoundError) as caught:
        load_features("inception", (64, 64, 3))
    message = str(caught.value)
    assert "\n" not in message
    assert str(keras_home / "models" / module.INCEPTION_WEIGHTS) in message
    assert 'python -c "import keras; keras.applications.InceptionV3(include_top=False)"' in message


def test_damaged_inception_weights_are_refused(keras_home):
    (keras_home / "models" / module.INCEPTION_WEIGHTS).write_bytes(b"half a download")
    digest = hashlib.md5(b"half a download").hexdigest()
    with pytest.raises(ValueError, match=f"damaged, expected MD5 bcbd.*, found {digest}") as caught:
        load_features("inception", (64, 64, 3))
    assert "\n" not in str(caught.value)


def write_like_keras_applications(path, network):
    """Write the old HDF5 layout in which Keras distributes these weights."""
    layers = [layer for layer in network.layers if layer.weights]
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in layers]
        for layer in layers:
            group = file.create_group(layer.name)
            group.attrs["weight_names"] = [str(i).encode() for i in range(len(layer.weights))]
            for i, weight in enumerate(layer.get_weights()):
                group[str(i)] = weight


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(28, 28, 1), (350, 310, 3)], ids=str)
def test_inception_sees_the_whole_image_at_299_in_minus_1_to_1(keras_home, monkeypatch, shape):
    """Random weights stand in for the trained ones; Pillow's bilinear filter is the reference."""
    network = keras.applications.InceptionV3(
        include_top=False, weights=None, input_shape=(299, 299, 3), pooling="avg"
    )
    path = keras_home / "models" / module.INCEPTION_WEIGHTS
    write_like_keras_applications(path, network)
    content = path.read_bytes()
    monkeypatch.setattr(module, "INCEPTION_MD5", hashlib.md5(content).hexdigest())
    features = load_features("inception", shape)
    assert features.name == "InceptionV3 (Keras)" and not features.has_classes
    assert features.sha256 == hashlib.sha256(content).hexdigest()

    images = np.random.default_rng(0).integers(0, 256, (2, *shape), dtype=np.uint8)
    images[1] //= 4  # a dark one
    vectors, classes = features(images)
    assert vectors.shape == (2, 2048) and vectors.dtype == np.float64 and classes is None

    colours = images if shape[-1] == 3 else images.repeat(3, axis=-1)
    seen = [
        [
            Image.fromarray(image[..., channel].astype("float32")).resize(
                (299, 299), Image.Resampling.BILINEAR
            )
            for channel in range(3)
        ]
        for image in colours
    ]
    seen = np.moveaxis(np.array(seen), 1, -1) / 127.5 - 1.0  # (2, 299, 299, 3)
    expected = network.predict(seen, verbose=0)
    scale = np.abs(expected).max()
    assert np.abs(expected[0] - expected[1]).max() > 0.05 * scale  # the test could tell them apart
    np.testing.assert_allclose(vectors, expected, rtol=0, atol=1e-3 * scale)
