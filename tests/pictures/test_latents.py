"""Pictures of latents, read back pixel by pixel from a decoder that is known."""

import keras
import numpy as np
import pytest

from keras_gen.models import VAE
from keras_gen.pictures.latents import (
    TRAVERSED_VALUES,
    interpolations,
    reconstructions,
    traversals,
)

CELL = 10  # 8 pixels and a gap of 2, before the zoom of 2


@pytest.fixture(scope="module")
def vae():
    """Latents are three grey levels of an image, their logits its thirds' levels.

    The mean of latent j is 2, 6 and 4 times the level of pixel (j, 0), all variances are 1, so the
    second latent says most and the first least.
    """
    images, latents = keras.Input((8, 8, 1)), keras.Input((3,))
    first = keras.layers.Flatten()(keras.layers.Cropping2D(((0, 5), (0, 7)))(images))  # (B, 3)
    mean, log_var = (keras.layers.Dense(3, name=name)(first) for name in ("mean", "log_var"))
    encoder = keras.Model(images, [mean, log_var])
    pixels = keras.layers.Dense(64)(latents)
    decoder = keras.Model(latents, keras.layers.Reshape((8, 8, 1))(pixels))
    zeros = np.zeros((3, 3)), np.zeros(3)
    encoder.set_weights([np.diag([2.0, 6.0, 4.0]), zeros[1], *zeros])
    thirds = np.zeros((3, 8, 8))
    thirds[0, :3], thirds[1, 3:6], thirds[2, 6:] = 1, 1, 1
    decoder.set_weights([thirds.reshape(3, 64), np.zeros(64)])
    return VAE(encoder, decoder)


@pytest.fixture
def images():
    return np.random.default_rng(0).random((10, 8, 8, 1)).astype("float32")


def cells(picture, rows, columns):
    """Undo the zoom and the gaps: (rows, columns, 8, 8) in [0, 1]."""
    assert picture.mode == "L"
    assert picture.size == ((columns * CELL - 2) * 2, (rows * CELL - 2) * 2)
    pixels = np.asarray(picture)[::2, ::2] / 255.0
    padded = np.pad(pixels, (0, 2))
    return padded.reshape(rows, CELL, columns, CELL).swapaxes(1, 2)[:, :, :8, :8]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_each_image_stands_above_its_reconstruction(vae, images):
    """Ten pairs: eight in the first two rows, two in the next two, the rest of which is white."""
    found = cells(reconstructions(vae, images), 4, 8)
    drawn = vae.reconstruct(images)[..., 0]
    originals = images[..., 0]
    np.testing.assert_allclose(found[0], originals[:8], atol=0.003)  # half a grey level
    np.testing.assert_allclose(found[1], drawn[:8], atol=0.003)
    np.testing.assert_allclose(found[2, :2], originals[8:], atol=0.003)
    np.testing.assert_allclose(found[3, :2], drawn[8:], atol=0.003)
    assert (found[2:, 2:] == 1).all()


@pytest.mark.parametrize("n", [1, 8])
def test_one_image_and_one_full_row(vae, images, n):
    found = cells(reconstructions(vae, images[:n]), 2, 8)
    np.testing.assert_allclose(found[0, :n], images[:n, ..., 0], atol=0.003)
    assert (found[:, n:] == 1).all()


def test_an_interpolation_begins_at_one_image_and_ends_at_the_next(vae, images):
    """Half way, the latents are the mean of both ends'; the last row ends at the first image."""
    found = cells(interpolations(vae, images[:3]), 3, 9)
    drawn, means = vae.reconstruct(images)[..., 0], vae.encode(images)[0]
    for row, (first, last) in enumerate([(0, 1), (1, 2), (2, 0)]):
        np.testing.assert_allclose(found[row, 0], drawn[first], atol=0.003)
        np.testing.assert_allclose(found[row, 8], drawn[last], atol=0.003)
        middle = vae.decode((means[[first]] + means[[last]]) / 2)[0, ..., 0]
        np.testing.assert_allclose(found[row, 4], middle, atol=0.003)


def test_interpolations_fill_eight_rows_at_most(vae, images):
    cells(interpolations(vae, images), 8, 9)
    cells(interpolations(vae, images[:1]), 1, 9)


def test_traversals_begin_with_the_latent_that_says_most(vae, images):
    """The order is 1, 2, 0; a row sets its latent to each value and leaves the other two."""
    found = cells(traversals(vae, images), 3, 9)
    mean = vae.encode(images[:1])[0][0]
    for row, dimension in enumerate([1, 2, 0]):
        for column, value in enumerate(TRAVERSED_VALUES):
            levels = sigmoid(np.where(np.arange(3) == dimension, value, mean))
            np.testing.assert_allclose(found[row, column, [0, 3, 6], 5], levels, atol=0.003)
    cells(traversals(vae, images, rows=2), 2, 9)
