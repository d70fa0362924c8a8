"""Rendered products laid on other backgrounds, for a network that cuts products out.

The catalogue knows how much of every pixel a product covers, so that it can be laid on anything and
the truth is still exact. Products stand on their own paper, with its shadow, or on backgrounds that
are computed or cropped from pictures; there a soft shadow is drawn for some.

Reference: Porter and Duff 1984, "Compositing Digital Images", SIGGRAPH, the operator "over".
"""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter
from scipy import ndimage

from keras_gen.data.crops import random_crop
from keras_gen.data.decoding import read_photo
from keras_gen.data.image_data import ImageData

SOLID = 0.9  # coverage above which a pixel shows no background that matters
OWN_PAPER = 0.35  # share of scenes in which the product stays on its paper, with its shadow
FROM_PICTURE = 0.4  # share of the other backgrounds that are crops of pictures
ZOOM = (0.65, 1.5)  # of the catalogue's picture
SHIFT = 0.2  # of the side of the picture
TILT = 12  # degrees


def foreground(
    pixels: np.ndarray, matte: np.ndarray, solid: float = SOLID, reach: float = np.inf
) -> np.ndarray:
    """Return what a product looks like without its background, where it covers a pixel in part.

    Each pixel covered by less than `solid` takes the colour of the nearest one that is covered by
    more; a mixture of two colours cannot be taken apart from the mixture alone.

    Args:
        pixels: (H, W, 3).
        matte: (H, W) in [0, 1].
        solid: in (0, 1]; where nothing is covered by so much, the greatest coverage counts.
        reach: pixels; farther from a solid one, what is covered at all keeps its own colour. A
            matte that is unsure of a whole region would smear it otherwise.

    Returns:
        Array of the shape and dtype of `pixels`.
    """
    mixed = matte < min(solid, float(matte.max()))
    distances, (rows, columns) = ndimage.distance_transform_edt(mixed, return_indices=True)
    own = (distances > reach) & (matte > 0)
    return np.where(own[..., None], pixels, pixels[rows, columns])


