"""The red seal of the ink wash: the signs for mountain and water in a worn square."""

import numpy as np
from PIL import Image, ImageDraw

from .fields import blur, fbm, smoothstep

# the signs for mountain and water, as strokes on a square of 400
SIGNS = (
    ((200, 78), (200, 164)), ((152, 106), (152, 164)), ((248, 106), (248, 164)),
    ((152, 164), (248, 164)), ((200, 212), (200, 336)),
    ((176, 216), (150, 262), (170, 300), (146, 334)),
    ((224, 216), (250, 262), (230, 300), (254, 334)),
    ((118, 224), (100, 268), (116, 328)), ((282, 224), (300, 268), (284, 328)),
)  # fmt: skip


def seal(sheet):
    """A square seal, its signs left white, its edges worn: how red, (size, size)."""
    image = Image.new("L", (400, 400), 0)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((20, 20, 380, 380), 34, fill=255)
    draw.rounded_rectangle((42, 42, 358, 358), 22, outline=0, width=9)
    for line in SIGNS:
        draw.line(line, fill=0, width=14, joint="curve")
        for x, y in (line[0], line[-1]):
            draw.ellipse((x - 8, y - 8, x + 8, y + 8), fill=0)
    side, size = int(50 * sheet.unit), sheet.size
    stamp = np.asarray(image.resize((side, side), Image.Resampling.LANCZOS), np.float32) / 255
    worn = fbm(sheet.rng, stamp.shape, 5 * sheet.unit, 3, 0.7)
    top, left = int(0.075 * size), int(0.875 * size)
    red = np.zeros((size, size), np.float32)
    red[top : top + side, left : left + side] = stamp * smoothstep(worn, 0.18, 0.34)
    return blur(red, 0.5 * sheet.unit) * (0.87 + 0.13 * sheet.grain)
