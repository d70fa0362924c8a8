"""A flask of perfume on a stone plinth, before an arch, in the shade of a palm."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .fields import sample, smoothstep
from .march import Scene, Surface
from .shapes import (
    box,
    capsule,
    cylinder,
    extrude,
    length,
    noise3,
    rectangle,
    sphere,
    turn,
    union,
    vector,
)
from .studio import blend, colour, develop, render, softbox

TOP = 0.42  # height of the plinth
TURN = -0.42  # of the flask
LABEL = 0.27  # half the label's side
LABEL_AT = (0, 0.62, 0.272)


def at_flask(p):
    """Coordinates whose origin is the middle of the flask's foot."""
    return turn(p - vector(0, TOP, 0), TURN)


def glass(p):
    """A heavy block with bevelled edges, hollow inside."""
    q = at_flask(p) - vector(0, 0.66, 0)
    x, z = np.abs(q[0]), np.abs(q[2])
    bevel = (x + z) * 0.7071 - 0.515
    shoulder = (0.75 * z + q[1]) * 0.8 - 0.60
    hollow = box(q - vector(0, 0.06, 0), (0.43, 0.49, 0.155), 0.09)
    return np.max([box(q, (0.56, 0.65, 0.27), 0.03), bevel, shoulder, -hollow], 0)


def liquid(p):
    """Perfume in the hollow; it reaches a hair into the glass, so that no air lies between."""
    q = at_flask(p) - vector(0, 0.72, 0)
    return np.maximum(box(q, (0.434, 0.494, 0.159), 0.09), q[1] - 0.24)


def pump(p):
    """The gold collar, and a thin ring under the cap."""
    q = at_flask(p)
    collar = cylinder(q - vector(0, 1.37, 0), 0.17, 0.07, 0.015)
    return np.minimum(collar, cylinder(q - vector(0, 1.475, 0), 0.215, 0.018, 0.01))


def cap(p):
    """A fluted cap."""
    q = at_flask(p) - vector(0, 1.70, 0)
    flutes = 0.008 * np.cos(28 * np.arctan2(q[0], q[2])) * smoothstep(np.abs(q[1]), 0.2, 0.15)
    return (cylinder(q, 0.235, 0.215, 0.03) - flutes) * 0.8


def tube(p):
    """The pump's dip tube."""
    return capsule(at_flask(p), (0.0, 1.3, 0.0), (0.13, 0.3, 0.02), 0.013)


def label(p):
    """A paper label on the front."""
    q = at_flask(p) - vector(*LABEL_AT)
    return extrude(rectangle(q[0], q[1], LABEL, LABEL, 0.012), q[2], 0.006, 0.003)


def plinth(p):
    """Two drums of stone."""
    low = cylinder(p - vector(0.12, 0.08, -0.1), 1.35, 0.08, 0.02)
    return np.minimum(low, cylinder(p - vector(0, 0.29, 0), 0.98, 0.13, 0.02))


def wall(p):
    """Floor and wall in one sweep."""
    return union(p[1], p[2] + 2.6, 1.0)


def arch(p):
    """A plaster arch against the wall."""
    q = p - vector(0.25, 1.35, -1.75)
    front = np.maximum(length(q[0], np.maximum(q[1], 0)) - 1.05, -q[1] - 1.5)
    return extrude(front, q[2], 0.16, 0.02)


def balls(p):
    """Two balls beside the flask."""
    large = sphere(p - vector(0.98, 0.40, 0.52), 0.24)
    return np.minimum(large, sphere(p - vector(0.68, TOP + 0.11, 0.50), 0.11))


def artwork(side=512):
    """The label's print: a rising sun, the name, the contents. Coverage, (side, side)."""
    image = Image.new("L", (2 * side, 2 * side), 0)
    draw = ImageDraw.Draw(image)
    line = {"fill": 255, "width": int(0.02 * side)}
    draw.rectangle((0.09 * side, 0.09 * side, 1.91 * side, 1.91 * side), None, 255, line["width"])
    for r in (0.16, 0.23, 0.30, 0.37):
        draw.arc([side * c for c in (1 - r, 0.66 - r, 1 + r, 0.66 + r)], 180, 360, **line)
    draw.line([side * c for c in (0.5, 0.66, 1.5, 0.66)], **line)
    for text, y, height in (
        ("GEN", 1.02, 0.50),
        ("EAU DE PARFUM", 1.43, 0.165),
        ("50 ml", 1.66, 0.15),
    ):
        font = ImageFont.load_default(height * side)
        draw.text((side, y * side), text, fill=255, font=font, anchor="mm")
    return np.asarray(image.resize((side, side), Image.Resampling.LANCZOS), np.float32) / 255


