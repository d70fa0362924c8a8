"""Principal components: the best linear autoencoder, a yardstick for every other one."""

import numpy as np


def pca_reconstructions(images, train, components):
    r"""Project images onto the principal components of training images and back.

    Formula:
        $\hat x = \bar x + V V^T (x - \bar x)$, V the leading eigenvectors of the covariance

    No linear code of that length has a smaller mean squared error on the training images.

    Args:
        images: (N, H, W, C) uint8.
        train: (M, H, W, C) uint8, M >= 2.
        components: length of the code, 1 <= components <= H W C.

    Returns:
        (N, H, W, C) float32 in [0, 1], clipped.

    Raises:
        ValueError: a number of components out of range.

    Reference: Pearson, "On lines and planes of closest fit to systems of points in space",
        Philosophical Magazine 2 (1901).
    """
    size = train[0].size
    if not 1 <= components <= size:
        raise ValueError(f"expected 1 to {size} components, found {components}")
    rows = train.reshape(len(train), size).astype("float32") / 255.0  # (M, D)
    mean = rows.mean(axis=0)  # (D,)
    rows -= mean
    _, vectors = np.linalg.eigh((rows.T @ rows).astype("float64"))  # ascending eigenvalues
    basis = vectors[:, -components:].astype("float32")  # (D, K)
    centred = images.reshape(len(images), size).astype("float32") / 255.0 - mean  # (N, D)
    return np.clip(mean + centred @ basis @ basis.T, 0.0, 1.0).reshape(images.shape)
