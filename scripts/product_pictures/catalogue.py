"""What is photographed: every object from a seed, and each of its views from another draw."""

import math

import numpy as np
from style_pictures.shapes import vector

from keras_gen.data.tints import lab_to_linear, product_lab

from .furniture import chair, lamp
from .photo import View, develop, photograph
from .vessels import mug, perfume, teapot
from .worn import cap, handbag, sneaker

KINDS = (mug, teapot, perfume, handbag, sneaker, cap, lamp, chair)  # rng -> product
OBJECTS = {"train": 260, "test": 50}  # of each kind
VIEWS = 4  # pictures of each object, each from another angle and in another colour


def plan(split, seed):
    """Return `(seed, kind, object)` of every object of a split; no two splits share one."""
    first = 0 if split == "train" else OBJECTS["train"]
    numbers = range(first, first + OBJECTS[split])
    return [(seed, kind, number) for number in numbers for kind in range(len(KINDS))]


def pictures(task):
    """Photograph one object: `VIEWS` times (picture, matte, conditions by name)."""
    seed, kind, number = task
    rng = np.random.default_rng((seed, kind, number))
    product = KINDS[kind](rng)
    rows, views = zip(*(draw(rng) for _ in range(VIEWS)), strict=True)
    colours, mattes = photograph(product, views)
    known = {"kind": np.uint8(kind), "object": np.uint16(number)}  # the number within its kind
    rows = [row | known for row in rows]
    return list(zip(to_uint8(colours), to_uint8(mattes), rows, strict=True))


def draw(rng):
    """Draw how a product is shown: conditions by name, and the view."""
    hue, lightness, angle = rng.uniform(0, 360), rng.uniform(38, 78), rng.uniform(0, 360)
    base = product_lab(hue, lightness)
    view = View(
        base=vector(*lab_to_linear(base)),
        angle=angle,
        elevation=rng.uniform(12, 26),
        share=rng.uniform(0.80, 0.90),
        backdrop=paper(rng),
        light=rng.uniform(-0.25, 0.25),
    )
    conditions = {
        "hue": np.float32(hue),
        "lightness": np.float32(lightness),
        "chroma": np.float32(np.hypot(*base[1:])),
        "angle": np.float32(angle),
        "backdrop": to_uint8(develop(view.backdrop[:, 0])),
    }
    return conditions, view


def paper(rng):
    """Colour of a pale sheet of paper, linear light (3, 1)."""
    lightness, turn, chroma = rng.uniform(86, 97), rng.uniform(0, 2 * math.pi), rng.uniform(0, 9)
    lab = (lightness, chroma * math.cos(turn), chroma * math.sin(turn))
    return vector(*np.clip(lab_to_linear(lab), 0, 1))


def to_uint8(values):
    """[0, 1] as levels of a file."""
    return np.round(np.clip(values, 0, 1) * 255).astype(np.uint8)
