"""Classical restoration by scikit-image, each method with the parameters that suit it best.

Which parameters suit is found on training images, for PSNR and for SSIM apart, so that a method is
not judged by a compromise.
"""

import functools
import itertools

import numpy as np
from scipy.ndimage import median_filter
from skimage import restoration, transform

from keras_gen import measures

MEASURES = {"psnr": measures.psnr, "ssim": measures.ssim}


def colours(image):
    """Return the axis of colours, which an image of grey values (H, W) does not have."""
    return -1 if image.ndim == 3 else None


def median(image, holes, size):
    """Median of size x size pixels, each channel by itself."""
    return median_filter(image, (size, size, 1)[: image.ndim], mode="mirror")


def bilateral(image, holes, sigma_color, sigma_spatial):
    """Mean of near pixels of like colour."""
    return restoration.denoise_bilateral(
        image, sigma_color=sigma_color, sigma_spatial=sigma_spatial, channel_axis=colours(image)
    )


def non_local_means(image, holes, h, patch_size):
    """Mean of pixels whose surroundings are alike."""
    return restoration.denoise_nl_means(
        image, patch_size=patch_size, patch_distance=7, h=h, channel_axis=colours(image)
    )


def total_variation(image, holes, weight):
    """Chambolle's minimiser of the total variation beside the squared difference."""
    return restoration.denoise_tv_chambolle(image, weight=weight, channel_axis=colours(image))


def biharmonic(image, holes):
    """The smoothest continuation into the holes."""
    return restoration.inpaint_biharmonic(image, holes, channel_axis=colours(image))


def bicubic(image, holes):
    """Cubic interpolation of the image at half its size."""
    height, width, *channels = image.shape
    return transform.resize(image, (2 * height, 2 * width, *channels), order=3, mode="edge")


NOISE = {
    "median": (median, {"size": (3, 5)}),
    "bilateral": (bilateral, {"sigma_color": (0.1, 0.2, 0.3, 0.5), "sigma_spatial": (1, 2)}),
    "non-local means": (non_local_means, {"h": (0.05, 0.07, 0.09, 0.12), "patch_size": (3, 5)}),
    "total variation": (total_variation, {"weight": (0.04, 0.06, 0.08, 0.1, 0.14)}),
}
COMPRESSION = {
    "median": (median, {"size": (3, 5)}),
    "bilateral": (bilateral, {"sigma_color": (0.02, 0.04, 0.07, 0.1), "sigma_spatial": (1, 2)}),
    "non-local means": (non_local_means, {"h": (0.01, 0.02, 0.03, 0.05), "patch_size": (3, 5)}),
    "total variation": (total_variation, {"weight": (0.005, 0.01, 0.02, 0.03, 0.05)}),
}
METHODS = {
    "denoise": NOISE,
    "jpeg": COMPRESSION,
    "inpaint": {"biharmonic": (biharmonic, {})},
    "upscale": {"bicubic": (bicubic, {})},
}


def apply(method, parameters, images, holes, mapped=map):
    """Restore images (N, H, W, C), each by itself; returns float32 in [0, 1].

    `mapped` is `map`, or that of a pool of processes.
    """
    grey = images.shape[-1] == 1
    each = images[..., 0] if grey else images
    restored = np.stack(list(mapped(functools.partial(method, **parameters), each, holes)))
    restored = np.clip(restored, 0, 1).astype("float32")
    return restored[..., None] if grey else restored


def best_parameters(task, images, holes, truth, mapped=map):
    """Choose parameters on training images: {method: {measure: parameters}}.

    Args:
        task: key of `METHODS`.
        images: (N, H, W, C) damaged; (N, H / 2, W / 2, C) for "upscale".
        holes: (N, H, W) booleans.
        truth: (N, H, W, C).
        mapped: as for `apply`.
    """
    chosen = {}
    for name, (method, options) in METHODS[task].items():
        tried = []
        for values in itertools.product(*options.values()):
            parameters = dict(zip(options, values, strict=True))
            restored = apply(method, parameters, images, holes, mapped)
            scores = {key: measure(restored, truth).mean() for key, measure in MEASURES.items()}
            tried.append((parameters, scores))
        chosen[name] = {key: max(tried, key=lambda each: each[1][key])[0] for key in MEASURES}
    return chosen
