"""Wave pattern: breakers over a sea of seigaiha scales, cut in blocks and printed by hand."""

from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from .fields import blur, fbm, grid, mix, noise, relief, rgb, sample, smoothstep, spline

# the inks, by the number that a pixel of the drawing holds; printed in this order, the line last
PAPER, FOAM, PALE, MID, DEEP, SUN, LINE = range(7)
INKS = rgb("eddbb8 f4ead0 93b8c4 3d70a8 1f3f7a c8452d 14213f")
COVER = (0, 0.80, 0.85, 0.95, 0.97, 0.90, 1.0)  # how densely each ink covers the paper

# a breaker that rolls to the right, y upwards: its back and its hollow, both from base to tip
BACK = spline(
    (
        (-0.85, -0.3), (-0.62, 0.05), (-0.33, 0.36), (-0.08, 0.70), (0.16, 0.93), (0.44, 1.0),
        (0.68, 0.90), (0.80, 0.70), (0.77, 0.53),
    )
)  # fmt: skip
HOLLOW = spline(
    (
        (0.75, -0.3), (0.47, 0.02), (0.25, 0.22), (0.16, 0.45), (0.22, 0.65), (0.37, 0.77),
        (0.55, 0.77), (0.69, 0.68), (0.77, 0.53),
    )
)  # fmt: skip
# where the stripes of a breaker begin, on the way from its back to its hollow
STRIPES = (
    (0.0, DEEP), (0.17, FOAM), (0.21, DEEP), (0.36, FOAM), (0.41, MID), (0.50, FOAM),
    (0.545, DEEP), (0.66, FOAM), (0.71, MID), (0.78, PALE), (0.84, MID), (0.87, FOAM),
    (0.91, DEEP), (0.97, PALE), (1.0, PALE),
)  # fmt: skip
# the rings of a scale: share of its radius, ink
RINGS = (
    (1, LINE), (0.93, FOAM), (0.80, MID), (0.66, FOAM), (0.53, DEEP), (0.37, FOAM), (0.24, DEEP),
)  # fmt: skip


