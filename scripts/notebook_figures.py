"""Draw the figures of a notebook in Chinese as well, and store them small."""

import base64
import io
import re

from notebook_words import Words
from PIL import Image

MIME = "application/x-chinese-figure+json"
COLOURS = 128  # enough for curves and grey images
LARGEST = 60_000  # characters of a figure, beyond which it is stored as a photo


def shrink(output):
    """Keep one picture of a cell's output: a PNG with few colours, or a JPEG where that is large.

    A photo has two pixels for each of the page's if it is then small enough, otherwise one.
    """
    data, metadata = output.get("data", {}), output.get("metadata", {})
    if "image/png" not in data:
        return
    data.pop("image/jpeg", None)  # Pillow shows a JPEG as well
    png = "".join(data["image/png"])
    with Image.open(io.BytesIO(base64.b64decode(png))) as image:
        fine = image.convert("RGB")
    few = fine.quantize(COLOURS, dither=Image.Dither.NONE)
    data["image/png"] = min(_encoded(few, "PNG"), png, key=len)
    if len(data["image/png"]) > LARGEST and "image/png" in metadata:
        size = metadata["image/jpeg"] = metadata.pop("image/png")
        coarse = fine.resize((size["width"], size["height"]), Image.LANCZOS)
        fine, coarse = (_encoded(each, "JPEG", quality=85) for each in (fine, coarse))
        data["image/jpeg"] = fine if len(fine) <= LARGEST else coarse
        del data["image/png"]


def _encoded(image, kind, **options):
    """Return an image as a file in base64."""
    file = io.BytesIO()
    image.save(file, kind, optimize=True, **options)
    return base64.b64encode(file.getvalue()).decode()


def draw_figures_twice(pairs, codes):
    """Make this kernel send each figure in Chinese as well: PNG, size and {English: Chinese}."""
    import pylopdf_fonts_zh_cn
    from IPython import get_ipython
    from IPython.core.formatters import BaseFormatter
    from IPython.core.pylabtools import retina_figure
    from matplotlib.figure import Figure
    from matplotlib.font_manager import fontManager
    from matplotlib.text import Text

    fontManager.addfont(pylopdf_fonts_zh_cn.sans_path())
    words, write = Words(pairs, codes), Text.set_text

    def chinese(figure):
        drawn = {}

        def translated(artist, text):
            said = words.shown(text) if isinstance(text, str) else text
            if re.search("[A-Za-z]{3}", re.sub(r"\$[^$]*\$", "", str(text))):
                drawn[text] = said
            write(artist, said)

        figure.draw_without_rendering()  # now the ticks have their labels
        artists = figure.findobj(Text)
        before = [(artist, artist.get_text(), artist.get_fontfamily()) for artist in artists]
        Text.set_text = translated  # which formatters of ticks call whenever they are drawn
        try:
            for artist, text, _ in before:
                artist.set_text(text)
                artist.set_fontfamily(["Noto Sans SC", "DejaVu Sans"])
            png, size = retina_figure(figure, bbox_inches="tight", base64=True)
        finally:
            Text.set_text = write
        for artist, text, family in before:
            artist.set_text(text)
            artist.set_fontfamily(family)
        return {"kind": "image/png", "picture": png, "size": size, "words": drawn}

    class Formatter(BaseFormatter):
        """Show a figure, and nothing else, in Chinese."""

        format_type = MIME
        print_method = "_in_chinese_"  # pyplot empties the tables of types of all formatters
        _return_type = dict

    Figure._in_chinese_ = chinese
    display = get_ipython().display_formatter
    display.formatters[MIME] = Formatter(parent=display)
