"""Fashion-MNIST: 28x28 grey photos of Zalando's articles, on black, in ten classes.

`fashion_mnist_10k` is embedded and needs nothing else: 10,000 training and 2,000 test images.
`fashion_mnist` is the whole data set, read from files that are already on the machine or else
downloaded by tensorflow-datasets, which nothing else in this package imports.

Reference:
    Xiao, Rasul, Vollgraf. "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
    Algorithms", arXiv:1708.07747.
"""

import hashlib
import urllib.request
from pathlib import Path

from keras_gen.data.idx import has_idx, read_split
from keras_gen.data.image_data import ImageData
from keras_gen.files import keras_home

FASHION_MNIST_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

# SHA-256 of the array bytes of (images, labels), not of the files: gzip files differ between
# distributors of the same images.
SHA256 = {
    ("fashion_mnist", "train"): (
        "2e487a6c89124f78f2d7521542223cafe96f7123c3ca13d447772ac6ecbb3012",
        "657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7",
    ),
    ("fashion_mnist", "test"): (
        "c867c93ff95360594e8ec3287995350b824dd110b11595c0e13d5423f621867a",
        "3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9",
    ),
    ("fashion_mnist_10k", "train"): (
        "857c04d4948c7ff211982d677824f8d8d94d1e53cdf2da37fe772251fca8c621",
        "b65d8a23de3fd807fbe56ef2f3d29073db63e830dae3ba1dc0cdaf7b3a54cc73",
    ),
    ("fashion_mnist_10k", "test"): (
        "33fac00d564dffb3a67800a9735ceff76bf2613a5eadf49a1315277cf92278f1",
        "7182103e24583c5a02e84d114dd1458f1495d5db75b31b539f4b9df89b644409",
    ),
}

_EMBEDDED = Path(__file__).parent / "fashion_mnist_10k"
_DEBIAN = Path("/usr/share/datasets/fashion-mnist")
_TFDS_SOURCE = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/train-images-idx3-ubyte.gz"
)


def fashion_mnist_10k(split: str = "train") -> ImageData:
    """Load the embedded sample of a split, in random order.

    Args:
        split: "train" (10,000 images, 1,000 of each class) or "test" (2,000, 200 of each).

    Returns:
        `ImageData` with images (N, 28, 28, 1), labels (N,) and class names.

    Raises:
        ValueError: unknown split, or the embedded files are damaged.
    """
    images, labels = read_split(_EMBEDDED, split)
    if _recognise(images, labels, split) != "fashion_mnist_10k":
        raise ValueError(
            f"{_EMBEDDED}: the SHA-256 is not that of the {split} images that were embedded; "
            "reinstall keras_gen"
        )
    return ImageData(
        images[..., None], "fashion_mnist_10k", "embedded", labels, FASHION_MNIST_CLASSES
    )


def fashion_mnist(split: str = "train") -> ImageData:
    """Load the whole data set.

    The files of the Debian package `dataset-fashion-mnist` or of Keras' cache are used where they
    exist. Otherwise tensorflow-datasets downloads the data; it keeps the images in another order,
    so that `ImageData.sha256` differs.

    Args:
        split: "train" (60,000 images) or "test" (10,000).

    Returns:
        `ImageData` with images (N, 28, 28, 1), labels (N,) and class names.

    Raises:
        FileNotFoundError: not on this machine, and tensorflow-datasets is missing or failed.
        ValueError: unknown split, or a file on this machine is damaged or not Fashion-MNIST.
    """
    folder = fashion_mnist_folder(split)
    if folder:
        data = idx_folder(folder, split)
        if data.name != "fashion_mnist":
            raise ValueError(f"{folder}: the SHA-256 is not that of Fashion-MNIST's {split}")
        return data
    try:
        images, labels = _from_tfds(split)
    except ImportError as error:
        raise _not_here("is not installed (pip install tensorflow-datasets)") from error
    except Exception as error:  # tfds raises what its many parts raise; all of it means: no data
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise _not_here(f"failed ({reason})") from error
    return ImageData(images, "fashion_mnist", "from tfds", labels, FASHION_MNIST_CLASSES)


def fashion_mnist_folder(split: str = "train") -> Path | None:
    """Return the folder on this machine that holds a split's IDX files, or None."""
    return next((place for place in _places() if has_idx(place, split)), None)


def idx_folder(folder: str | Path, split: str = "train") -> ImageData:
    """Load a data set that is stored under MNIST's file names.

    MNIST, KMNIST and Fashion-MNIST share those names, so only the pixels tell them apart:
    Fashion-MNIST is recognised by its SHA-256; any other data set takes the name of its folder and
    has no class names.

    Args:
        folder: holds the IDX files; see `keras_gen.data.idx.read_split`.
        split: "train" or "test".

    Returns:
        `ImageData` with images (N, H, W, 1) and labels (N,).

    Raises:
        FileNotFoundError: one of the split's two files is missing.
        ValueError: unknown split, or damaged files.
    """
    images, labels = read_split(folder, split)
    name = _recognise(images, labels, split)
    return ImageData(
        images[..., None],
        name or Path(folder).resolve().name,
        f"from {folder}",
        labels,
        FASHION_MNIST_CLASSES if name else None,
    )


def _recognise(images, labels, split):
    digests = hashlib.sha256(images).hexdigest(), hashlib.sha256(labels).hexdigest()
    for (name, its_split), its_digests in SHA256.items():
        if (its_split, its_digests) == (split, digests):
            return name
    return None


def _places():
    return _DEBIAN, keras_home() / "datasets" / "fashion-mnist"


def _not_here(reason):
    places = " or ".join(map(str, _places()))
    return FileNotFoundError(
        f"fashion_mnist: not found in {places}, and tensorflow-datasets {reason}; "
        "alternatively, install the Debian package dataset-fashion-mnist, pass a folder with the "
        "four IDX files as data, or use fashion_mnist_10k"
    )


def _from_tfds(split):
    import tensorflow_datasets as tfds  # takes half a second, and only this route needs it

    if not tfds.builder("fashion_mnist").is_prepared():
        # Without a network tfds retries for more than three minutes before it gives up; one
        # request (through the proxy, if there is one) fails at once.
        request = urllib.request.Request(_TFDS_SOURCE, method="HEAD")
        urllib.request.urlopen(request, timeout=10).close()
    data = tfds.load("fashion_mnist", split=split, batch_size=-1, as_supervised=True)
    images, labels = tfds.as_numpy(data)
    return images, labels.astype("uint8")
