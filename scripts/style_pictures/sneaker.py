"""A low sneaker of white leather with coral and navy panels, on a sweep of blue paper."""

import numpy as np

from .fields import smoothstep, spline
from .march import Scene, Surface
from .shapes import (
    capsule,
    cut,
    ellipsoid,
    extrude,
    length,
    nearest_of,
    noise3,
    rectangle,
    torus,
    turn,
    union,
    vector,
)
from .studio import blend, colour, develop, render, softbox

TURN = -0.50
# height of the upper's ridge at x, from the heel to the toe
PROFILE = spline(
    (
        (-1.7, 1.20), (-1.42, 1.22), (-1.15, 1.13), (-0.78, 1.06), (-0.42, 1.10), (-0.2, 1.08),
        (0.1, 0.93), (0.45, 0.75), (0.8, 0.62), (1.1, 0.55), (1.35, 0.49), (1.7, 0.40),
    ),
    300,
)  # fmt: skip
WHITE, CREAM, NAVY, CORAL = (colour(code) for code in ("ebe7df", "f4f1ea", "1f3a6e", "e2583e"))
OVERLAYS = {"toe": CREAM, "stay": NAVY, "heel": CORAL, "band": CORAL, "stripe": NAVY}


def at_shoe(p):
    """Coordinates of the shoe: it stands on y = 0, its toe to the right."""
    return turn(p, TURN)


def rod(x, z, a, b):
    """Plane distance to the hull of two discs (x, z, radius)."""
    (ax, az, ra), (bx, bz, rb) = a, b
    dx, dz = bx - ax, bz - az
    t = np.clip(((x - ax) * dx + (z - az) * dz) / (dx**2 + dz**2), 0, 1)
    return length(x - ax - t * dx, z - az - t * dz) - ra - (rb - ra) * t


def footprint(x, z):
    """Plane distance to the outline of the foot: heel, ball and toe."""
    heel, ball, toe = (-1.05, 0.0, 0.39), (0.55, 0.02, 0.50), (1.02, -0.06, 0.38)
    return union(rod(x, z, heel, ball), rod(x, z, ball, toe), 0.2)


def spring(x):
    """How far the sole rises towards the toe and the heel."""
    return 0.16 * np.clip(x - 0.55, 0, 2) ** 2 + 0.06 * np.clip(-0.95 - x, 0, 1) ** 2


def ridge(x):
    """Height of the upper's ridge."""
    return np.interp(x, PROFILE[:, 0], PROFILE[:, 1])


def ankle(q):
    """The room for the foot, open at the top."""
    x, y, z = q
    t = np.clip((x + 1.0) / 0.68, 0, 1)
    return np.maximum(length(x + 1.05 - 0.70 * t, z) - 0.215 + 0.03 * t, 0.45 - y)


def throat(q):
    """Distance to the slot under the laces, seen from above."""
    return np.abs(q[2]) - 0.155 - 0.05 * np.clip(q[0], -1, 1)


def overlays(q):
    """The panels sewn on the upper: distances on its surface, negative inside, by name."""
    x, y, z = q
    slant = y + 0.62 * (x + 0.15) - 0.22 * (x + 0.15) ** 2
    stay = np.max([np.abs(throat(q) - 0.085) - 0.085, x - 0.62, ridge(x) - y - 0.42], 0)
    band = np.abs(slant - 0.62) - 0.055 - 0.045 * (x + 0.3)
    stripe = np.abs(slant - 0.42) - 0.040 - 0.030 * (x + 0.3)
    return {
        "toe": 0.70 + 0.25 * y + 0.55 * np.clip(0.42 - np.abs(z), 0, 1) ** 1.5 - x,
        "stay": stay,
        "heel": x + 1.18 - 0.32 * y,
        "band": np.maximum(band, np.abs(x + 0.18) - 0.62),
        "stripe": np.maximum(stripe, np.abs(x + 0.28) - 0.50),
    }


