"""The matte of a product in a photograph, by a small U-Net that comes with the package.

The network sees 64 x 64 pixels. Its matte is brought to the size of the photograph by a guided
filter, which moves the soft edge to where the photograph has one. scripts/train_cutout.py trained
it on the catalogue's products, and docs/cutout.json says how well it cuts out.

Reference: Ronneberger, Fischer and Brox 2015, arXiv:1505.04597, for the network; He, Sun and Tang
    2013, "Guided Image Filtering", IEEE TPAMI 35(6).
"""

import functools
from pathlib import Path

import keras
import numpy as np
from scipy import ndimage

from keras_gen import pictures
from keras_gen.files import digest
from keras_gen.networks import unet

SIDE = 64  # pixels of what the network sees, as of the catalogue's pictures
WIDTHS = (32, 48, 64, 96, 128)  # the smallest maps have 4 x 4 positions
WEIGHTS = Path(__file__).with_name("cutout_net.npz")
SHA256 = "eea4c1b02ac7d95922be0e7751ac9591d30235217a4b2cf6c78e0cec4658bbcc"
IOU = "0.94"  # mean on held-out composites, docs/cutout.json
LIMITS = (
    f"the network has seen rendered products only (IoU {IOU} on new ones) and is worse on most "
    "photographs: look at what it cut out before you use it"
)
SMOOTH = 1e-3  # variance of luminance below which the guided filter sees no edge


def matting_network() -> keras.Model:
    """Return the network, untrained: images (B, 64, 64, 3) in [0, 1] -> mattes (B, 64, 64, 1)."""
    return unet.unet(3, 1, WIDTHS, "sigmoid")


@functools.cache
def load_matting() -> keras.Model:
    """Return the network with the weights of the package.

    Raises:
        ValueError: the file of the weights is damaged.
    """
    if digest(WEIGHTS) != SHA256:
        raise ValueError(
            f"{WEIGHTS}: damaged, expected SHA-256 {SHA256}, found {digest(WEIGHTS)}; "
            "reinstall keras_gen"
        )
    network = matting_network()
    set_weights(network)
    return network


def set_weights(network: keras.Model) -> None:
    """Give a network the weights that are stored, in float16 and in its order."""
    with np.load(WEIGHTS, allow_pickle=False) as arrays:
        network.set_weights([arrays[name].astype("float32") for name in sorted(arrays)])


@functools.cache
def mirrored_matting() -> keras.Model:
    """Return the network that is used and exported: its mattes are means of two.

    One is that of the picture, the other that of its mirror image; the mean is nearer to the truth
    than either.

    Returns:
        Functional model, images (B, 64, 64, 3) in [0, 1] -> {"mattes": (B, 64, 64, 1) in [0, 1]}.
    """
    network, images = load_matting(), keras.Input((SIDE, SIDE, 3), name="images")
    mirrored = keras.ops.flip(network(keras.ops.flip(images, axis=2)), axis=2)
    return keras.Model(images, {"mattes": (network(images) + mirrored) / 2}, name="cutout")


def mattes_of(images: np.ndarray) -> np.ndarray:
    """Return the mattes of pictures that have the network's size.

    Args:
        images: uint8, (B, 64, 64, 3).

    Returns:
        float32, (B, 64, 64, 1) in [0, 1].
    """
    pixels = images.astype("float32") / 255
    return mirrored_matting().predict(pixels, batch_size=64, verbose=0)["mattes"]


def matte_of(pixels: np.ndarray) -> np.ndarray:
    """Return how much of each pixel of a photograph the product covers.

    Args:
        pixels: uint8, (H, W, 3), sRGB.

    Returns:
        float32, (H, W) in [0, 1].
    """
    seen, box = _squared(pixels)
    small = mattes_of(seen[None])[0, ..., 0][box]  # (h, w), at most 64 x 64
    size = pixels.shape[:2]
    rough = pictures.resize(small, size)
    radius = max(size) / SIDE  # pixels of the photograph in one of the network's
    return guided(rough, pictures.luminance(pixels / np.float32(255)), max(1, round(radius)))


def _squared(pixels):
    """Return a photograph in the network's square, and where in it; its border fills the rest."""
    shape = pictures.fit_longest_side(pixels.shape[:2], SIDE)
    small = pictures.resize(pixels / np.float32(255), shape)
    margins = [((SIDE - side) // 2, SIDE - side - (SIDE - side) // 2) for side in shape]
    square = np.pad(small, [*margins, (0, 0)], "edge")  # (64, 64, 3)
    box = tuple(slice(first, SIDE - last) for first, last in margins)
    return np.uint8(np.rint(255 * square)), box


def guided(matte: np.ndarray, guide: np.ndarray, radius: int, smooth: float = SMOOTH) -> np.ndarray:
    r"""Make the edges of a matte follow those of a picture.

    Formula:
        $q = \bar a I + \bar b$, $a = \frac{\mathrm{cov}(I, p)}{\mathrm{var}(I) + \epsilon}$,
        $b = \bar p - a \bar I$, each mean over a box of $2 r + 1$ pixels
        q = mean(a) * guide + mean(b)

    Args:
        matte: p, (H, W) in [0, 1].
        guide: I, (H, W) in [0, 1], the picture's luminance.
        radius: r in pixels, >= 1.
        smooth: epsilon, the variance of the guide below which edges are smoothed.

    Returns:
        float32, (H, W) in [0, 1].

    Reference: He, Sun and Tang 2013, equations 5, 6 and 8.
    """
    mean = functools.partial(ndimage.uniform_filter, size=2 * radius + 1, mode="nearest")
    guide, matte = np.asarray(guide, "float64"), np.asarray(matte, "float64")
    mean_guide, mean_matte = mean(guide), mean(matte)
    covariance = mean(guide * matte) - mean_guide * mean_matte
    variance = mean(guide**2) - mean_guide**2
    slope = covariance / (variance + smooth)
    offset = mean_matte - slope * mean_guide
    return np.clip(mean(slope) * guide + mean(offset), 0, 1).astype("float32")
