"""What this installation provides: versions, devices, data."""

import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

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


def fastest_precision(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return in which precision this machine computes features fastest.

    A processor that multiplies bfloat16 says so in its flags, on Linux; one that does not takes
    longer than in float32. GPUs keep float32.

    Args:
        cpuinfo: the file in which Linux lists the flags.

    Returns:
        "mixed_bfloat16" or "float32".
    """
    if tf.config.list_physical_devices("GPU") or not cpuinfo.is_file():
        return "float32"
    flags = re.search(r"^flags\s*:(.*)$", cpuinfo.read_text("utf-8", "replace"), re.MULTILINE)
    known = flags[1].split() if flags else []
    return "mixed_bfloat16" if {"avx512_bf16", "amx_bf16"} & {*known} else "float32"


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
