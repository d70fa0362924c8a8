"""A tan leather handbag with a brass lock on a plinth, in the light of a window."""

import numpy as np

from .fields import smoothstep
from .march import Scene, Surface
from .shapes import (
    box,
    capsule,
    cylinder,
    extrude,
    length,
    nearest_of,
    noise3,
    rectangle,
    sphere,
    torus,
    turn,
    union,
    vector,
)
from .studio import blend, colour, develop, render, softbox

TOP = 0.55  # height of the plinth
TURN = -0.38  # of the bag
RING = 0.40  # how far the ends of the handle lie from the middle


def at_bag(p):
    """Coordinates whose origin is the middle of the bag's foot."""
    return turn(p - vector(0, TOP + 0.03, 0), TURN)


def half_width(y):
    """Of the bag, which narrows towards its top."""
    return 1.0 - 0.17 * np.clip(y / 1.2, -0.2, 1.2)


def pouch(q):
    """The bag without flap and handle: a trapezium with a soft belly."""
    x, y, z = q
    deep = 0.40 - 0.20 * np.clip(y / 1.2, -0.2, 1.2)
    belly = np.cos(np.clip(1.4 * x, -1.5, 1.5)) * np.cos(np.clip(2.2 * (y - 0.5), -1.5, 1.5))
    front = rectangle(x, y - 0.58, half_width(y), 0.58, 0.13)
    return extrude(front, z, deep + 0.05 * belly, 0.08) * 0.8


def below_flap(q):
    """How far a point lies below the flap's curved edge."""
    x = np.abs(q[0])
    edge = 0.47 + 0.30 * smoothstep(x, 0.15, 0.85) + 0.03 * np.cos(7 * np.minimum(x, 0.45))
    return (edge - q[1]) * 0.85


def body(p):
    """The pouch."""
    return pouch(at_bag(p))


def flap(p):
    """The flap: a layer over the front and the top."""
    q = at_bag(p)
    return np.max([pouch(q) - 0.035, below_flap(q), -q[2] - 0.15], 0)


def handle(p):
    """A rolled handle, and the tabs that hold its rings."""
    q = at_bag(p) - vector(0, 1.27, 0)
    arch = np.maximum(torus(q, RING, 0.043, 0.10), -q[1] - 0.02)
    tab = rectangle(np.abs(q[0]) - RING, q[1] + 0.16, 0.075, 0.13, 0.06)
    return np.minimum(arch, extrude(tab, q[2] - 0.02, 0.225, 0.02))


def fittings(p):
    """Rings at the handle's ends, the lock with its turning bar, the studs below."""
    q = at_bag(p)
    ring = np.stack([np.abs(q[0]) - RING, q[1] - 1.28, q[2]])
    lock = q - vector(0, 0.60, 0.415)
    bar = capsule(lock, (-0.055, 0, 0.05), (0.055, 0, 0.05), 0.030)
    stud = np.stack([np.abs(q[0]) - 0.75, q[1], np.abs(q[2]) - 0.25])
    return nearest_of([
        cylinder(ring, 0.066, 0.022, 0.012),
        extrude(length(lock[0] * 0.8, lock[1]) - 0.115, lock[2], 0.022, 0.012),
        union(bar, sphere(lock - vector(0, 0, 0.02), 0.04), 0.03),
        sphere(stud, 0.04),
    ])  # fmt: skip


def plinths(p):
    """Two blocks of plaster."""
    front = box(p - vector(0, TOP / 2, 0), (1.35, TOP / 2, 0.72), 0.025)
    back = box(turn(p - vector(1.55, 0.75, -1.15), 0.3), (0.55, 0.75, 0.5), 0.025)
    return np.minimum(front, back)


def wall(p):
    """Floor and wall in one sweep."""
    return union(p[1], p[2] + 2.5, 0.8)


def ball_and_ring(p):
    """A ball on the block behind, and a ring that stands on the other side."""
    ring = torus(turn(p - vector(-1.45, 0.43, -0.45), 0.5), 0.36, 0.075)
    return np.minimum(sphere(p - vector(1.55, 1.78, -1.15), 0.28), ring)


