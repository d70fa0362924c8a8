import numpy as np
import pytest

from keras_gen.measures import class_entropy, class_shares


def test_shares_by_hand():
    """Four samples of classes 0, 2, 2, 3: a quarter, none, a half, a quarter, none."""
    shares = class_shares(np.array([2, 0, 3, 2]), n_classes=5)
    np.testing.assert_array_equal(shares, [0.25, 0, 0.5, 0.25, 0])
    assert shares.dtype == np.float64


def test_shares_of_ten_classes_are_the_default():
    np.testing.assert_array_equal(class_shares(np.arange(10)), np.full(10, 0.1))
    np.testing.assert_array_equal(class_shares(np.array([9, 9], "uint8")), [0] * 9 + [1])


def test_entropy_of_one_class_and_of_equal_shares():
    assert class_entropy([0, 1, 0]) == 0.0
    assert class_entropy(np.full(10, 0.1)) == pytest.approx(2.302585, abs=1e-6)  # log 10


def test_entropy_by_hand():
    """Shares 1/2, 1/4, 1/4: (log 2) / 2 + (log 4) / 2 = 1.5 log 2; a class at 0 adds nothing."""
    assert class_entropy([0.5, 0.0, 0.25, 0.25]) == pytest.approx(1.5 * np.log(2), rel=1e-12)


def test_free_of_order():
    classes = np.random.default_rng(0).integers(0, 10, 100)
    np.testing.assert_array_equal(class_shares(classes), class_shares(classes[::-1]))
    shares = class_shares(classes)
    assert class_entropy(shares) == pytest.approx(class_entropy(shares[::-1]), rel=1e-12)


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ([0, 10], "expected classes from 0 to 9, found 0 to 10"),
        ([-1, 3], "expected classes from 0 to 9, found -1 to 3"),
        ([0.0, 1.0], r"expected integer classes \(N,\), found float64 of shape \(2,\)"),
        ([[0, 1]], r"expected integer classes \(N,\), found int64 of shape \(1, 2\)"),
        (np.zeros(0, int), r"expected integer classes \(N,\), found int64 of shape \(0,\)"),
    ],
)
def test_wrong_classes_are_refused(classes, message):
    with pytest.raises(ValueError, match=message):
        class_shares(classes)


@pytest.mark.parametrize("shares", [[0.5, 0.4], [1.5, -0.5], [[1.0]], [np.nan, 1.0], []])
def test_wrong_shares_are_refused(shares):
    with pytest.raises(ValueError, match=r"expected shares \(K,\) >= 0 of sum 1, found"):
        class_entropy(shares)
