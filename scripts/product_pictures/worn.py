"""Handbags, sneakers and caps."""

import math

import numpy as np
from style_pictures.fields import smoothstep, spline
from style_pictures.shapes import cut, ellipsoid, extrude, length, rectangle, torus, union, vector

from .parts import BRASS, STEEL, Finish, Product, metal, plain, tinted, where


def handbag(rng):
    """A handbag, its clasp in front: with a flap, or a tote with a tag."""
    wide, tall = rng.uniform(0.62, 0.90), rng.uniform(0.68, 1.0)
    deep, narrow = rng.uniform(0.22, 0.32), rng.uniform(0.04, 0.22)
    ring, arch = rng.uniform(0.24, 0.38), rng.uniform(0.04, 0.30)
    flapped = rng.random() < 0.6
    edge = rng.uniform(0.35, 0.6) * tall  # the flap's lower edge in the middle
    curve = rng.uniform(0.15, 0.5) * tall
    fitting = metal([BRASS, STEEL][rng.integers(2)])
    trim = [tinted(0.55), tinted(0.8), plain("6b452b"), plain("2a2a2e"), plain("e9dcc4")][
        rng.integers(5)
    ]
    bottom = 0.0 if flapped else rng.uniform(0.0, 0.3) * tall

    def pouch(p):
        x, y, z = p
        half = wide * (1 - narrow * np.clip(y / tall, -0.2, 1.2))
        thick = deep * (1 - 0.45 * np.clip(y / tall, -0.2, 1.2))
        belly = 0.05 * np.cos(np.clip(1.4 * x / wide, -1.5, 1.5))
        return (
            extrude(rectangle(x, y - tall / 2, half, tall / 2, 0.12), z, thick + belly, 0.07) * 0.8
        )

    def flap(p):
        x = np.abs(p[0]) / wide
        below = edge + curve * smoothstep(x, 0.15, 0.95) - p[1]
        return np.max([pouch(p) - 0.03, below * 0.8, -p[2] - 0.12], 0)

    def handle(p):
        shift = 0.0 if flapped else deep * 0.5
        q = np.stack([p[0], p[1] - tall + 0.02, np.abs(p[2]) - shift])
        loop = torus(q, ring, 0.038, arch)
        return np.maximum(loop, -q[1] - (0.04 if flapped else 0.16))

    def fittings(p):
        q = p - vector(0, edge + 0.09, deep * 0.93 if flapped else deep * 0.98)
        lock = extrude(rectangle(q[0], q[1], 0.085, 0.06, 0.03), q[2] + 0.02, 0.07, 0.02)
        ends = np.stack(
            [
                np.abs(p[0]) - ring,
                p[1] - tall - 0.0,
                np.abs(p[2]) - (0.0 if flapped else deep * 0.5),
            ]
        )
        return np.minimum(lock, length(*ends) - 0.062)

    hide = rng.uniform(0.3, 0.5)
    leather = where(lambda p: p[1] - bottom, trim, tinted()) if bottom else tinted()
    parts = [
        (pouch, Finish(leather, hide, 0.04)),
        (handle, Finish(trim, hide, 0.04)),
        (fittings, fitting),
    ]
    if flapped:
        seam = where(
            lambda p: edge + curve * smoothstep(np.abs(p[0]) / wide, 0.15, 0.95) + 0.045 - p[1],
            tinted(),
            tinted(0.6),
        )
        parts.append((flap, Finish(seam, hide, 0.04)))
    return Product(parts, (wide + 0.04, deep + 0.12), tall + arch + ring + 0.04)


# height of a shoe's ridge at x, from the heel to the toe; a low shoe, and what a high one adds
PROFILE = spline(
    (
        (-1.7, 1.20), (-1.42, 1.22), (-1.15, 1.13), (-0.78, 1.06), (-0.42, 1.10), (-0.2, 1.08),
        (0.1, 0.93), (0.45, 0.75), (0.8, 0.62), (1.1, 0.55), (1.35, 0.49), (1.7, 0.40),
    ),
    300,
)  # fmt: skip


