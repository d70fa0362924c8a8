"""Sphinx' settings for half of the site, one language; scripts/build_docs.py runs it for both."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

import pages
from reference import linkcode_resolve  # noqa: F401 - sphinx.ext.linkcode looks for it here

import keras_gen

half = "zh" if tags.has("zh") else "en"  # noqa: F821 - Sphinx defines it

project = "keras_gen"
version = release = keras_gen.__version__
smartquotes_action = "D"  # dashes; quotation marks stay as they were typed
smartquotes_excludes = {"languages": []}
language = {"en": "en", "zh": "zh_CN"}[half]
html_search_language = half
html_title = f"keras_gen {version}"

extensions = [
    "myst_nb",  # pages and notebooks in Markdown
    "sphinx.ext.autodoc",
    "sphinx.ext.linkcode",
    "mathml",
    "chinese_search",
    "links",
    "reference",
    "loss_table",
    "questions",
    "sidebar",
]

# Notebooks are stored with their outputs.
nb_execution_mode = "off"
nb_ipywidgets_js = {}
nb_code_prompt_show = {"en": "Show the set-up", "zh": "展开准备代码"}[half]
nb_code_prompt_hide = {"en": "Hide the set-up", "zh": "收起准备代码"}[half]
myst_enable_extensions = ["dollarmath", "attrs_block", "colon_fence"]
myst_heading_anchors = 4
html_math_renderer = "mathml"

autodoc_default_options = {"members": True, "ignore-module-all": True, "show-inheritance": True}
autodoc_inherit_docstrings = False  # Keras' are not written in our format
autodoc_member_order = "bysource"
autodoc_typehints = "none"
add_module_names = False
nitpick_ignore_regex = [("py:.*", r"(?!keras_gen\b).*")]  # Keras', Python's: other sites

html_theme = "furo"
pygments_dark_style = "github-dark"
html_static_path = ["_static"]
templates_path = ["_templates"]
html_css_files = ["site.css"]
html_theme_options = {"top_of_page_buttons": ["view"]}  # our template puts the language there
html_show_sourcelink = html_copy_source = False
html_show_copyright = False
html_context = {
    "other_half": "en" if half == "zh" else "zh",
    "other_language": pages.LANGUAGES["en" if half == "zh" else "zh"],
}
locale_dirs = ["locale"]
