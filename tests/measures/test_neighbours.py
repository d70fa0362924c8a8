import numpy as np
import pytest
from scipy.ndimage import uniform_filter

from keras_gen.data import fashion_mnist_10k
from keras_gen.measures import copied_share, duplicate_share, nearest, suspected_copies


def grey(*levels):
    """Flat 4x4 images, one for each grey level: their distance is that of the levels over 255."""
    return np.array(levels, "uint8")[:, None, None, None] * np.ones((4, 4, 1), "uint8")


def to_uint8(images):
    return np.clip(np.round(images), 0, 255).astype("uint8")


# --- nearest ------------------------------------------------------------------------------------


def test_nearest_by_hand():
    """100 lies 1 from 101 and 2 from 98; 0 lies 50 from 50 and 98 from 98; 255 equals 255."""
    distances, indices = nearest(grey(100, 0, 255), grey(50, 98, 101, 255))
    np.testing.assert_array_equal(indices, [[2, 1], [0, 1], [3, 2]])
    np.testing.assert_allclose(distances * 255, [[1, 2], [50, 98], [0, 154]], rtol=1e-12)
    assert distances[2, 0] == 0.0
    assert distances.dtype == np.float64 and indices.dtype == np.int64


def test_the_distance_is_the_root_of_the_mean_square():
    """One pixel of 16 differs by 40: sqrt(40^2 / 16) = 10 levels. All pixels by 11: 11 levels."""
    images, spot = grey(100), grey(100)
    spot[0, 1, 2] += 40
    distances, indices = nearest(images, np.concatenate([grey(111), spot]))
    np.testing.assert_allclose(distances * 255, [[10, 11]], rtol=1e-12)
    np.testing.assert_array_equal(indices, [[1, 0]])


def test_an_image_is_not_its_own_neighbour_but_its_twin_is():
    images = grey(10, 30, 10, 37)
    distances, indices = nearest(images, images, exclude_self=True)
    np.testing.assert_array_equal(indices, [[2, 1], [3, 0], [0, 1], [1, 0]])
    np.testing.assert_allclose(distances * 255, [[0, 20], [7, 20], [0, 20], [7, 27]], rtol=1e-12)


def test_of_equals_the_first_come_first():
    _, indices = nearest(grey(5), grey(6, 4, 6, 9))
    np.testing.assert_array_equal(indices, [[0, 1]])


# 28x28x1 and 32x32x1 are searched in float32, 32x32x3 in float64.
@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 1), (32, 32, 3)], ids=str)
@pytest.mark.parametrize("near_copies", [False, True], ids=["noise", "near copies"])
def test_integer_arithmetic_agrees_to_the_last_unit(shape, near_copies):
    """Brute force in int64. The near copies are black and white, where float32 has least room, and
    differ from one another in a few pixels by one level.
    """
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (9, *shape), dtype="uint8")
    references = rng.integers(0, 256, (60, *shape), dtype="uint8")
    if near_copies:
        images = np.where(images > 127, 254, 1).astype("uint8")
        few = rng.random((60, *shape)) < 0.02
        references = images[np.arange(60) % 9] + few * rng.choice([-1, 1], few.shape)
        references = references.astype("uint8")
    squares = np.array(
        [[np.sum((x.astype("int64") - y) ** 2) for y in references] for x in images]
    )  # (9, 60)
    order = np.argsort(squares, axis=1, kind="stable")[:, :2]
    expected = np.take_along_axis(squares, order, axis=1) / np.prod(shape) / 255**2
    distances, indices = nearest(images, references, chunk=4)
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_allclose(distances, np.sqrt(expected), rtol=1e-12, atol=0)


def test_free_of_order_and_of_the_chunk():
    images = fashion_mnist_10k().images[:120]
    distances, indices = nearest(images, images, exclude_self=True)
    again, backwards = nearest(images[::-1], images[::-1], exclude_self=True, chunk=13)
    np.testing.assert_array_equal(again[::-1], distances)
    np.testing.assert_array_equal(119 - backwards[::-1], indices)


def test_wrong_images_are_refused():
    good = grey(1, 2, 3)
    wrong = {
        r"expected uint8 images .* found float64 of shape \(3, 4, 4, 1\)": (good / 255, good),
        r"expected uint8 images .* found uint8 of shape \(3, 4, 4\)": (good, good[..., 0]),
        r"expected uint8 images .* found uint8 of shape \(0, 4, 4, 1\)": (good[:0], good),
        r"of one size, found \(4, 3, 1\) and \(4, 4, 1\)": (good[:, :, 1:], good),
        "expected at least 2 references, found 1": (good, good[:1]),
    }
    for message, pair in wrong.items():
        with pytest.raises(ValueError, match=message):
            nearest(*pair)
    with pytest.raises(ValueError, match="expected one set of images twice, found 3 and 2"):
        nearest(good, good[:2], exclude_self=True)
    with pytest.raises(ValueError, match="expected at least 3 references, found 2"):
        nearest(good[:2], good[:2], exclude_self=True)


# --- copies -------------------------------------------------------------------------------------


