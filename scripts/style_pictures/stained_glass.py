"""Stained glass: a sunrise over hills and a river, in leaded pieces of coloured glass."""

import numpy as np

from .fields import blur, fbm, grid, mix, noise, ramp, relief, rgb, sample, smoothstep

RAYS = rgb("ffe27a ffb52e f4792b e2483f c23a78 7f3aa0 4a3fb0 2450b4 173a8c 122a66")
SUN = rgb("fff3b0 ffd447 ffb020")
PEAKS = rgb("3d2b7d 5b3fa3 8a63c4 c9b6ea 2f6aa8")
HILLS = rgb("0f5f3a 1f8a45 57ad3c a5c936 0d7a68")
WATER = rgb("0a4f8f 1279bd 3fb0d8 a6e3ee 1c94a8")
POPPY = rgb("d80a28 f0182a ff3a2a b8082c")
LEAF = rgb("1c7a2e 55a630 0c5a3a")
FRAME = rgb("b01030 1540b0 0a7a50 f0a010")
HEART, RIM, LEAD, SHINE = rgb("2a1030 15161a 23252b c9d2e0")
SUN_AT = (0.52, 0.40)
# x, y, radius
POPPIES = (
    (0.17, 0.80, 0.085), (0.31, 0.885, 0.06), (0.09, 0.70, 0.05),
    (0.86, 0.82, 0.09), (0.71, 0.89, 0.055), (0.91, 0.72, 0.045),
)  # fmt: skip


def whole(x, high):
    """Whole numbers 0 .. `high` from real ones."""
    return np.clip(np.floor(x), 0, high).astype(int)


class Window:
    """The pieces of glass: which one lies where, and the colour of each."""

    def __init__(self, rng, size):
        self.rng = rng
        self.y, self.x = grid(size)
        wobble = 0.012 * (fbm(rng, (size, size), size / 6, 3) - 0.5)
        self.wy, self.wx = self.y + wobble, self.x + wobble.T  # as a hand would cut
        self.pieces = np.zeros((size, size), int)  # number of the piece
        self.shapes = np.zeros((size, size), int)  # number of the motif that it belongs to
        self.colours = np.zeros((0, 3), np.float32)

    def put(self, inside, pieces, colours):
        """Cover `inside` with `pieces`, numbers from 0, which have the `colours`."""
        self.pieces[inside] = np.broadcast_to(pieces, inside.shape)[inside] + len(self.colours)
        self.shapes[inside] = self.shapes.max() + 1
        self.colours = np.concatenate([self.colours, colours])

    def shades(self, colours, count):
        """`count` random colours from a ramp, some lighter, some darker."""
        picked = ramp(colours, self.rng.random(count))
        return np.clip(picked * self.rng.uniform(0.78, 1.15, (count, 1)), 0, 1)


def sky(window, sectors=26):
    """The sky in sectors round the sun, each cut into rings, and the sun with its crown."""
    rng, dy, dx = window.rng, window.wy - SUN_AT[1], window.wx - SUN_AT[0]
    away, turn = np.hypot(dy, dx), (np.arctan2(dy, dx) / (2 * np.pi)) % 1
    edges = np.cumsum(rng.uniform(0.5, 1.5, sectors))
    sector = np.minimum(np.searchsorted(edges / edges[-1], turn), sectors - 1)
    first, growth = rng.uniform(0.155, 0.215, sectors), np.log(rng.uniform(1.32, 1.6, sectors))
    pieces = sector * 10 + whole(np.log(away / first[sector] + 1e-6) / growth[sector] + 1, 9)
    far = np.zeros(sectors * 10)
    far[pieces] = away
    tone = far / 0.72 + rng.normal(0, 0.09, len(far))
    window.put(away >= 0, pieces, ramp(RAYS, tone))
    window.put(away < 0.15, whole(turn * 12, 11), window.shades(SUN[1:], 12))
    window.put(away < 0.088, 0, SUN[:1])