@dataclasses.dataclass(frozen=True, eq=False)
class Scenes:
    """An endless supply of scenes: products on backgrounds, and what of them is product.

    Attributes:
        products: pictures with mattes, as `data.products` returns them.
        pictures: pictures whose crops are backgrounds; none: all backgrounds are computed.
        own_paper: share of the scenes in which the product stays on its paper.
        from_picture: share of the other backgrounds that are crops.
        computed: functions of a side and a source of chance that draw the rest of the backgrounds.
        patterned: share of the products that stand elsewhere whose surface takes the pattern of
            such a background; their shape, light and shade remain.
    """

    products: ImageData
    pictures: Sequence[Image.Image] = ()
    own_paper: float = OWN_PAPER
    from_picture: float = FROM_PICTURE
    computed: Sequence[Callable] = dataclasses.field(default_factory=lambda: COMPUTED)
    patterned: float = 0.0

    def draw(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return a scene with one product.

        Args:
            index: which product.
            rng: source of everything else.

        Returns:
            Image, uint8 (S, S, 3), and matte, uint8 (S, S, 1), of the side of the products.

        Raises:
            ValueError: the products have no mattes.
        """
        if self.products.mattes is None:
            raise ValueError(f"{self.products.name}: expected mattes, found none")
        image, matte = self.products.images[index], self.products.mattes[index, ..., 0]
        side = len(image)
        where = _placement(side, rng)
        alpha = _placed(matte, where, "constant") / np.float32(255)  # (S, S)
        if rng.random() < self.own_paper:
            scene = _placed(image, where, "edge").astype("float32")
        else:
            product = _jittered(_placed(foreground(image, matte / 255), where, "edge"), rng)
            if self.patterned and rng.random() < self.patterned:
                product = self._in_pattern(product, rng)
            ground = self._background(side, rng) * _shadow(alpha, rng)
            scene = alpha[..., None] * product + (1 - alpha[..., None]) * ground
        return _photographed(scene, rng), np.rint(255 * alpha).astype("uint8")[..., None]

    def batch(self, indices: Sequence[int], seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Return scenes of several products, uint8 (B, S, S, 3) and (B, S, S, 1)."""
        rng = np.random.default_rng(seed)
        images, mattes = zip(*(self.draw(index, rng) for index in indices), strict=True)
        return np.stack(images), np.stack(mattes)

    def _background(self, side, rng):
        """Return float32 (S, S, 3), 0 to 255."""
        if self.pictures and rng.random() < self.from_picture:
            picture = self.pictures[rng.integers(len(self.pictures))]
            ground = random_crop(picture, (side, side, 3), rng)
        else:
            ground = self.computed[rng.integers(len(self.computed))](side, rng)
        blur = rng.uniform(0, 2) if rng.random() < 0.5 else 0
        ground = Image.fromarray(np.uint8(np.clip(ground, 0, 255)))
        return _jittered(np.asarray(ground.filter(ImageFilter.GaussianBlur(blur))), rng)

    def _in_pattern(self, product, rng):
        """Return a product (S, S, 3) whose own colours have given way to a background's."""
        light = product.max(axis=-1, keepdims=True) / 255  # what of it is light and shade
        return np.sqrt(light) * self._background(len(product), rng)


def read_backgrounds(paths: Sequence[Path]) -> list[Image.Image]:
    """Read pictures whose crops are backgrounds."""
    return [read_photo(path) for path in paths]


def gradient(side: int, rng: np.random.Generator) -> np.ndarray:
    """Return a plain colour that turns into another, (S, S, 3), 0 to 255."""
    first, second = rng.uniform(0, 255, (2, 3))
    second = first + rng.choice([0.15, 1.0]) * (second - first)  # most walls vary little
    return first + _ramp(side, rng)[..., None] * (second - first)


def noise(side: int, rng: np.random.Generator) -> np.ndarray:
    """Return a gradient with noise of several scales on it."""
    ground = gradient(side, rng)
    for cells in (4, 8, 16, 32, 64):
        channels = rng.choice([1, 3])
        grain = rng.normal(0, rng.uniform(0, 30), (cells, cells, channels))
        ground = ground + ndimage.zoom(grain, (side / cells, side / cells, 1), order=1)
    return ground


def stripes(side: int, rng: np.random.Generator) -> np.ndarray:
    """Return stripes or a chequered cloth of two colours."""
    first, second = rng.uniform(0, 255, (2, 3))
    periods, edge = rng.uniform(2, 14, 2), rng.uniform(1, 8)
    waves = [np.sin(2 * np.pi * n * _ramp(side, rng)) for n in periods[: rng.integers(1, 3)]]
    share = 1 / (1 + np.exp(-edge * np.prod(waves, axis=0)))  # (S, S)
    return first + share[..., None] * (second - first)


def patches(side: int, rng: np.random.Generator) -> np.ndarray:
    """Return blurred rectangles and ellipses, as of furniture out of focus."""
    ground = gradient(side, rng)
    y, x = np.mgrid[:side, :side] / side
    for _ in range(rng.integers(2, 9)):
        (cy, cx), (height, width) = rng.uniform(0, 1, 2), rng.uniform(0.05, 0.5, 2)
        dy, dx = abs(y - cy) / height, abs(x - cx) / width
        inside = dy**2 + dx**2 < 1 if rng.random() < 0.5 else np.maximum(dy, dx) < 1
        ground[inside] = rng.uniform(0, 255, 3)
    return ndimage.gaussian_filter(ground, (rng.uniform(0.5, 4),) * 2 + (0,))


# All but the two below, which are for training.
COMPUTED: tuple[Callable, ...] = (gradient, noise, stripes, patches)


def room(side: int, rng: np.random.Generator) -> np.ndarray:
    """Return a wall and the table before it, or two walls, each a gradient of its own."""
    y, x = np.mgrid[:side, :side] / side
    edge = rng.uniform(0.3, 0.9) + rng.uniform(-0.15, 0.15) * (x - 0.5)
    first, second = gradient(side, rng), gradient(side, rng)
    return np.where(((x if rng.random() < 0.2 else y) < edge)[..., None], first, second)


def wallpaper(side: int, rng: np.random.Generator) -> np.ndarray:
    """Return a small motif, repeated; every second time it is mirrored, in half of the cases."""
    draw = (noise, stripes, patches)[rng.integers(3)]
    motif = draw(int(rng.integers(6, side // 2)), rng)
    if rng.random() < 0.5:
        motif = np.concatenate([motif, motif[:, ::-1]], axis=1)
    times = -(-side // len(motif))  # rounded up
    return np.tile(motif, (times, times, 1))[:side, :side]


def _ramp(side, rng):
    """Return values from 0 to 1 that rise in a random direction, (S, S)."""
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[:side, :side] / side - 0.5
    along = x * np.cos(angle) + y * np.sin(angle)
    return (along - along.min()) / np.ptp(along)


def _placement(side, rng):
    """Return the six numbers of Pillow's affine transform from a scene to a padded picture."""
    zoom = np.exp(rng.uniform(*np.log(ZOOM)))
    tilt = np.radians(rng.uniform(-TILT, TILT))
    mirror = rng.choice([-1, 1])
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]]) / zoom
    turn[:, 0] *= mirror
    middle = np.full(2, side / 2)
    shift = rng.uniform(-SHIFT, SHIFT, 2) * side
    offset = middle + side - turn @ (middle + shift)  # the picture is padded by a side all around
    return (*turn[0], offset[0], *turn[1], offset[1])


def _placed(image, where, fill):
    """Return an image (S, S, C) or (S, S), zoomed, turned and shifted, with what lies beyond."""
    side = len(image)
    padded = np.pad(image, [(side, side), (side, side)] + [(0, 0)] * (image.ndim - 2), fill)
    moved = Image.fromarray(padded).transform(
        (side, side), Image.Transform.AFFINE, where, Image.Resampling.BICUBIC
    )
    return np.asarray(moved)


def _jittered(pixels, rng):
    """Return pixels in other colours: channels in another order, other gains, another gamma."""
    order = rng.permutation(3) if rng.random() < 0.3 else np.arange(3)
    pixels = pixels[..., order] / np.float32(255)
    if rng.random() < 0.1:
        pixels = np.repeat(pixels.mean(axis=-1, keepdims=True), 3, axis=-1)
    pixels = pixels ** np.float32(np.exp(rng.uniform(-0.5, 0.5)))
    return np.clip(255 * rng.uniform(0.75, 1.2, 3).astype("float32") * pixels, 0, 255)


def _shadow(alpha, rng):
    """Return how light the background is beside a product, (S, S, 1): a soft shadow for most."""
    if rng.random() < 0.3:
        return np.float32(1)
    side = len(alpha)
    shift = (rng.uniform(0, 0.12) * side, rng.uniform(-0.15, 0.15) * side)
    dark = ndimage.shift(alpha, shift, order=1)
    dark = ndimage.gaussian_filter(dark, rng.uniform(0.02, 0.1) * side)
    return 1 - rng.uniform(0.1, 0.7) * dark[..., None]


def _photographed(scene, rng):
    """Return uint8 pixels: the light of a room, a lens that is not quite sharp, grain."""
    scene = scene * rng.uniform(0.8, 1.15)
    grain = rng.normal(0, rng.uniform(0, 6), scene.shape)
    image = Image.fromarray(np.uint8(np.clip(scene + grain, 0, 255)))
    if rng.random() < 0.4:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 0.8)))
    return np.asarray(image)
