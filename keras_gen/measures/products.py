r"""Whether pictures of products show what was asked for: kind, colour and angle.

The judge is ProductNet, which saw training renders alone. Its own errors on renders that it has not
seen are the yardstick: a generator cannot be measured more finely.
"""

import functools
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from keras_gen.data import uint8_to_unit
from keras_gen.files import digest
from keras_gen.networks import product_net

WEIGHTS = Path(__file__).with_name("product_net.weights.h5")
SHA256 = "156129412dd9ac32073793cbeac61ff4a61a6dc77b002310d80330935238045e"
BATCH = 250


class Reading(NamedTuple):
    """What the judge sees in N pictures."""

    features: np.ndarray  # (N, 96), of the distances
    kinds: np.ndarray  # (N,), numbers of `data.PRODUCT_KINDS`
    colours: np.ndarray  # (N, 3), CIELAB
    angles: np.ndarray  # (N,), degrees in [0, 360)


class ProductJudge:
    """A network that reads pictures of products.

    Args:
        network: `networks.product_net.regressor`, trained.

    Attributes:
        sha256: hex digest of its weights' file.
    """

    name = "ProductNet"
    sha256 = SHA256

    def __init__(self, network):
        self._forward = tf.function(
            lambda images: network(uint8_to_unit(images), training=False),
            input_signature=[tf.TensorSpec((None, *network.input_shape[1:]), tf.uint8)],
        )

    def read(self, images: np.ndarray) -> Reading:
        """Read kind, colour and angle off pictures, uint8 (N, 64, 64, 3)."""
        starts = range(0, len(images), BATCH)
        parts = [self._forward(images[start : start + BATCH]) for start in starts]
        features, logits, colours, directions = map(np.concatenate, zip(*parts, strict=True))
        angles = np.degrees(np.arctan2(directions[:, 0], directions[:, 1])) % 360
        return Reading(features.astype("float64"), logits.argmax(-1), colours, angles)


@functools.cache
def load_product_judge() -> ProductJudge:
    """Load the judge that comes with the package.

    Raises:
        ValueError: its weights' file is damaged.
    """
    sha256 = digest(WEIGHTS)
    if sha256 != SHA256:
        raise ValueError(
            f"{WEIGHTS}: damaged, expected SHA-256 {SHA256}, found {sha256}; reinstall keras_gen"
        )
    network = product_net.regressor()
    network.load_weights(WEIGHTS)
    compute_in_float32(network)
    return ProductJudge(network)


def compute_in_float32(network: keras.Model) -> None:
    """Undo a mixed-precision policy, so that no number depends on the precision of training."""
    for layer in network.layers:
        layer.dtype_policy = "float32"


def angle_errors(angles: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Return how far angles are from those asked for, the short way round.

    Formula:
        |(angle - asked + 180) mod 360 - 180|

    Args:
        angles, asked: (N,), degrees.

    Returns:
        (N,), degrees in [0, 180].
    """
    return np.abs((np.asarray(angles, "float64") - asked + 180.0) % 360.0 - 180.0)


def delta_e_2000(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    r"""Return how different colours look: CIEDE2000, with 1 for its three parametric factors.

    Formula:
        $\Delta E_{00} = \sqrt{\left(\frac{\Delta L'}{S_L}\right)^2 + \left(\frac{\Delta C'}
        {S_C}\right)^2 + \left(\frac{\Delta H'}{S_H}\right)^2 + R_T \frac{\Delta C'}{S_C}
        \frac{\Delta H'}{S_H}}$
        About 1 can just be seen side by side. Comments number the equations of the reference.

    Args:
        first, second: (..., 3), CIELAB.

    Returns:
        (...), >= 0.

    Reference: Sharma, Wu and Dalal 2005, "The CIEDE2000 color-difference formula", Color Research
        and Application 30(1), 21-30.
    """
    (lightness_1, a_1, b_1), (lightness_2, a_2, b_2) = (
        np.moveaxis(np.asarray(lab, "float64"), -1, 0) for lab in (first, second)
    )
    mean = (np.hypot(a_1, b_1) + np.hypot(a_2, b_2)) / 2  # (3)
    stretch = 1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25.0**7))  # 1 + G, (4)
    chroma_1, chroma_2 = np.hypot(stretch * a_1, b_1), np.hypot(stretch * a_2, b_2)  # (6)
    hue_1 = np.degrees(np.arctan2(b_1, stretch * a_1)) % 360  # (7)
    hue_2 = np.degrees(np.arctan2(b_2, stretch * a_2)) % 360
    grey = chroma_1 * chroma_2 == 0  # which has no hue
    turn = hue_2 - hue_1
    turn = np.where(grey, 0.0, turn - 360.0 * (turn > 180) + 360.0 * (turn < -180))  # (10)
    apart = 2 * np.sqrt(chroma_1 * chroma_2) * np.sin(np.radians(turn) / 2)  # (11)
    lightness = (lightness_1 + lightness_2) / 2  # (12)
    chroma = (chroma_1 + chroma_2) / 2  # (13)
    hue = np.where(grey, hue_1 + hue_2, (hue_1 + turn / 2) % 360)  # (14)
    weight = (
        1.0
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )  # (15)
    rotation = 30 * np.exp(-(((hue - 275) / 25) ** 2))  # (16)
    share = 2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))  # (17)
    square = (lightness - 50) ** 2
    by_lightness = 1 + 0.015 * square / np.sqrt(20 + square)  # (18)
    by_chroma = 1 + 0.045 * chroma  # (19)
    by_hue = 1 + 0.015 * chroma * weight  # (20)
    light = (lightness_2 - lightness_1) / by_lightness
    colour, tint = (chroma_2 - chroma_1) / by_chroma, apart / by_hue
    coupling = -np.sin(np.radians(2 * rotation)) * share  # (21)
    return np.sqrt(light**2 + colour**2 + tint**2 + coupling * colour * tint)  # (22)
