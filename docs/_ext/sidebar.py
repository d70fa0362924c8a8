"""The sidebar opens the branch of the page that is being read, and no other.

The theme asks for the whole tree on every page: hundreds of links that are hidden until somebody
opens their branch. They made half of the build's time.
"""


def _collapse(app, pagename, templatename, context, doctree):
    if whole := context.get("toctree"):
        context["toctree"] = lambda **options: whole(**{**options, "collapse": True})


def setup(app):
    """Connect to Sphinx."""
    app.connect("html-page-context", _collapse, priority=400)  # before the theme, which has 500
    return {"parallel_read_safe": True, "parallel_write_safe": True}
