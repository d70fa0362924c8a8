"""How well products are cut out: on composites whose truth is exact, and on photographs.

    pip install -e ".[photos]"
    python benchmarks/cutout.py

Three kinds of scene are drawn from the test split of the catalogue, which shares no object with the
training split: on the product's own paper, on computed backgrounds, and on crops of pictures that
training has not seen (the style picture wave_pattern, and scikit-image's texture of grass, CC0).
Beside the network stands what needs none: the distance of each pixel's colour from that of the
border, cut where Otsu's threshold is. Writes docs/cutout.json.

The photographs are the package's four product pictures, whose truth is computed, and four of
scikit-image with outlines drawn by hand.
"""

import argparse
import json

import numpy as np
from cutout_truth import OUTLINES, PRODUCTS, drawn, rendered
from results_table import DOCS
from skimage.filters import threshold_otsu

from keras_gen import data, pictures
from keras_gen.data.composites import Scenes, read_backgrounds
from keras_gen.data.crops import scikit_image_data
from keras_gen.data.shipped import SHIPPED
from keras_gen.data.tints import rgb_to_lab
from keras_gen.environment import versions
from keras_gen.files import write_text
from keras_gen.measures import bootstrap_interval, intersection_over_union, matte_errors
from keras_gen.retouch.matting import SHA256, matte_of, mattes_of

SETTINGS = {  # name -> share of scenes on the product's own paper, share of cropped backgrounds
    "own paper": (1.0, 0.0),
    "computed backgrounds": (0.0, 0.0),
    "cropped pictures": (0.0, 1.0),
}
PATHS = [SHIPPED / "wave_pattern.jpg", scikit_image_data() / "grass.png"]


def by_colour(image):
    """Return the matte of a picture, uint8 (H, W, 3), by the distance from its border's colour."""
    lab = rgb_to_lab(image / 255)
    border = np.concatenate([lab[0], lab[-1], lab[:, 0], lab[:, -1]])
    distance = np.linalg.norm(lab - np.median(border, axis=0), axis=-1)
    return (distance > threshold_otsu(distance)).astype("float32")


def row(true, found, side):
    """Return the figures of mattes, (N, H, W) in [0, 1]."""
    overlap, errors = intersection_over_union(true, found), matte_errors(true, found)
    interval = bootstrap_interval(np.mean, overlap, resamples=500)
    figures = {
        "iou": overlap.mean(),
        "iou_low": interval.low,
        "iou_high": interval.high,
        "iou_below_half": np.mean(overlap < 0.5),
        "mae": errors.mean(),
        "sad": errors.mean() * side**2,
    }
    return {key: round(float(value), 4) for key, value in figures.items()}


def composites(count, seed):
    """Return the figures of each setting, of all together, and of each kind of product."""
    products = data.products(split="test")
    indices = np.random.default_rng(seed).permutation(len(products.images))[:count]
    rows, overlaps, everything = {}, [], []
    for name, shares in SETTINGS.items():
        scenes = Scenes(products, read_backgrounds(PATHS), *shares)
        images, mattes = scenes.batch(indices, seed)
        true, found = mattes[..., 0] / 255, mattes_of(images)[..., 0]
        side = true.shape[1]
        plain = np.stack([by_colour(image) for image in images])
        rows[name] = {"network": row(true, found, side), "by colour": row(true, plain, side)}
        overlaps.append(intersection_over_union(true, found))
        everything.append((true, found))
        print(name, rows[name], flush=True)
    true, found = (np.concatenate(parts) for parts in zip(*everything, strict=True))
    mean = np.mean(overlaps, axis=0)  # (count,), over the settings
    labels = products.labels[indices]
    kinds = {
        kind: round(float(mean[labels == number].mean()), 4)
        for number, kind in enumerate(products.class_names)
    }
    return {"all": row(true, found, side), **rows}, kinds


def photographs():
    """Return the figures of single photographs, rendered ones (512 x 512) and others."""
    found = {}
    for name in PRODUCTS:
        image = np.rint(255 * pictures.read_picture(SHIPPED / f"{name}.jpg").pixels)
        found[name] = _photograph(
            image.astype("uint8"), np.kron(rendered(name, 256), np.ones((2, 2), bool))
        )
    for name, shapes in OUTLINES.items():
        path = next(scikit_image_data().glob(f"{name}.*"))
        image = np.asarray(data.read_photo(path))
        found[name] = _photograph(image, drawn(image.shape[:2], shapes))
    return found


def _photograph(image, true):
    pair = {"network": matte_of(image), "by colour": by_colour(image)}
    return {
        key: {
            "iou": round(float(intersection_over_union(true[None], matte[None])[0]), 4),
            "mae": round(float(matte_errors(true[None], matte[None])[0]), 4),
        }
        for key, matte in pair.items()
    }


def main():
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1600, help="products in each setting (1600)")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    shots = photographs()
    print(json.dumps(shots, indent=1), flush=True)
    rows, kinds = composites(arguments.count, arguments.seed)
    stored = {
        "weights": SHA256,
        "scenes of each setting": arguments.count,
        "composites": rows,
        "iou of kinds": kinds,
        "photographs": shots,
        "versions": versions(),
    }
    write_text(DOCS / "cutout.json", json.dumps(stored, indent=2) + "\n")
    print(json.dumps(stored, indent=2))


if __name__ == "__main__":
    main()
