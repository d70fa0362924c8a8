"""Recommendations by likeness, by hand."""

import numpy as np
import pytest

from keras_gen.measures import cosine_similarity, held_out_hits, mean_direction

SCORES = np.array([[0.9, 0.5, 0.7, 0.1], [0.2, 0.3, 0.3, 0.4]])


def test_a_mean_direction_by_hand():
    """(3, 4) and (1, 0) have the unit vectors (0.6, 0.8) and (1, 0); their sum is 0.8 (2, 1)."""
    found = mean_direction([[3.0, 4.0], [1.0, 0.0]])
    np.testing.assert_allclose(found, np.array([2, 1]) / np.sqrt(5), rtol=1e-12)


def test_no_direction_has_a_larger_mean_cosine():
    """Among 3,600 directions of the plane the best is within a tenth of a degree of it."""
    features = np.random.default_rng(0).normal([1.0, 0.5], 1.0, (5, 2))
    radians = np.radians(np.arange(0, 360, 0.1))
    directions = np.stack([np.cos(radians), np.sin(radians)], axis=-1)
    best = directions[cosine_similarity(directions, features).mean(axis=1).argmax()]
    assert best @ mean_direction(features) > np.cos(np.radians(0.06))


def test_cosines_by_hand():
    """(3, 4) is at 4/5 from the vertical axis, at -3/5 from the left; lengths do not count."""
    found = cosine_similarity([[3.0, 4.0]], [[0.0, 2.0], [-5.0, 0.0], [6.0, 8.0]])
    np.testing.assert_allclose(found, [[0.8, -0.6, 1.0]], rtol=1e-12)


def test_hits_by_hand():
    """Without item 0 the first customer's order is 2, 1, 3; the second's is 3, then 1 and 2 tied.

    Item 1 is thus second for the first customer, and counts as third for the second one.
    """
    bought, held_out = np.array([[0], [0]]), np.array([1, 1])
    for k, hits in ((1, [False, False]), (2, [True, False]), (3, [True, True])):
        np.testing.assert_array_equal(held_out_hits(SCORES, bought, held_out, k), hits)


def test_scores_that_say_nothing_hit_nothing_and_are_left_as_they_were():
    scores = np.zeros((2, 4))
    assert not held_out_hits(scores, np.array([[0], [3]]), np.array([1, 2]), 2).any()
    assert (scores == 0).all()


def test_chance_hits_as_often_as_the_formula_says():
    """It is 3 / (15 - 3), within four standard errors of 4,000 customers, 0.0274."""
    rng = np.random.default_rng(0)
    items = np.stack([rng.permutation(15)[:4] for _ in range(4000)])
    hits = held_out_hits(rng.random((4000, 15)), items[:, :3], items[:, 3], 3)
    assert abs(hits.mean() - 0.25) < 0.0274


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mean_direction(np.ones(3)), r"expected vectors \(N, D\), found shape \(3,\)"),
        (lambda: mean_direction([[1.0, 0.0], [-2.0, 0.0]]), "found some that cancel out"),
        (lambda: cosine_similarity([[0.0, 0.0]], [[1.0, 0.0]]), "found a row of zeros"),
        (lambda: cosine_similarity([[1.0]], [[1.0, 0.0]]), "one length, found 1 and 2"),
        (lambda: held_out_hits(SCORES, [[0]], [1, 1], 1), r"found \(2, 4\), \(1, 1\) and \(2,\)"),
        (lambda: held_out_hits(SCORES, [[0], [0]], [1, 1], 5), "k from 1 to 4 items, found 5"),
        (lambda: held_out_hits(SCORES, [[1], [0]], [1, 1], 1), "not among those bought, found one"),
    ],
)
def test_what_has_no_answer_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
