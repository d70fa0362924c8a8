r"""How close an image is to the one image that it should equal.

Both measures need pairs: an image and its reconstruction, its compressed copy, or its stylised
version. Samples of a GAN have no partner, so neither measure says anything about them; use
`distances` and `manifold` for those.

Everything is computed in float64 NumPy. `tf.image.ssim` and `tf.image.psnr` compute in float32,
even for float64 images, and `E[x^2] - E[x]^2` then loses digits where the variance is small
compared with the square of the mean: on Fashion-MNIST and on nearly flat bright images, the SSIM
was measured to be off by 1e-5 to 5e-5. Here the error is below 1e-12.
"""

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

WINDOW = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)  # (11,) Gaussian with a sigma of 1.5 pixels
WINDOW /= WINDOW.sum()
C1, C2 = 0.01**2, 0.03**2  # (K1 L)^2 and (K2 L)^2 of the paper for a data range L of 1
CHUNK_SIZE = 100  # images at a time, to bound memory


def psnr(images: np.ndarray, others: np.ndarray) -> np.ndarray:
    r"""Peak signal-to-noise ratio of each pair.

    Formula:
        $\mathrm{PSNR} = -10 \log_{10} \frac{1}{HWC} \sum (x - y)^2$ for pixels in [0, 1]
        -10 * log10(mean((images - others)**2))

    Args:
        images: (N, H, W, C) floats in [0, 1].
        others: (N, H, W, C) floats in [0, 1], the partner of each image.

    Returns:
        (N,) float64 in decibels, >= 0; infinite for identical images.

    Raises:
        ValueError: other shapes, dtypes or pixel scales.
    """
    images, others = _checked_pairs(images, others, smallest=1)
    errors = [np.mean((x - y) ** 2, axis=(1, 2, 3)) for x, y in _chunks(images, others)]
    with np.errstate(divide="ignore"):  # identical images: log 0
        return -10.0 * np.log10(np.concatenate(errors))  # (N,)


def ssim(images: np.ndarray, others: np.ndarray) -> np.ndarray:
    r"""Structural similarity of each pair.

    Formula:
        $\mathrm{SSIM} = \mathrm{mean} \; \frac{(2 \mu_x \mu_y + C_1)(2 \sigma_{xy} + C_2)}
        {(\mu_x^2 + \mu_y^2 + C_1)(\sigma_x^2 + \sigma_y^2 + C_2)}$
        means, variances and covariance in a Gaussian window of 11x11 pixels with sigma 1.5,
        C1 = 0.01^2, C2 = 0.03^2, averaged over the positions where the window fits and over
        the channels

    Args:
        images: (N, H, W, C) floats in [0, 1], H and W >= 11.
        others: (N, H, W, C) floats in [0, 1], the partner of each image.

    Returns:
        (N,) float64 in [-1, 1]; 1 only for identical images.

    Raises:
        ValueError: other shapes, dtypes or pixel scales, or images smaller than the window.

    Reference: Wang, Bovik, Sheikh, Simoncelli. "Image quality assessment: from error visibility to
        structural similarity", IEEE Transactions on Image Processing 13 (2004), equation 13.
    """
    images, others = _checked_pairs(images, others, smallest=len(WINDOW))
    return np.concatenate([_ssim(x, y) for x, y in _chunks(images, others)])  # (N,)


def _ssim(x, y):
    mean_x, mean_y = _window_mean(x), _window_mean(y)  # (N, H - 10, W - 10, C)
    product, squares = mean_x * mean_y, mean_x**2 + mean_y**2
    covariance = _window_mean(x * y) - product
    variances = _window_mean(x**2 + y**2) - squares
    luminance = (2 * product + C1) / (squares + C1)
    contrast_structure = (2 * covariance + C2) / (variances + C2)
    return np.mean(luminance * contrast_structure, axis=(1, 2, 3))  # (N,)


def _window_mean(images):
    """Average with the window, down and then across, since a Gaussian is separable."""
    for axis in (1, 2):
        images = sliding_window_view(images, len(WINDOW), axis) @ WINDOW
    return images  # (N, H - 10, W - 10, C)


def _chunks(images: np.ndarray, others: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for start in range(0, len(images), CHUNK_SIZE):
        rows = slice(start, start + CHUNK_SIZE)
        yield images[rows].astype("float64"), others[rows].astype("float64")


def _checked_pairs(images, others, smallest):
    images, others = np.asarray(images), np.asarray(others)
    if images.shape != others.shape:
        raise ValueError(f"expected pairs of one shape, found {images.shape} and {others.shape}")
    if images.ndim != 4 or 0 in images.shape or min(images.shape[1:3]) < smallest:
        raise ValueError(
            f"expected images (N, H, W, C) of at least {smallest}x{smallest} pixels, "
            f"found shape {images.shape}"
        )
    for pixels in (images, others):
        if not np.issubdtype(pixels.dtype, np.floating):
            raise ValueError(f"expected floats in [0, 1], found dtype {pixels.dtype}")
        if not (pixels.min() >= 0 and pixels.max() <= 1):  # also true of NaN
            raise ValueError(
                f"expected floats in [0, 1], found {pixels.min():.4g} to {pixels.max():.4g}"
            )
    return images, others
