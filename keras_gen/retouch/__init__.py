"""A photograph of a product in, the same photograph retouched out.

photos.py       a photograph's colours, transparency and details, read and written
recolouring.py  the product in another colour
"""

VERBS = {"recolour": "recolouring"}

__all__ = ["recolour"]


def __getattr__(name: str):
    """Import what does the work only when it is used."""
    if name not in VERBS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{VERBS[name]}"), name)