def mountains(window, count=150):
    """A range of mountains, broken into the cells of random seeds."""
    x, y = window.wx, window.wy
    best, pieces = np.full(y.shape, 9.0, np.float32), np.zeros(y.shape, int)
    for number, (cy, cx) in enumerate(window.rng.random((count, 2))):
        away = (window.y - cy) ** 2 + (window.x - cx) ** 2
        nearer = away < best
        best[nearer], pieces[nearer] = away[nearer], number
    skyline = 0.55 - 0.13 * np.abs(np.sin(4.1 * x + 2.6)) - 0.05 * np.abs(np.sin(11 * x))
    window.put(y > skyline, pieces, window.shades(PEAKS, count))


def hills(window):
    """Two hills in curved bands, and a river that winds between them."""
    x, y = window.wx, window.wy
    for line in (0.585, 0.68):
        below = y - line - 0.035 * np.sin(6.5 * x + 40 * line) - 0.02 * np.sin(14 * x)
        band = whole(below / 0.045 + 0.5 * np.sin(8 * x + 30 * line), 8)
        cut = whole(x * 9 + 0.37 * band + 0.5 * np.sin(9 * y), 12)
        window.put(below > 0, band * 13 + cut, window.shades(HILLS, 9 * 13))
    middle = 0.52 + 0.13 * np.sin((y - 0.6) * 9) * smoothstep(y, 0.58, 0.8)
    half = 0.018 + 0.30 * np.clip(y - 0.59, 0, 1) ** 1.25
    row = whole(4.2 * (np.log(np.maximum(y - 0.52, 0.03)) + 0.13 * np.sin(16 * x)) + 15, 19)
    lane = whole((x - middle) / half * 1.1 + 5 + 0.45 * np.sin(row * 2.4), 9)
    river = (np.abs(x - middle) < half) & (y > 0.605)
    window.put(river, row * 10 + lane, window.shades(WATER, 200))


def poppy(window, cx, cy, radius):
    """A flower of five petals and a heart, on a stem; the large ones have two leaves."""
    x, y = window.wx - cx, window.wy - cy
    window.put((np.abs(x - 0.03 * np.sin(14 * y)) < 0.007) & (y > 0), 0, window.shades(LEAF, 1))
    for side in (-1, 1) if radius > 0.07 else ():
        along = y - 1.5 * radius
        across = side * x - 0.5 * radius + 0.3 * along
        leaf = (along / radius) ** 2 + (across / (0.34 * radius)) ** 2 < 0.8
        window.put(leaf, (across > 0).astype(int), window.shades(LEAF, 2))
    away, angle = np.hypot(y, x), np.arctan2(y, x) + window.rng.uniform(0, 6)
    pieces = whole(((angle / (2 * np.pi) + 0.1) % 1) * 5, 4)
    pieces[away < 0.27 * radius] = 5
    rim = radius * (0.70 + 0.30 * np.sqrt(np.abs(np.cos(2.5 * angle))))
    window.put(away < rim, pieces, np.concatenate([window.shades(POPPY, 5), HEART[None]]))


def border(window, wide=0.066):
    """A strip of small panes round the picture, in a dark rim."""
    x, y = window.x, window.y
    to_side, to_end = np.minimum(x, 1 - x), np.minimum(y, 1 - y)
    margin, along = np.minimum(to_side, to_end), np.where(to_side < to_end, y, x)
    side = (x < y) * 2 + (x + y < 1)
    panes = FRAME[np.resize([0, 3, 1, 3, 2, 3], 80)] * window.rng.uniform(0.8, 1.1, (80, 1))
    window.put(margin < wide, side * 20 + whole(along * 15, 19), panes)
    window.put(np.maximum(to_side, to_end) < wide, side, FRAME[[0, 0, 0, 0]])
    window.put(margin < 0.012, 0, RIM[None])


def distance_to(edge, reach):
    """Euclidean distance in pixels to the nearest true pixel, at most `reach`."""
    squares = np.where(edge, 0.0, reach**2).astype(np.float32)
    for axis in (0, 1):
        padded = np.pad(squares, [(reach * (a == axis),) * 2 for a in (0, 1)], mode="edge")
        for shift in range(-reach, reach + 1):
            start = reach + shift
            moved = padded.take(range(start, start + squares.shape[axis]), axis)
            np.minimum(squares, moved + np.float32(shift**2), out=squares)
    return np.sqrt(squares)


