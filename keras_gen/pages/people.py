"""Pages on which people decide about pictures: one file each, which works without a network.

Each has a template of its own; `people.css` and `people.js` are what they have in common.
"""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def fill_template(name: str, content: dict[str, Any]) -> str:
    """Return the text of a page: the template `name`.html with style, script and content in it."""
    data = json.dumps(content).replace("<", "\\u003c")  # no file's name ends the script
    parts = {
        "__STYLE__": (HERE / "people.css").read_text("utf-8").rstrip(),
        "__SCRIPT__": (HERE / "people.js").read_text("utf-8").rstrip(),
        "__CONTENT__": data,  # last, so that nothing in it is filled in
    }
    text = (HERE / f"{name}.html").read_text("utf-8")
    for place, part in parts.items():
        text = text.replace(place, part)
    return text
