"""Measure whether a conditional model draws what it is asked for."""

import numpy as np

from keras_gen import measures
from keras_gen.evaluation.measurements import Measurement


def measure_labels(extractor, features, classes, labels) -> list[Measurement]:
    """Measure how often samples show the class asked for, and how real each class looks.

    Args:
        extractor: `measures.Features`, which made the features and assigned the classes.
        features: of real images (N, D) and of samples (M, D).
        classes: what the extractor says of both, (N,) and (M,).
        labels: what the real images are, (N,), and what the samples were asked to be, (M,).

    Returns:
        List of `Measurement`: the share of samples that show their class, whose reference is that
        of real images which the extractor names rightly, and the mean over the classes of the
        Fréchet distance within each.
    """
    (real, fake), (_, asked) = features, labels
    hits, real_hits = (
        float(np.mean(said == true)) for said, true in zip(classes[::-1], labels[::-1], strict=True)
    )
    pairs = [(real[labels[0] == k], fake[asked == k]) for k in np.unique(asked)]
    distances = [measures.frechet_distance(*pair) for pair in pairs if min(map(len, pair)) > 1]
    common = {
        "n_real": len(real),
        "n_fake": len(fake),
        "features": extractor.name,
        "features_sha256": extractor.sha256,
    }
    return [
        Measurement(
            key="label_hits",
            label="samples of the class asked for",
            value=hits,
            interval=measures.wilson_interval(round(hits * len(fake)), len(fake)),
            better="higher",
            reference=real_hits,
            reference_name="real images",
            **common,
        ),
        Measurement(
            key="frechet_distance_within",
            label=f"FD-{extractor.name} within classes, mean",
            value=float(np.mean(distances)),
            better="lower",
            **common,
        ),
    ]
