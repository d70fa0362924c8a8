"""Figures of notebooks have twice as many pixels as they take on the page, for fine screens."""

from pathlib import Path

from docutils import nodes
from PIL import Image

FINE = 150  # dots per inch; scripts/notebook_opening.py draws 80, and the retina format doubles them


def set_widths(app, doctree):
    """Give each fine PNG of a notebook half of its pixels as its width."""
    if app.env.doc2path(app.env.docname).suffix != ".ipynb":
        return
    for node in doctree.findall(nodes.image):
        path = Path(app.srcdir, node["uri"])
        if path.suffix == ".png" and path.is_file():
            with Image.open(path) as image:
                if image.info.get("dpi", (0, 0))[0] >= FINE:
                    node["width"] = f"{image.width // 2}px"


def setup(app):
    """Connect to Sphinx."""
    app.connect("doctree-read", set_widths)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