ART = artwork()


def paper(p, n):
    """Laid paper with a print in brown."""
    q = at_flask(p) - vector(*LABEL_AT)
    scale = len(ART) / (2 * LABEL)
    ink = sample(ART, (LABEL - q[1]) * scale, (LABEL + q[0]) * scale)
    laid = colour("f7efe2") * (0.92 + 0.1 * noise3(q * 60))
    return Surface(blend(laid, colour("4a3520"), ink), 0.6, 0.0)


def gold(p, n):
    """Polished gold."""
    return Surface(vector(0, 0, 0), 0.10, colour("f2c987"))


def lacquer(p, n):
    """Cream lacquer."""
    return Surface(colour("f3e6d8"), 0.12, 0.05)


def travertine(p, n):
    """Pale bands and pits."""
    bands = noise3(p * vector(1.2, 9, 1.2) + 4, 3)
    pits = smoothstep(noise3(p * vector(16, 34, 16), 2), 0.70, 0.78)
    return Surface(colour("e2c6ac") * (0.72 + 0.5 * bands) * (1 - 0.45 * pits), 0.5, 0.02)


def paint(code):
    """Matt paint of a colour, with the trace of the roller."""
    return lambda p, n: Surface(colour(code) * (0.96 + 0.08 * noise3(p * 30, 2)), 0.8, 0.0)


def studio(d, rough):
    """A large window on the left, a strip light on the right, a bright ceiling."""
    light = colour("e9b9a4") * (0.55 + 0.45 * d[1])
    light = light + softbox(d, rough, (-0.9, 0.35, 0.5), 0.5, 0.8, 5.0) * colour("fff4ea")
    light = light + softbox(d, rough, (0.95, 0.25, 0.35), 0.10, 0.9, 4.0) * colour("fff4ea")
    return light + softbox(d, rough, (-0.1, 1, 0.15), 0.6, 0.5, 2.0)


KEY = (-0.62, 0.62, 0.55)


def palm(p):
    """The light that a palm leaf lets through: leaflets that fan from a rib."""
    x, y = p[0] - p[2] * KEY[0] / KEY[2] + 0.30, p[1] - p[2] * KEY[1] / KEY[2] + 0.10
    rib = np.abs(0.85 * x - 0.55 * y + 0.22 * (0.55 * x + 0.85 * y) ** 2)
    along = 0.55 * x + 0.85 * y - 0.62 * rib
    leaflet = np.abs((along * 3.1) % 1 - 0.5) - 0.30 * smoothstep(rib, 1.25, 0.0)
    leaf = smoothstep(leaflet, 0.10, -0.10) * smoothstep(rib, 1.3, 1.1)
    return 1 - 0.75 * leaf * smoothstep(np.abs(along), 2.4, 2.0)


SCENE = Scene(
    solids=[
        (pump, gold), (cap, lacquer), (tube, lacquer), (label, paper), (plinth, travertine),
        (wall, paint("e8a596")), (arch, paint("d98474")), (balls, gold),
    ],
    clear=((glass, 1.5, vector(0.10, 0.05, 0.08)), (liquid, 1.36, vector(0.12, 1.3, 2.6))),
    clear_shade=(0.85, 0.55, 0.45),
    studio=studio,
    eye=(0.0, 1.75, 5.2),
    target=(0.08, 1.08, 0),
    lens=0.54,
    key=KEY,
    key_size=0.10,
    key_colour=(1.0, 0.93, 0.84),
    sky=(0.50, 0.46, 0.46),
    ground=(0.46, 0.30, 0.26),
    gobo=palm,
)  # fmt: skip


def perfume(size, samples):
    """The photograph: colours in [0, 1], (size, size, 3)."""
    return develop(render(SCENE, size, samples)[0], 0.85)
