"""Photographs of a product on a sheet of paper under soft lamps, and their exact mattes."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import minimum_filter
from style_pictures.fields import smoothstep
from style_pictures.march import normal, reflect, shadow
from style_pictures.shapes import turn, unit, vector
from style_pictures.studio import frame, softbox

SIDE = 64  # pixels
SAMPLES = 3  # rays of a pixel along each side: the matte has 10 levels
STEPS, CLOSE = 64, 6e-3  # of a ray: how many, and when a surface counts as reached
KEY = (-0.62, 0.95, 0.58)  # towards the main lamp
KEY_SIZE = 0.28  # its tangent: the softness of shadows
FILL = (0.8, 0.25, 0.55)  # towards a white board on the right


@dataclass
class View:
    """How a product is shown."""

    base: np.ndarray  # its colour, linear light (3, 1)
    angle: float  # degrees; its front turns to the right
    elevation: float  # of the camera, degrees
    share: float  # of the frame that the product fills
    backdrop: np.ndarray  # colour of the paper, linear light (3, 1)
    light: float  # turn of the lamps, radians


class Set:
    """V cameras and their lamps, in the coordinates of the product that turns before them."""

    def __init__(self, product, views):
        """Turn each camera the other way instead of the product."""
        turned = [self.turned(product, view) for view in views]
        self.eye, self.forward, self.right, self.up, self.key, self.fill = (
            np.concatenate(vectors, 1)
            for vectors in zip(*turned, strict=True)  # (3, V)
        )
        self.base, self.paper = (
            np.concatenate([getattr(view, name) for view in views], 1)
            for name in ("base", "backdrop")
        )

    @staticmethod
    def turned(product, view):
        """Place of a camera, its axes times the half of its picture, and its lamps: each (3, 1)."""
        rise, angle = math.radians(view.elevation), math.radians(view.angle)
        reach = max(math.hypot(*product.half) * 0.92, max(product.half))
        tall = product.height * math.cos(rise) + 1.6 * reach * math.sin(rise)
        size = max(tall, 2 * reach) / view.share  # height of the picture where the product stands
        away = 4.5 * size * vector(0, math.sin(rise), math.cos(rise))
        target = vector(0, 0.47 * product.height, 0)
        forward, right, up = frame(-away)
        lens = 1 / 4.5
        at = product.middle + turn(target + away, angle)
        axes = (turn(axis, angle) for axis in (forward, lens * right, lens * up))
        lamps = (unit(turn(vector(*lamp), view.light + angle)) for lamp in (KEY, FILL))
        return at, *axes, *lamps

    def rays(self, size):
        """Directions through `size` x `size` pixels of each picture, rows downwards: (3, N)."""
        line = (np.arange(size, dtype=np.float32) + 0.5) / size - 0.5
        y, x = (axis.ravel() for axis in np.meshgrid(-line, line, indexing="ij"))
        rays = self.forward[..., None] + x * self.right[..., None] + y * self.up[..., None]
        return unit(rays.reshape(3, -1))


def photograph(product, views):
    """Photograph a product: pictures (V, SIDE, SIDE, 3) and mattes (V, SIDE, SIDE) in [0, 1].

    A picture is matte * product + (1 - matte) * paper, each as colours of the file.
    """
    stage = Set(product, views)
    d = stage.rays(SIDE * SAMPLES)
    t, covered, chosen = samples(product, stage, d)
    owner = np.flatnonzero(chosen) // (SIDE * SAMPLES) ** 2  # the picture of each ray
    p = stage.eye[:, owner] + t[chosen] * d[:, chosen]
    light = np.zeros_like(d)
    light[:, chosen] = develop(shade(product, stage, owner, p, d[:, chosen]))
    seen = np.stack([blocks(channel, SIDE).sum(-1) for channel in light])
    seen /= np.maximum(blocks(chosen, SIDE).sum(-1), 1)
    colours = covered * seen + (1 - covered) * develop(backdrop(product, stage))
    return colours.T.reshape(-1, SIDE, SIDE, 3), covered.reshape(-1, SIDE, SIDE)


def samples(product, stage, d):
    """Find what the samples of all pixels see.

    Where the samples on a diagonal of a pixel and of all its neighbours meet the product, the
    others meet it too, and only those are shaded; elsewhere all are followed, and all that meet it
    are shaded.

    Returns:
        lengths of the rays d (3, N), the share of each pixel that the product covers, and which
        rays are shaded (N,).
    """
    start, end = bounds(product, stage, d)
    for size in (SIDE // 4, SIDE):  # a ray goes ahead for each block of pixels, then for each pixel
        cone = 0.8 / 4.5 / size  # half of a block's diagonal, and a little more
        first, last = blocks(start, size).min(1), blocks(end, size).max(1)
        ahead = march(product, stage, stage.rays(size), first, last, cone)
        ahead = spread(ahead, size, SIDE * SAMPLES // size)
        start = np.where(np.isfinite(ahead), np.maximum(start, ahead * (1 - 2 * cone)), np.inf)

    y, x = np.mgrid[: SIDE * SAMPLES, : SIDE * SAMPLES] % SAMPLES
    some = np.tile(((2 * y + x) % SAMPLES == 1).ravel(), stage.eye.shape[1])  # on a diagonal
    t = march(product, stage, d, np.where(some, start, np.inf), end, 0)
    full = blocks(np.isfinite(t), SIDE).sum(-1).reshape(-1, SIDE, SIDE) == SAMPLES
    inside = minimum_filter(full, (1, 3, 3), mode="nearest").ravel()
    others = ~some & ~spread(inside, SIDE, SAMPLES)
    t = np.minimum(t, march(product, stage, d, np.where(others, start, np.inf), end, 0))
    hit = np.isfinite(t)
    covered = np.where(inside, 1, blocks(hit, SIDE).mean(-1)).astype(np.float32)
    return t, covered, hit & (some | spread(covered < 1, SIDE, SAMPLES))


def blocks(values, size):
    """Values of square pictures (N,) by block, `size` x `size` of them: (V * size^2, M)."""
    pictures = len(values) // (SIDE * SAMPLES) ** 2
    part = SIDE * SAMPLES // size
    shape = (pictures, size, part, size, part)
    return values.reshape(shape).swapaxes(2, 3).reshape(-1, part**2)


def spread(values, size, part):
    """Repeat the `size` x `size` values of each picture over blocks of `part` x `part`: (N,)."""
    return values.reshape(-1, size, size).repeat(part, 1).repeat(part, 2).ravel()


def bounds(product, stage, d):
    """Lengths (N,) at which rays d (3, N) enter and leave the product's box; inf, -inf: never."""
    wide, deep = product.half
    low = product.middle + vector(-wide, -0.01, -deep)
    high = product.middle + vector(wide, product.height, deep)
    rays = d.reshape(3, stage.eye.shape[1], -1)
    with np.errstate(divide="ignore"):
        one, two = ((side - stage.eye)[..., None] / rays for side in (low, high))
    near, far = np.minimum(one, two).max(0).ravel(), np.maximum(one, two).min(0).ravel()
    return np.where(near < far, near, np.inf), np.where(near < far, far, -np.inf)


