"""What this installation provides: versions, devices, data."""

import platform
from importlib.metadata import PackageNotFoundError, version

import tensorflow as tf

from keras_gen import data

PACKAGES = ("keras_gen", "tensorflow", "keras", "numpy", "pillow", "tensorflow-datasets")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def versions() -> dict[str, str]:
    """Return the versions that are needed to repeat a run."""
    packages = ("keras_gen", "keras", "tensorflow", "numpy", "scipy", "pillow")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}


def describe() -> str:
    """Return a few lines about versions, devices and data; nothing is downloaded."""
    devices = [
        tf.config.experimental.get_device_details(device).get("device_name", device.name)
        for device in tf.config.list_physical_devices("GPU")
    ]
    folder = data.fashion_mnist_folder()
    lines = [("python", f"{platform.python_version()} on {platform.platform()}")]
    lines += [(package, _version(package)) for package in PACKAGES]
    lines += [
        ("GPU", ", ".join(devices) or "none; everything runs on the CPU"),
        ("fashion_mnist_10k", data.fashion_mnist_10k().description.split(": ")[1]),
        (
            "fashion_mnist",
            f"in {folder}" if folder else "not here; tensorflow-datasets can download it",
        ),
    ]
    return "\n".join(f"{name:<20} {value}" for name, value in lines)
