r"""How well an object was cut out: mattes beside the true ones.

Reference: Rhemann et al. 2009, "A Perceptually Motivated Online Benchmark for Image Matting", CVPR,
    for SAD; Everingham et al. 2010, "The Pascal Visual Object Classes (VOC) Challenge", IJCV 88,
    for the intersection over union.
"""

import numpy as np


def intersection_over_union(true: np.ndarray, mattes: np.ndarray) -> np.ndarray:
    r"""Return the intersection over union of each pair of mattes, cut at one half.

    Formula:
        $\mathrm{IoU} = |A \cap B| / |A \cup B|$, $A$ and $B$ the pixels of at least 1/2
        pixels in both / pixels in one or both; 1 where both are empty

    Args:
        true, mattes: (N, H, W) or (N, H, W, 1), in [0, 1].

    Returns:
        float64, (N,) in [0, 1]; 1 is the best.

    Raises:
        ValueError: arrays of different shapes.
    """
    a, b = (array >= 0.5 for array in _rows(true, mattes))  # (N, H W)
    either = (a | b).sum(axis=1)
    return np.where(either > 0, (a & b).sum(axis=1) / np.maximum(either, 1), 1.0)


def matte_errors(true: np.ndarray, mattes: np.ndarray) -> np.ndarray:
    r"""Return the mean absolute error of each matte.

    Formula:
        $\frac{1}{H W} \sum_i |\hat\alpha_i - \alpha_i|$; times $H W$ it is the SAD, in pixels
        mean over the pixels of |matte - true|

    Args:
        true, mattes: (N, H, W) or (N, H, W, 1), in [0, 1].

    Returns:
        float64, (N,) in [0, 1]; 0 is the best.

    Raises:
        ValueError: arrays of different shapes.
    """
    a, b = _rows(true, mattes)
    return abs(a - b).mean(axis=1)


def _rows(true, mattes):
    true, mattes = np.asarray(true, "float64"), np.asarray(mattes, "float64")
    if true.shape != mattes.shape:
        raise ValueError(f"expected mattes of one shape, found {true.shape} and {mattes.shape}")
    return true.reshape(len(true), -1), mattes.reshape(len(true), -1)
