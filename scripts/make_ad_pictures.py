"""Make the pictures of docs/from-photo-to-ad.md: an advertisement in steps, and cut-outs.

    pip install -e ".[photos]"
    python scripts/make_ad_pictures.py

Nothing is chosen among several results: each picture is what the commands of the page give.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

from cutout_truth import OUTLINES, PRODUCTS, drawn, rendered  # noqa: E402

from keras_gen import data  # noqa: E402
from keras_gen.data.crops import scikit_image_data  # noqa: E402
from keras_gen.data.shipped import SHIPPED  # noqa: E402
from keras_gen.pictures import save_picture  # noqa: E402
from keras_gen.provenance import Marks, Origin, save_generated  # noqa: E402
from keras_gen.retouch import cut_out, recolour  # noqa: E402

IMAGES = ROOT / "docs" / "images"
SIDE = 256  # pixels of each picture of a sheet
PRODUCT, COLOUR, BACKDROP = "handbag", "teal", "wave_pattern"


def chequered(image: Image.Image) -> Image.Image:
    """Lay a picture with transparency on the squares that stand for nothing."""
    y, x = np.mgrid[: image.height, : image.width] // 16
    squares = np.where((x + y) % 2, 255, 205).astype("uint8")
    ground = Image.fromarray(squares).convert("RGBA")
    ground.alpha_composite(image.convert("RGBA"))
    return ground.convert("RGB")


def masked(path: Path, mask: np.ndarray) -> Image.Image:
    """Return a picture that is transparent where a mask, bool (H, W), is not."""
    image = data.read_photo(path)
    image.putalpha(Image.fromarray(np.uint8(255 * mask)).resize(image.size))
    return image


def sheet(rows: list[list[Image.Image]]) -> Image.Image:
    """Set pictures side by side, each whole within its square."""
    canvas = Image.new("RGB", (SIDE * len(rows[0]), SIDE * len(rows)), "white")
    for y, row in enumerate(rows):
        for x, image in enumerate(row):
            canvas.paste(data.fit_photo(image.convert("RGB"), (SIDE, SIDE)), (x * SIDE, y * SIDE))
    return canvas


def advertisement(folder: Path) -> Image.Image:
    """Return the steps from photograph to advertisement in a row."""
    photo = Image.open(SHIPPED / f"{PRODUCT}.jpg")
    ((found, _),) = cut_out([PRODUCT], folder / "found.png")
    product = folder / "product.png"
    masked(SHIPPED / f"{PRODUCT}.jpg", rendered(PRODUCT, 512)).save(product)
    coloured, _ = recolour(product, COLOUR, out=folder / "coloured.png")
    backdrop = Image.open(SHIPPED / f"{BACKDROP}.jpg").convert("RGBA")
    backdrop.alpha_composite(Image.open(coloured).convert("RGBA"))
    origin = Origin(model="recolour", run_id="docs", seed=0, composite=True)
    final = folder / "ad.jpg"
    save_generated(final, backdrop.convert("RGB"), origin, Marks(visible="en"), quality=95)
    steps = [chequered(Image.open(path)) for path in (found, product, coloured)]
    return sheet([[photo, *steps, Image.open(final)]])


def cutouts(folder: Path) -> Image.Image:
    """Return photographs above what the network cuts out of them, and above the truth."""
    photos = {name: SHIPPED / f"{name}.jpg" for name in PRODUCTS}
    photos |= {name: next(scikit_image_data().glob(f"{name}.*")) for name in OUTLINES}
    rows: list[list[Image.Image]] = [[], [], []]
    for name, path in photos.items():
        photo = data.read_photo(path)
        size = (photo.height, photo.width)
        ((found, _),) = cut_out([path], folder / f"{name}-found.png")
        true = rendered(name, 256) if name in PRODUCTS else drawn(size, OUTLINES[name])
        rows[0].append(photo)
        rows[1].append(chequered(Image.open(found)))
        rows[2].append(chequered(masked(path, true)))
    return sheet(rows)


def main() -> None:
    """Make and write both pictures."""
    with tempfile.TemporaryDirectory() as name:
        for make, file in ((advertisement, "from_photo_to_ad.jpg"), (cutouts, "cutouts.jpg")):
            picture = make(Path(name))
            save_picture(IMAGES / file, picture, quality=88, optimize=True)
            print(IMAGES / file, (IMAGES / file).stat().st_size)


if __name__ == "__main__":
    main()
