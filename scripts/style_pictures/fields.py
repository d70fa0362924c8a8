"""Arrays that every picture is made of: noise, blur, ramps of colour, light on a relief."""

import numpy as np
from PIL import Image


def grid(size):
    """Pixel centres of a square picture in [0, 1]: (y, x), each (size, size), y downwards."""
    line = (np.arange(size, dtype=np.float32) + 0.5) / size
    return np.meshgrid(line, line, indexing="ij")


def smoothstep(x, low, high):
    """0 below `low`, 1 above `high` (or the reverse if `low` > `high`), smooth in between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def mix(a, b, t):
    """The colours (..., 3) from `a`, where `t` (...) is 0, to `b`, where it is 1."""
    return a + (b - a) * np.asarray(t)[..., None]


def rgb(text):
    """'1b2a49 c8b273' -> float32 (2, 3) in [0, 1]."""
    return np.array([list(bytes.fromhex(code)) for code in text.split()], np.float32) / 255


def ramp(colours, t):
    """Colours (N, 3) at evenly spaced places, read at `t` in [0, 1]: (..., 3)."""
    t = np.clip(t, 0, 1) * (len(colours) - 1)
    low = np.minimum(t.astype(int), len(colours) - 2)
    return mix(colours[low], colours[low + 1], t - low)


def noise(rng, shape, cell):
    """Smooth noise, mean 0.5, about [0, 1]; `cell` is its grain in pixels, or (height, width)."""
    cell = np.broadcast_to(cell, 2)
    coarse = [max(2, int(np.ceil(n / c)) + 1) for n, c in zip(shape, cell, strict=True)]
    lattice = Image.fromarray(rng.random(coarse, dtype=np.float32))
    box = (0, 0, min(shape[1] / cell[1], coarse[1]), min(shape[0] / cell[0], coarse[0]))
    return np.asarray(lattice.resize(shape[::-1], Image.Resampling.BICUBIC, box))


def fbm(rng, shape, cell, octaves=5, gain=0.5):
    """Fractal noise, mean 0.5: octaves of `noise`, each half as coarse and `gain` as strong."""
    cell = np.broadcast_to(np.asarray(cell, float), 2)
    weights = gain ** np.arange(octaves)
    layers = [w * noise(rng, shape, np.maximum(cell / 2**i, 1)) for i, w in enumerate(weights)]
    return sum(layers) / weights.sum()


def blur(image, sigma):
    """Gaussian blur of (H, W) or (H, W, C), sigma in pixels, mirrored at the border."""
    if image.ndim == 3:
        return np.stack([blur(channel, sigma) for channel in np.moveaxis(image, -1, 0)], -1)
    pad = int(np.ceil(3 * sigma)) + 1
    padded = np.pad(image, pad, mode="reflect")
    y, x = (np.fft.fftfreq(padded.shape[0])[:, None], np.fft.rfftfreq(padded.shape[1]))
    transfer = np.exp(-2 * (np.pi * sigma) ** 2 * (y**2 + x**2))
    smooth = np.fft.irfft2(np.fft.rfft2(padded) * transfer, padded.shape)
    return smooth[pad:-pad, pad:-pad].astype(np.float32)


def sample(image, y, x):
    """Read `image` (H, W) at pixel places (y, x), bilinear, clamped at the border."""
    y = np.clip(y, 0, image.shape[0] - 1.001)
    x = np.clip(x, 0, image.shape[1] - 1.001)
    top, left = y.astype(int), x.astype(int)
    fy, fx = y - top, x - left
    upper = image[top, left] * (1 - fx) + image[top, left + 1] * fx
    lower = image[top + 1, left] * (1 - fx) + image[top + 1, left + 1] * fx
    return upper * (1 - fy) + lower * fy


def spline(points, count=160):
    """A smooth curve through points (N, 2): Catmull-Rom, (count, 2)."""
    points = np.array(points, float)
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    at = np.linspace(0, len(points) - 1.0001, count)
    low, t = at.astype(int), (at % 1)[:, None]
    p0, p1, p2, p3 = (padded[low + i] for i in range(4))
    square, cube = 2 * p0 - 5 * p1 + 4 * p2 - p3, 3 * p1 - p0 - 3 * p2 + p3
    return 0.5 * (2 * p1 + (p2 - p0) * t + square * t**2 + cube * t**3)


def relief(height, light=(-0.6, -0.65, 0.5)):
    """Light on a height map in pixels: (diffuse, specular), 1 and about 0 where it is flat."""
    dy, dx = np.gradient(height)
    length = np.sqrt(dx**2 + dy**2 + 1)
    light = np.array(light) / np.linalg.norm(light)
    half = light + np.array((0, 0, 1))
    half /= np.linalg.norm(half)
    diffuse = (-dx * light[0] - dy * light[1] + light[2]) / length
    gloss = (-dx * half[0] - dy * half[1] + half[2]) / length
    return np.maximum(diffuse, 0) / light[2], np.maximum(gloss, 0) ** 40
