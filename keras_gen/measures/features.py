"""The features in which samples are measured.

A measure of samples compares feature vectors, so its value belongs to the network that made them.
`load_features` loads one of four networks:

    fashion_net  this project's classifier of 28x28 garments, bundled; also returns classes
    strided_net  a second one of another kind, trained apart, bundled; also returns classes
    product_net  this project's reader of 64x64 pictures of products, bundled
    inception    Keras' InceptionV3 for photos, if its weights are available; never downloaded

One judge is not enough: samples that were tuned to please one network may please no other.

The name of every number names the network, as in "FD-FashionNet" for a Fréchet distance. Numbers
from different features, weights or numbers of images cannot be compared.
"""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gen.data import uint8_to_symmetric, uint8_to_unit
from keras_gen.data.folder import check_image_shape
from keras_gen.files import digest, keras_home
from keras_gen.measures.products import compute_in_float32, load_product_judge
from keras_gen.networks import fashion_net, strided_net

FEATURES = ("fashion_net", "strided_net", "product_net", "inception")
SECOND_JUDGE = {"fashion_net": "strided_net", "strided_net": "fashion_net"}

FASHION_NET_WEIGHTS = Path(__file__).with_name("fashion_net.weights.h5")
STRIDED_NET_WEIGHTS = Path(__file__).with_name("strided_net.weights.h5")


class Classifier(NamedTuple):
    """A bundled classifier of garments."""

    title: str  # to be stated beside numbers
    build: Callable[[], keras.Model]
    weights: Path
    sha256: str


CLASSIFIERS = {
    "fashion_net": Classifier(
        "FashionNet",
        fashion_net.classifier,
        FASHION_NET_WEIGHTS,
        "c3216a905dc7f71c3a8b88bcef2a2906e6e1db5d2f3a7d4be4ef2567ef127b64",
    ),
    "strided_net": Classifier(
        "StridedNet",
        strided_net.classifier,
        STRIDED_NET_WEIGHTS,
        "86b606ff2489c4b4a28c192c8f4e793773778e2daab12ac88ed8fae67ad80cc4",
    ),
}

# The file that Keras caches for include_top=False, and the MD5 that Keras itself checks.
INCEPTION_WEIGHTS = "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5"
INCEPTION_MD5 = "bcbd6486424b2319ff4ef7d526e38f63"
INCEPTION_FETCH = 'python -c "import keras; keras.applications.InceptionV3(include_top=False)"'


