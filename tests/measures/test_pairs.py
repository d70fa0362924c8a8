import numpy as np
import pytest
import tensorflow as tf
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from keras_gen.data import fashion_mnist_10k
from keras_gen.measures import psnr, ssim


def real(n):
    return fashion_mnist_10k().images[:n].astype("float64") / 255  # (n, 28, 28, 1)


def flat(seed):
    """Bright images that vary by 0.002: the variance is 4e-6 beside a squared mean of 0.9."""
    noise = np.random.default_rng(seed).normal(0, 0.002, (16, 20, 31, 1))
    return np.clip(0.95 + noise, 0, 1)


def random(seed):
    return np.random.default_rng(seed).random((16, 32, 25, 3))


CASES = {
    "random, three channels": lambda: (random(0), random(1)),
    "real": lambda: (real(64)[:32], real(64)[32:]),
    "real and noise": lambda: (
        real(64),
        np.clip(real(64) + np.random.default_rng(2).normal(0, 0.05, (64, 28, 28, 1)), 0, 1),
    ),
    "nearly flat and bright": lambda: (flat(3), flat(4)),
    "more than a chunk": lambda: (real(250), real(251)[1:]),
    "of the window's size": lambda: (random(5)[:, :11, :11], random(6)[:, :11, :11]),
}


@pytest.mark.parametrize("case", CASES)
def test_scikit_image_agrees(case):
    images, others = CASES[case]()
    options = {"data_range": 1, "gaussian_weights": True, "sigma": 1.5, "channel_axis": -1}
    similarity = [
        structural_similarity(x, y, use_sample_covariance=False, **options)
        for x, y in zip(images, others, strict=True)
    ]
    ratio = [
        peak_signal_noise_ratio(x, y, data_range=1) for x, y in zip(images, others, strict=True)
    ]
    for found, expected in ((ssim(images, others), similarity), (psnr(images, others), ratio)):
        assert found.shape == (len(images),) and found.dtype == np.float64
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)


def test_tensorflow_agrees_within_float32():
    """tf.image differs by 1.6e-5 here (measured), so this is a check of the formula only."""
    images, others = (x.astype("float32") for x in CASES["real and noise"]())
    expected = tf.image.ssim(images, others, max_val=1.0)
    np.testing.assert_allclose(ssim(images, others), expected, rtol=0, atol=1e-4)
    expected = tf.image.psnr(images, others, max_val=1.0)
    np.testing.assert_allclose(psnr(images, others), expected, rtol=0, atol=1e-4)


def test_psnr_by_hand():
    """A difference of 0.1 everywhere: -10 log10(0.01) = 20; on a quarter of the pixels, 26.0206."""
    images = np.zeros((2, 2, 2, 1))
    others = images.copy()
    others[0], others[1, 0, 0] = 0.1, 0.1
    np.testing.assert_allclose(psnr(images, others), [20.0, 20.0 + 10 * np.log10(4)], rtol=1e-12)


def test_ssim_of_flat_images_by_hand():
    """No variance: (2ab + C1) / (a^2 + b^2 + C1) with a = 0.5, b = 0.25, C1 = 1e-4."""
    images, others = np.full((1, 16, 16, 1), 0.5), np.full((1, 16, 16, 1), 0.25)
    assert ssim(images, others) == pytest.approx((0.25 + 1e-4) / (0.3125 + 1e-4), rel=1e-10)


def test_identical_images():
    images = real(3)
    np.testing.assert_array_equal(psnr(images, images), [np.inf] * 3)
    np.testing.assert_allclose(ssim(images, images), 1.0, rtol=0, atol=1e-12)


@pytest.mark.parametrize("measure", [psnr, ssim])
def test_symmetric_and_free_of_order(measure):
    images, others = CASES["real and noise"]()
    values = measure(images, others)
    np.testing.assert_allclose(measure(others, images), values, rtol=1e-12)
    np.testing.assert_allclose(measure(images[::-1], others[::-1]), values[::-1], rtol=1e-12)


@pytest.mark.parametrize("measure", [psnr, ssim])
def test_wrong_scales_and_shapes_are_refused(measure):
    good = np.full((2, 16, 16, 1), 0.5)
    wrong = {
        r"expected floats in \[0, 1\], found dtype uint8": (good.astype("uint8"),) * 2,
        r"expected floats in \[0, 1\], found -1 to -1": (good, good - 1.5),
        r"expected floats in \[0, 1\], found 127.5 to 127.5": (255 * good, good),
        r"expected floats in \[0, 1\], found nan to nan": (good, good * np.nan),
        r"pairs of one shape, found \(2, 16, 16, 1\) and \(1, 16, 16, 1\)": (good, good[:1]),
        r"expected images \(N, H, W, C\) .* found shape \(2, 16, 16\)": (good[..., 0],) * 2,
        r"expected images \(N, H, W, C\) .* found shape \(0, 16, 16, 1\)": (good[:0],) * 2,
    }
    for message, pair in wrong.items():
        with pytest.raises(ValueError, match=message):
            measure(*pair)


def test_only_ssim_needs_room_for_its_window():
    small = np.full((1, 16, 10, 1), 0.5)
    with pytest.raises(ValueError, match=r"at least 11x11 pixels, found shape \(1, 16, 10, 1\)"):
        ssim(small, small)
    assert psnr(small, small - 0.1) == pytest.approx(20.0)
