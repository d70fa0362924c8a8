"""The pixel loss against numbers worked by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from keras_gen.losses import pixel_loss

RNG = np.random.default_rng(0)


def test_pixel_loss_by_hand():
    """(|0.2 - 0.5| + |0.9 - 0.4| + |0.1 - 0.1| + |1.0 - 0.6|) / 4 = 1.2 / 4."""
    images = np.array([0.2, 0.9, 0.1, 1.0], "float32").reshape(1, 2, 2, 1)
    restored = np.array([0.5, 0.4, 0.1, 0.6], "float32").reshape(1, 2, 2, 1)
    assert float(pixel_loss(images, restored)) == pytest.approx(0.3, rel=1e-6)


def test_pixel_loss_is_that_of_keras_and_of_float64():
    images, restored = RNG.uniform(size=(2, 3, 8, 6, 3)).astype("float32")
    found = float(pixel_loss(images, restored))
    closed = np.abs(images.astype("float64") - restored).mean()
    reference = float(ops.mean(keras.losses.mean_absolute_error(images, restored)))
    assert found == pytest.approx(closed, rel=1e-6) and reference == pytest.approx(closed, rel=1e-6)
    assert float(pixel_loss(images, images)) == 0.0


def test_the_size_of_the_images_does_not_matter():
    images, restored = RNG.uniform(size=(2, 2, 4, 4, 1)).astype("float32")
    tiled = [np.tile(x, (3, 2, 5, 1)) for x in (images, restored)]
    once = float(pixel_loss(images, restored))
    assert float(pixel_loss(*tiled)) == pytest.approx(once, rel=1e-6)


def test_its_slope_is_the_same_for_every_pixel_that_differs():
    """sign(restored - image) / (B H W C), here 1 / 8."""
    images = tf.zeros((2, 2, 2, 1))
    restored = tf.Variable(np.array([3.0, -0.1, 0.5, -2.0] * 2, "float32").reshape(2, 2, 2, 1))
    with tf.GradientTape() as tape:
        loss = pixel_loss(images, restored)
    slope = tape.gradient(loss, restored)
    np.testing.assert_allclose(slope, np.sign(restored) / 8, rtol=1e-6)


def test_its_least_is_at_the_median():
    """Of 0, 0 and 1 the median is 0 and the mean 1/3, where the loss is 1/3 and 4/9."""
    possible = np.array([0.0, 0.0, 1.0], "float32").reshape(3, 1, 1, 1)
    for guess, expected in ((0.0, 1 / 3), (1 / 3, 4 / 9), (0.5, 0.5)):
        found = float(pixel_loss(possible, np.full((3, 1, 1, 1), guess, "float32")))
        assert found == pytest.approx(expected, rel=1e-6)


def test_weights_choose_what_counts_in_each_image():
    """Differences 1, 2, 3, 4 in each of three images; all of the first count, two of the second.

    (10 / 4 + (2 + 4) / 2 + 0) / 3; a third image without damage adds nothing.
    """
    images = np.zeros((3, 2, 2, 1), "float32")
    restored = np.tile(
        np.array([1.0, -2.0, 3.0, -4.0], "float32").reshape(1, 2, 2, 1), (3, 1, 1, 1)
    )
    where = np.array([[1, 1, 1, 1], [0, 1, 0, 1], [0, 0, 0, 0]], "float32").reshape(3, 2, 2, 1)
    assert float(pixel_loss(images, restored, where)) == pytest.approx(5.5 / 3, rel=1e-6)


def test_equal_weights_are_none():
    images, restored = RNG.uniform(size=(2, 3, 8, 6, 3)).astype("float32")
    plain = float(pixel_loss(images, restored))
    found = float(pixel_loss(images, restored, np.full((3, 8, 6, 1), 0.7, "float32")))
    assert found == pytest.approx(plain, rel=1e-6)