def flat_rod(x, z, a, b):
    """Plane distance to the hull of two discs (x, z, radius)."""
    (ax, az, ra), (bx, bz, rb) = a, b
    dx, dz = bx - ax, bz - az
    t = np.clip(((x - ax) * dx + (z - az) * dz) / (dx**2 + dz**2), 0, 1)
    return length(x - ax - t * dx, z - az - t * dz) - ra - (rb - ra) * t


def sneaker(rng):
    """A sneaker, its toe on the right."""
    high = rng.uniform(-0.08, 0.1) if rng.random() < 0.65 else rng.uniform(0.35, 0.6)
    thick, breadth = rng.uniform(0.24, 0.36), rng.uniform(0.92, 1.1)
    sole = plain(rng.choice(["f4f0e6", "f4f0e6", "b5793f", "2b2b2f"]))
    light, dark = plain("f0ece3"), tinted(0.35)
    styles = [(tinted(), light), (tinted(), dark), (tinted(), plain("27272c"))]
    main, accent = styles[rng.choice(3, p=[0.45, 0.30, 0.25])]
    cap_toe, swoosh, heel = rng.random() < 0.5, rng.random() < 0.6, rng.random() < 0.6
    slope, width = rng.uniform(0.4, 0.8), rng.uniform(0.07, 0.12)
    lift = thick - 0.33

    def footprint(x, z):
        z = z / breadth
        back, ball, toe = (-1.05, 0.0, 0.39), (0.55, 0.02, 0.50), (1.02, -0.06, 0.38)
        return union(flat_rod(x, z, back, ball), flat_rod(x, z, ball, toe), 0.2)

    def ridge(x):
        return np.interp(x, PROFILE[:, 0], PROFILE[:, 1]).astype(np.float32) + high * smoothstep(
            x, 0.15, -0.35
        )

    def ankle(x, y, z):
        t = np.clip((x + 1.0) / 0.68, 0, 1)
        return np.maximum(length(x + 1.05 - 0.70 * t, z) - 0.215 + 0.03 * t, 0.45 - y)

    def upper(p):
        x, y, z = p[0], p[1] - lift, p[2]
        inset = (
            0.03
            + 0.09 * np.clip(y - 0.25, 0, 1) ** 1.4
            + 0.05 * np.exp(-5 * (x + 0.15) ** 2) * (1.2 - y)
        )
        full = -union(-footprint(x, z) - inset, ridge(x) - y - 0.55 * z * z, 0.24)
        return np.maximum(cut(full, ankle(x, y, z), 0.07), 0.1 - y) * 0.6

    def foam(p):
        x, y, z = p
        spring = 0.16 * np.clip(x - 0.55, 0, 2) ** 2 + 0.06 * np.clip(-0.95 - x, 0, 1) ** 2
        low = y - spring
        return (
            extrude(footprint(x, z) - 0.02 + 0.03 * (low - 0.2), low - thick / 2, thick / 2, 0.05)
            * 0.75
        )

    def tongue(p):
        x, y, z = p[0] + 0.30, p[1] - lift - 1.04 - high, p[2]
        along, out = 0.835 * y - 0.55 * x, 0.835 * x + 0.55 * y + 0.3 * z * z
        return extrude(rectangle(along, z, 0.33, 0.185, 0.12), out, 0.05, 0.045) * 0.8

    def laces(p):
        x, y, z = p[0], p[1] - lift, p[2]
        t = np.clip(np.round((x + 0.12) / 0.15), 0, 4)
        at = 0.15 * t - 0.12
        q = (x - at, y - ridge(at) - 0.005, np.maximum(np.abs(z) - 0.19, 0))
        return (length(*q) - 0.042) * 0.7

    def panels(p, base):
        x, y, z = p[0], p[1] - lift, p[2]
        slant = y + slope * (x + 0.15) - 0.22 * (x + 0.15) ** 2
        away = np.ones_like(x)
        if cap_toe:
            away = np.minimum(
                away, 0.74 + 0.25 * y + 0.55 * np.clip(0.42 - np.abs(z), 0, 1) ** 1.5 - x
            )
        if swoosh:
            away = np.minimum(
                away, np.maximum(np.abs(slant - 0.55) - width - 0.05 * x, np.abs(x + 0.2) - 0.65)
            )
        if heel:
            away = np.minimum(away, x + 1.15 - 0.32 * y)
        t = smoothstep(away, 0.015, -0.015)
        colours = main(p, base) * (1 - t) + accent(p, base) * t
        inner = smoothstep(ankle(x, y, z), 0.03, 0.0)
        return colours * (1 - 0.75 * inner)

    parts = [
        (upper, Finish(panels, 0.5, 0.035)), (foam, Finish(sole, 0.6, 0.02)),
        (tongue, Finish(accent, 0.7, 0.02)), (laces, Finish(light, 0.8, 0.01)),
    ]  # fmt: skip
    return Product(parts, (1.50, 0.58 * breadth), 1.28 + lift + max(high, 0) + 0.12)