class Drawing:
    """The design in flat inks, in coordinates [0, 1] with y downwards."""

    def __init__(self, rng, size):
        self.rng, self.size = rng, size
        self.image = Image.new("L", (size, size), PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self.width = 0.0042  # of the key line

    def disc(self, x, y, radius, ink):
        """Fill a disc."""
        box = np.array((x - radius, y - radius, x + radius, y + radius)) * self.size
        self.draw.ellipse(tuple(box), fill=ink)

    def union(self, discs, ink=FOAM, outline=LINE):
        """Fill the union of discs (x, y, radius), with one outline round all of it."""
        for grow, colour in ((self.width, outline), (0, ink)):
            for x, y, radius in discs:
                self.disc(x, y, radius + grow, colour)

    def area(self, curve, ink):
        """Fill the inside of a closed curve (N, 2)."""
        self.draw.polygon([tuple(p) for p in curve * self.size], fill=ink)

    def line(self, curve, width):
        """Draw along a curve (N, 2); `width` may swell along it, (N,)."""
        for (x, y), w in zip(curve, np.broadcast_to(width, len(curve)), strict=True):
            self.disc(x, y, w / 2, LINE)


def scales(drawing, top, bottom, first, last):
    """Rows of seigaiha, growing from radius `first` at height `top` to `last` at `bottom`."""
    y, row = top, 0
    while y < bottom:
        radius = first + (last - first) * (y - top) / (bottom - top)
        for number in range(int(0.5 / radius) + 3):
            x = (2 * number - 1 + row % 2) * radius
            for share, ink in RINGS:
                slip, dx, dy = drawing.rng.normal(0, 0.006, 3) * radius
                drawing.disc(x + dx, y + radius + dy, radius * share + slip, ink)
        y, row = y + radius / 2, row + 1


def finger(rng, x, y, angle, length, radius, turn, depth=2):
    """A hooked finger of foam that forks: discs (x, y, radius)."""
    discs = []
    for t in np.linspace(0, 1, 14):
        discs.append((x, y, radius * (1 - 0.55 * t)))
        x, y = x + np.cos(angle) * length / 14, y + np.sin(angle) * length / 14
        angle += turn / 14
    for spread in (-0.75, 0.15, 0.9) if depth else ():
        reach = length * rng.uniform(0.35, 0.6)
        discs += finger(rng, x, y, angle + spread, reach, radius * 0.5, turn * 1.2, depth - 1)
    return discs


class Breaker:
    """A wave that curls to the right, or to the left with `flip` -1, its foot at (x, y)."""

    def __init__(self, drawing, x, y, scale, flip):
        self.drawing, self.rng = drawing, drawing.rng
        self.x, self.y, self.scale, self.flip = x, y, scale, flip
        self.body()
        self.claws()
        self.crest()
        self.spray()

    def at(self, curve):
        """Points (N, 2) of the model wave on the drawing."""
        return np.array((self.x, self.y)) + self.scale * curve * (self.flip, -1)

    def between(self, share):
        """A curve on the way from the back (0) to the hollow (1), drawn by a free hand."""
        wobble = 0.012 * np.sin(np.linspace(0, 9, len(BACK)) + 12 * share) * (0 < share < 1)
        return self.at(BACK + (HOLLOW - BACK) * share + wobble[:, None] * (1, 0.4))

    def body(self):
        """Stripes from the foot to the tip, and their lines."""
        for (share, ink), (after, _) in pairwise(STRIPES):
            stripe = np.concatenate([self.between(share), self.between(after)[::-1]])
            self.drawing.area(stripe, ink)
        for share, _ in STRIPES[:-1]:
            swell = 0.0022 * np.sin(np.linspace(0.1, 3.0, 1500))
            width = swell if share else self.drawing.width
            self.drawing.line(spline(self.between(share), 1500), width)
        self.drawing.line(spline(self.between(1), 1500), self.drawing.width)

    def claws(self):
        """Fingers of foam that reach down from the lip, every other one in front."""
        claws = []
        for t in np.linspace(0.60, 1, 13):
            place = int(t * (len(BACK) - 1))
            x, y = self.at(0.4 * BACK[place] + 0.6 * HOLLOW[place])
            heading = np.pi / 2 - self.flip * (0.8 - 1.3 * (t - 0.6) / 0.4)
            heading += self.rng.normal(0, 0.15)
            reach = self.scale * 0.13 * self.rng.uniform(0.7, 1.2)
            size, turn = 0.021 * self.scale, 1.1 * self.flip
            claws.append(finger(self.rng, x, y, heading, reach, size, turn))
        for discs in (*claws[::2], *claws[1::2]):
            self.drawing.union(discs)

    def crest(self):
        """Foam along the back, near the tip, with pale shadows on its balls."""
        foam = []
        for t in np.linspace(0.44, 1, 58):
            place = BACK[int(t * (len(BACK) - 1))] + self.rng.normal(0, 0.010, 2)
            swell = 0.3 + 0.9 * np.sin(np.pi * (t - 0.42) / 0.75)
            radius = self.scale * swell * self.rng.uniform(0.022, 0.046)
            foam.append((*self.at(place), radius))
        shade = [(x + 0.1 * r, y + 0.15 * r, 0.62 * r) for x, y, r in foam]
        shift = 0.008 * self.scale
        self.drawing.union(foam)
        self.drawing.union(shade, FOAM, PALE)
        self.drawing.union([(x - shift, y - shift, 0.78 * r) for x, y, r in shade], FOAM, FOAM)

    def spray(self):
        """Drops that fly off the back."""
        for t in self.rng.uniform(0.5, 1, 60):
            x, y = self.at(BACK[int(t * (len(BACK) - 1))])
            away = self.scale * (0.05 + self.rng.exponential(0.06))
            angle = self.rng.uniform(-2.7, -0.4)
            radius = self.scale * self.rng.uniform(0.003, 0.009)
            drop = (x + away * np.cos(angle), y + away * np.sin(angle), radius)
            self.drawing.union([drop], FOAM, DEEP)


def cloud(drawing, y, bars):
    """A bank of mist in the old manner: bars (x, length) with round ends, one under the other."""
    discs = [
        (x, y + 0.019 * row, 0.0105)
        for row, (left, reach) in enumerate(bars)
        for x in np.linspace(left, left + reach, 150)
    ]
    drawing.union(discs, PAPER)


def design(rng, size):
    """The drawing in flat inks as whole numbers, (size, size)."""
    drawing = Drawing(rng, size)
    drawing.union([(0.735, 0.235, 0.105)], SUN)
    cloud(drawing, 0.255, ((0.74, 0.24), (0.68, 0.20), (0.76, 0.13)))
    cloud(drawing, 0.115, ((0.10, 0.22), (0.04, 0.20), (0.13, 0.12)))
    cloud(drawing, 0.085, ((0.84, 0.3), (0.78, 0.4)))
    scales(drawing, 0.47, 0.66, 0.020, 0.034)
    Breaker(drawing, 0.93, 0.655, 0.25, -1)
    scales(drawing, 0.655, 0.80, 0.036, 0.046)
    Breaker(drawing, 0.27, 0.86, 0.66, 1)
    scales(drawing, 0.80, 1.0, 0.050, 0.066)
    Breaker(drawing, 0.88, 1.05, 0.34, -1)
    return np.asarray(drawing.image)


def wave_pattern(rng, size):
    """Print the blocks one after the other on paper, each a little out of place.

    Returns:
        colours, (2 * size, 2 * size, 3).
    """
    size = 2 * size
    unit, drawing, (y, x) = size / 512, design(rng, 2 * size), grid(size)
    block = lambda ink: (drawing == ink).reshape(size, 2, size, 2).mean((1, 3), np.float32)
    warp = fbm(rng, y.shape, 60 * unit, 3) - 0.5
    rings = np.sin((y * 150 + 30 * warp + 5 * np.sin(3 * x + 4 * warp)) * (1 + 0.3 * warp))
    fibre = noise(rng, y.shape, (1.6 * unit, 60 * unit)) - 0.5
    grain, mottle = 0.5 + 0.28 * rings + 0.9 * fibre, fbm(rng, y.shape, 9 * unit, 4, 0.75)
    paper = noise(rng, y.shape, (2, 19)) + noise(rng, y.shape, (17, 2)) + noise(rng, y.shape, 3)
    tone = (0.92 + 0.08 * fbm(rng, y.shape, 150 * unit, 3))[..., None]
    image = INKS[PAPER] * tone

    bokashi = smoothstep(y + 0.02 * warp, 0.30, -0.03)  # the sky's ink, wiped off downwards
    sky = block(PAPER) * bokashi * (0.55 + 0.45 * smoothstep(grain, 0.0, 0.9))
    image = mix(image, INKS[DEEP] * 0.9 * image, sky)
    bare = 0.30 * smoothstep(grain, 0.35, -0.05) + 0.55 * smoothstep(mottle, 0.40, 0.26)
    wet = (1 + 0.20 * (mottle - 0.5) + 0.10 * (grain - 0.5))[..., None] * tone
    for ink in range(FOAM, LINE + 1):
        slip = rng.normal(0, 0.45, 2) * unit * (ink != LINE)
        row, column = y * size - 0.5 + slip[0] + warp, x * size - 0.5 + slip[1] + warp.T
        pressed = sample(blur(block(ink), 0.4 * unit), row, column)
        pressed = pressed * COVER[ink] * (1 - bare * (0.55 if ink == LINE else 1))
        image = mix(image, INKS[ink] * wet, pressed)
    return image * (0.75 + 0.25 * relief(paper * 0.35)[0])[..., None]
