"""Flow field: a wheat field under a swirling sky, in thousands of thick strokes of oil."""

import numpy as np

from .fields import blur, fbm, mix, noise, ramp, relief, rgb, sample, smoothstep

SKY = rgb("172a63 1d4391 2f68b3 5496c6 93c3cd d9e2c4")
DAWN = rgb("6fa8b8 a9c9b4 e6d9a0 efc386 9fc2bd")
SUN = rgb("fff6cf ffe27a f9c13c e9c868 b9cf9a 7fb6bd")
HILLS = rgb("1c2350 2f3f86 4a5f9f 5f8496 7fa287")
GROVE = rgb("16322f 23513b 3c7145 6f933f a9b04b")
WHEAT = rgb("6b3f1e a8621c cf8a22 e6b03a f3cd5c f9e294")
MEADOW = rgb("2f5a34 55803a 8ea63f c9bd4b e9cf6b")
CYPRESS = rgb("0c1f26 12332f 1f4a36 38663a 6d8440")

SUN_AT, SUN_SIZE = (0.76, 0.19), 0.21
CYPRESS_AT = 0.135
# centre x, y, radius, strength; the sign says which way it turns
VORTICES = (
    (0.30, 0.20, 0.17, 2.6),
    (0.53, 0.36, 0.12, -2.3),
    (*SUN_AT, 0.20, 2.2),
    (0.04, 0.42, 0.12, 1.6),
)


def sky_flow(x, y):
    """Wind with eddies: direction (dx, dy) at places in [0, 1]."""
    dx, dy = np.ones_like(x), 0.35 * np.sin(7 * x + 2) + 0.2 * np.sin(13 * x - 9 * y)
    for cx, cy, radius, strength in VORTICES:
        weight = strength * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / radius**2)
        dx, dy = dx - weight * (y - cy) / radius * 2.2, dy + weight * (x - cx) / radius * 2.2
    return dx, dy


def sky_colour(x, y, wander):
    """Bands of blue that follow the eddies, and rings of light round the sun."""
    phase = 3.0 * wander + 5 * y
    for cx, cy, radius, _ in VORTICES:
        away = np.hypot(x - cx, y - cy) / radius
        phase = phase + 2.6 * np.exp(-(away**2)) * (away * 3 + np.arctan2(y - cy, x - cx) / 2)
    blue = ramp(SKY, 0.42 + 0.36 * np.sin(phase * 2.1) + 0.35 * (y - 0.3) + 0.25 * (wander - 0.5))
    away = np.hypot(x - SUN_AT[0], y - SUN_AT[1]) / SUN_SIZE
    rings = ramp(SUN, away + 0.10 * np.sin(away * 19))
    blue = mix(blue, ramp(DAWN, wander * 2.2 - 0.5), smoothstep(y, 0.33, 0.56) * 0.85)
    return mix(rings, blue, smoothstep(away + 0.25 * (wander - 0.5), 0.62, 1.1))


def hill_line(x):
    """Upper edge of the far hills."""
    left, right = np.exp(-(((x - 0.2) / 0.2) ** 2)), np.exp(-(((x - 0.62) / 0.17) ** 2))
    return 0.555 - 0.06 * left - 0.085 * right + 0.012 * np.sin(17 * x)


def field_line(x):
    """Upper edge of the wheat."""
    return 0.645 + 0.022 * np.sin(5 * x + 0.8)


def cypress_width(y):
    """Half the width of the tree at height y."""
    t = np.clip((y - 0.10) / 0.92, 0, 1)
    return 0.002 + 0.105 * np.sqrt(t) * (1 - 0.45 * t**3) * (1 + 0.16 * np.sin(23 * y))


def hill_flow(x, y):
    """Along the slopes."""
    return np.ones_like(x), 9 * (hill_line(x + 0.02) - hill_line(x)) + 0.8 * (y - 0.5)


def grove_flow(x, y):
    """Curls of foliage."""
    return np.cos(70 * x + 40 * y), np.sin(55 * x - 60 * y) - 0.4


