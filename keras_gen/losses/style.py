r"""Losses of style transfer: means, so that one set of weights suits pictures of every size.

Let $F$ be the features of one layer, $N$ channels at $M = H W$ positions. The content loss compares
$F$ position by position. The style loss compares Gram matrices, which say which channels respond
together and how strongly; averaging over positions discards where. Gatys et al. sum over positions,
so that doubling width and height multiplies their content term by four; each `Deviation:` states
the exact factor.

Features in bfloat16 or float16 are cast to float32 first: the square of a float16 number overflows
from 256 on, and a bfloat16 sum keeps only two digits.
"""

from typing import Any

from keras import backend, ops

Tensor = Any  # an array or a tensor of Keras' backend


def _at_least_float32(x: Tensor) -> Tensor:
    x = ops.convert_to_tensor(x)
    return ops.cast(x, backend.result_type(x.dtype, "float32"))


def gram_matrix(features: Tensor, mask: Tensor | None = None) -> Tensor:
    r"""Gram matrix of each image: products of channels, averaged over positions.

    Formula:
        $G_{ij} = \frac{1}{M} \sum_k F_{ki} F_{kj}$, $M = H W$;
        with a mask $G_{ij} = \sum_k m_k F_{ki} F_{kj} / \sum_k m_k$
        einsum("bhwi,bhwj->bij", features, features) / (H * W)

    A mask restricts the style to a region. Only the ratios of its weights matter, so a mask of ones
    changes nothing; if all weights are 0, the matrix is 0.

    Deviation: Gatys et al. sum over positions, which gives M times this. Their matrices of a large
    and of a small picture cannot be compared; these can.

    Erratum: E21, the first document's style loss contains no such matrix.

    Args:
        features: (B, H, W, N) floats of any precision.
        mask: (B, H, W, 1) or (1, H, W, 1), the weights >= 0 of the positions, or None.

    Returns:
        (B, N, N), symmetric and positive semidefinite, in squared units of the features; float64
        for float64 features, else float32.

    Reference: Gatys, Ecker and Bethge 2016, CVPR, equation 3; preprint arXiv:1508.06576.
    """
    features = _at_least_float32(features)
    if mask is None:
        _, height, width, _ = ops.shape(features)
        products = ops.einsum("bhwi,bhwj->bij", features, features)  # (B, N, N)
        return products / ops.cast(height * width, products.dtype)
    mask = ops.cast(mask, features.dtype)
    shares = ops.divide_no_nan(mask, ops.sum(mask, axis=(1, 2), keepdims=True))  # (B, H, W, 1)
    return ops.einsum("bhwi,bhwj->bij", shares * features, features)


def content_loss(features: Tensor, content_features: Tensor) -> Tensor:
    r"""Mean squared difference of features, position by position.

    Formula:
        $L_{content} = \frac{1}{B M N} \sum_{b,k,i} (F_{bki} - P_{bki})^2$
        mean((features - content_features)**2)

    Deviation: equation 1 is half the sum over positions and channels, N M / 2 times this.

    Erratum: E9, the first document compares with index 1 of a batch that holds one image.

    Args:
        features: (B, H, W, N) floats, F, of the generated image.
        content_features: (B, H, W, N) floats, P, of the content image.

    Returns:
        Scalar >= 0, in squared units of the features.

    Reference: Gatys, Ecker and Bethge 2016, CVPR, equation 1; preprint arXiv:1508.06576.
    """
    difference = _at_least_float32(features) - _at_least_float32(content_features)
    return ops.mean(ops.square(difference))


def style_loss(gram: Tensor, style_gram: Tensor) -> Tensor:
    r"""Mean squared difference of the Gram matrices of one layer.

    Formula:
        $L_{style} = \frac{1}{B N^2} \sum_{b,i,j} (G_{bij} - A_{bij})^2$
        mean((gram - style_gram)**2)

    Deviation: equation 4 is $E_l = \frac{1}{4 N^2 M^2} \sum_{i,j} (M G_{ij} - M A_{ij})^2$ in terms
    of the means G and A, a quarter of this at every size.

    Erratum: E21, the first document calls the mean squared difference of *feature maps* a style
    loss. That is the content loss with another picture: it rewards that picture's objects in their
    places.

    Args:
        gram: (B, N, N) floats, G, from `gram_matrix` of the generated image.
        style_gram: (B, N, N) or (1, N, N) floats, A, of the style image, which may have any size.

    Returns:
        Scalar >= 0, in fourth powers of the features' unit.

    Reference: Gatys, Ecker and Bethge 2016, CVPR, equation 4; preprint arXiv:1508.06576.
    """
    return ops.mean(ops.square(_at_least_float32(gram) - _at_least_float32(style_gram)))


def total_variation(images: Tensor) -> Tensor:
    r"""Mean absolute difference of neighbouring pixels, which suppresses noise.

    Formula:
        $V = \frac{1}{B H W C} \sum [|x_{h+1,w} - x_{h,w}| + |x_{h,w+1} - x_{h,w}|]$
        (sum(abs(down)) + sum(abs(right))) / size(images)

    Deviation: `tf.image.total_variation`, which the first document uses, is the sum over one image,
    H W C times this. Deviation: Mahendran and Vedaldi raise the length of the slope to a power;
    absolute values, as here, preserve edges and favour horizontal and vertical ones.

    Erratum: E26, the first document adds that sum, with weight 1, to two means.

    Args:
        images: (B, H, W, C) floats.

    Returns:
        Scalar >= 0, in the unit of the images.

    Reference: Rudin, Osher and Fatemi 1992, Physica D 60; for images behind a network Mahendran and
        Vedaldi 2015, arXiv:1412.0035.
    """
    images = _at_least_float32(images)
    down = ops.abs(images[:, 1:] - images[:, :-1])  # (B, H - 1, W, C)
    right = ops.abs(images[:, :, 1:] - images[:, :, :-1])  # (B, H, W - 1, C)
    return (ops.sum(down) + ops.sum(right)) / ops.cast(ops.size(images), images.dtype)
