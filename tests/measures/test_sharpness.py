"""Sharpness: by hand, by SciPy's Laplacian, and in the order that eyes would give."""

import numpy as np
import pytest
from scipy import ndimage

from keras_gen import data
from keras_gen.measures import sharpness


@pytest.fixture(scope="module")
def images():
    return np.asarray(data.uint8_to_unit(data.fashion_mnist_10k("test").images[:200]))


def test_a_single_white_pixel_by_hand():
    # 5x5 black, the middle pixel 1: the 3x3 inner Laplacian is 4 there, -1 at its four neighbours
    image = np.zeros((1, 5, 5, 1))
    image[0, 2, 2, 0] = 1.0
    assert sharpness(image)[0] == pytest.approx(np.sqrt((16 + 4 * 1) / 9), rel=1e-12)


def test_it_equals_the_laplacian_of_scipy(images):
    edges = np.stack([ndimage.laplace(image[..., 0].astype("float64")) for image in images])
    expected = np.sqrt(np.mean(edges[:, 1:-1, 1:-1] ** 2, axis=(1, 2)))
    np.testing.assert_allclose(sharpness(images), expected, rtol=1e-10)


def test_ramps_and_constants_have_no_edges():
    ramp = np.broadcast_to(np.linspace(0, 1, 8), (2, 8, 8))[..., None]
    np.testing.assert_allclose(sharpness(ramp), 0.0, atol=1e-12)


def test_blur_lowers_it_and_noise_raises_it(images):
    blurred = ndimage.gaussian_filter(images, (0, 1, 1, 0))
    noisy = np.clip(images + np.random.default_rng(0).normal(0, 0.1, images.shape), 0, 1)
    real = sharpness(images).mean()
    assert sharpness(blurred).mean() < 0.5 * real < 1.05 * real < sharpness(noisy).mean()


@pytest.mark.parametrize(
    ("images", "found"),
    [(np.zeros((2, 8, 8)), "2, 8, 8"), (np.zeros((1, 2, 8, 1)), "1, 2, 8"),
     (np.zeros((1, 8, 8, 1), "uint8"), "uint8")],
)  # fmt: skip
def test_other_arrays_are_refused(images, found):
    with pytest.raises(ValueError, match=f"found .*{found}"):
        sharpness(images)
