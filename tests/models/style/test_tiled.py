"""The loss of style transfer in tiles: that of the whole picture, and its gradient."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from keras_gen.models.style import tiled as style_tiled
from keras_gen.models.style.objective import StyleObjective
from keras_gen.models.style.presets import StylePreset
from keras_gen.models.style.tiled import TiledStyleObjective
from keras_gen.networks import vgg19
from keras_gen.networks.vgg19.tiles import grams, margin

RNG = np.random.default_rng(0)
HEIGHT, WIDTH = 54, 38  # halved with remainders: 27, 19; 13, 9
RELATIVE = StylePreset(
    style={"block1_conv1": 0.5, "block2_conv1": 1.0, "block3_conv1": 2.0},
    content={"block2_conv2": 0.3},
    total_variation=0.2,
    pooling="max",
    relative=True,
)
# One network serves all tests in depth; 1 and 0.3 let both ends of it count.
DEEP = StylePreset(
    style={"block1_conv1": 1.0, "block5_conv1": 1.0},
    content={"block4_conv2": 0.3},
    total_variation=0.2,
    pooling="avg",
    relative=True,
)


def draw(height, width):
    return RNG.uniform(size=(height, width, 3)).astype("float32")


CONTENT, STYLES = draw(HEIGHT, WIDTH), [draw(40, 56) ** 2, draw(32, 32) ** 0.5]
IMAGE = tf.constant(draw(HEIGHT, WIDTH)[None])
# Their edges cross the positions of block 3, whose masks then have fractions: 22 = 5.5 * 4.
LEFT = np.tile(np.arange(WIDTH) < 22, (HEIGHT, 1)).astype("float32")
MIDDLE = np.zeros((HEIGHT, WIDTH), "float32")
MIDDLE[18:38, 10:27] = 1.0


@pytest.fixture(scope="module")
def network():
    layers = [*RELATIVE.style, *RELATIVE.content]
    return vgg19.features(layers, "random", padding="replicate")


@pytest.fixture(scope="module")
def deep():
    layers = [*DEEP.style, *DEEP.content, "block5_conv2"]
    return vgg19.features(layers, "random", pooling="avg", padding="replicate")


@pytest.fixture(scope="module")
def targets(network):
    return [grams(network, list(RELATIVE.style), style) for style in STYLES]


def differences(first, second, image):
    """Return the relative differences of value, parts and gradient; of the last to its largest."""
    (value, parts, slope), (value2, parts2, slope2) = (
        objective.value_and_gradient(image) for objective in (first, second)
    )
    assert set(parts) == set(parts2)
    largest = abs(np.asarray(slope)).max()
    assert float(value) > 0 and largest > 0
    off = [abs(float(parts[key]) / float(parts2[key]) - 1) for key in parts]
    return (
        abs(float(value2) / float(value) - 1),
        max(off),
        abs(np.asarray(slope) - np.asarray(slope2)).max() / largest,
    )


@pytest.mark.parametrize(
    ("tile", "masks", "keep"),
    [(16, None, MIDDLE), (32, [LEFT, 1 - LEFT], None)],
    ids=["keep", "regions"],
)
def test_tiles_give_the_whole_pictures_gradient(network, targets, tile, masks, keep):
    styles = targets[: len(masks or [None])]
    whole = StyleObjective(network, RELATIVE, CONTENT, styles, masks, keep)
    tiled = TiledStyleObjective(network, RELATIVE, CONTENT, styles, masks, keep, tile=tile)
    assert len(tiled.tiles) == {16: 3 * 2, 32: 2 * 1}[tile]
    assert min(bottom - top for (top, _, bottom, _), _ in tiled.tiles) < HEIGHT
    assert max(differences(whole, tiled, IMAGE)) < 1e-5


def test_tiles_without_a_margin_would_be_noticed(network, targets, monkeypatch):
    monkeypatch.setattr(style_tiled, "margin", lambda layers: 0)
    whole = StyleObjective(network, RELATIVE, CONTENT, targets[:1])
    tiled = TiledStyleObjective(network, RELATIVE, CONTENT, targets[:1], tile=32)
    assert differences(whole, tiled, IMAGE)[2] > 0.01


def test_a_tile_off_the_grid_is_refused(network, targets):
    with pytest.raises(ValueError, match="tile: expected a multiple of 16, found 24"):
        TiledStyleObjective(network, RELATIVE, CONTENT, targets[:1], tile=24)


def in_depth(deep, size, tile, content="block4_conv2", regions=1, **options):
    """Return the differences between a picture in tiles and whole, at the depth of presets."""
    preset = dataclasses.replace(DEEP, content={content: 0.3})
    styles = [grams(deep, list(DEEP.style), style) for style in STYLES[:regions]]
    picture, image = draw(*size), tf.constant(draw(*size)[None])
    whole = StyleObjective(deep, preset, picture, styles, **options)
    tiled = TiledStyleObjective(deep, preset, picture, styles, **options, tile=tile)
    assert all(np.prod(np.subtract(box[2:], box[:2])) < np.prod(size) for box, _ in tiled.tiles)
    return differences(whole, tiled, image)


def test_tiles_in_depth_with_regions_and_protected_pixels(deep):
    # 219 = 112 + 107: each tile sees 80 pixels of the other's, so that none sees the whole picture
    height, width, tile = 219, 213, 112
    assert margin(["block5_conv1"]) == 80
    rows, columns = np.mgrid[:height, :width]
    left = (columns < 90).astype("float32")
    keep = ((rows - 100) ** 2 + (columns - 80) ** 2 < 40**2).astype("float32")
    regions = {"regions": 2, "masks": [left, 1 - left], "keep": keep}
    assert max(in_depth(deep, (height, width), tile, **regions)) < 1e-5


def test_tiles_at_the_depth_of_conv5_2(deep):
    """The deepest layer that a preset names; it sees 86 pixels beyond its own."""
    assert max(in_depth(deep, (16, 400), 32, "block5_conv2")) < 1e-5


def test_a_margin_a_little_too_narrow_would_be_noticed(deep, monkeypatch):
    monkeypatch.setattr(style_tiled, "margin", lambda layers: 64)  # conv5_1 sees 70
    assert in_depth(deep, (16, 400), 32)[2] > 1e-3
