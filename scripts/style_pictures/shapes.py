"""Signed distances to solids. A point set p is (3, N): x right, y up, z towards the camera."""

from functools import reduce

import numpy as np


def vector(*xyz):
    """A place or direction as float32 (3, 1)."""
    return np.array(xyz, np.float32)[:, None]


def unit(v):
    """The direction of vectors (3, N)."""
    return v / np.sqrt((v * v).sum(0) + 1e-12)


def length(*parts):
    """Euclidean length of a vector given by its components, each (N,)."""
    return np.sqrt(sum(part * part for part in parts))


def sphere(p, radius):
    """Ball at the origin."""
    return length(*p) - radius


def ellipsoid(p, rx, ry, rz):
    """Ellipsoid at the origin: a bound that is exact to first order at its surface."""
    x, y, z = p
    near, steep = length(x / rx, y / ry, z / rz), length(x / rx**2, y / ry**2, z / rz**2)
    return near * (near - 1) / (steep + 1e-6)


def box(p, half, round_edge=0.0):
    """Box at the origin with half sizes `half` and rounded edges."""
    q = np.abs(p) - (np.array(half, np.float32)[:, None] - round_edge)
    return length(*np.maximum(q, 0)) + np.minimum(q.max(0), 0) - round_edge


def rectangle(x, y, half_x, half_y, round_corner=0.0):
    """Rectangle in the plane, rounded at its corners."""
    dx, dy = np.abs(x) - half_x + round_corner, np.abs(y) - half_y + round_corner
    outside = length(np.maximum(dx, 0), np.maximum(dy, 0))
    return outside + np.minimum(np.maximum(dx, dy), 0) - round_corner


def extrude(flat, z, half, round_edge=0.0):
    """Solid of a plane distance `flat`, from -half to half along `z`."""
    dx, dz = flat + round_edge, np.abs(z) - half + round_edge
    outside = length(np.maximum(dx, 0), np.maximum(dz, 0))
    return outside + np.minimum(np.maximum(dx, dz), 0) - round_edge


def cylinder(p, radius, half, round_edge=0.0):
    """Cylinder round the y axis, from -half to half."""
    return extrude(length(p[0], p[2]) - radius, p[1], half, round_edge)


def capsule(p, a, b, radius):
    """Rod with round ends from `a` to `b`."""
    a, b = vector(*a), vector(*b)
    along = b - a
    t = np.clip(((p - a) * along).sum(0) / (along * along).sum(), 0, 1)
    return length(*(p - a - along * t)) - radius


def torus(p, radius, thick, stretch=0.0):
    """Ring round the z axis, pulled apart by `stretch` along y."""
    y = p[1] - np.clip(p[1], -stretch, stretch)
    return length(length(p[0], y) - radius, p[2]) - thick


def nearest_of(distances):
    """Union of any number of solids, given their distances."""
    return reduce(np.minimum, distances)


def union(a, b, soft):
    """Union with a fillet of about `soft`."""
    h = np.maximum(soft - np.abs(a - b), 0) / soft
    return np.minimum(a, b) - h * h * soft / 4


def cut(a, b, soft):
    """`a` without `b`, the edge rounded by about `soft`."""
    return -union(-a, b, soft)


def turn(p, angle, axis=1):
    """Rotate the solid round an axis (0 x, 1 y, 2 z) by `angle` in radians."""
    i, j = ((1, 2), (2, 0), (0, 1))[axis]
    c, s = np.cos(angle), np.sin(angle)
    q = p.copy()
    q[i], q[j] = c * p[i] + s * p[j], c * p[j] - s * p[i]
    return q


# The axes of the noise are turned, lest its lattice show on faces that are parallel to ours.
AXES = np.linalg.qr([[0.9, 0.5, -0.4], [-0.3, 0.9, 0.6], [0.6, -0.4, 0.8]])[0].astype(np.float32)
TABLE = np.random.default_rng(7).random((32, 32, 32), dtype=np.float32)


def noise3(p, octaves=1):
    """Smooth noise in space, mean 0.5, grain 1: (N,)."""
    total, weight = 0.0, 0.0
    for octave in range(octaves):
        q = (AXES @ p) * 2.0**octave + 17.3 * octave
        low = np.floor(q).astype(int)
        f = q - low
        f = f * f * (3 - 2 * f)
        value = 0.0
        for corner in range(8):
            i, j, k = corner & 1, corner >> 1 & 1, corner >> 2
            part = (f[0] if i else 1 - f[0]) * (f[1] if j else 1 - f[1]) * (f[2] if k else 1 - f[2])
            value = value + part * TABLE[(low[0] + i) % 32, (low[1] + j) % 32, (low[2] + k) % 32]
        total, weight = total + value * 0.5**octave, weight + 0.5**octave
    return total / weight
