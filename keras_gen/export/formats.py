"""Names of formats, pixels and weights, and the packages that a format needs beside TensorFlow."""

import importlib.util

FORMATS = {  # name -> packages that write and run it, by the names under which they are imported
    "saved_model": (),
    "onnx": ("tf2onnx", "onnx", "onnxruntime"),
    "litert": ("ai_edge_litert",),
}
PIXELS = ("uint8", "float")
WEIGHTS = ("float32", "float16", "int8")
PICTURES = (
    "images",
    "stylised",
    "restored",
    "mattes",
)  # inputs and outputs of these names are pictures (B, H, W, C)


def require_format(name: str, pixels: str, weights: str) -> None:
    """Raise a ValueError where a name is unknown, or a package is missing."""
    if name not in FORMATS:
        raise ValueError(f"format: expected {', '.join(FORMATS)}, found {name!r}")
    if pixels not in PIXELS:
        raise ValueError(f"pixels: expected {' or '.join(PIXELS)}, found {pixels!r}")
    if weights not in WEIGHTS:
        raise ValueError(f"weights: expected {', '.join(WEIGHTS)}, found {weights!r}")
    if weights != "float32" and name != "litert":
        raise ValueError(f"{weights}: expected the format litert, found {name}")
    for package in FORMATS[name]:
        if importlib.util.find_spec(package) is None:
            raise ValueError(
                f"format {name}: expected the package {package.replace('_', '-')}, found none; "
                'pip install "keras_gen[export]"'
            )
