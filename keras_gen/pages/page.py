"""One self-contained HTML page: pictures inlined, no script, no network."""

import base64
import html
import mimetypes
from pathlib import Path

from keras_gen.files import write_text
from keras_gen.pictures.saving import encode_picture
from keras_gen.provenance import encode_generated

STYLE = """
:root { color-scheme: light dark; --line: #8884; }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.8rem; margin: .5rem 0; } h2 { margin: 2.5rem 0 .5rem; }
figure { margin: 1rem 0; } figcaption { opacity: .75; font-size: .9rem; }
img { max-width: 100%; height: auto; background: #fff; border-radius: 4px; }
img.pixels { image-rendering: pixelated; width: 30rem; }
.row { display: flex; flex-wrap: wrap; gap: 1.5rem; } .row figure { flex: 1 1 20rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; }
td, th { padding: .3rem .9rem .3rem 0; text-align: left; }
tr { border-bottom: 1px solid var(--line); } td { font-variant-numeric: tabular-nums; }
thead + tbody td { white-space: nowrap; } thead + tbody th { min-width: 8rem; }
pre { background: #8881; padding: .8rem; overflow-x: auto; border-radius: 4px; }
"""


def figure(picture, caption, pixels=False, origin=None):
    """Return a figure with the picture inlined.

    Args:
        picture: path of a picture file, or a `PIL.Image.Image`.
        caption: plain text below it, also its description for those who cannot see it.
        pixels: enlarge without smoothing, for small images.
        origin: of a `PIL.Image.Image` that a model has drawn, `provenance.Origin`: what its mark
            says.
    """
    if isinstance(picture, (str, Path)):
        kind, content = mimetypes.guess_type(picture)[0], Path(picture).read_bytes()
    else:
        kind = "image/png"
        content = encode_generated(picture, origin) if origin else encode_picture(picture)
    source = f"data:{kind};base64,{base64.b64encode(content).decode()}"
    caption, style = html.escape(caption), ' class="pixels"' if pixels else ""
    return (
        f'<figure><img{style} src="{source}" alt="{caption}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def row(*figures):
    """Return figures side by side where the screen is wide enough."""
    return f'<div class="row">{"".join(figures)}</div>'


def table(rows, header=()):
    """Return a table that scrolls by itself where the screen is too narrow.

    Args:
        rows: tuples of plain values, the first of each is the row's name.
        header: names of the columns, if they need any; the cells below do not wrap.
    """

    def line(cells, tags):
        pairs = zip(tags, cells, strict=True)
        return f"<tr>{''.join(f'<{t}>{html.escape(str(c))}</{t}>' for t, c in pairs)}</tr>"

    head = f"<thead>{line(header, ['th'] * len(header))}</thead>" if header else ""
    body = "".join(line(cells, ["th"] + ["td"] * (len(cells) - 1)) for cells in rows)
    return f'<div class="scroll"><table>{head}<tbody>{body}</tbody></table></div>'


def paragraph(text):
    """Return a paragraph of plain text."""
    return f"<p>{html.escape(text)}</p>"


def commands(*lines):
    """Return commands to copy."""
    return f"<pre>{html.escape(chr(10).join(lines))}</pre>"


def section(title, *parts):
    """Return a section with a heading."""
    return f"<section><h2>{html.escape(title)}</h2>{''.join(parts)}</section>"


def write_page(path, title, lead, *sections):
    """Write the page.

    Args:
        path: HTML file to create.
        title: plain text, the heading and the tab's name.
        lead: plain text below the heading.
        sections: HTML of `section`.
    """
    write_text(
        Path(path),
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head><body>"
        f"<h1>{html.escape(title)}</h1>{paragraph(lead)}{''.join(sections)}</body></html>\n",
        new=True,
    )
