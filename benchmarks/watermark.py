r"""An imperceptible watermark: how often it is found after JPEG, a resize and a crop.

    pip install "keras_gen[photos]"
    python benchmarks/watermark.py

A candidate that was measured and is not part of the package; docs/compliance.md says why. A tile of
64 x 64 pixels repeats over the picture. Its spectrum has magnitude 1 in a band of medium
frequencies, with phases that a secret key decides, and nothing outside. It is added to all colours
alike, more where the picture is busy. The detector adds up all tiles, keeps the phases of the sum,
and looks for the shift at which they agree best with the key's, so that a crop changes the shift
alone; against a resize it also tries twice the size.

The threshold comes from a bound. With a random key each pair of frequencies adds 2 cos u to the
agreement, u uniform, whatever the picture is. E exp(a cos u) <= exp(a^2 / 4), so that a score in
standard deviations exceeds t with a probability of at most exp(-t^2 / 2) at one shift and scale,
and of at most M exp(-t^2 / 2) at any of M.

References: Cox, Kilian, Leighton and Shamoon 1997, "Secure spread spectrum watermarking for
multimedia"; Kutter 1998, "Watermarking resistant to translation, rotation, and scaling".
"""

import argparse
import functools
import hashlib
import io
import json

import numpy as np
from PIL import Image
from results_table import DOCS, fill, markdown
from scipy.ndimage import uniform_filter

from keras_gen import data
from keras_gen.data.crops import PHOTOGRAPHS, random_crop, scikit_image_data
from keras_gen.data.decoding import read_photo
from keras_gen.data.shipped import PRODUCTS, SHIPPED
from keras_gen.files import write_text
from keras_gen.measures import wilson_interval
from keras_gen.pictures import grid, save_picture
from keras_gen.runs import Run

FILE = DOCS / "watermark.json"
TILE = 64  # pixels
BAND = (4, 14)  # cycles per tile: below is the picture itself, above what JPEG and resizing lose
PSNR = 42.0  # dB, of the marked picture but for rounding and clipping to 8 bits
SCALES = (1.0, 2.0)  # by which the detector enlarges a picture: as it is, or made half as large
QUIET, BUSY = 2.0, 8.0  # grey levels: between these local deviations the pattern grows in strength
REACH = 13  # pixels, side of the window of local deviations
KEY = b"keras_gen benchmark"
RATE = 1e-3  # false positives, at most
THRESHOLD = float(np.sqrt(2 * np.log(len(SCALES) * TILE**2 / RATE)))
PAINTED = [
    SHIPPED / f"{x}.jpg" for x in ("flow_field", "ink_wash", "stained_glass", "wave_pattern")
]
SIDE = 256


# --- the candidate --------------------------------------------------------------------------------


