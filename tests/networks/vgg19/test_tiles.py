"""Tiles: how a picture is cut, how far a layer sees, and Gram matrices that do not know of it."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gen.losses import gram_matrix
from keras_gen.networks import vgg19
from keras_gen.networks.vgg19 import tiles as style_tiles
from keras_gen.networks.vgg19.tiles import boxes, grams, margin, stride

RNG = np.random.default_rng(0)


# --- boxes ----------------------------------------------------------------------------------------


def test_boxes_worked_by_hand():
    # 208 is 2.6 tiles of 80, so three; 176 is 2.2, so two, the last of which is 96 wide
    assert boxes(208, 176, 80, beyond=32) == [
        ((0, 0, 112, 112), (0, 0, 80, 80)),
        ((0, 48, 112, 176), (0, 80, 80, 176)),
        ((48, 0, 192, 112), (80, 0, 160, 80)),
        ((48, 48, 192, 176), (80, 80, 160, 176)),
        ((128, 0, 208, 112), (160, 0, 208, 80)),
        ((128, 48, 208, 176), (160, 80, 208, 176)),
    ]
    whole = [((0, 0, 208, 176), (0, 0, 208, 176))]
    assert boxes(208, 176) == boxes(208, 176, 512, beyond=80) == whole


@pytest.mark.parametrize("size", [(16, 16), (40, 47), (95, 96), (203, 171), (517, 1030)], ids=str)
@pytest.mark.parametrize(("tile", "beyond"), [(16, 80), (64, 16), (80, 0)])
def test_boxes_cover_a_picture_once_from_points_of_the_grid(size, tile, beyond):
    covered = np.zeros(size, int)
    for outer, inner in boxes(*size, tile, beyond):
        top, left, bottom, right = inner
        covered[top:bottom, left:right] += 1
        assert not np.any(np.array([top, left, *outer[:2]]) % 16)
        for low, high, length in ((top, bottom, size[0]), (left, right, size[1])):
            assert min(tile / 2, length) <= high - low <= 1.5 * tile
        assert outer[:2] == (max(0, top - beyond), max(0, left - beyond))
        assert outer[2:] == (min(size[0], bottom + beyond), min(size[1], right + beyond))
    assert covered.min() == covered.max() == 1


@pytest.mark.parametrize("tile", [-16, 0, 8, 24, 500])
def test_a_tile_off_the_grid_is_refused(tile):
    with pytest.raises(ValueError, match=f"^tile: expected a multiple of 16, found {tile}$"):
        boxes(64, 64, tile)


# --- how far a layer sees -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layers", "reach"),
    [
        # sums of strides, two convolutions in blocks 1 and 2 and four in blocks 3 to 5
        (["block3_conv1", "block1_conv1"], 2 * 1 + 2 * 2 + 4),
        (["block4_conv2"], 2 * 1 + 2 * 2 + 4 * 4 + 2 * 8),
        (["block1_conv1", "block5_conv1"], 2 * 1 + 2 * 2 + 4 * 4 + 4 * 8 + 16),  # 70
        (["block5_conv2", "block5_conv1"], 70 + 16),
        (["block5_conv4"], 70 + 3 * 16),
    ],
)
def test_the_margin_holds_what_the_deepest_layer_sees(layers, reach):
    """The columns that a position's gradient reaches, beyond the position's own pixels."""
    deepest = max(layers, key=vgg19.LAYERS.index)
    network, step = vgg19.features([deepest], "random", pooling="avg"), stride(deepest)
    images = tf.constant(RNG.uniform(size=(1, 16, 400, 3)), "float32")
    with tf.GradientTape() as tape:
        tape.watch(images)
        seen = tf.reduce_sum(network(images)[deepest][:, :, 192 // step])
    columns = np.flatnonzero(np.asarray(tape.gradient(seen, images)).any(axis=(0, 1, 3)))
    assert (columns[0], columns[-1]) == (192 - reach, 192 + step - 1 + reach)
    assert reach <= margin(layers) < reach + 16 and margin(layers) % 16 == 0


# --- Gram matrices --------------------------------------------------------------------------------


def test_gram_matrices_in_tiles():
    """Against the losses' own, whose positions are all the map's; conv3_1 has a margin of 16."""
    layers = ["block1_conv1", "block3_conv1"]
    network = vgg19.features(layers, "random", padding="replicate")
    image = RNG.uniform(size=(71, 53, 3))
    maps = network(image[None].astype("float32"))
    for tile in (None, 16, 32):
        found = grams(network, layers, image, tile)
        assert list(found) == layers
        for layer in layers:
            exact = np.asarray(gram_matrix(maps[layer]))
            assert found[layer].shape == exact.shape and found[layer].dtype == "float32"
            np.testing.assert_allclose(found[layer], exact, atol=1e-5 * exact.max())


def test_gram_matrices_of_tiles_without_a_margin_would_be_noticed(monkeypatch):
    monkeypatch.setattr(style_tiles, "margin", lambda layers: 0)
    network = vgg19.features(["block3_conv1"], "random", padding="replicate")
    image = RNG.uniform(size=(71, 53, 3))
    whole, tiled = (grams(network, ["block3_conv1"], image, t)["block3_conv1"] for t in (None, 16))
    assert np.max(abs(tiled - whole)) > 1e-3 * np.max(whole)


def test_each_network_has_its_own_graph():
    """Graphs are kept from picture to picture; another network must not get them."""
    image = RNG.uniform(size=(20, 24, 3))
    found = []
    for seed in (0, 1, 0):
        network = vgg19.features(["block1_conv1"], "random", seed=seed)
        found.append(grams(network, ["block1_conv1"], image)["block1_conv1"])
    np.testing.assert_array_equal(found[0], found[2])
    assert np.max(abs(found[0] - found[1])) > 0.1 * np.max(found[0])