def seams(numbers):
    """Where two pieces meet, and where three or four do."""
    corners = np.stack([np.roll(numbers, (-i, -j), (0, 1)) for i in (0, 1) for j in (0, 1)])
    kinds = 1 + (np.diff(np.sort(corners, 0), axis=0) > 0).sum(0)
    return kinds > 1, kinds > 2


def lead_edge(rng, window, unit):
    """Distance in pixels to the lead, negative on it: thin cames, outlines, drops of solder."""
    meet, joint = seams(window.pieces)
    reach = int(14 * unit)
    uneven = 0.7 * unit * (noise(rng, meet.shape, 9 * unit) - 0.5)
    came = distance_to(meet, reach) - 1.8 * unit - uneven
    outline = distance_to(seams(window.shapes)[0], reach) - 2.6 * unit - uneven
    return np.min([came, outline, distance_to(joint, reach) - 4.0 * unit], 0)


def streaked(rng, window, unit):
    """Colours of the glass, which runs in streaks, in a direction of its own in each piece."""
    colours, size = window.colours, len(window.x)
    count = len(colours)
    second = 0.75 * colours + 0.25 * np.roll(colours, 1, 1) + rng.normal(0.05, 0.07, (count, 1))
    turn = rng.uniform(0, np.pi, count)[window.pieces]
    shift = rng.uniform(0, size, count)[window.pieces]
    row = (window.y * np.cos(turn) + window.x * np.sin(turn)) * size + shift
    column = (window.x * np.cos(turn) - window.y * np.sin(turn)) * size + 2 * shift
    texture = fbm(rng, turn.shape, (40 * unit, 9 * unit), 5, 0.6)
    streak = sample(texture, row % (size - 2), column % (size - 2))
    second = np.clip(second, 0, 1)[window.pieces]
    mixed = mix(colours[window.pieces], second, smoothstep(streak, 0.3, 0.72))
    return 1.25 * mixed**1.25 * (0.75 + 0.5 * streak)[..., None]


def stained_glass(rng, size):
    """Light the window from behind, its lead from the front: (2 * size, 2 * size, 3)."""
    window = Window(rng, 2 * size)
    sky(window)
    mountains(window)
    hills(window)
    for place in POPPIES:
        poppy(window, *place)
    border(window)
    unit, shape = 2 * size / 512, window.x.shape
    edge = lead_edge(rng, window, unit)

    waves = 3 * fbm(rng, shape, 9 * unit, 2, 0.6) + 12 * noise(rng, shape, 30 * unit)
    diffuse, specular = relief(blur(waves * unit, unit))
    bubbles = distance_to(rng.random(shape) < 0.0009 / unit**2, int(4 * unit)) / unit
    bevel = relief(-0.8 * np.clip(edge, 0, 3 * unit))[0] - 1
    away = np.hypot(window.y - SUN_AT[1], window.x - SUN_AT[0])
    light = (1.40 - 0.45 * smoothstep(away, 0.0, 0.8)) * (0.55 + 0.45 * diffuse)
    light *= (0.55 + 0.45 * smoothstep(edge, 0, 9 * unit)) * (1 + 0.16 * bevel)
    light *= 1 - 0.2 * np.exp(-4 * (bubbles - 1.3) ** 2)
    glass = streaked(rng, window, unit) * (light + 0.1 * specular)[..., None]

    came = np.sqrt(np.clip(1 - (1 + edge / (2.6 * unit)) ** 2, 0, 1)) * 2.6 * unit
    diffuse, specular = relief(blur(came + 0.9 * fbm(rng, shape, 5 * unit, 3), 0.6 * unit))
    lead = LEAD * (0.25 + 0.75 * diffuse)[..., None] + 0.4 * SHINE * specular[..., None]
    image = mix(lead, glass, smoothstep(edge, -0.6, 0.9))
    halo = 0.30 * blur(np.maximum(image - 0.35, 0), 9 * unit) + 0.12 * blur(image, 26 * unit)
    return 1 - np.exp(-1.55 * np.maximum(image + halo, 0) ** 1.12)
