import numpy as np
import pytest

from keras_gen.data import fashion_mnist_10k
from keras_gen.measures import pca_reconstructions


@pytest.fixture(scope="module")
def garments():
    """800 images that the components come from, and 100 others."""
    images = fashion_mnist_10k().images
    return images[:800], images[800:900]


def rows(images):
    return images.reshape(len(images), -1) / 255.0


def error(images, others):
    return np.mean((rows(images) - others.reshape(len(images), -1)) ** 2)


@pytest.mark.parametrize("components", [1, 10, 100])
def test_agrees_with_the_eigenvectors_of_the_covariance(garments, components):
    """Another route, in float64: the covariance and its leading eigenvectors, by `eigh`."""
    train, images = garments
    mean = rows(train).mean(axis=0)
    leading = np.linalg.eigh(np.cov(rows(train), rowvar=False))[1][:, -components:]  # (D, K)
    expected = np.clip(mean + (rows(images) - mean) @ leading @ leading.T, 0, 1)
    found = pca_reconstructions(images, train, components)
    assert found.shape == images.shape and found.dtype == np.float32
    np.testing.assert_allclose(rows(found * 255), expected, atol=2e-5)


def test_fewer_images_than_pixels(garments):
    """50 images span 49 directions around their mean: 49 components restore them and no fewer."""
    train = garments[0][:50]
    assert error(train, pca_reconstructions(train, train, 49)) < 1e-10
    assert error(train, pca_reconstructions(train, train, 784)) < 1e-10
    assert error(train, pca_reconstructions(train, train, 48)) > 1e-6


def test_images_on_a_plane_need_two_components():
    """Images 120 + 40 a p + 20 b q, a, b = +-1, orthogonal patterns p, q of +-1: one component
    finds p and misses 20 b q, whose square is 20^2 in every pixel.
    """
    p, q = np.ones((2, 6, 6, 1))
    p[::2], q[:, ::2] = -1, -1
    a, b = np.repeat([[1, 1, -1, -1], [1, -1, 1, -1]], 10, axis=1)[:, :, None, None, None]
    images = (120 + 40 * a * p + 20 * b * q).astype("uint8")  # (40, 6, 6, 1)
    assert error(images, pca_reconstructions(images, images, 2)) < 1e-12
    missed = error(images, pca_reconstructions(images, images, 1))
    assert missed == pytest.approx((20 / 255) ** 2, rel=1e-4)


def test_no_other_basis_is_as_good(garments):
    """Mean squared error on the training images, without the clipping that PCA enjoys besides."""
    train, _ = garments
    centred = rows(train) - rows(train).mean(axis=0)
    found = error(train, pca_reconstructions(train, train, 20))
    for seed in range(3):
        basis = np.linalg.qr(np.random.default_rng(seed).normal(size=(784, 20)))[0]
        assert np.mean((centred - centred @ basis @ basis.T) ** 2) > 2 * found
    pixels = np.argsort(centred.var(axis=0))[-20:]  # to store the 20 liveliest pixels
    assert np.delete(centred, pixels, axis=1).var(axis=0).sum() / 784 > 2 * found


def test_pixels_stay_in_range(garments):
    train, images = garments
    found = pca_reconstructions(255 - images, train, 5)  # unlike anything in the training images
    assert found.min() == 0.0 and found.max() == 1.0


@pytest.mark.parametrize("components", [0, 785])
def test_a_number_of_components_out_of_range_is_refused(garments, components):
    with pytest.raises(ValueError, match=f"expected 1 to 784 components, found {components}"):
        pca_reconstructions(*garments, components)