def upper(p):
    """The shaft: the footprint drawn in towards the top, hollowed, with raised overlays."""
    q = at_shoe(p)
    x, y, z = q
    inset = 0.03 + 0.09 * np.clip(y - 0.25, 0, 1) ** 1.4 - 0.03 * np.exp(-14 * (y - 0.5) ** 2)
    inset = inset + 0.05 * np.exp(-5 * (x + 0.15) ** 2) * (1.2 - y)
    full = -union(-footprint(x, z) - inset, ridge(x) - y - 0.55 * z * z, 0.24)
    raised = sum(smoothstep(away, 0.008, -0.008) for away in overlays(q).values())
    slot = smoothstep(np.maximum(throat(q), x - 0.5), 0.01, -0.02) * (x > -0.5)
    skin = full - 0.014 * np.minimum(raised, 1.5) + 0.03 * slot
    return np.maximum(cut(skin, ankle(q), 0.07), 0.2 - y) * 0.62


def midsole(p):
    """A slab of foam with a groove round it, ribbed at the toe."""
    x, y, z = at_shoe(p)
    low = y - spring(x)
    groove = 0.012 * smoothstep(np.abs(low - 0.235), 0.016, 0.004)
    ribs = (0.5 + 0.5 * np.sin(70 * x)) * smoothstep(np.abs(low - 0.15), 0.06, 0.045) * (x > 0.35)
    flat = footprint(x, z) - 0.015 + 0.03 * (low - 0.2) + groove + 0.006 * ribs
    return extrude(flat, low - 0.195, 0.135, 0.05) * 0.8


def outsole(p):
    """A thin slab of gum rubber with notches."""
    x, y, z = at_shoe(p)
    notch = 0.02 * smoothstep(np.abs((x * 7) % 1 - 0.5), 0.2, 0.12)
    return extrude(footprint(x, z) - 0.015 + notch, y - spring(x) - 0.035, 0.035, 0.012) * 0.8


def tongue(p):
    """Padded tongue that rises out of the throat, steeper than the instep."""
    x, y, z = at_shoe(p) - vector(-0.30, 1.04, 0)
    along, out = 0.835 * y - 0.55 * x, 0.835 * x + 0.55 * y + 0.3 * z * z
    return extrude(rectangle(along, z, 0.33, 0.185, 0.12), out, 0.05, 0.045) * 0.8


def laces(p):
    """Laces straight and crosswise over the throat, and a bow."""
    q = at_shoe(p)
    eyelet = lambda x, side, lift: (x, float(ridge(x)) + lift, side * (0.185 + 0.05 * x))
    rods = [ellipsoid(q - vector(-0.09, 1.08, 0), 0.05, 0.04, 0.06)]
    for x in np.linspace(-0.10, 0.46, 5):
        rods.append(capsule(q, eyelet(x, -1, 0), eyelet(x, 1, 0), 0.031))
        for side in (-1, 1) if x < 0.4 else ():
            rods.append(capsule(q, eyelet(x, side, -0.02), eyelet(x + 0.14, -side, -0.02), 0.024))
    for side in (-1, 1):
        loop = turn(q - vector(-0.05, 1.06, 0.17 * side), 0.45, 2)
        x, y, z = turn(turn(loop, 0.75 * side, 0), 0.5 * side)
        knee = (0.08, 0.97, 0.24 * side)
        rods.append(torus(np.stack([x, z, y]), 0.062, 0.024, 0.07))
        rods.append(capsule(q, (-0.1, 1.07, 0.03 * side), knee, 0.023))
        rods.append(capsule(q, knee, (0.16, 0.76, 0.36 * side), 0.023))
    return nearest_of(rods)


def sweep(p):
    """Floor and wall of one sheet of paper."""
    return union(p[1], p[2] + 3.2, 1.6)


