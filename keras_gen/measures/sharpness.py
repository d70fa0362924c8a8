"""Is a sample blurred? The strength of its edges, to be compared with that of real images."""

import numpy as np


def sharpness(images: np.ndarray) -> np.ndarray:
    r"""Root mean square of the discrete Laplacian of each image.

    Formula:
        $s = \sqrt{\mathrm{mean} \, (4 x_{i,j} - x_{i-1,j} - x_{i+1,j} - x_{i,j-1} - x_{i,j+1})^2}$
        over all inner pixels and channels

    Blur lowers it and noise raises it, so that neither a low nor a high value is good in itself:
    compare it with that of real images.

    Args:
        images: (N, H, W, C) floats in [0, 1], H and W >= 3.

    Returns:
        (N,) float64 in [0, 4]; 0 for images without edges.

    Raises:
        ValueError: another shape or dtype.

    Reference: Pertuz, Puig and Garcia, "Analysis of focus measure operators for
        shape-from-focus", Pattern Recognition 46 (2013) (Laplacian-based operators).
    """
    images = np.asarray(images)
    if images.ndim != 4 or min(images.shape[1:3]) < 3 or not len(images):
        raise ValueError(
            f"expected images (N, H, W, C) of at least 3x3 pixels, found {images.shape}"
        )
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(f"expected floats in [0, 1], found dtype {images.dtype}")
    x = images.astype("float64")
    neighbours = x[:, :-2, 1:-1] + x[:, 2:, 1:-1] + x[:, 1:-1, :-2] + x[:, 1:-1, 2:]
    edges = 4.0 * x[:, 1:-1, 1:-1] - neighbours  # (N, H - 2, W - 2, C)
    return np.sqrt(np.mean(edges**2, axis=(1, 2, 3)))  # (N,)
