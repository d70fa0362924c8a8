"""The studio: colours, lamps, the camera, the darkroom."""

import numpy as np

from .fields import smoothstep
from .march import FAR, trace
from .shapes import unit, vector

CHUNK = 40_000  # rays that travel together; their arrays fit a processor's cache


def colour(code):
    """'c8b273' as linear light (3, 1)."""
    return (np.array(list(bytes.fromhex(code)), np.float32)[:, None] / 255) ** 2.2


def blend(a, b, t):
    """The colours (3, N) or (3, 1) from `a`, where `t` (N,) is 0, to `b`, where it is 1."""
    return a + (b - a) * t


def frame(towards):
    """Unit vectors forward, right and up of someone who looks in a direction (3, 1)."""
    forward = unit(towards)
    right = unit(np.cross(forward, vector(0, 1, 0), axis=0))
    return forward, right, np.cross(right, forward, axis=0)


def softbox(d, rough, towards, width, height, strength):
    """Light of a rectangular lamp in the direction `towards`, as sharp as the mirror is smooth."""
    depth, x, y = ((d * axis).sum(0) for axis in frame(vector(*towards)))
    ahead = np.maximum(depth, 0.02)
    blur = 0.03 + 1.1 * rough
    across = smoothstep(width + blur - np.abs(x / ahead), 0, 2 * blur)
    upright = smoothstep(height + blur - np.abs(y / ahead), 0, 2 * blur)
    spread = (width * height / ((width + blur) * (height + blur))) ** 0.35
    return strength * spread * across * upright * (depth > 0)


def exposures(scene, size, samples):
    """Rays through `size` x `size` pixels, `samples`^2 each, some at a time.

    Yields:
        the pixels (slice), the places where the rays begin and their directions, both (3, N).
    """
    forward, right, up = frame(vector(*scene.target) - vector(*scene.eye))
    line = (np.arange(size, dtype=np.float32) + 0.5) / size - 0.5
    for number in range(samples**2):
        dx, dy = ((np.array(divmod(number, samples)) + 0.5) / samples - 0.5) / size
        y, x = np.meshgrid(-line + dy, line + dx, indexing="ij")
        d = unit(forward + scene.lens * (x.ravel() * right + y.ravel() * up)).astype(np.float32)
        for first in range(0, size * size, CHUNK):
            pixels = slice(first, first + CHUNK)
            yield pixels, np.broadcast_to(vector(*scene.eye), d[:, pixels].shape), d[:, pixels]


def render(scene, size, samples):
    """Photograph a scene: linear light (size, size, 3), least distances (size, size)."""
    light, depth = np.zeros((3, size * size), np.float32), np.full(size * size, FAR, np.float32)
    for pixels, p, d in exposures(scene, size, samples):
        seen, t = trace(scene, p, d)
        light[:, pixels] += np.minimum(seen, 2.0) / samples**2
        depth[pixels] = np.minimum(depth[pixels], t)
    return light.T.reshape(size, size, 3), depth.reshape(size, size)


def develop(light, exposure, vignette=0.18):
    """Linear light as colours in [0, 1]: dark corners, a filmic curve (Narkowicz 2015), gamma."""
    line = np.linspace(-1, 1, len(light))
    corner = smoothstep(np.hypot(line[:, None], line), 0.6, 1.5)[..., None]
    x = light * exposure * (1 - vignette * corner)
    film = x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14)
    return np.clip(film, 0, 1) ** (1 / 2.2)