def leather(p, n):
    """White leather with its overlays and their seams, perforations, collar and lining."""
    q = at_shoe(p)
    x, y, z = q
    albedo, panels = WHITE, overlays(q)
    dash = smoothstep(np.abs((x * 1.3 + y + z) * 21 % 1 - 0.5), 0.36, 0.26)
    for name, away in panels.items():
        albedo = blend(albedo, OVERLAYS[name], smoothstep(away, 0.006, -0.006))
        albedo = albedo * (1 - 0.45 * smoothstep(np.abs(away), 0.012, 0.002))
        thread = colour("b9b4aa") if name == "toe" else CREAM
        albedo = blend(albedo, thread, dash * smoothstep(np.abs(away + 0.032), 0.006, 0.003))
    row, column = np.floor(x * 11), x * 11 % 1 - 0.5
    holes = smoothstep(length(column, (z * 11 + 0.5 * (row % 2)) % 1 - 0.5), 0.2, 0.14)
    vamp = (panels["toe"] > 0.04) & (panels["stay"] > 0.05) & (x > 0.62) & (np.abs(z) < 0.24)
    albedo = albedo * (1 - 0.8 * holes * vamp)
    albedo = blend(albedo, NAVY, smoothstep(ankle(q), 0.055, 0.045))
    albedo = blend(albedo, colour("e9c9b4"), smoothstep(ankle(q), 0.012, 0.002))
    slot = smoothstep(throat(q), 0.0, -0.02) * (x > -0.4) * (x < 0.52)
    albedo = blend(albedo, colour("dcd6ca"), slot) * (0.94 + 0.12 * noise3(q * 3, 3))
    bump = 0.16 * np.stack([noise3(q * 46 + shift, 2) - 0.5 for shift in (0, 5, 10)])
    return Surface(albedo, 0.40, bump=bump)


def foam(p, n):
    """Off-white foam, a navy line in its groove."""
    x, y, _ = at_shoe(p)
    line = smoothstep(np.abs(y - spring(x) - 0.235), 0.014, 0.008)
    return Surface(blend(colour("f2eee4"), NAVY, line), 0.55, 0.03)


def grained(albedo, rough, size):
    """Rubber or cloth of one colour, with grain."""
    return lambda p, n: Surface(albedo * (0.85 + 0.3 * noise3(p * size, 2)), rough, 0.03)


def woven(p, n):
    """Cotton laces."""
    weave = np.sin(150 * p[2]) * np.sin(150 * (p[0] + p[1]))
    return Surface(colour("f6f2ea") * (0.86 + 0.1 * weave), 0.8, 0.0)


def paper(p, n):
    """Blue paper."""
    return Surface(colour("8fb3d9") * (0.98 + 0.04 * noise3(p * 40)), 0.9, 0.0)


def studio(d, rough):
    """Two large softboxes and a bright ceiling."""
    light = colour("b4cbe4") * (0.6 + 0.4 * d[1])
    light = light + softbox(d, rough, (-0.7, 0.7, 0.5), 0.5, 0.5, 4.0) * colour("fff6ea")
    light = light + softbox(d, rough, (0.9, 0.35, 0.4), 0.16, 0.8, 3.0)
    return light + softbox(d, rough, (0.0, 1, 0.1), 0.9, 0.5, 2.5)


SCENE = Scene(
    solids=[
        (upper, leather), (midsole, foam), (outsole, grained(colour("a8713f"), 0.5, 30)),
        (tongue, grained(NAVY, 0.7, 60)), (laces, woven), (sweep, paper),
    ],
    studio=studio,
    eye=(0.2, 2.6, 5.2),
    target=(0.0, 0.46, 0),
    lens=0.56,
    key=(-0.72, 0.72, 0.12),
    key_size=0.12,
    key_colour=(1.0, 0.96, 0.9),
    sky=(0.36, 0.40, 0.47),
    ground=(0.20, 0.25, 0.32),
)  # fmt: skip


def sneaker(size, samples):
    """The photograph: colours in [0, 1], (size, size, 3)."""
    return develop(render(SCENE, size, samples)[0], 0.88, 0.3)
