"""A photograph of a product in, the same photograph retouched out.

photos.py       a photograph's colours, transparency and details, read and written
recolouring.py  the product in another colour
matting.py      how much of each pixel the product covers, by a small network
cutting.py      the product without its background
"""

VERBS = {"cut_out": "cutting", "recolour": "recolouring"}

__all__ = ["cut_out", "recolour"]


def __getattr__(name: str):
    """Import what does the work only when it is used."""
    if name not in VERBS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{VERBS[name]}"), name)
