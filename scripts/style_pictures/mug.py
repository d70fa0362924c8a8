"""A stoneware mug with a printed badge, on an oak table in a warm room."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .fields import blur, sample, smoothstep
from .march import NEAR, Scene, Surface, march
from .shapes import (
    box,
    cut,
    cylinder,
    ellipsoid,
    length,
    nearest_of,
    noise3,
    rectangle,
    torus,
    turn,
    union,
    vector,
)
from .studio import blend, colour, develop, exposures, render, softbox

RADIUS, HALF = 0.52, 0.60  # of the mug: radius, half the height
TURN = -0.42  # of the handle, towards the camera
BADGE = 0.31  # radius of the badge
BADGE_AT = (0.38, 0.63)  # its middle: angle on the mug, height
KEEP = 1.07  # radius of the mask, in radii of the badge

# coffee beans on the table: x, z, turn
BEANS = (
    (-0.86, 0.78, 0.4), (-0.70, 0.98, 2.1), (-1.02, 0.95, 1.2), (-0.50, 1.20, 2.7),
    (-0.86, 1.22, 0.9), (0.90, 0.98, 0.2), (1.06, 0.80, 1.9), (-1.22, 0.55, 2.4),
)  # fmt: skip


def artwork(side=512):
    """The badge's print, a sun over waves in a ring: how much cream on teal, (side, side)."""
    image = Image.new("L", (2 * side, 2 * side), 0)
    draw = ImageDraw.Draw(image)
    disc = lambda x, y, r, fill: draw.ellipse(
        [side * c for c in (x - r, y - r, x + r, y + r)], fill
    )
    disc(1, 1, 0.95, 255)
    disc(1, 1, 0.91, 0)
    for number, angle in enumerate(np.linspace(np.pi, 2 * np.pi, 13)[1:-1]):
        reach = np.array([0.36, 0.60 if number % 2 else 0.54])
        x, y = 1 + reach * np.cos(angle), 0.92 + reach * np.sin(angle)
        draw.line([*zip(x * side, y * side, strict=True)], fill=255, width=int(0.035 * side))
    draw.pieslice([side * c for c in (0.72, 0.64, 1.28, 1.20)], 180, 360, fill=255)
    for row in (0, 1):
        for x in np.linspace(-0.55 + 0.12 * row, 0.55 - 0.12 * row, 200):
            disc(1 + x, 1.02 + 0.11 * row + 0.025 * np.sin(17 * x + np.pi * row), 0.02, 255)
    font = ImageFont.load_default(0.27 * side)
    draw.text((side, 1.42 * side), "keras gen", fill=255, font=font, anchor="mm")
    return np.asarray(image.resize((side, side), Image.Resampling.LANCZOS), np.float32) / 255


ART = artwork()


def body(p):
    """The mug without its coffee."""
    q = turn(p - vector(0, HALF, 0), TURN)
    r = length(q[0], q[2])
    wall = rectangle(r, q[1], RADIUS, HALF, 0.07)
    loop = q - vector(RADIUS + 0.06, -0.02, 0)
    loop[2] *= 0.75
    handle = torus(loop, 0.235, 0.062, 0.12)
    hollow = rectangle(r, q[1] - 0.12, RADIUS - 0.055, HALF, 0.09)
    foot = rectangle(r, q[1] + HALF, RADIUS - 0.12, 0.03, 0.01)
    return cut(cut(union(wall, handle, 0.09), hollow, 0.035), foot, 0.02) * 0.92


def coffee(p):
    """The coffee in the mug."""
    return cylinder(p - vector(0, 1.06, 0), RADIUS - 0.05, 0.02)


def table(p):
    """The table's top, its far edge behind the mug."""
    return box(p - vector(0, -0.1, 0.5), (6, 0.1, 3.2))


def beans(p):
    """Coffee beans, each with its crease."""

    def bean(x, z, angle):
        q = turn(turn(p - vector(x, 0.045, z), angle), 0.5 + 0.5 * np.sin(9 * angle), 0)
        crease = length(q[2] - 0.010 * np.sin(32 * q[0]), q[1] - 0.058) - 0.013
        return cut(ellipsoid(q, 0.092, 0.056, 0.068), crease, 0.012) * 0.9

    return nearest_of(bean(*place) for place in BEANS)


def on_badge(p):
    """Where a point of the mug lies on the badge, in radii of the badge: x right, y up."""
    x = (np.arctan2(p[0], p[2]) + TURN + BADGE_AT[0]) * RADIUS / BADGE
    return np.where(length(p[0], p[2]) > RADIUS - 0.02, x, 9), (p[1] - BADGE_AT[1]) / BADGE


def stoneware(p, n):
    """Cream glaze with iron speckles over raw clay, and the badge."""
    speckle = 0.55 * smoothstep(noise3(p * 34), 0.80, 0.86)
    speckle = speckle + 0.35 * smoothstep(noise3(p * 75 + 3), 0.80, 0.88)
    rim = 0.55 * smoothstep(p[1], 1.165, 1.2)
    glaze = blend(colour("efe4d0") * (0.90 + 0.2 * noise3(p * 3, 3)), colour("5a3a22"), speckle)
    glaze = blend(glaze, colour("8a5a34"), rim)
    raw = smoothstep(p[1] + 0.03 * noise3(p * 4), 0.135, 0.12)
    clay = colour("a9795a") * (0.7 + 0.6 * noise3(p * 40, 2))
    x, y = on_badge(p)
    half = len(ART) / 2
    ink = blend(colour("12505a"), colour("f3e9d6"), sample(ART, (1 - y) * half, (1 + x) * half))
    albedo = blend(blend(glaze, clay, raw), ink, smoothstep(length(x, y), 1.0, 0.985))
    bump = 0.04 * np.stack([noise3(p * 6 + shift) - 0.5 for shift in (0, 9, 23)])
    return Surface(albedo, 0.13 + 0.6 * raw, 0.045 - 0.035 * raw, bump)


