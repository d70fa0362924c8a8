"""Ink wash: misty peaks, a pine and a boat, in layers of ink on rough paper, with a red seal."""

from dataclasses import dataclass

import numpy as np

from .fields import blur, fbm, mix, noise, relief, rgb, smoothstep
from .seal import seal
from .sheet import Sheet

PAPER, SEAL = rgb("f1e8d4 b3261e")
# what each channel absorbs: of a bluish black, and of two pale colours
INK = np.array([1.0, 0.96, 0.88], np.float32)
INDIGO = np.array([1.0, 0.62, 0.36], np.float32)
OCHRE = np.array([0.22, 0.52, 1.0], np.float32)


@dataclass
class Range:
    """A range of mountains."""

    peaks: tuple  # centre, half width, height of each
    base: float  # height at which it is lost in the mist
    dark: float  # density of its ink
    bleed: float  # softness of its outline
    rocks: int = 0  # long dry strokes
    bushes: int = 0  # dots of moss


FAR_TO_NEAR = (
    Range(
        ((0.16, 0.13, 0.20), (0.34, 0.10, 0.28), (0.52, 0.15, 0.16), (0.86, 0.16, 0.24)),
        0.47, 0.34, 5.0,
    ),
    Range(
        ((0.70, 0.09, 0.30), (0.82, 0.10, 0.40), (0.96, 0.10, 0.27), (0.55, 0.08, 0.12)),
        0.60, 0.62, 2.2, bushes=90,
    ),
    Range(
        ((0.20, 0.10, 0.47), (0.08, 0.09, 0.34), (0.32, 0.08, 0.29), (0.43, 0.07, 0.13)),
        0.74, 1.00, 1.0, rocks=260, bushes=420,
    ),
    Range(
        ((0.80, 0.15, 0.17), (0.97, 0.14, 0.27), (0.62, 0.10, 0.05)),
        0.97, 1.55, 0.5, rocks=160, bushes=260,
    ),
)  # fmt: skip

# of the pine: where on the trunk's 60 steps a branch begins, its heading, its length
BRANCHES = (
    (20, 2.7, 95), (27, -0.35, 70), (34, 3.0, 105), (42, -0.2, 75), (48, 3.3, 75),
    (54, -0.7, 48), (59, -2.0, 30),
)  # fmt: skip
BIRDS = ((0.50, 0.20), (0.535, 0.185), (0.575, 0.19), (0.56, 0.225), (0.62, 0.17))


def skyline(rng, x, peaks, base):
    """Upper edge of a range: rounded steep peaks with broken outlines, (size,)."""
    line = np.full(x.shape, base, np.float32)
    for centre, half, height in peaks:
        away = np.abs(x - centre + 0.02 * np.sin(40 * x + 9 * centre)) / (1.35 * half)
        line = np.minimum(line, base - height * smoothstep(1 - away, 0, 0.95) ** 0.8)
    rough = fbm(rng, (8, len(x)), (8, len(x) / 14), 6, 0.55)[3] - 0.5
    return line + 0.075 * rough * np.clip((base - line) * 8, 0.1, 1)


def cracks(sheet, line):
    """Dark lines of the rock, steep and broken, under a skyline: (size, size)."""
    x, y, size = sheet.x, sheet.y, sheet.size
    depth, warp = np.maximum(y - line, 0), (sheet.fbm(50, 3) - 0.5) * 0.10
    fall = y + 0.25 * (x - line) + warp
    across = x + 0.5 * warp + 0.22 * np.sin(9 * line + 6 * x) * depth
    rock = np.zeros_like(x)
    for cell, weight in (((90, 26), 1.0), ((34, 11), 0.6)):
        texture = noise(sheet.rng, (2 * size, 2 * size), np.multiply(cell, sheet.unit))
        rows, columns = ((part * size).astype(int) % (2 * size) for part in (fall, across))
        rock += weight * (1 - 2.2 * np.abs(2 * texture[rows, columns] - 1))
    return rock


