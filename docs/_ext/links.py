"""Links of the pages, which are written for readers of the repository, made links of the site.

A link to a page goes to that page, to a page of the other language to the other half of the site,
and to a file to its copy under source/. Where its label names an object of the package, such as
`keras_gen.losses.gram_matrix`, it goes to the reference, or to the line that defines the object.
"""

import posixpath

import pages
from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
OTHER_LANGUAGE = "other-language"  # class of a link from a page to the same in the other language


def source_url(docname, path, fragment=""):
    """Return the address of a file's copy, seen from a page.

    Args:
        docname: name of the page.
        path: of the file, from the root of the repository.
        fragment: such as "L12", or "".
    """
    up = "../" * (docname.count("/") + 1)
    end = "" if posixpath.splitext(path)[1] in pages.AS_IT_IS else ".html"
    return f"{up}source/{path}{end}" + (f"#{fragment}" if fragment else "")


class Links:
    """Fixes the links of a half of the site, as Sphinx reads its pages.

    Args:
        language: key of `pages.LANGUAGES`.
    """

    def __init__(self, language):
        self.targets = {
            path: (name, other)
            for other in pages.LANGUAGES
            for name, path in pages.pages(other).items()
        }
        self.files = pages.pages(language)
        self.language = language
        self.sources = set(pages.sources())

    def fix(self, app, doctree):
        """Replace the links to files in a page; connected to `doctree-read`."""
        docname = app.env.docname
        kinds = (addnodes.pending_xref, addnodes.download_reference)
        for node in list(doctree.findall(lambda node: isinstance(node, kinds))):
            if node.get("reftype") == "myst" and docname in self.files:
                node.replace_self(self._fixed(docname, node))
        for link in list(doctree.findall(nodes.reference)):
            if OTHER_LANGUAGE in link["classes"] and len(link.parent) == 1:
                link.parent.parent.remove(link.parent)  # the top of each page has one already

    def _fixed(self, docname, node):
        target, fragment = node["reftarget"], node.get("reftargetid") or ""
        if node.get("refdomain") == "doc":  # a page of this half has the name that the link gives
            end = posixpath.splitext(self.files.get(target, "x.md"))[1]
            target = posixpath.relpath(f"/{target}{end}", posixpath.dirname(f"/{docname}"))
        else:
            target, _, fragment = target.partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.files[docname]), target))
        if path in self.targets:
            return self._to_page(docname, node, *self.targets[path], fragment)
        if path in self.sources:
            return self._to_source(docname, node, path, fragment)
        LOGGER.warning("link to %s: no such page or file", target, location=node)
        return node.children[0]

    def _to_page(self, docname, node, name, language, fragment):
        if language != self.language:
            up = "../" * (docname.count("/") + 1)
            link = _reference(node, f"{up}{language}/{name}.html")
            link["classes"] += [OTHER_LANGUAGE] * (name == docname)
            return link
        where = {"refdomain": "doc", "reftarget": name, "reftargetid": fragment or None}
        link = addnodes.pending_xref("", refdoc=docname, reftype="myst", refexplicit=True, **where)
        link += node.children
        return link

    def _to_source(self, docname, node, path, fragment):
        name, full = pages.symbol(node.astext(), path)
        if name and not fragment:
            line = pages.definition(path, name.rpartition(".")[2])
            fragment = f"L{line}" if line else ""
        link = _reference(node, source_url(docname, path, fragment))
        if not full or "#" in node["reftarget"]:
            return link
        kind = {"refdomain": "py", "reftype": "obj" if name else "mod", "reftarget": full}
        pending = addnodes.pending_xref("", refdoc=docname, refexplicit=True, **kind)
        pending["source"] = link["refuri"]
        pending += node.children
        return pending


def _reference(node, url):
    link = nodes.reference("", "", internal=True, refuri=url)
    link += node.children
    return link


def _to_its_line(app, env, node, content):
    """Send a link to an object without an entry in the reference to the line that defines it."""
    if "source" in node:
        return nodes.reference("", "", content, internal=True, refuri=node["source"])
    return None


def setup(app):
    """Connect to Sphinx."""
    app.add_config_value("half", "en", "env")
    links = Links(app.config.half)
    app.connect("doctree-read", links.fix, priority=100)
    app.connect("missing-reference", _to_its_line)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
