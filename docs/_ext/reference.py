"""The reference: docstrings written for autodoc, and links from its entries to the source."""

import inspect
import sys

import pages
from docstrings import to_rst

LABELS = {
    "en": {},
    "zh": {"Deviation": "偏离原文", "Erratum": "勘误", "Reference": "文献"},
}


def _link(module):
    """Return a function that makes `names` of a module's public objects roles."""

    def link(words):
        thing = sys.modules[module]
        for name in words.split("."):
            thing = getattr(thing, name, None)
        full = f"{getattr(thing, '__module__', '')}.{getattr(thing, '__qualname__', '')}"
        known = inspect.isfunction(thing) or inspect.isclass(thing)
        if not known or not full.startswith("keras_gen.") or "._" in full or "<" in full:
            return None
        return f":py:obj:`{words} <{full}>`"

    return link


def _process(app, what, name, thing, options, lines):
    module = name if what == "module" else getattr(thing, "__module__", None)
    if isinstance(thing, property):
        module = thing.fget.__module__
    if module not in sys.modules:
        module = "keras_gen"
    lines[:] = to_rst("\n".join(lines), _link(module), LABELS[app.config.half])


def _signature(app, what, name, thing, options, signature, returns):
    """Show the arguments of a class whose `__new__`, Keras', hides them."""
    if what == "class" and signature == "(*args, **kwargs)" and "__init__" in vars(thing):
        _, *rest = inspect.signature(thing.__init__).parameters.values()
        return str(inspect.Signature(rest)), None
    return None


def _skip(app, what, name, thing, skip, options):
    """Leave out the fields of named tuples, of which Python says only their number."""
    return True if (getattr(thing, "__doc__", "") or "").startswith("Alias for field") else None


def linkcode_resolve(domain, info):
    """Return the address of the line that defines an object, seen from its page in api/."""
    path = pages.modules()[info["module"]]
    thing = sys.modules[info["module"]]
    for name in info["fullname"].split("."):
        thing = getattr(thing, name)
    try:
        line = inspect.getsourcelines(getattr(thing, "fget", thing))[1]
    except TypeError:  # a value, of which Python does not know the line
        line = pages.definition(path, name)
    return f"../../source/{path}.html#L{line}"


def setup(app):
    """Connect to Sphinx."""
    app.connect("autodoc-process-docstring", _process)
    app.connect("autodoc-process-signature", _signature)
    app.connect("autodoc-skip-member", _skip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