def cap(rng):
    """A baseball cap, its visor in front."""
    radius, tall = rng.uniform(0.54, 0.62), rng.uniform(0.58, 0.74)
    reach, droop = rng.uniform(0.46, 0.62), rng.uniform(0.15, 0.5)
    styles = [
        (tinted(), tinted()),
        (tinted(), tinted(0.45)),
        (tinted(), plain("efe9dc")),
        (tinted(), plain("26262b")),
    ]
    crown, peak = styles[rng.choice(4, p=[0.45, 0.25, 0.10, 0.20])]
    badge, trucker = rng.random() < 0.5, rng.random() < 0.3
    square = rng.random() < 0.5

    def dome(p):
        q = p - vector(0, 0.02, 0)
        angle = np.arctan2(p[0], p[2])
        seam = 0.008 * smoothstep(np.abs(((angle / math.pi * 3) % 1) - 0.5), 0.44, 0.5)
        shell = ellipsoid(q, radius, tall, radius * 1.08) + seam
        return np.maximum(np.abs(shell + 0.02) - 0.02, 0.01 - p[1]) * 0.9

    def visor(p):
        x, y, z = p[0], p[1], p[2] - radius * 0.55
        plan = (
            length(x / 1.0, np.maximum(z, 0) * (radius / (reach + 0.45 * radius))) - radius * 0.97
        )
        plan = np.maximum(plan, 0.0 - z)
        drop = y - 0.10 + droop * x * x + 0.10 * np.clip(z - 0.2, 0, 1)
        return extrude(plan, drop, 0.02, 0.015) * 0.7

    def button(p):
        return ellipsoid(p - vector(0, tall + 0.02, 0), 0.055, 0.035, 0.055)

    def cloth(p, base):
        tone = crown(p, base)
        if trucker:
            tone = where(lambda p: -p[2] - 0.02, crown, tinted(0.5))(p, base)
        if badge:
            x, y = p[0], p[1] - 0.5 * tall
            spot = rectangle(x, y, 0.15, 0.11, 0.03) if square else length(x, y) - 0.14
            t = smoothstep(np.where(p[2] > 0, spot, 1), 0.012, -0.012)
            tone = tone * (1 - t) + plain("f6f1e6")(p, base) * t
        return tone

    parts = [
        (dome, Finish(cloth, 0.85, 0.01)),
        (visor, Finish(peak, 0.8, 0.015)),
        (button, Finish(peak, 0.8, 0.01)),
    ]
    front, behind = radius + reach + 0.06, 1.08 * radius + 0.02
    return Product(
        parts, (radius + 0.03, (front + behind) / 2), tall + 0.07, (0.0, (front - behind) / 2)
    )
