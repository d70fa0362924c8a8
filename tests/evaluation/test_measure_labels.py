"""Does a sample show what it was asked to show: shares and distances by hand."""

import numpy as np
import pytest

from keras_gen.evaluation.measure_labels import measure_labels
from keras_gen.measures import Features


def test_hits_and_distances_within_classes_by_hand():
    """Hits: 3 of 4 samples and 3 of 4 real images.

    Distance: one feature, so (difference of means)^2 + (difference of deviations)^2. Class 0: means
    1 and 4, deviations 1 both (values 1 +- sqrt(1/2), so that the variance over n - 1 is 1): 9.
    Class 1: means 0 and 0, deviations 1 and 3: 4. The mean is 6.5.
    """
    half = np.sqrt(0.5)
    real = np.array([1 - half, -half, 1 + half, half])[:, None]
    fake = np.array([4 - half, 4 + half, -3 * half, 3 * half])[:, None]
    labels = np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])
    said = np.array([0, 1, 0, 0]), np.array([0, 1, 1, 1])
    judge = Features("Judge", "ab", True, (28, 28, 1), 1, lambda images: None)
    hits, distance = measure_labels(judge, (real, fake), said, labels)
    assert (hits.key, hits.value, hits.reference) == ("label_hits", 0.75, 0.75)
    assert hits.interval[0] < 0.75 < hits.interval[1]
    assert distance.key == "frechet_distance_within"
    assert distance.label == "FD-Judge within classes, mean"
    assert distance.value == pytest.approx(6.5, rel=1e-6)