def crema(p, n):
    """Black coffee with a ring of crema."""
    r = length(p[0], p[2]) + 0.03 * (noise3(p * 9) - 0.5)
    ring = smoothstep(r, 0.30, 0.47) * (0.55 + 0.9 * (noise3(p * 22, 3) - 0.3))
    return Surface(blend(colour("1c0d06"), colour("b87a3c"), np.clip(ring, 0, 1)), 0.06, 0.03)


def oak(p, n):
    """Planks of oiled oak: growth rings cut lengthwise, pores, and gaps between the planks."""
    plank, across = np.divmod(p[2] / 0.62 + 0.4, 1)
    q = np.stack([0.35 * p[0] + 7.7 * plank, p[1], 3.2 * p[2] + 3.1 * plank])
    rings = np.sin(34 * noise3(q * 0.8 + 5, 3) + 14 * p[2])
    pores = noise3(np.stack([p[0] * 5, p[1], p[2] * 110]), 2)
    gap = smoothstep(np.minimum(across, 1 - across), 0.012, 0.004)
    tone = 0.82 + 0.14 * rings + 0.5 * (pores - 0.5) + 0.16 * np.sin(2.4 * plank)
    albedo = colour("8f6845") * np.clip(tone, 0.25, 1.4) * (1 - 0.85 * gap)
    bump = np.stack([0 * pores, 0 * pores, 0.16 * (pores - 0.5) + 0.02 * rings])
    return Surface(albedo, 0.28 + 0.2 * pores, 0.035, bump)


def roast(p, n):
    """Roasted beans with a little oil on them."""
    return Surface(colour("4a2814") * (0.6 + 0.8 * noise3(p * 14, 2)), 0.32)


LAMPS = np.random.default_rng(11).random((60, 5))  # out of focus: x, y, size, warmth, power


def room(d, rough):
    """A dim warm room with lamps out of focus; a tall window on the left, one on the right."""
    light = colour("6b4a30") * (0.35 + 0.5 * smoothstep(d[1], -0.3, 0.9))
    light = light + colour("2c3a34") * smoothstep(d[0], -0.2, 0.9) * 0.4
    away = np.maximum(-d[2], 0.05)
    x, y, behind = d[0] / away, d[1] / away, d[2] < -0.2
    glow = np.exp(-5 * ((x + 0.55) ** 2 + (y - 0.1) ** 2))
    light = light + 0.5 * colour("c98a4a") * glow * behind
    for lamp_x, lamp_y, size, warmth, power in LAMPS:
        r = length(x - 1.3 * lamp_x + 0.65, y - 0.5 * lamp_y + 0.34) / (0.015 + 0.04 * size**2)
        disc = smoothstep(r, 1.08, 0.92) * (0.65 + 0.35 * smoothstep(r, 0.5, 1.0)) * behind
        tint = blend(colour("ffe9c9"), colour("ffc873"), warmth)
        light = light + disc * tint * (0.06 + 0.35 * power**3)
    light = light + softbox(d, rough, (-0.9, 0.45, 0.55), 0.34, 0.62, 7.0) * colour("fff2df")
    return light + softbox(d, rough, (0.95, 0.35, 0.25), 0.16, 0.70, 2.2) * colour("dfeaff")


SCENE = Scene(
    solids=[(body, stoneware), (coffee, crema), (table, oak), (beans, roast)],
    studio=room,
    eye=(0.15, 2.05, 4.05),
    target=(0.09, 0.53, 0),
    lens=0.52,
    key=(-0.75, 0.75, 0.5),
    key_size=0.16,
    key_colour=(1.0, 0.92, 0.8),
    sky=(0.42, 0.40, 0.40),
    ground=(0.20, 0.13, 0.08),
)


def soften(light, depth, near, far, sigma):
    """Blur what lies beyond `near`, more and more until `far`, without what lies before it."""
    behind = smoothstep(depth, near - 0.2, near)
    for share in (0.25, 0.6, 1.0):
        weight = blur(behind, sigma * share)[..., None] + 1e-3
        soft = blur(light * behind[..., None], sigma * share) / weight
        start = near + (far - near) * (share - 0.25)
        light = light + (soft - light) * (smoothstep(depth, start, start + 0.4) * behind)[..., None]
    return light


def mug(size, samples):
    """The photograph: colours in [0, 1], (size, size, 3)."""
    light, depth = render(SCENE, size, samples)
    return develop(soften(light, depth, 5.2, 8.0, size / 110), 0.95)


def mug_logo_mask(size, samples):
    """The share of each pixel that the badge covers, (size, size)."""
    mask = np.zeros(size * size, np.float32)
    for pixels, p, d in exposures(SCENE, size, samples):
        t = march(SCENE.distance, p, d)
        q = p + np.where(np.isfinite(t), t, 0) * d
        mask[pixels] += (body(q) < 4 * NEAR) & (length(*on_badge(q)) < KEEP)
    return mask.reshape(size, size) / samples**2
