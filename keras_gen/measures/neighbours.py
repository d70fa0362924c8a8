r"""Is a sample a copy? Nearest neighbours among images, pixel by pixel.

A generator that has learned its training images by heart scores best on every distance between
distributions. These measures look for the copies themselves.
"""

import numpy as np


def nearest(images, references, exclude_self=False, chunk=500):
    r"""Find the two nearest reference images of each image.

    Formula:
        $d(x, y) = \frac{1}{255} \sqrt{\frac{1}{HWC} \sum (x - y)^2}$

    Args:
        images: (N, H, W, C) uint8.
        references: (M, H, W, C) uint8, M >= 2.
        exclude_self: True where images and references are the same set: image i is then no
            neighbour of itself; M >= 3.
        chunk: images at a time; the work space takes 4 M bytes for each (8 M where an image has
            more than 1,024 values), besides the references as floats.

    Returns:
        Distances (N, 2) float64, root mean square difference per pixel value in [0, 1], nearest
        first, exactly 0 for a copy; and indices (N, 2) int64 into `references`. Of references at
        the same distance, the first come first.

    Raises:
        ValueError: other dtypes or shapes, too few references, or sets of different shapes with
            `exclude_self`.
    """
    images, references = _checked(images, references, exclude_self)
    # Pixels less 128 are integers in [-128, 127]. Sums of up to 1,024 of their products stay within
    # 2^24, where float32 counts exactly; float64 does so for images of any size. The scores below
    # are then exact for every image nearer than 0.5: no rounding puts another one before a copy.
    dtype = "float32" if images[0].size <= 1024 else "float64"
    points = references.reshape(len(references), -1).astype(dtype) - 128  # (M, H W C)
    half_squares = 0.5 * np.einsum("md,md->m", points, points)  # (M,)
    indices = np.empty((len(images), 2), "int64")
    distances = np.empty((len(images), 2))
    for start in range(0, len(images), chunk):
        part = images[start : start + chunk]
        rows = np.arange(len(part))
        # x.y - |y|^2 / 2 = (|x|^2 - |x - y|^2) / 2: largest for the nearest y.
        scores = (part.reshape(len(part), -1).astype(dtype) - 128) @ points.T  # (chunk, M)
        scores -= half_squares
        if exclude_self:
            scores[rows, start + rows] = -np.inf
        for rank in range(2):
            best = scores.argmax(axis=1)  # (chunk,)
            scores[rows, best] = -np.inf
            indices[start + rows, rank] = best
            distances[start + rows, rank] = _root_mean_square(part, references[best])
    return distances, indices


def copied_share(sample_distances, held_out_distances, quantile=0.01):
    r"""Share of samples that are suspiciously near to one training image and to no other.

    Formula:
        $\rho = d_1 / d_2$, and the share is $\frac{1}{N} \sum_i \mathbf{1}[\rho_i \le q]$
        q = the quantile of d_1 / d_2 over real images that the model has not seen; 0 / 0 = 0

    A ratio, not a distance, for a distance says more about the kind of image than about copying.
    Measured on Fashion-MNIST, 8,000 images as training set and the 1 % quantile of 1,000 held-out
    ones as threshold, the distance d_1 accuses 10 % of some hundred other real trousers, which all
    look alike (the ratio: 3 %), and finds no copy under noise of 30 grey levels (81 %) and 0.4 % of
    copies that are 20 levels brighter (90 %). Blur of 3x3 pixels moves 73 % of other real images
    nearer to the training set, so that 68 % lie below the median of the held-out ones; neither
    threshold takes blurred images for copies (0.2 % and 0 %).

    A copy of an image that the training set holds twice, with small differences, has a ratio near 1
    and is not found.

    Args:
        sample_distances: (N, 2) floats >= 0, from `nearest(samples, training images)`.
        held_out_distances: (M, 2) floats >= 0, from `nearest(held-out images, training images)`.
        quantile: share in (0, 1) of the held-out images to which suspicion falls by chance.

    Returns:
        float in [0, 1]: about `quantile` for a model that copies nothing, 1 for copies only.

    Raises:
        ValueError: other shapes or a quantile outside (0, 1).

    Reference: Lowe, "Distinctive image features from scale-invariant keypoints", International
        Journal of Computer Vision 60 (2004), section 7.1 (the ratio).
    """
    if not 0 < quantile < 1:
        raise ValueError(f"expected a quantile between 0 and 1, found {quantile}")
    threshold = np.quantile(_ratios(held_out_distances), quantile)
    return float(np.mean(_ratios(sample_distances) <= threshold))


def duplicate_share(distances_among_samples, threshold=0.02):
    r"""Share of samples that have a near-duplicate among the other samples.

    Formula:
        $\frac{1}{N} \sum_i \mathbf{1}[d_{i1} \le t]$

    Args:
        distances_among_samples: (N, 2) floats >= 0, from
            `nearest(samples, samples, exclude_self=True)`.
        threshold: root mean square difference in [0, 1]; 0.02 is 5 of 255 grey levels, the same to
            the eye.

    Returns:
        float in [0, 1].

    Raises:
        ValueError: other shapes.
    """
    return float(np.mean(_two_columns(distances_among_samples)[:, 0] <= threshold))


def _ratios(distances):
    first, second = _two_columns(distances).T  # (N,)
    return np.divide(first, second, out=np.zeros_like(first), where=second > 0)


def _two_columns(distances):
    distances = np.asarray(distances, "float64")
    if distances.ndim != 2 or distances.shape[1] != 2 or not len(distances):
        raise ValueError(f"expected distances (N, 2) as `nearest` gives, found {distances.shape}")
    return distances


def _root_mean_square(images, others):
    differences = images.astype("float64") - others  # (chunk, H, W, C)
    return np.sqrt(np.mean(differences**2, axis=(1, 2, 3))) / 255.0


def _checked(images, references, exclude_self):
    images, references = np.asarray(images), np.asarray(references)
    for pixels in (images, references):
        if pixels.dtype != np.uint8 or pixels.ndim != 4 or 0 in pixels.shape:
            raise ValueError(
                f"expected uint8 images (N, H, W, C), found {pixels.dtype} of shape {pixels.shape}"
            )
    if images.shape[1:] != references.shape[1:]:
        raise ValueError(
            f"expected images and references of one size, "
            f"found {images.shape[1:]} and {references.shape[1:]}"
        )
    if exclude_self and len(images) != len(references):
        raise ValueError(
            f"expected one set of images twice, found {len(images)} and {len(references)} of them"
        )
    if len(references) < 2 + exclude_self:
        raise ValueError(
            f"expected at least {2 + exclude_self} references, found {len(references)}"
        )
    return images, references
