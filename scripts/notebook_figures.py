"""Draw the figures of a notebook in Chinese as well, and store them small."""

import base64
import io
import re

import numpy as np
from notebook_words import Words
from PIL import Image

MIME = "application/x-chinese-figure+json"
COLOURS = 128  # enough for curves and grey images
LARGEST = 60_000  # characters of a figure, beyond which it has one pixel for each of the page's


def shrink(output):
    """Keep, of a cell's output, its PNG alone, with few colours where that is smaller."""
    data = output.get("data", {})
    data.pop("image/jpeg", None)  # Pillow shows a PNG as well
    if "image/png" not in data:
        return
    png = "".join(data["image/png"])
    with Image.open(io.BytesIO(base64.b64decode(png))) as image:
        fine = image.convert("RGB")
        small = min(_few_colours(fine), png, key=len)
        if len(small) > LARGEST and "image/png" in output["metadata"]:
            size = output["metadata"]["image/png"]
            fine = fine.resize((size["width"], size["height"]), Image.LANCZOS)
            small = _few_colours(fine, COLOURS // 2 if _is_grey(fine) else COLOURS)
    data["image/png"] = small


def _is_grey(image):
    """Return whether nearly all pixels are; 64 greys show no bands, 64 colours of a photo do."""
    pixels = np.asarray(image, "int16")  # (H, W, 3)
    return np.mean(np.ptp(pixels, axis=-1) > 8) < 0.01


def _few_colours(image, colours=COLOURS):
    """Return a PNG in base64 that has few colours."""
    few, file = image.quantize(colours, dither=Image.Dither.NONE), io.BytesIO()
    few.save(file, "PNG", optimize=True)
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
        return {"png": png, "size": size, "words": drawn}

    class Formatter(BaseFormatter):
        """Show a figure, and nothing else, in Chinese."""

        format_type = MIME
        print_method = "_in_chinese_"  # pyplot empties the tables of types of all formatters
        _return_type = dict

    Figure._in_chinese_ = chinese
    display = get_ipython().display_formatter
    display.formatters[MIME] = Formatter(parent=display)