def leather(q, shade, edge, along):
    """Grained leather with a painted rim and a stitched seam.

    Args:
        q: points, (3, N).
        shade: factor of its colour.
        edge: distance to the edge that is painted and stitched, (N,).
        along: place along that edge, (N,).
    """
    grain = noise3(q * 62)
    albedo = colour("84492a") * (0.86 + 0.28 * noise3(q * 2.3, 3)) * (0.90 + 0.2 * grain) * shade
    seam = np.abs(edge - 0.06)
    dash = smoothstep(np.abs((along * 15) % 1 - 0.5), 0.34, 0.26) * (q[2] > 0.2)
    albedo = albedo * (1 - 0.75 * smoothstep(edge, 0.022, 0.012))
    albedo = albedo * (1 - 0.35 * smoothstep(seam, 0.022, 0.006))
    albedo = blend(albedo, colour("f0d9ae"), dash * smoothstep(seam, 0.011, 0.006))
    bump = 0.20 * np.stack([noise3(q * 62 + shift) - 0.5 for shift in (0, 5, 10)])
    return Surface(albedo, 0.38, 0.045, bump)


def body_leather(p, n):
    """The pouch's leather, stitched along the front's edge."""
    q = at_bag(p)
    side, foot = half_width(q[1]) - np.abs(q[0]), q[1]
    edge = np.where(q[2] > 0.3, np.minimum(side, foot) - 0.05, 1.0)
    return leather(q, 0.86, edge, np.where(side < foot, q[1], q[0]))


def flap_leather(p, n):
    """The flap's leather, stitched along its edge."""
    q = at_bag(p)
    return leather(q, 1.0, -below_flap(q), q[0])


def handle_leather(p, n):
    """The handle's leather, without a seam."""
    return leather(at_bag(p), 1.0, np.ones(p.shape[1]), np.ones(p.shape[1]))


def brass(p, n):
    """Brushed brass."""
    brush = noise3(at_bag(p) * vector(8, 120, 8)) - 0.5
    return Surface(vector(0, 0, 0), 0.16, colour("eec27a"), 0.12 * brush * vector(0, 1, 0))


def paint(code):
    """Matt paint of a colour."""
    return lambda p, n: Surface(colour(code) * (0.94 + 0.12 * noise3(p * 22, 3)), 0.75, 0.0)


def marble(p, n):
    """White marble with grey veins."""
    vein = smoothstep(np.abs(noise3(p * 2.6 + 3, 4) - 0.5), 0.035, 0.0)
    return Surface(colour("f2efe8") * (1 - 0.35 * vein), 0.15, 0.03)


def studio(d, rough):
    """A window on the left, a tall strip on the right, a bright ceiling, sage walls."""
    light = colour("b9c2ae") * (0.5 + 0.45 * d[1])
    light = light + softbox(d, rough, (-0.8, 0.5, 0.6), 0.45, 0.6, 3.6) * colour("fff1dc")
    light = light + softbox(d, rough, (0.9, 0.3, 0.45), 0.12, 0.9, 3.0)
    return light + softbox(d, rough, (0.1, 1, 0.25), 0.7, 0.4, 2.5)


KEY = (-0.60, 0.52, 0.62)


def window(p):
    """Beam of a window with four panes, soft at its edges."""
    x, y = p[0] - p[2] * KEY[0] / KEY[2], p[1] - p[2] * KEY[1] / KEY[2] - 0.42
    x = x + 0.55 + 0.12 * y
    pane = lambda a, side: smoothstep(np.abs(np.abs(a) - side / 2 - 0.04) - side / 2, 0.05, -0.05)
    return 0.22 + 0.78 * pane(x, 1.75) * pane(y, 1.55)


SCENE = Scene(
    solids=[
        (body, body_leather), (flap, flap_leather), (handle, handle_leather), (fittings, brass),
        (plinths, paint("e9dfcd")), (wall, paint("8fa08b")), (ball_and_ring, marble),
    ],
    studio=studio,
    eye=(0.1, 1.75, 5.6),
    target=(0.06, 1.17, 0),
    lens=0.50,
    key=KEY,
    key_size=0.07,
    key_colour=(1.0, 0.92, 0.78),
    sky=(0.40, 0.42, 0.43),
    ground=(0.26, 0.24, 0.20),
    gobo=window,
)  # fmt: skip


def handbag(size, samples):
    """The photograph: colours in [0, 1], (size, size, 3)."""
    return develop(render(SCENE, size, samples)[0], 0.9)
