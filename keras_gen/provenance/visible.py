"""The visible label: text on a box of its own, in the lower right corner of a picture.

The Chinese standard GB 45438-2025 asks for text that names both AI and generation, at an edge or in
a corner, with characters of at least 5 % of the picture's shortest side (as secondary sources have
it, such as https://news.ai7788.cn/daily/3793; the text of the standard was not read). The font is a
subset of Noto Sans CJK SC Bold under the SIL Open Font License, see OFL.txt beside it.
"""

import math
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

FONT = Path(__file__).with_name("label_font.otf")
TEXTS = {"zh": "AI生成", "en": "AI-generated"}
SHARE = 0.05  # of the shortest side: the least height of a capital; Chinese characters are higher
LEAST_HEIGHT = 8  # pixels of a capital: smaller Chinese characters cannot be read
LARGEST_COVER = 0.15  # of the picture; a label that covers more stands below it


def draw_label(picture: Image.Image, language: str) -> Image.Image:
    """Return a copy of a picture that says in words that it was generated.

    The text is white on a black box, so its contrast does not depend on the picture. Where the box
    would cover more than `LARGEST_COVER` of the picture, or be wider than it, the picture gets a
    black strip below it that holds the text, and that is as wide as the text needs: a picture of
    28 x 28 pixels grows, and its own pixels stay as they are.

    Args:
        picture: a grey or RGB picture, with or without transparency.
        language: "zh" or "en".
    """
    text = TEXTS[language]
    font = _font(math.ceil(SHARE * min(picture.size)))
    left, top, right, bottom = font.getbbox(text)
    margin = max(2, round(0.2 * (bottom - top)))
    width, height = right - left + 2 * margin, bottom - top + 2 * margin
    if picture.width < width or width * height > LARGEST_COVER * picture.width * picture.height:
        picture = _with_strip(picture, width, height)
    else:
        picture = picture.copy()
    corner = (picture.width - width, picture.height - height)
    draw = ImageDraw.Draw(picture)
    black, white = _colour(picture, 0), _colour(picture, 255)
    draw.rectangle((*corner, picture.width - 1, picture.height - 1), fill=black)
    draw.text((corner[0] + margin - left, corner[1] + margin - top), text, fill=white, font=font)
    return picture


def _font(least):
    """Return the font at the size at which a capital has at least so many pixels."""
    size = least = max(least, LEAST_HEIGHT)
    while True:
        font = ImageFont.truetype(FONT, size, layout_engine=ImageFont.Layout.BASIC)
        _, top, _, bottom = font.getbbox("A")
        if bottom - top >= least:
            return font
        size += 1


def _with_strip(picture, width, height):
    """Return a larger black picture with the old one in the middle of its upper edge."""
    size = (max(width, picture.width), picture.height + height)
    larger = Image.new(picture.mode, size, _colour(picture, 0))
    larger.paste(picture, ((size[0] - picture.width) // 2, 0))
    return larger


def _colour(picture, level) -> Any:
    """Return an opaque grey in the mode of a picture."""
    bands = picture.getbands()
    levels = tuple(255 if band == "A" else level for band in bands)
    return levels if len(bands) > 1 else level
