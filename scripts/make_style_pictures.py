"""Make the pictures for style transfer that keras_gen embeds: four styles, four contents, a mask.

    python scripts/make_style_pictures.py [--only NAME...] [--size 512] [--out FOLDER]

Everything is drawn by style_pictures/ with NumPy and Pillow; no photograph or painting went in.
The same seed gives the same pictures.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image
from style_pictures.flow_field import flow_field
from style_pictures.handbag import handbag
from style_pictures.ink_wash import ink_wash
from style_pictures.mug import mug, mug_logo_mask
from style_pictures.perfume import perfume
from style_pictures.sneaker import sneaker
from style_pictures.stained_glass import stained_glass
from style_pictures.wave_pattern import wave_pattern

STYLES = (flow_field, stained_glass, ink_wash, wave_pattern)  # (rng, size) -> colours
CONTENTS = (mug, perfume, handbag, sneaker)  # (size, samples) -> colours
MASKS = (mug_logo_mask,)  # (size, samples) -> share of each pixel
EMBEDDED = Path(__file__).parents[1] / "keras_gen" / "data" / "style_pictures"


def save(colours, size, path):
    """Write colours in [0, 1], (H, W, 3) or (H, W), as a picture of `size` x `size` pixels."""
    image = Image.fromarray(np.round(np.clip(colours, 0, 1) * 255).astype(np.uint8))
    image = image.resize((size, size), Image.Resampling.LANCZOS)
    image.save(path, quality=92, subsampling=0, optimize=True)
    print(f"{path} {path.stat().st_size:,} bytes", flush=True)


def main():
    """Draw the pictures that were asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    pictures = {picture.__name__: picture for picture in (*STYLES, *CONTENTS, *MASKS)}
    parser.add_argument("--only", nargs="+", choices=pictures, default=list(pictures))
    parser.add_argument("--size", type=int, default=512, help="of the square pictures, in pixels")
    parser.add_argument("--samples", type=int, default=3, help="rays of a pixel, along each side")
    parser.add_argument("--seed", type=int, default=0, help="of the styles")
    parser.add_argument("--out", type=Path, default=EMBEDDED)
    arguments = parser.parse_args()

    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.only:
        picture, size = pictures[name], arguments.size
        if picture in STYLES:
            colours = picture(np.random.default_rng(arguments.seed), size)
        else:
            colours = picture(size, arguments.samples)
        save(colours, size, arguments.out / f"{name}.{'png' if picture in MASKS else 'jpg'}")


if __name__ == "__main__":
    main()
