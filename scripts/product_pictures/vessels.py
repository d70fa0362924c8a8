"""Mugs, teapots and flasks of perfume."""

import numpy as np
from style_pictures.fields import smoothstep
from style_pictures.shapes import (
    box,
    cut,
    ellipsoid,
    extrude,
    length,
    rectangle,
    sphere,
    torus,
    union,
    vector,
)
from style_pictures.studio import colour

from .parts import (
    BRASS,
    STEEL,
    Finish,
    Product,
    disc,
    metal,
    plain,
    rod,
    tinted,
    where,
    wood,
)

CREAM, CLAY, COFFEE = "f3ead9", "b4805c", "2a160c"


def mug(rng):
    """A mug with its handle on the right: plain, dipped, striped or with a badge."""
    radius, height = rng.uniform(0.40, 0.54), rng.uniform(0.82, 1.22)
    flare, wall = rng.uniform(-0.10, 0.14), rng.uniform(0.045, 0.065)
    thick, loop = rng.uniform(0.05, 0.075), rng.uniform(0.20, 0.26)
    tall = rng.uniform(0.02, max(0.03, 0.44 * height - loop - thick))  # straight part of the handle
    level = rng.uniform(0.77, 0.86) * height
    style = rng.choice(["plain", "dipped", "stripe", "badge", "rim"])
    low, high = sorted(rng.uniform(0.2, 0.75, 2) * height)
    lining = rng.choice([CREAM, "base"])
    filled = rng.random() < 0.35

    def body(p):
        r = length(p[0], p[2]) - flare * (p[1] / height - 0.5)
        y = p[1] - height / 2
        outside = rectangle(r, y, radius, height / 2, 0.07)
        handle = torus(p - vector(radius + 0.04, height * 0.5, 0), loop, thick, tall)
        hollow = rectangle(r, y - 0.10, radius - wall, height / 2, 0.10)
        return cut(union(outside, handle, 0.08), hollow, 0.03) * 0.92

    def coffee(p):
        full = radius - wall / 2 + flare * (0.86 - 0.5)
        return disc(p, full, level - 0.1, level, 0.005)

    def glaze(p, base):
        light = plain(CREAM)
        if style == "dipped":
            return where(lambda p: p[1] - low, plain(CLAY), tinted())(p, base)
        if style == "stripe":
            middle, half = (low + high) / 2, (high - low) / 2 + 0.03
            return where(lambda p: np.abs(p[1] - middle) - half, light, tinted())(p, base)
        if style == "badge":
            spot = lambda p: np.where(p[2] > 0, length(p[0], p[1] - height / 2) - 0.2, 1)
            return where(spot, light, tinted())(p, base)
        if style == "rim":
            return where(lambda p: height - 0.07 - p[1], light, tinted())(p, base)
        return base

    def inside(p):
        r = length(p[0], p[2]) - flare * (p[1] / height - 0.5)
        return np.maximum(r - radius + 0.6 * wall, 0.05 - p[1])

    liner = tinted() if lining == "base" else plain(CREAM)
    parts = [(body, Finish(where(inside, liner, glaze), rng.uniform(0.1, 0.35), 0.045))]
    if filled:
        parts.append((coffee, Finish(plain(COFFEE), 0.1)))
    wide = radius + 0.5 * abs(flare) + 0.02
    reach = max(radius + 0.06 + loop + thick, wide)
    return Product(parts, ((reach + wide) / 2, wide), height, ((reach - wide) / 2, 0.0))


