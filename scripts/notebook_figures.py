"""Make the figures of stored notebooks small: build_tutorials.py calls `shrink`."""

import base64
import io

from PIL import Image

COLOURS = 128  # enough for curves and grey images


def shrink(output):
    """Keep, of a cell's output, its PNG alone, with few colours where that is smaller."""
    data = output.get("data", {})
    data.pop("image/jpeg", None)  # Pillow shows a PNG as well
    if "image/png" not in data:
        return
    png, small = "".join(data["image/png"]), io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(png))) as image:
        few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(small, "PNG", optimize=True)
    data["image/png"] = min(base64.b64encode(small.getvalue()).decode(), png, key=len)