@dataclasses.dataclass(frozen=True)
class Features:
    """A trained network that turns images into feature vectors.

    Attributes:
        name: "FashionNet", "StridedNet", "ProductNet" or "InceptionV3 (Keras)", to be stated beside
            every number.
        sha256: hex digest of the weights file.
        has_classes: whether a call returns classes.
        image_shape: (H, W, C) of the images.
        batch_size: images per pass through the network.
        forward: uint8 images (B, H, W, C) -> features (B, D), classes (B,) or None.
    """

    name: str
    sha256: str
    has_classes: bool
    image_shape: tuple[int, int, int]
    batch_size: int
    forward: Callable[[np.ndarray], tuple[Any, Any]]

    def __call__(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the features of images, and their classes if the network predicts classes.

        Args:
            images: uint8 (N, H, W, C), N >= 1, of the shape that the features were loaded for.

        Returns:
            Features, float64 (N, D), and predicted classes, int64 (N,), or None. The same images
            give the same numbers on the same machine.

        Raises:
            ValueError: images of another dtype or shape.
        """
        images = np.asarray(images)
        if images.dtype != "uint8" or not len(images) or images.shape[1:] != self.image_shape:
            expected = ", ".join(map(str, self.image_shape))
            raise ValueError(
                f"{self.name}: expected uint8 images (N, {expected}), "
                f"found {images.dtype} {images.shape}"
            )
        starts = range(0, len(images), self.batch_size)
        parts = [self.forward(images[start : start + self.batch_size]) for start in starts]
        features = np.concatenate([part[0] for part in parts])  # (N, D)
        classes = np.concatenate([part[1] for part in parts]) if self.has_classes else None
        return features.astype("float64"), classes


def load_features(name: str, image_shape: Sequence[int]) -> Features:
    """Load a network whose features measure samples.

    Args:
        name: one of `FEATURES`.
        image_shape: (H, W, C) of the images, C in {1, 3}; only (28, 28, 1) for the classifiers and
            (64, 64, 3) for "product_net".

    Returns:
        `Features`: D = 96 for the bundled ones, D = 2048 and no classes for "inception".

    Raises:
        ValueError: unknown name, a shape that the network does not take, or a damaged weights file.
        FileNotFoundError: the weights of "inception" are not on this machine.

    Reference: Heusel et al. 2017, arXiv:1706.08500, which measures in Inception's features.
    """
    if name not in FEATURES:
        raise ValueError(f"unknown features {name!r}: expected {' or '.join(FEATURES)}")
    image_shape = check_image_shape(image_shape)
    if name == "inception":
        return _inception(image_shape)
    return _product_net(image_shape) if name == "product_net" else _classifier(name, image_shape)


def load_judges(name: str, image_shape: Sequence[int]) -> list[Features]:
    """Load a network, and after it the second judge of these images, if there is one.

    Arguments and exceptions are those of `load_features`.
    """
    names = [name, SECOND_JUDGE[name]] if name in SECOND_JUDGE else [name]
    return [load_features(each, image_shape) for each in names]


def _classifier(name, image_shape):
    """Load a classifier: pixels in [0, 1]; the penultimate layer and the most probable class."""
    if image_shape != (28, 28, 1):
        height, width, channels = image_shape
        raise ValueError(
            f"{name}: expected images of 28x28x1, "
            f"found {height}x{width}x{channels}; inception takes any size"
        )
    title, build, path, expected = CLASSIFIERS[name]
    sha256 = digest(path)
    if sha256 != expected:
        raise ValueError(
            f"{path}: damaged, expected SHA-256 {expected}, found {sha256}; reinstall keras_gen"
        )
    network = build()
    network.load_weights(path)
    compute_in_float32(network)

    @tf.function(input_signature=[tf.TensorSpec((None, *image_shape), tf.uint8)])
    def forward(images):
        features, logits = network(uint8_to_unit(images), training=False)  # (B, 96), (B, 10)
        return features, tf.argmax(logits, axis=-1)

    return Features(title, sha256, True, image_shape, 500, forward)


def _product_net(image_shape):
    """Load the reader of products; kinds of product are no classes of garments."""
    if image_shape != (64, 64, 3):
        found = "x".join(map(str, image_shape))
        raise ValueError(f"product_net: expected images of 64x64x3, found {found}")
    judge = load_product_judge()
    read = lambda images: (judge.read(images).features, None)
    return Features(judge.name, judge.sha256, False, image_shape, 500, read)


def _inception(image_shape):
    """Keras' InceptionV3 without its top: pixels in [-1, 1] at 299x299; the mean of the last map.

    Its weights were trained by Keras' authors. Published FID values come from another network, the
    Inception graph of 2015 that TF-GAN uses, and cannot be compared with these.

    Reference: Szegedy et al. 2016, arXiv:1512.00567, for the network.
    """
    path = keras_home() / "models" / INCEPTION_WEIGHTS
    if not path.is_file():
        raise FileNotFoundError(
            f"inception: expected its weights at {path}, found no such file; "
            f"on a connected machine this fetches them: {INCEPTION_FETCH}"
        )
    md5 = digest(path, "md5")
    if md5 != INCEPTION_MD5:
        raise ValueError(
            f"{path}: damaged, expected MD5 {INCEPTION_MD5}, found {md5}; delete the file; "
            f"on a connected machine this fetches it again: {INCEPTION_FETCH}"
        )
    network = keras.applications.InceptionV3(
        include_top=False, weights=None, input_shape=(299, 299, 3), pooling="avg"
    )
    network.load_weights(path)
    compute_in_float32(network)

    @tf.function(input_signature=[tf.TensorSpec((None, *image_shape), tf.uint8)])
    def forward(images):
        images = ops.repeat(uint8_to_symmetric(images), 3 // image_shape[-1], axis=-1)
        images = ops.image.resize(images, (299, 299), antialias=True)  # (B, 299, 299, 3), bilinear
        return network(images, training=False), None  # (B, 2048)

    sha256 = digest(path)
    return Features("InceptionV3 (Keras)", sha256, False, image_shape, 50, forward)
