"""A small ray marcher: signed distances in, light out.

Sphere tracing after Hart (1996): a ray may safely advance by the distance to the nearest surface.
Shadows, occlusion and reflections ask the same distances. Light is linear, colours are (3, N).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .shapes import nearest_of, unit, vector

NEAR, FAR = 1e-3, 30.0  # when a surface counts as reached, and when a ray as lost
KEY = 1.9  # strength of the main light


@dataclass
class Surface:
    """What a material looks like at N points; colours are (3, N) or (3, 1)."""

    albedo: np.ndarray
    rough: float | np.ndarray  # 0 mirrors sharply, 1 not at all
    mirror: float | np.ndarray = 0.04  # reflectance at normal incidence; a colour for metals
    bump: float | np.ndarray = 0.0  # added to the normal, (3, N)


@dataclass
class Scene:
    """Things, lights and a camera."""

    solids: list[tuple[Callable, Callable]]  # (distance of p, material of p and its normal)
    studio: Callable  # (directions, roughness) -> light that comes from there, (3, N)
    eye: tuple
    target: tuple
    lens: float  # height of the picture over its distance
    key: tuple  # towards the main light
    key_size: float  # of that light, as a tangent: the softness of shadows
    key_colour: tuple
    sky: tuple  # light from above, and from below
    ground: tuple
    gobo: Callable = lambda p: 1.0  # the shape of the main light's beam: the share that passes
    clear: tuple = ()  # (distance, index of refraction, absorption (3, 1)), the innermost last
    clear_shade: tuple = ()  # what the shadows of clear things let through

    def solid(self, p):
        """Distance to the nearest solid, (N,)."""
        return nearest_of(part(p) for part, _ in self.solids)

    def distance(self, p):
        """Distance to the nearest thing, solid or clear, (N,)."""
        return nearest_of(part(p) for part, *_ in (*self.solids, *self.clear))


def march(distance, p, d, far=FAR, steps=140):
    """Travel from p (3, N) along d (3, N) to the first surface: lengths (N,), inf for none."""
    t = np.full(p.shape[1], 2 * NEAR, np.float32)
    active = np.arange(p.shape[1])
    for _ in range(steps):
        gap = distance(p[:, active] + t[active] * d[:, active])
        t[active] += 0.9 * gap
        active = active[(gap > NEAR * (0.3 + 0.2 * t[active])) & (t[active] < far)]
        if not len(active):
            break
    return np.where(t < far, t, np.inf).astype(np.float32)


def normal(distance, p):
    """Outward normal at p, from four distances on a tetrahedron."""
    corners = np.array([[1, -1, -1], [-1, -1, 1], [-1, 1, -1], [1, 1, 1]], np.float32)
    return unit(sum(c[:, None] * distance(p + NEAR * c[:, None]) for c in corners))


def shadow(distance, p, light, size, far=5.0, steps=40):
    """Share of an area light in direction `light`, (3, 1) or (3, N), that p sees: 1 lit, 0 dark."""
    light = np.broadcast_to(light, p.shape)
    seen, t = np.ones(p.shape[1], np.float32), np.full(p.shape[1], 0.02, np.float32)
    active = np.arange(p.shape[1])
    for _ in range(steps):
        gap = distance(p[:, active] + t[active] * light[:, active])
        seen[active] = np.minimum(seen[active], gap / (size * t[active]))
        t[active] += np.clip(gap, 0.015, 0.3)
        active = active[(seen[active] > -1) & (t[active] < far)]
        if not len(active):
            break
    seen = np.maximum(seen, -1)
    return 0.25 * (1 + seen) ** 2 * (2 - seen)


def occlusion(distance, p, n, reach=0.9):
    """Share of the sky that p sees, from distances along the normal and to both sides of it."""
    side = unit(np.stack([n[1] + 0.3, n[2] - 0.2, n[0] + 0.1]))
    side = side - (side * n).sum(0) * n
    dark = 0.0
    for lean in (0.0, 0.8, -0.8):
        d = unit(n + lean * side)
        for share in (0.06, 0.18, 0.42, 1.0):
            h = reach * share
            dark = dark + (1 - np.clip(distance(p + h * d) / h, 0, 1)) * (1.3 - 0.6 * share)
    return np.clip(1 - 1.25 / 12 * dark, 0.03, 1)


def reflect(d, n):
    """Mirror directions d at normals n."""
    return d - 2 * (d * n).sum(0) * n


def trace(scene, p, d, bounces=1):
    """Light that arrives at p along -d, (3, N), and the length of its way, (N,)."""
    t = march(scene.distance, p, d)
    light = scene.studio(d, np.zeros_like(t))
    hit = np.isfinite(t)
    if hit.any():
        light[:, hit] = shade(scene, p[:, hit] + t[hit] * d[:, hit], d[:, hit], bounces)
    return light, t


def shade(scene, p, d, bounces, clear=True):
    """Light that leaves the surface points p along -d; `clear` if some may lie on clear things."""
    parts = (*scene.solids, *scene.clear) if clear else scene.solids
    closest = np.argmin([part(p) for part, *_ in parts], 0)
    light = np.zeros_like(p)
    for number in np.unique(closest):
        here = closest == number
        q, v = p[:, here], d[:, here]
        if number >= len(scene.solids):
            light[:, here] = refract(scene, q, v)
        else:
            n = normal(scene.distance, q)
            surface = parts[number][1](q, n)
            light[:, here] = diffuse(scene, surface, q, n) + gloss(scene, surface, q, v, n, bounces)
    return light


def diffuse(scene, surface, p, n):
    """Light of the lamp and of the sky that a surface scatters."""
    key, bent, q = unit(vector(*scene.key)), unit(n + surface.bump), p + 4 * NEAR * n
    beam = np.zeros_like(p)
    facing = np.clip((bent * key).sum(0), 0, 1)
    lit = ((n * key).sum(0) > -0.05) & (facing > 0)
    if lit.any():
        beam[:, lit] = facing[lit] * shadow(scene.solid, q[:, lit], key, scene.key_size)
    if lit.any() and scene.clear:
        outside = lambda x: nearest_of(part(x) for part, *_ in scene.clear)
        seen, through = shadow(outside, q[:, lit], key, scene.key_size), vector(*scene.clear_shade)
        beam[:, lit] *= through + (1 - through) * seen
    beam = beam * scene.gobo(p) * KEY * vector(*scene.key_colour)
    ground, sky = vector(*scene.ground), vector(*scene.sky)
    dome = ground + (sky - ground) * (0.5 + 0.5 * bent[1])
    return surface.albedo * (beam + dome * occlusion(scene.distance, q, n))


def gloss(scene, surface, p, d, n, bounces):
    """Light that a surface mirrors, after Schlick (1994); rough ones see only the studio."""
    bent, q = unit(n + surface.bump), p + 4 * NEAR * n
    r = reflect(d, bent)
    rough = np.broadcast_to(surface.rough, r.shape[1:])
    grazing = np.clip(1 + (d * bent).sum(0), 0, 1) ** 5
    gain = surface.mirror + np.maximum(1 - rough - surface.mirror, 0) * grazing
    seen = scene.studio(r, rough)
    sharp = (rough < 0.35) & ((r * n).sum(0) > 0) & (bounces > 0)
    if sharp.any():
        q, r = q[:, sharp], r[:, sharp]
        t = march(scene.distance, q, r, 8.0, 60)
        hit, light = np.isfinite(t), seen[:, sharp]
        if hit.any():
            light[:, hit] = shade(scene, (q + t * r)[:, hit], r[:, hit], bounces - 1)
        seen[:, sharp] = light
    if not sharp.all():
        dull = ~sharp
        open_sky = occlusion(scene.distance, p[:, dull] + 4 * NEAR * n[:, dull], n[:, dull])
        seen[:, dull] *= np.minimum(1, 1.3 * open_sky)
    return gain * seen


def medium(scene, p):
    """Index of refraction (N,) and absorption (3, N) at p."""
    index, absorb = np.ones(p.shape[1], np.float32), np.zeros_like(p)
    for part, refraction, absorption in scene.clear:
        inside = part(p) < 0
        index[inside], absorb[:, inside] = refraction, absorption
    return index, absorb


def bend(scene, p, d):
    """One crossing of a clear surface at p: new directions, the share that is sent back, normals.

    At total reflection the direction is the mirrored one. Snell's law, Schlick's reflectance.
    """
    parts = [part for part, *_ in scene.clear]
    closest = np.argmin([np.abs(part(p)) for part in parts], 0)
    n = np.zeros_like(p)
    for number in np.unique(closest):
        n[:, closest == number] = normal(parts[number], p[:, closest == number])
    n *= -np.sign((n * d).sum(0))
    before, after = (medium(scene, p + side * NEAR * n)[0] for side in (4, -4))
    cosine, ratio = -(n * d).sum(0), before / after
    inner = 1 - ratio**2 * (1 - cosine**2)
    least = ((before - after) / (before + after)) ** 2
    back = np.where(inner > 0, least + (1 - least) * (1 - cosine) ** 5, 1)
    through = unit(ratio * d + (ratio * cosine - np.sqrt(np.maximum(inner, 0))) * n)
    return np.where(inner > 0, through, reflect(d, n)), back, n


def refract(scene, p, d, crossings=9):
    """Light that reaches us through clear things from the points p on their outside, along d.

    Follows the refracted ray, or the mirrored one at total reflection; of the light that a surface
    sends back only the first surface's is kept.
    """
    light = np.zeros_like(p)
    carried, left = np.ones_like(p), np.arange(p.shape[1])  # share of light, rays on their way
    edge = lambda x: nearest_of(np.abs(part(x)) for part, *_ in scene.clear)
    stop = lambda x: np.minimum(scene.solid(x), edge(x))
    for crossing in range(crossings):
        turned, back, n = bend(scene, p, d)
        if crossing == 0:
            light += back * scene.studio(reflect(d, n), np.full_like(back, 0.03))
        p = p + np.where(back < 1, -8, 8) * NEAR * n
        d, carried = turned, carried * np.where(back < 1, 1 - back, 1)
        t = march(stop, p, d)
        carried = carried * np.exp(-medium(scene, p)[1] * np.minimum(t, FAR))
        p = p + np.minimum(t, FAR) * d
        lost = ~np.isfinite(t)
        light[:, left[lost]] += carried[:, lost] * scene.studio(d[:, lost], np.zeros(lost.sum()))
        ended = ~lost & (scene.solid(p) < 4 * NEAR)
        if ended.any():
            seen = shade(scene, p[:, ended], d[:, ended], 0, clear=False)
            light[:, left[ended]] += carried[:, ended] * seen
        go = ~lost & ~ended
        p, d, carried, left = p[:, go], d[:, go], carried[:, go], left[go]
        if not len(left):
            break
    return light