def wheat_flow(x, y):
    """Ears that bend in the wind."""
    gust = np.sin(9 * x + 14 * y) + 0.6 * np.sin(21 * x - 8 * y)
    return 0.75 + 0.35 * gust, -0.75 + 0.5 * np.sin(6 * x - 5 * y)


def cypress_flow(x, y):
    """Upwards, as flames."""
    return 0.45 * np.sin(21 * y + 16 * x) - 2.7 * (x - CYPRESS_AT), -np.ones_like(x)


def layers(x, y, wander, glint):
    """The picture from back to front.

    Args:
        x: places in [0, 1], (N,).
        y: places in [0, 1], (N,).
        wander: slow noise at the places, (N,).
        glint: fast noise at the places, (N,).

    Returns:
        of each layer `(inside, flow, colours, length, width, density)`: which places it covers,
        the direction, colours (N, 3), and size and number of its strokes.
    """
    sky = sky_colour(x, y, wander)

    below = (y - hill_line(x)) / 0.1
    folds = np.sin(26 * x + 60 * y) * smoothstep(below, 0.0, 0.3)
    hills = ramp(HILLS, 0.75 * np.clip(below * 1.3, 0, 1) + 0.5 * (glint - 0.5) + 0.3 * folds)

    crowns = field_line(x) - 0.028 - 0.02 * np.abs(np.sin(19 * x)) - 0.012 * np.sin(7 * x)
    grove = ramp(GROVE, 0.05 + (field_line(x) - y) / 0.07 + 0.9 * (glint - 0.5))

    depth = np.clip((y - field_line(x)) / 0.34, 0, 1)
    rows = 0.5 + 0.5 * np.sin(34 * (x - 0.55) / (0.25 + depth) + 5 * wander)
    wheat = ramp(WHEAT, 0.16 + 0.5 * rows + 0.25 * (1 - depth) + 1.1 * (glint - 0.5))
    green = ramp(MEADOW, 0.3 + 0.5 * rows + 0.9 * (glint - 0.5))
    patch = smoothstep(wander + 0.18 * np.sin(9 * x - 11 * y), 0.60, 0.72)
    wheat = mix(wheat, green, patch)

    across = (x - CYPRESS_AT - 0.012 * np.sin(12 * y)) / cypress_width(y)
    locks = 0.2 * np.sin(40 * y + 5 * across)
    tree = ramp(CYPRESS, 0.36 + 0.22 * across + 0.95 * (glint - 0.5) + locks)

    field = y > field_line(x)
    return (
        (y < hill_line(x) + 0.02, sky_flow, sky, 0.09, 0.0135, 0.8),
        ((below > -0.05) & (y < field_line(x) + 0.02), hill_flow, hills, 0.06, 0.0105, 1.4),
        ((y > crowns) & (y < field_line(x) + 0.012), grove_flow, grove, 0.022, 0.0075, 2.5),
        (field, wheat_flow, wheat, 0.05, 0.0095, 1.7),
        ((np.abs(across) < 1) & (y > 0.1), cypress_flow, tree, 0.06, 0.0105, 2.6),
    )


def trace(x, y, flow, length, steps):
    """Follow the flow from (N,) places: paths and unit normals, each two arrays (N, steps)."""
    path = []
    for _ in range(steps):
        dx, dy = flow(x, y)
        norm = np.hypot(dx, dy) + 1e-6
        path.append((x, y, -dy / norm, dx / norm))
        x, y = x + dx / norm * length / steps, y + dy / norm * length / steps
    return (np.stack(parts, 1) for parts in zip(*path, strict=True))