def add_watermark(picture, key, psnr=PSNR):
    """Return a marked copy of an RGB picture."""
    pixels = np.asarray(picture, "float64")
    grey = pixels.mean(axis=2)
    tile = np.fft.ifft2(key_phases(key)).real
    times = [-(-side // TILE) for side in grey.shape]
    pattern = np.tile(tile, times)[: grey.shape[0], : grey.shape[1]]
    pattern *= np.clip(deviation(grey), QUIET, BUSY)
    pattern *= 255 * 10 ** (-psnr / 20) / np.sqrt(np.mean(pattern**2))
    marked = np.clip(np.round(pixels + pattern[..., None]), 0, 255)
    return Image.fromarray(marked.astype("uint8"))


def watermark_score(picture, key):
    """Return how well a picture's phases agree with a key's at the best shift and scale.

    In standard deviations of the agreement of random phases; at most about 24.
    """
    best = -np.inf
    for scale in SCALES:
        size = [max(1, round(scale * side)) for side in picture.size]
        grey = picture.convert("RGB").resize(size, Image.Resampling.BICUBIC)
        phases = picture_phases(np.asarray(grey, "float64").mean(axis=2))
        agreement = np.fft.ifft2(phases * np.conj(key_phases(key))).real * TILE**2  # (64, 64)
        best = max(best, agreement.max() / np.sqrt(inside().sum()))
    return float(best)


def picture_phases(grey):
    """Return the phases of the sum of all tiles within the band, as numbers of magnitude 1."""
    detail = (grey - uniform_filter(grey, REACH)) / np.maximum(deviation(grey), QUIET)
    detail = np.pad(detail, [(0, -side % TILE) for side in detail.shape])
    tiles = detail.reshape(detail.shape[0] // TILE, TILE, -1, TILE).sum(axis=(0, 2))
    spectrum = np.fft.fft2(tiles)
    return inside() * spectrum / np.maximum(np.abs(spectrum), 1e-9)


def deviation(grey):
    """Return the local standard deviation of a grey picture, in grey levels."""
    mean = uniform_filter(grey, REACH)
    return np.sqrt(np.maximum(uniform_filter(grey**2, REACH) - mean**2, 0))


@functools.cache
def inside():
    """Return which frequencies of a tile are in the band, (64, 64)."""
    cycles = np.fft.fftfreq(TILE, 1 / TILE)
    radius = np.hypot(*np.meshgrid(cycles, cycles))
    return (radius >= BAND[0]) & (radius <= BAND[1])


@functools.lru_cache(maxsize=64)
def key_phases(key):
    """Return a key's spectrum: magnitude 1 in the band, that of a real tile."""
    seed = int.from_bytes(hashlib.sha256(key).digest(), "big")
    noise = np.fft.fft2(np.random.default_rng(seed).normal(size=(TILE, TILE)))
    return inside() * noise / np.abs(noise)


# --- pictures and what happens to them ------------------------------------------------------------


def pictures(n):
    """Yield (kind, picture): n of 256 pixels of four kinds, n of 64 and n of 28 pixels."""
    rng = np.random.default_rng(0)
    photographs = [scikit_image_data() / name for name in PHOTOGRAPHS]
    kinds = (("photographs", photographs, 3), ("rendered", PRODUCTS, 3), ("painted", PAINTED, 2))
    for kind, paths, tenths in kinds:
        whole = [read_photo(path, 3) for path in paths]
        for i in range(tenths * n // 10):
            yield kind, Image.fromarray(random_crop(whole[i % len(whole)], (SIDE, SIDE, 3), rng))
    drawn = np.asarray(Run.open("dcgan").load_model().sample(n, seed=0))  # (n, 28, 28, 1)
    for _ in range(2 * n // 10):
        sheet = grid(drawn[rng.integers(n, size=81)], 9).convert("RGB")
        yield "sheets", sheet.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    for image in data.load("products").images[:n]:
        yield "64 pixels", Image.fromarray(image)
    for image in np.asarray(data.unit_to_uint8(drawn)):
        yield "28 pixels", Image.fromarray(image[..., 0]).convert("RGB")


def jpeg(picture):
    """Return a picture as it is after JPEG of quality 75."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=75)
    return Image.open(buffer)


def resized(picture, share):
    """Return a picture with sides that are multiplied by a share."""
    size = [max(1, round(share * side)) for side in picture.size]
    return picture.resize(size, Image.Resampling.BICUBIC)


def cropped(picture, rng):
    """Return nine tenths of the width and of the height, from a random place."""
    size = [round(0.9 * side) for side in picture.size]
    left, top = (
        int(rng.integers(whole - part + 1)) for whole, part in zip(picture.size, size, strict=True)
    )
    return picture.crop((left, top, left + size[0], top + size[1]))


CHANGES = {
    "none": lambda picture, rng: picture,
    "JPEG 75": lambda picture, rng: jpeg(picture),
    "half the size": lambda picture, rng: resized(picture, 0.5),
    "crop to 90 %": cropped,
    "all three": lambda picture, rng: jpeg(resized(cropped(picture, rng), 0.5)),
    "80 % of the size": lambda picture, rng: resized(picture, 0.8),
    "turned by 2°": lambda picture, rng: picture.rotate(2, Image.Resampling.BICUBIC),
}


def measure(n):
    """Return {kind: figures} of marked and unmarked pictures under each change."""
    rng = np.random.default_rng(1)
    psnr, marked, plain = {}, {}, {}
    for number, (kind, picture) in enumerate(pictures(n)):
        copy = add_watermark(picture, KEY)
        error = np.asarray(copy, "float64") - np.asarray(picture, "float64")
        psnr.setdefault(kind, []).append(20 * np.log10(255 / np.sqrt(np.mean(error**2))))
        for name, change in CHANGES.items():
            for scores, image in ((marked, copy), (plain, picture)):
                by_name = scores.setdefault(kind, {})
                by_name.setdefault(name, []).append(watermark_score(change(image, rng), KEY))
        if number % 100 == 0:
            print(f"  {kind}, picture {number}", flush=True)
    return {
        kind: {
            "pictures": len(values),
            "psnr": {"mean": float(np.mean(values)), "least": float(min(values))},
            "found": {name: share(scores) for name, scores in marked[kind].items()},
            "false_positives": share(np.concatenate(list(plain[kind].values()))),
        }
        for kind, values in psnr.items()
    }


def share(scores):
    """Return how many scores are above the threshold, with a 95 % interval."""
    found, n = int(np.sum(np.array(scores) > THRESHOLD)), len(scores)
    return {"found": found, "of": n, "interval": list(wilson_interval(found, n))}


# --- the tables -----------------------------------------------------------------------------------

IN_CHINESE = {
    "photographs": "照片",
    "rendered": "渲染的商品",
    "painted": "计算的画",
    "sheets": "样本拼图",
    "64 pixels": "64 像素",
    "28 pixels": "28 像素",
    "pictures": "图片数",
    "PSNR, dB": "PSNR，dB",
    "none": "不作改动",
    "half the size": "缩小一半",
    "crop to 90 %": "裁剪到 90 %",
    "all three": "以上三种一起",
    "80 % of the size": "缩小到 80 %",
    "turned by 2°": "旋转 2°",
    "no mark, any change": "没有水印，任意改动",
}


def table(found):
    """Return the lines of the table: a column for each kind, a row for each change."""
    kinds = list(found)
    percent = lambda part: f"{part['found'] / part['of']:.1%}".replace("%", " %")
    rows = [["pictures", *(f"{found[kind]['pictures']:,}" for kind in kinds)]]
    rows += [["PSNR, dB", *(f"{found[kind]['psnr']['mean']:.1f}" for kind in kinds)]]
    for name in CHANGES:
        rows.append([name, *(percent(found[kind]["found"][name]) for kind in kinds)])
    rows.append(["no mark, any change", *(percent(found[k]["false_positives"]) for k in kinds)])
    return markdown(["", *kinds], rows)


def in_chinese(text):
    """Return the table with Chinese words."""
    for english, chinese in IN_CHINESE.items():
        text = text.replace(f"| {english} |", f"| {chinese} |")
    return text


def example(path):
    """Save a picture: an original, its marked copy, and eight times their difference."""
    before = read_photo(PRODUCTS[0], 3).resize((2 * SIDE, 2 * SIDE))
    both = [np.asarray(x, "float64") for x in (before, add_watermark(before, KEY))]
    difference = np.clip(127.5 + 8 * (both[1] - both[0]), 0, 255)
    save_picture(path, grid(np.stack([*both, difference]) / 255, 3))


def main():
    """Measure, store, and put the table on both pages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=1000, help="pictures of each size")
    parser.add_argument("--pages", action="store_true", help="only renew the tables of docs/")
    arguments = parser.parse_args()
    if not arguments.pages:
        example(DOCS.parent / "benchmarks" / "out" / "watermark.png")
        found = {"threshold": THRESHOLD, "psnr": PSNR, "kinds": measure(arguments.n)}
        write_text(FILE, json.dumps(found, indent=1) + "\n")
    text = "\n".join(table(json.loads(FILE.read_text("utf-8"))["kinds"]))
    fill(DOCS / "compliance.md", "watermark", text)
    fill(DOCS / "compliance.zh-CN.md", "watermark", in_chinese(text))
    print(text)


if __name__ == "__main__":
    main()
