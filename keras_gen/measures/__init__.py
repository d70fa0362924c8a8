"""Measures of image quality: arrays in, numbers out.

    pairs.py       an image and the one that it should equal: PSNR, SSIM
    distances.py   two sets of images: Fréchet distance, kernel distance
    manifold.py    quality and variety separately: precision and recall, density and coverage
    neighbours.py  copies of training images, and near-duplicates among the samples
    membership.py  how well an attacker tells training images from others
    modes.py       which modes of a known mixture samples reach
    classes.py     which classes occur, and how evenly
    likelihood.py  how likely images are under a VAE
    products.py    whether pictures of products show the kind, colour and angle asked for
    mattes.py      how well an object was cut out
    recommendations.py  what is like the things that somebody bought, and how often that is right
    sharpness.py   how strong the edges of an image are
    style.py       what style transfer kept of the content, and how close it came to the style
    pca.py         the best linear autoencoder, a yardstick for reconstructions
    features.py    the networks whose features measure samples
    intervals.py   how certain a measured number is
    acceptance.py  how many images people must look at, and what their defects prove
    agreement.py   how far two people who judge the same images agree

Real comes before fake; the same seed gives the same number.
"""

from keras_gen.measures.acceptance import defect_bound, sampling_plan
from keras_gen.measures.agreement import Agreement, cohen_kappa
from keras_gen.measures.classes import class_entropy, class_shares
from keras_gen.measures.distances import KernelDistance, frechet_distance, kernel_distance
from keras_gen.measures.features import FEATURES, Features, load_features, load_judges
from keras_gen.measures.intervals import (
    Interval,
    bootstrap_interval,
    mean_interval,
    wilson_interval,
)
from keras_gen.measures.likelihood import Likelihood
from keras_gen.measures.manifold import (
    DensityCoverage,
    PrecisionRecall,
    density_coverage,
    inside_manifold,
    precision_recall,
)
from keras_gen.measures.mattes import intersection_over_union, matte_errors
from keras_gen.measures.membership import Membership, membership_attack
from keras_gen.measures.modes import Modes, count_modes
from keras_gen.measures.neighbours import copied_share, duplicate_share, nearest, suspected_copies
from keras_gen.measures.pairs import psnr, ssim
from keras_gen.measures.pca import pca_reconstructions
from keras_gen.measures.products import (
    ProductJudge,
    Reading,
    angle_errors,
    delta_e_2000,
    load_product_judge,
)
from keras_gen.measures.recommendations import cosine_similarity, held_out_hits, mean_direction
from keras_gen.measures.sharpness import sharpness
from keras_gen.measures.style import (
    HELD_OUT_LAYERS,
    held_out_distances,
    luminance_ssim,
    style_distance,
)

__all__ = [
    "psnr",
    "ssim",
    "pca_reconstructions",
    "sharpness",
    "HELD_OUT_LAYERS",
    "held_out_distances",
    "luminance_ssim",
    "style_distance",
    "Likelihood",
    "FEATURES",
    "Features",
    "load_features",
    "load_judges",
    "intersection_over_union",
    "matte_errors",
    "Membership",
    "membership_attack",
    "Modes",
    "count_modes",
    "KernelDistance",
    "frechet_distance",
    "kernel_distance",
    "DensityCoverage",
    "PrecisionRecall",
    "density_coverage",
    "inside_manifold",
    "precision_recall",
    "copied_share",
    "duplicate_share",
    "nearest",
    "suspected_copies",
    "class_entropy",
    "class_shares",
    "ProductJudge",
    "Reading",
    "angle_errors",
    "delta_e_2000",
    "load_product_judge",
    "cosine_similarity",
    "held_out_hits",
    "mean_direction",
    "Interval",
    "bootstrap_interval",
    "mean_interval",
    "wilson_interval",
    "defect_bound",
    "sampling_plan",
    "Agreement",
    "cohen_kappa",
]
