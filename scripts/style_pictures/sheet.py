"""A sheet of paper that takes ink from washes and from a brush."""

import numpy as np

from .fields import blur, fbm, grid, noise, smoothstep


def resample(path, steps):
    """The values of paths (N, K) at `steps` even places: (N, steps). A scalar stays one."""
    path = np.atleast_2d(np.asarray(path, np.float32))
    at = np.linspace(0, path.shape[1] - 1, steps)
    low = np.minimum(at.astype(int), max(path.shape[1] - 2, 0))
    high = np.minimum(low + 1, path.shape[1] - 1)
    return path[:, low] + (path[:, high] - path[:, low]) * (at - low).astype(np.float32)


class Sheet:
    """A sheet of paper that takes ink: density, and the grain that a dry brush leaves white."""

    def __init__(self, rng, size):
        self.rng, self.size, self.unit = rng, size, size / 512
        fibre = noise(rng, (size, size), (2.3, 17)) + noise(rng, (size, size), (11, 2.6))
        self.grain = 0.25 * fibre + fbm(rng, (size, size), 3 * self.unit, 3, 0.7) - 0.25
        self.ink = np.zeros((size, size), np.float32)
        self.tint = np.zeros((size, size, 3), np.float32)
        self.y, self.x = grid(size)

    def fbm(self, cell, octaves, gain=0.5):
        """Fractal noise over the sheet; `cell` in 1/512 of its side."""
        return fbm(self.rng, self.ink.shape, np.multiply(cell, self.unit), octaves, gain)

    def wash(self, density, inside, bleed):
        """Lay a wet wash: feathered and darker at its edge, grainy where it is thin."""
        edge = blur(inside, 1 + bleed * self.unit)
        rim = np.clip(inside - blur(inside, 5 * self.unit), 0, 1)
        pool = 0.72 + 0.5 * self.fbm(60, 4) + 0.5 * (0.5 - self.grain)
        self.ink *= 1 - 0.8 * edge * smoothstep(density, 0, 0.7)
        self.ink += density * edge * pool * (1 + 0.9 * rim)

    def brush(self, x, y, width, dark, dry):
        """Draw N strokes, each a grid of points along its path and across its bristles.

        Args:
            x: paths in pixels, (N, K).
            y: likewise.
            width: in pixels, broadcasts to (N, K).
            dark: density of the ink, a number or (N, 1, 1).
            dry: how much the grain shows, 0 not at all, 1 more than half of the stroke.
        """
        reach = np.hypot(np.diff(x), np.diff(y)).sum(1).max()
        x, y, width = (resample(part, int(reach / 0.5) + 2)[..., None] for part in (x, y, width))
        dx, dy = np.gradient(x, axis=1), np.gradient(y, axis=1)
        norm = np.hypot(dx, dy) + 1e-6
        u = np.linspace(0, 1, x.shape[1], dtype=np.float32)[:, None]
        v = np.linspace(-1, 1, int(width.max() / 0.6) + 2, dtype=np.float32)
        rows = (y + dx / norm * v * width / 2).astype(int)
        columns = (x - dy / norm * v * width / 2).astype(int)
        last = self.size - 1
        inside = (rows >= 0) & (rows <= last) & (columns >= 0) & (columns <= last)
        rows, columns = rows.clip(0, last), columns.clip(0, last)
        bristle = noise(self.rng, (len(x), len(v)), (1, 2.5))[:, None]
        lack = dry * (0.35 + 0.65 * u) * (0.5 * bristle + 1.1 * self.grain[rows, columns])
        value = dark * smoothstep(lack, 0.50, 0.36) * (0.75 + 0.35 * bristle) * inside
        np.maximum.at(self.ink, (rows, columns), value)