def march(product, stage, d, start, end, cone):
    """Follow rays d (3, N) from `start` to the product, or to its cone: lengths (N,), or inf."""
    reached = np.full(d.shape[1], np.inf, np.float32)
    active = np.flatnonzero(start < end)
    t = start[active].astype(np.float32)
    p, way = stage.eye[:, active // (d.shape[1] // stage.eye.shape[1])], d[:, active]
    for _ in range(STEPS):
        gap = product.distance(p + t * way)
        done = gap < CLOSE + cone * t
        reached[active[done]] = t[done]
        t = t + 0.95 * gap
        go = ~done & (t < end[active])
        active, t, p, way = active[go], t[go], p[:, go], way[:, go]
        if not len(active):
            break
    return reached


def shade(product, stage, owner, p, d):
    """Light that the product sends from p along -d, (3, N)."""
    closest = np.argmin([part(p) for part, _ in product.parts], 0)
    n = normal(product.distance, p)
    q = p + 0.012 * n
    received, open_sky = arriving(product, stage, owner, q, n)
    light, mirror = np.zeros_like(p), np.zeros_like(p)
    rough = np.zeros(p.shape[1], np.float32)
    for number in np.unique(closest):
        here, finish = closest == number, product.parts[number][1]
        base, paper = stage.base[:, owner[here]], stage.paper[:, owner[here]]
        light[:, here] = cover(finish, base, paper, p[:, here], d[:, here], received[:, here])
        rough[here], mirror[:, here] = finish.rough, finish.mirror
    return light + gloss(stage, owner, d, n, rough, mirror) * np.minimum(1, 1.2 * open_sky)


def arriving(product, stage, owner, q, n):
    """Light that arrives at the places q with normals n, (3, N), and the share of the sky (N,)."""
    key, fill, paper = (vectors[:, owner] for vectors in (stage.key, stage.fill, stage.paper))
    beam = np.clip((n * key).sum(0), 0, 1)
    lit = beam > 0
    beam[lit] *= shadow(product.distance, q[:, lit], key[:, lit], KEY_SIZE, 1.2, 12)
    open_sky = occlusion(product.distance, q, n)
    ground = 0.40 * paper * (0.45 + 0.55 * smoothstep(q[1], 0, 0.5))
    sky = vector(0.62, 0.63, 0.65)
    dome = ground + (sky - ground) * (0.5 + 0.5 * n[1])
    board = 0.22 * np.clip((n * fill).sum(0), 0, 1)
    return 0.92 * beam * vector(1.0, 0.98, 0.95) + (dome + board) * open_sky, open_sky


def cover(finish, base, paper, p, d, received):
    """Light that a material scatters, or lets through where it is clear glass."""
    albedo = finish.paint(p, base)
    if finish.liquid is None:
        return albedo * (received + finish.glow)
    t = np.full(p.shape[1], 0.02, np.float32)
    depth = np.zeros_like(t)  # way through the liquid
    for _ in range(22):
        gap = finish.liquid(p + t * d)
        depth += np.where(gap < 0, 0.03, 0)
        t += np.maximum(gap, 0.03)
    clear = 0.55 * paper + 0.30 * received
    dense = base * (0.55 + 0.55 * received) + 0.10 * received
    return clear + (dense - clear) * (1 - np.exp(-14 * depth))


def gloss(stage, owner, d, n, rough, mirror):
    """Light of the lamps and of the room that a material mirrors, after Schlick (1994): (3, N)."""
    r = reflect(d, n)
    seen = 0.30 + 0.35 * smoothstep(r[1], -0.2, 0.9) - 0.18 * smoothstep(r[1], 0.0, -0.6)
    for number in np.unique(owner):
        here = owner == number
        key, fill = (tuple(lamp[:, number]) for lamp in (stage.key, stage.fill))
        seen[here] += softbox(r[:, here], rough[here], key, 0.42, 0.55, 4.5)
        seen[here] += softbox(r[:, here], rough[here], fill, 0.16, 0.85, 2.4)
    grazing = np.clip(1 + (d * n).sum(0), 0, 1) ** 5
    return (mirror + np.maximum(1 - rough - mirror, 0) * grazing) * seen


def occlusion(distance, p, n, reach=0.5):
    """Share of the sky that p sees, from distances along the normal; the floor hides some too."""
    dark = 0.0
    for share in (0.12, 0.4, 1.0):
        h = reach * share
        place = p + h * n
        gap = np.minimum(distance(place), np.maximum(place[1], 0) + 0.02)
        dark = dark + (1 - np.clip(gap / h, 0, 1)) * (1.25 - 0.6 * share)
    return np.clip(1 - 0.36 * dark, 0.06, 1)


def backdrop(product, stage):
    """Light of the paper behind the product, a floor that bends up into a wall: (3, N)."""
    d, owner = stage.rays(SIDE), np.arange(stage.eye.shape[1]).repeat(SIDE**2)
    eye = stage.eye[:, owner]
    with np.errstate(divide="ignore"):
        t = np.where(d[1] < -1e-3, -eye[1] / d[1], np.inf)
    p = eye + np.where(np.isfinite(t), t, 0) * d
    reach = max(*product.half, 0.6 * product.height)
    near = np.isfinite(t) & (np.hypot(*(p - product.middle)[::2]) < 3.2 * reach)
    p = p[:, near] * vector(1, 0, 1)
    key = stage.key[:, owner[near]]
    sun = shadow(product.distance, p + vector(0, 0.01, 0), key, KEY_SIZE, 2.4 * reach, 16)
    sky = 1.0
    for h, weight in ((0.05, 0.30), (0.16, 0.24), (0.45, 0.24)):
        gap = product.distance(p + vector(0, h * reach, 0)) / (h * reach)
        sky = sky - weight * (1 - np.clip(gap, 0, 1)) ** 1.5
    lit = np.ones(d.shape[1], np.float32)
    lit[near] = 0.40 * sun + 0.60 * np.clip(sky, 0.05, 1)
    line = np.linspace(-1, 1, SIDE, dtype=np.float32)
    glow = 1.03 - 0.13 * np.hypot(line[:, None] + 0.15, 0.9 * line) ** 2
    return stage.paper[:, owner] * lit * np.tile(glow.ravel(), stage.eye.shape[1])


def develop(light):
    """Linear light as colours of sRGB in [0, 1], bright light rolled off above 0.7."""
    x = np.where(light > 0.7, 1 - 0.3 * np.exp(-(light - 0.7) / 0.3), np.maximum(light, 0))
    return np.where(x < 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 1e-6) ** (1 / 2.4) - 0.055)
