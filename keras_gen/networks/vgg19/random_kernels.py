"""Random kernels for VGG19: features without training, and without a download."""

from collections.abc import Sequence

import numpy as np
from keras import ops

from keras_gen.networks.vgg19.weights import KERNEL_SHAPES, Kernels, WeightsSource


def random_kernels(
    names: Sequence[str] = tuple(KERNEL_SHAPES), pooling: str = "max", seed: int = 0
) -> tuple[Kernels, WeightsSource]:
    r"""Draw kernels, and scale each filter so that activations neither vanish nor grow with depth.

    Keras' default initialisation (Glorot) shrinks the signal at every layer, and the style loss
    takes the fourth power of what is left. Here the response $y$ of each filter to a picture of
    random discs is given the mean 0 and the standard deviation $s$ of the picture's pixels. Photos
    then have activations of that size at every depth; with average pooling a few times that.

    Formula:
        $w \leftarrow w s / \mathrm{std}(y)$, $b = -s \, \mathrm{mean}(y) / \mathrm{std}(y)$

    Args:
        names: the first few keys of `KERNEL_SHAPES`, or all.
        pooling: "max" or "avg", as in the network.
        seed: integer; the same seed gives the same kernels on the same machine, however many.

    Returns:
        Dict from each name to (kernel (3, 3, C, N), bias (N,)), float32 arrays, and the
        `WeightsSource`.

    Reference: Salimans and Kingma 2016, arXiv:1602.07868, section 3, for the scaling; Lee, Mumford
        and Huang 2001, "Occlusion models for natural images", IJCV 41, for the discs; He, Wang and
        Hopcroft 2016, arXiv:1606.04801, for style transfer with random kernels.
    """
    rng = np.random.default_rng(seed)
    pool = {"max": ops.max_pool, "avg": ops.average_pool}[pooling]
    x = 255.0 * (_dead_leaves_image(rng) - 0.5)  # (1, 128, 128, 3)
    scale = x.std()
    kernels: Kernels = {}
    for name in names:
        if name.endswith("conv1") and kernels:
            x = pool(x, 2, 2)
        kernel = rng.standard_normal(KERNEL_SHAPES[name], dtype="float32")
        response = np.asarray(ops.conv(x, kernel, padding="same"))  # (1, H, W, N)
        gain = scale / response.std(axis=(0, 1, 2))  # (N,)
        bias = -gain * response.mean(axis=(0, 1, 2))  # (N,)
        kernels[name] = kernel * gain, bias
        x = ops.relu(response * gain + bias)
    return kernels, WeightsSource("random", f"VGG19 with random kernels, seed {seed}", None)


def _dead_leaves_image(rng, size=128, count=2000):
    """Draw overlapping discs of all sizes and colours: flat parts and edges, as in photos."""
    rows, columns = np.mgrid[:size, :size]
    radii = (rng.uniform(4 / size**2, 0.25, count)) ** -0.5  # density r^-3 from 2 to size / 2
    centres = rng.uniform(-0.2 * size, 1.2 * size, (count, 2))
    picture = np.full((1, size, size, 3), 0.5, "float32")
    for radius, (row, column), colour in zip(
        radii, centres, rng.uniform(size=(count, 3)), strict=True
    ):
        picture[0, (rows - row) ** 2 + (columns - column) ** 2 < radius**2] = colour
    return picture