def mountains(sheet, range_, near):
    """One range: a wash that pales downwards into the mist, darker in its cracks."""
    y, base = sheet.y, range_.base
    line = skyline(sheet.rng, sheet.x[0], range_.peaks, base)
    feather = (sheet.fbm(14, 5, 0.6) - 0.5) * 0.012 * (1 + range_.bleed / 3)
    inside = smoothstep(y - line + feather, -0.001, 0.002).astype(np.float32)
    depth, mist = np.maximum(y - line, 0), sheet.fbm((40, 150), 5) - 0.5
    share = depth / np.maximum(base - line, 0.02)
    fade = smoothstep(share + 0.9 * mist, 0.95, 0.1) * np.exp(-1.3 * share)
    if near == 1:  # the foreground stands before the mist
        fade = smoothstep(y + 0.12 * mist, 1.06, 0.85) * (0.55 + 0.45 * np.exp(-9 * depth))
    fade = fade * smoothstep(base - line, 0.005, 0.07)
    rock = cracks(sheet, line)
    dark = 0.40 + 2.1 * smoothstep(rock + 0.5 * (0.5 - sheet.grain), 0.55, 1.35)
    sheet.wash(range_.dark * fade * (dark if near else 0.9), inside, range_.bleed)
    sheet.tint += (0.2 - 0.15 * near) * (inside * fade)[..., None] * INDIGO
    if range_.rocks:
        sheet.tint += (0.16 * inside * fade * smoothstep(rock, 0.9, 0.2))[..., None] * OCHRE
    return line


def hemp(sheet, line, dark, count):
    """Long dry strokes that run down the rock from its skyline, as fibres of hemp hang."""
    rng, size = sheet.rng, sheet.size
    at = rng.random((2 * count, 1))
    rise = line.max() - line[(at * (size - 1)).astype(int)]
    at, rise = (part[rise[:, 0] > 0.05][:count] for part in (at, rise))
    column = (at * (size - 1)).astype(int)
    smooth = blur(np.repeat(line[None], 3, 0), size / 40)[1]
    slope = np.clip(np.gradient(smooth)[column] * size, -2.5, 2.5)
    u = np.linspace(0, 1, 30)
    length = rng.uniform(0.15, 0.55, at.shape) * rise + 0.02
    y = line[column] + rng.beta(1, 2.4, at.shape) * rise * 0.75 + length * u
    x = at + 0.22 * length * slope * u**1.4 + 0.004 * np.sin(9 * u + 40 * at)
    width = rng.uniform(1.6, 4.5, at.shape) * sheet.unit * np.sin(np.pi * (0.12 + 0.8 * u))
    weight = dark * rng.uniform(0.4, 1, (len(at), 1, 1))
    sheet.brush(x * size, y * size, width, weight, 0.92)