def test_copied_share_by_hand():
    """Held-out ratios 0.01, 0.02, ..., 1: their 5 % quantile lies between 0.05 and 0.06. Of the
    sample ratios 0 (0 / 0), 0 (0 / 3), 0.04, 0.07 and 1, three lie below it.
    """
    held_out = np.stack([np.arange(1, 101) / 50, np.full(100, 2.0)], axis=1)
    samples = np.array([[0, 0], [0, 3], [0.02, 0.5], [0.14, 2], [0.3, 0.3]])
    assert copied_share(samples, held_out, quantile=0.05) == pytest.approx(3 / 5)
    assert copied_share(samples[::-1], held_out[::-1], quantile=0.05) == pytest.approx(3 / 5)
    assert copied_share(held_out, held_out, quantile=0.05) == pytest.approx(0.05)
    suspected = suspected_copies(samples, held_out, quantile=0.05)
    assert suspected.tolist() == [True, True, True, False, False]


def test_copies_are_copies_also_where_held_out_images_are():
    """Two of a hundred held-out images equal a training image: the quantile is 0, and so is the
    ratio of a copy.
    """
    held_out = np.concatenate([np.zeros((2, 2)), np.ones((98, 2))])
    assert copied_share(np.array([[0.0, 0.2], [0.1, 0.2]]), held_out) == 0.5


@pytest.fixture(scope="module")
def garments():
    """8,000 training images, 1,000 other ones, and the distances of 1,000 held-out ones."""
    data = fashion_mnist_10k()
    training, others, held_out = np.split(data.images, [8000, 9000])
    return training, others, data.labels[8000:9000], nearest(held_out, training)[0]


def shares(images, garments):
    """What a threshold on the distance accuses, and what the ratio accuses, both at 1 %."""
    training, _, _, held_out = garments
    distances, _ = nearest(images, training)
    by_distance = np.mean(distances[:, 0] <= np.quantile(held_out[:, 0], 0.01))
    return by_distance, copied_share(distances, held_out)


def test_copies_are_found_and_other_real_images_are_not(garments):
    """Copies: all. Other real images: 0.01 expected; 0.009 measured, chance allows 0.02."""
    training, others, _, _ = garments
    assert shares(training[:500], garments)[1] == 1.0
    assert 0 < shares(others, garments)[1] < 0.02


def test_changed_copies_are_found_by_the_ratio_only(garments):
    """Measured on 1,000 copies: noise of 30 grey levels 0.000 by distance and 0.811 by ratio,
    20 levels brighter 0.004 and 0.901. Here 500 of them.
    """
    copies = garments[0][:500].astype("float64")
    noise = np.random.default_rng(0).normal(0, 30, copies.shape)
    for changed in (copies + noise, copies + 20):
        by_distance, by_ratio = shares(to_uint8(changed), garments)
        assert by_distance < 0.02 and 0.7 < by_ratio < 1.0


def test_the_distance_accuses_garments_that_look_alike(garments):
    """Other real trousers: 0.10 by distance, 0.03 by ratio, where 0.01 would be right. Measured."""
    _, others, labels, _ = garments
    by_distance, by_ratio = shares(others[labels == 1], garments)
    assert by_distance > 0.08 and by_ratio < 0.05


def test_blurred_images_are_nearer_and_no_copies(garments):
    """Blur of 3x3 pixels moves 72.5 % of the images nearer to the training set, 67.6 % below the
    held-out median (half of the images would be right), and raises no suspicion at 1 %: 0.2 % by
    distance, 0 by ratio. At the median, the ratio accuses fewer than half: 39 %. All measured.
    """
    training, others, _, held_out = garments
    blurred = to_uint8(uniform_filter(others.astype("float64"), (1, 3, 3, 1)))
    before, after = nearest(others, training)[0], nearest(blurred, training)[0]
    assert 0.70 < np.mean(after[:, 0] < before[:, 0]) < 0.75
    assert 0.65 < np.mean(after[:, 0] < np.median(held_out[:, 0])) < 0.70
    assert 0.36 < copied_share(after, held_out, quantile=0.5) < 0.42
    assert copied_share(after, held_out) == 0.0


def test_duplicate_share_by_hand():
    """Levels 10 and 15 are 5 of 255 apart (0.0196), 100 and 106 are 6 apart (0.0235): two of four
    samples have a near-duplicate, all four of them at a threshold of 0.024.
    """
    images = grey(10, 15, 100, 106)
    distances, _ = nearest(images, images, exclude_self=True)
    assert duplicate_share(distances) == 0.5
    assert duplicate_share(distances, threshold=0.024) == 1.0
    assert duplicate_share(distances[::-1]) == 0.5


def test_wrong_distances_are_refused():
    good = np.ones((5, 2))
    for wrong in (good[:, 0], good[:0], np.ones((5, 3))):
        with pytest.raises(ValueError, match=r"expected distances \(N, 2\) from `nearest`"):
            copied_share(wrong, good)
        with pytest.raises(ValueError, match=r"expected distances \(N, 2\) from `nearest`"):
            duplicate_share(wrong)
    with pytest.raises(ValueError, match="expected a quantile between 0 and 1, found 1"):
        copied_share(good, good, quantile=1)