def lay(rng, canvas, height, x, y, flow, colours, lengths, width):
    """Paint strokes from the places (x, y), in their order, on canvas and height, in place.

    A stroke is a grid of points along its path and across its bristles; later points win.

    Args:
        rng: random generator.
        canvas: colours (S, S, 3).
        height: of the paint, (S, S).
        x: where the N strokes begin, in [0, 1], (N,).
        y: likewise.
        flow: (x, y) -> direction.
        colours: (N, 3).
        lengths: (N,), a share of the canvas.
        width: of the brush, likewise.
    """
    size = len(canvas)
    steps, across = int(lengths.max() * size / 0.6), int(width * 1.3 * size / 0.6)
    px, py, nx, ny = trace(x, y, flow, lengths, steps)
    u = np.linspace(0, 1, steps, dtype=np.float32)[None, :, None]
    v = np.linspace(-1, 1, across, dtype=np.float32)[None, None, :]
    n = len(x)
    taper = np.sqrt(np.clip(u / 0.10, 0, 1)) * (1 - 0.55 * u**3)
    half = 0.5 * width * rng.uniform(0.7, 1.3, (n, 1, 1)).astype(np.float32) * taper
    bristle = np.repeat(rng.random((n, 1, (across + 1) // 2), dtype=np.float32), 2, 2)[..., :across]
    keep = (u < 0.62 + 0.5 * bristle) & (u > 0.06 * bristle - 0.01)
    rows = ((py[..., None] + ny[..., None] * v * half) * size).astype(int)
    columns = ((px[..., None] + nx[..., None] * v * half) * size).astype(int)
    keep = keep & (rows >= 0) & (rows < size) & (columns >= 0) & (columns < size)
    second = np.clip(colours + rng.normal(0, 0.11, (n, 1)) + rng.normal(0, 0.035, (n, 3)), 0, 1)
    blend = np.clip(0.5 + 0.9 * (bristle - 0.5) + 0.35 * v, 0, 1)[..., None]
    paint = colours[:, None, None] * (1 - blend) + second[:, None, None] * blend
    ridge = np.exp(-(((np.abs(v) - 0.85) / 0.16) ** 2))
    thick = (0.55 * (1 - v**2) + 0.55 * bristle + 0.45 * ridge) * (1 - 0.45 * u)
    thick = thick + 0.5 * np.exp(-14 * u)  # where the brush sets down
    spots = (rows * size + columns)[keep]
    canvas.reshape(-1, 3)[spots] = np.broadcast_to(paint, (*keep.shape, 3))[keep]
    height.reshape(-1)[spots] = np.broadcast_to(thick, keep.shape)[keep]


def flow_field(rng, size):
    """Paint at twice `size`, then light the relief: colours, (2 * size, 2 * size, 3)."""
    big = 2 * size
    wander, glint = fbm(rng, (big, big), big / 4, 3), noise(rng, (big, big), big / 75)
    canvas = np.ones((big, big, 3), np.float32) * rgb("8a6a45")[0]
    height = np.zeros((big, big), np.float32)
    for coarse in (1.7, 1.0, 0.62):
        count = int(5200 / coarse**1.6)
        for number in range(5):
            x = rng.uniform(-0.06, 1.04, count * 3).astype(np.float32)
            y = rng.uniform(-0.02, 1.04, count * 3).astype(np.float32)
            spots = (np.clip(y, 0, 1) * big, np.clip(x, 0, 1) * big)
            layer = layers(x, y, sample(wander, *spots), sample(glint, *spots))[number]
            inside, flow, colours, length, width, density = layer
            chosen = np.flatnonzero(inside)[: int(inside.mean() * count * density)]
            if coarse < 1:  # the last strokes are few, bright and loose
                chosen = chosen[: len(chosen) // 2]
                colours = np.clip(colours * 1.12 + 0.02, 0, 1)
            colours = np.clip(colours + rng.normal(0, 0.03, colours.shape), 0, 1)
            for part in np.array_split(chosen, max(1, len(chosen) // 250)):
                lengths = length * coarse * rng.uniform(0.6, 1.2, len(part))
                strokes = (x[part], y[part], flow, colours[part], lengths, width * coarse)
                lay(rng, canvas, height, *strokes)
    weave = noise(rng, (big, big), (2, 5)) + noise(rng, (big, big), (5, 2))
    diffuse, specular = relief(blur(height * 2.3 + weave * 0.3, 0.9))
    shine = 0.175 * (specular - specular.mean())
    return canvas * (0.48 + 0.52 * diffuse)[..., None] + shine[..., None]
