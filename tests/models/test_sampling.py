"""Noise and labels as a generator takes them."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from keras_gen.models.sampling import class_vectors, draw_noise


def test_noise_without_truncation_is_standard_normal():
    noise = np.array(draw_noise(500, 40, seed=0))
    assert stats.kstest(noise.ravel(), "norm").pvalue > 0.01
    np.testing.assert_array_equal(noise, draw_noise(500, 40, seed=0))
    assert not np.array_equal(noise, draw_noise(500, 40, seed=1))


@pytest.mark.parametrize("edge", [0.3, 1.0, 3.0])
def test_truncated_noise_is_the_normal_distribution_between_its_edges(edge):
    """SciPy's truncated normal is the reference, by a test of Kolmogorov and Smirnov."""
    noise = np.ravel(draw_noise(500, 40, seed=0, truncation=edge))
    assert np.abs(noise).max() <= edge * (1 + 1e-5)
    assert stats.kstest(noise, stats.truncnorm(-edge, edge).cdf).pvalue > 0.01


@pytest.mark.parametrize("edge", [0.0, -1.0, float("nan")])
def test_a_truncation_has_to_be_positive(edge):
    with pytest.raises(ValueError, match="truncation: expected a number above 0, found"):
        draw_noise(1, 2, seed=0, truncation=edge)


def test_class_numbers_become_vectors_and_vectors_stay():
    vectors = np.array([[0, 0, 1], [1, 0, 0]], "float32")
    np.testing.assert_array_equal(class_vectors(np.array([2, 0], "uint8"), 3), vectors)
    np.testing.assert_array_equal(class_vectors([2, 0], 3), vectors)
    np.testing.assert_array_equal(class_vectors(vectors, 3), vectors)
    np.testing.assert_array_equal(class_vectors(np.array([2.5, 1.0]), None), [2.5, 1.0])
    in_a_graph = tf.function(lambda labels: class_vectors(labels, 3))
    np.testing.assert_array_equal(in_a_graph(tf.constant([2, 0])), vectors)


@pytest.mark.parametrize(("labels", "found"), [([0, 3], "0 to 3"), ([-1, 2], "-1 to 2")])
def test_numbers_that_are_no_class_are_refused(labels, found):
    with pytest.raises(ValueError, match=f"labels: expected classes from 0 to 2, found {found}"):
        class_vectors(np.array(labels), 3)