def teapot(rng):
    """A teapot, its spout on the right."""
    radius, tall = rng.uniform(0.46, 0.58), rng.uniform(0.36, 0.52)
    reach, lift = rng.uniform(0.26, 0.42), rng.uniform(0.15, 0.35)
    loop, thick = rng.uniform(0.19, 0.25), rng.uniform(0.045, 0.06)
    knob = rng.uniform(0.06, 0.09)
    flat = rng.uniform(0.72, 0.86)  # where the lid begins, as a share of the half height
    accent = [tinted(), tinted(), plain(CREAM), plain("2e2e33")][rng.integers(4)]
    banded = rng.random() < 0.3
    middle = tall * 0.93
    top = middle + flat * tall
    hold = rng.choice(["glaze", "wood", "steel"])

    def pot(p):
        belly = ellipsoid(p - vector(0, middle, 0), radius, tall, radius)
        spout = rod(
            p, (radius * 0.7, middle * 0.75, 0), (radius + reach, middle + lift, 0), 0.13, 0.055
        )
        hole = rod(
            p,
            (radius + reach - 0.03, middle + lift, 0),
            (radius + reach + 0.1, middle + lift + 0.1, 0),
            0.035,
        )
        return np.maximum(cut(union(belly, spout, 0.14), hole, 0.02), 0.02 - p[1]) * 0.9

    def foot(p):
        return disc(p, radius * 0.62, 0.0, 0.07)

    def handle(p):
        q = p - vector(-radius - 0.05, middle + 0.02, 0)
        return torus(q, loop, thick, 0.06)

    def lid(p):
        cover = ellipsoid(p - vector(0, top - 0.05, 0), radius * 0.62, 0.14, radius * 0.62)
        button = sphere(p - vector(0, top + 0.10 + knob * 0.6, 0), knob)
        return union(cover, button, 0.05) * 0.9

    band = lambda p: np.abs(p[1] - middle) - 0.09
    glaze = where(band, plain(CREAM), tinted()) if banded else tinted()
    rough = rng.uniform(0.08, 0.3)
    grip = {"glaze": Finish(tinted(), rough), "wood": wood(), "steel": metal(STEEL)}[hold]
    parts = [
        (pot, Finish(glaze, rough, 0.05)), (foot, Finish(tinted(0.8), 0.5)), (handle, grip),
        (lid, Finish(accent, rough, 0.05)),
    ]  # fmt: skip
    left, right = radius + 0.07 + loop + thick, radius + reach + 0.08
    box_of = ((left + right) / 2, radius + 0.02), top + 0.12 + 1.6 * knob
    return Product(parts, *box_of, ((right - left) / 2, 0.0))


def perfume(rng):
    """A flask of perfume with a label on its front."""
    style = rng.choice(["block", "round", "tower"])
    half = rng.uniform(0.34, 0.50) if style != "tower" else rng.uniform(0.26, 0.34)
    tall = {"block": rng.uniform(0.75, 1.05), "round": 2 * half, "tower": rng.uniform(1.05, 1.35)}[
        style
    ]
    deep = half * rng.uniform(0.95, 1.0) if style == "tower" else rng.uniform(0.17, 0.26)
    edge, wall = rng.uniform(0.04, 0.10), rng.uniform(0.05, 0.08)
    level = tall * rng.uniform(0.72, 0.85)
    neck = rng.uniform(0.09, 0.13)
    cap_half, cap_tall = rng.uniform(0.13, 0.2), rng.uniform(0.18, 0.36)
    cap_style = rng.choice(["disc", "cube", "ball"])
    cap_metal = [
        metal(BRASS),
        metal(STEEL),
        Finish(plain("202024"), 0.15),
        wood("8a5f3c"),
        Finish(tinted(0.7), 0.2),
    ]
    cover = cap_metal[rng.integers(5)]
    label = (half * rng.uniform(0.45, 0.62), tall * rng.uniform(0.12, 0.20))
    paper = rng.choice(["f7f3ea", "2b2b30", "e9d3a0"])

    def flask(p, inset=0.0):
        q = p - vector(0, tall / 2, 0)
        if style == "round":
            return extrude(length(q[0], q[1]) - half + inset, q[2], deep - inset, edge)
        return box(q, (half - inset, tall / 2 - inset, deep - inset), max(edge - inset / 2, 0.01))

    def liquid(p):
        return np.maximum(flask(p, wall), p[1] - level)

    def collar(p):
        return disc(p, neck, tall - 0.06, tall + 0.09)

    def cap(p):
        base = tall + 0.06
        if cap_style == "ball":
            return sphere(p - vector(0, base + 0.9 * cap_half, 0), cap_half)
        if cap_style == "cube":
            q = p - vector(0, base + cap_tall / 2, 0)
            return box(q, (cap_half, cap_tall / 2, min(cap_half, deep * 0.9)), 0.02)
        return disc(p, cap_half, base, base + cap_tall, 0.03)

    def tag(p):
        q = p - vector(0, tall * 0.46, deep)
        return extrude(rectangle(q[0], q[1], *label, 0.01), q[2], 0.012, 0.004)

    def print_on(p, base):
        lines = np.minimum(
            rectangle(p[0], p[1] - tall * 0.46 - label[1] * 0.25, label[0] * 0.6, 0.022),
            rectangle(p[0], p[1] - tall * 0.46 + label[1] * 0.35, label[0] * 0.35, 0.012),
        )
        ink = smoothstep(lines, 0.02, -0.005)
        return colour(str(paper)) * (1 - ink) + (0.9 * base + 0.02) * ink

    parts = [
        (flask, Finish(tinted(), 0.04, 0.06, liquid)),
        (collar, metal(BRASS if cover.rough > 0.2 else STEEL)),
        (cap, cover),
        (tag, Finish(print_on, 0.6, 0.02)),
    ]
    top = tall + 0.06 + (1.9 * cap_half if cap_style == "ball" else cap_tall)
    return Product(parts, (half + 0.02, deep + 0.03), top)
