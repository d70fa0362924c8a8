"""A picture file in, a stylised or restored file out.

options.py          the options, from which the flags of `keras-gen stylize` are made
inputs.py           pictures and masks, checked before any work begins
outputs.py          picture, record and animation, and where they lie
by_optimisation.py  the pixels are optimised
by_network.py       one pass of a trained network
restoration.py      damage is undone by a trained network
"""

VERBS = {
    "restore": "restoration",
    "stylize": "by_optimisation",
    "stylize_by_model": "by_network",
}

__all__ = ["restore", "stylize", "stylize_by_model"]


def __getattr__(name: str):
    """Import TensorFlow only when a verb is used: the command line lists the options at once."""
    if name not in VERBS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{VERBS[name]}"), name)