def moss(sheet, line, dark, count):
    """Dots of a loaded brush near a skyline, in clumps: bushes on the rock."""
    rng, size = sheet.rng, sheet.size
    at = np.repeat(rng.random(count // 6), 6) + rng.normal(0, 0.012, count // 6 * 6)
    at = at[(at > 0) & (at < 1)]
    top = line[(at * (size - 1)).astype(int)]
    keep = top < line.max() - 0.04
    at, top = at[keep, None], top[keep, None] + rng.exponential(0.035, (keep.sum(), 1)) - 0.004
    length, u = rng.gamma(3.0, 0.75, at.shape) * sheet.unit, np.linspace(-1, 1, 14)
    y = top * size + length * (0.25 * u + rng.normal(0, 0.2, at.shape))
    sheet.brush(at * size + length * u, y, length * np.sqrt(1.02 - u**2), dark, 0.55)


def limb(sheet, start, heading, length, bend, steps=60):
    """A wandering path from `start`, `length` in 1/512 of the sheet: x, y, each (1, steps)."""
    turn = heading + bend * np.linspace(0, 1, steps)
    turn += np.cumsum(sheet.rng.normal(0, 0.11, steps))
    step = length * sheet.unit / steps
    return (start[i] + np.cumsum(f(turn))[None] * step for i, f in enumerate((np.cos, np.sin)))


def needles(sheet, x, y):
    """A pad of foliage: a wet blot, and fans of thin strokes over it."""
    rng, unit, u = sheet.rng, sheet.unit, np.linspace(0, 1, 18)
    dx, dy = (sheet.x * sheet.size - x) / unit, (sheet.y * sheet.size - y) / unit
    blot = np.exp(-((dx / 17) ** 2) - (dy / 8) ** 2)
    sheet.ink += 0.30 * blot * (0.4 + sheet.fbm(12, 3))
    for _ in range(5):
        cx, cy = x + rng.normal(0, 14) * unit, y + rng.normal(0, 4) * unit
        angle = rng.normal(-np.pi / 2, 0.25) + np.linspace(-1.25, 1.25, 13)[:, None]
        reach = rng.uniform(7, 12, (13, 1)) * unit * u
        fan = cx + np.cos(angle) * reach, cy + np.sin(angle) * reach
        sheet.brush(*fan, 1.5 * unit * (1.2 - u), rng.uniform(1.1, 2.0), 0.25)


def pine(sheet, start):
    """An old pine that leans over the water."""
    rng, unit = sheet.rng, sheet.unit
    x, y = limb(sheet, start, -1.9, 215, -0.2)
    u = np.linspace(0, 1, x.shape[1])
    sheet.brush(x, y, unit * (16 - 11 * u), 1.9, 0.75)
    sheet.brush(x + 3 * unit, y, unit * (6 - 4 * u), 2.6, 0.5)
    for at, heading, length in BRANCHES:
        bx, by = limb(sheet, (x[0, at], y[0, at]), heading, length, rng.normal(0, 0.3), 40)
        sheet.brush(bx, by, unit * np.linspace(5, 1.5, 40), 2.0, 0.5)
        for twig in (18, 26, 33, 39):
            tip = bx[0, twig], by[0, twig]
            path = limb(sheet, tip, rng.uniform(-2.6, -0.5), 14, 0.4, 20)
            sheet.brush(*path, 1.6 * unit, 1.8, 0.3)
            needles(sheet, tip[0], tip[1] - 5 * unit)


def boat(sheet, x, y):
    """A skiff with an awning and a fisherman, its shadow on the water."""
    unit, u = 1.25 * sheet.unit, np.linspace(-1, 1, 90)[None]
    arch, cast = np.pi * (0.5 + 0.5 * u), u + 1
    # x and y from the middle of the boat, width, darkness, dryness
    for dx, dy, width, dark, dry in (
        (34 * u, -5 * u**2 - 2 * u, 5.5 - 4 * u**2, 2.1, 0.35),
        (30 * u, 5 + 0 * u, 2.5 - 1.5 * u**2, 0.5, 0.9),
        (-4 - 11 * np.cos(arch), -3 - 10 * np.sin(arch), 3.2, 1.2, 0.7),
        (17 + 1.5 * u, -9 + 6 * u, 5 + 2 * u, 2.0, 0.2),
        (17 + 6 * u, -16 + 2.2 * np.abs(u), 2.2, 2.2, 0.1),
        (17 + 25 * cast, -11 - 26 * cast * (1 - 0.28 * cast), 0.9, 1.6, 0.2),
    ):
        place = x * sheet.size + unit * dx, y * sheet.size + unit * dy
        sheet.brush(*place, unit * width, dark, dry)


def water_and_birds(sheet):
    """Ripples in a dry brush, and a flight of birds over the mist."""
    rng, size, unit, u = sheet.rng, sheet.size, sheet.unit, np.linspace(-1, 1, 160)[None]
    for _ in range(34):
        x = rng.uniform(0, 0.75) * size + rng.uniform(15, 60) * unit * u
        y = rng.uniform(0.80, 0.99) * size
        y = y + rng.normal(0, 1.2) * unit * np.sin(4 * u + rng.uniform(0, 6))
        width = rng.uniform(1, 3.4) * unit * (1.05 - u**2)
        sheet.brush(x, y, width, rng.uniform(0.25, 0.6), 0.95)
    for x, y in BIRDS:
        span = rng.uniform(5, 7) * unit
        wing = 0.3 * u**2 - 0.55 * np.abs(np.sin(2.2 * u))
        place = x * size + span * u, y * size + span * wing
        sheet.brush(*place, unit * (1.9 - 1.3 * u**2), 1.5, 0.2)


def ink_wash(rng, size):
    """Paint from far to near, and stamp the seal: colours, (2 * size, 2 * size, 3)."""
    sheet = Sheet(rng, 2 * size)
    cloud = smoothstep(sheet.fbm((60, 190), 5), 0.45, 0.8)
    sheet.ink += 0.13 * cloud * smoothstep(np.abs(sheet.y - 0.25), 0.3, 0.1)
    for number, range_ in enumerate(FAR_TO_NEAR):
        near = number / (len(FAR_TO_NEAR) - 1)
        line = mountains(sheet, range_, near)
        if range_.rocks:
            hemp(sheet, line, range_.dark, range_.rocks)
        if range_.bushes:
            moss(sheet, line, 0.5 + 1.9 * near, range_.bushes)
        if number == 2:
            water_and_birds(sheet)
            boat(sheet, 0.36, 0.865)
    pine(sheet, (0.80 * sheet.size, 0.865 * sheet.size))
    thin = smoothstep(sheet.ink, 2.0, 0.1)
    ink = sheet.ink * (1 + 0.45 * (0.5 - sheet.grain) * thin)
    light = 0.5 + 0.5 * relief(0.28 * sheet.unit * sheet.grain)[0]
    paper = PAPER * ((0.91 + 0.14 * sheet.fbm(120, 4)) * light)[..., None]
    image = paper * np.exp(-ink[..., None] * INK - sheet.tint)
    return mix(image, image * SEAL * 1.05, seal(sheet))
