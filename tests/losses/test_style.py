"""The losses of style transfer: numbers by hand, closed forms, slopes, sizes, torch, TensorFlow."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gen.losses import content_loss, gram_matrix, style_loss, total_variation


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def mirrored(x):
    """Lay a map out 2x2 with its mirror images, so that no seam adds a difference."""
    x = np.concatenate([x, x[:, ::-1]], axis=1)
    return np.concatenate([x, x[:, :, ::-1]], axis=2)


# --- numbers worked by hand -----------------------------------------------------------------------

# one image, 1 x 3 positions with two channels: (1, 2), (3, 0), (-1, 1)
FEATURES = np.array([[[[1.0, 2.0], [3.0, 0.0], [-1.0, 1.0]]]])


def test_gram_worked_by_hand():
    # sums 1 + 9 + 1 = 11, 2 + 0 - 1 = 1, 4 + 0 + 1 = 5, over three positions
    np.testing.assert_allclose(gram_matrix(FEATURES), [[[11 / 3, 1 / 3], [1 / 3, 5 / 3]]])


def test_masked_gram_worked_by_hand():
    # weights 1, 0, 3: sums 1 + 3 = 4, 2 - 3 = -1, 4 + 3 = 7, over a weight of 4
    mask = np.array([1.0, 0.0, 3.0]).reshape(1, 1, 3, 1)
    np.testing.assert_allclose(gram_matrix(FEATURES, mask), [[[1.0, -0.25], [-0.25, 1.75]]])


def test_style_and_content_loss_worked_by_hand():
    # differences 1, 0, 0, -3 over four entries; 2, 0, 0, 1, 0, 0 over six
    gram, style_gram = np.array([[[2.0, 5.0], [5.0, 1.0]]]), np.array([[[1.0, 5.0], [5.0, 4.0]]])
    assert float(style_loss(gram, style_gram)) == pytest.approx((1 + 9) / 4)
    other = FEATURES + np.array([2.0, 0.0, 0.0, 1.0, 0.0, 0.0]).reshape(1, 1, 3, 2)
    assert float(content_loss(FEATURES, other)) == pytest.approx((4 + 1) / 6)


def test_total_variation_worked_by_hand():
    # rows (1, 4) and (3, 0): down 2 + 4, right 3 + 3, over four pixels
    image = np.array([[1.0, 4.0], [3.0, 0.0]]).reshape(1, 2, 2, 1)
    assert float(total_variation(image)) == pytest.approx(12 / 4)


def test_the_deviations_factors_lead_to_the_papers_sums():
    """Equations 1, 3 and 4 written as the paper has them, with N rows and M columns."""
    N, M = 6, 5 * 7
    generated, style = draw(1, 5, 7, N), draw(1, 5, 7, N, seed=1)
    F, P = (x.reshape(M, N).T for x in (generated, style))
    content = 0.5 * np.sum((F - P) ** 2)
    assert N * M / 2 * float(content_loss(generated, style)) == pytest.approx(content, rel=1e-12)
    G, A = F @ F.T, P @ P.T
    np.testing.assert_allclose(M * gram_matrix(generated)[0], G, rtol=1e-12)
    energy = np.sum((G - A) ** 2) / (4 * N**2 * M**2)
    ours = float(style_loss(gram_matrix(generated), gram_matrix(style)))
    assert ours / 4 == pytest.approx(energy, rel=1e-12)


# --- masks ----------------------------------------------------------------------------------------


def test_a_mask_of_ones_or_of_twos_changes_nothing():
    features = draw(2, 5, 4, 3)
    for value in (1.0, 2.0):
        masked = gram_matrix(features, np.full((2, 5, 4, 1), value))
        np.testing.assert_allclose(masked, gram_matrix(features), rtol=1e-12)


def test_a_mask_of_a_region_equals_the_region_cut_out():
    features, mask = draw(2, 5, 6, 3), np.zeros((1, 5, 6, 1))
    mask[:, 1:4, 2:5] = 1.0
    expected = gram_matrix(features[:, 1:4, 2:5])
    np.testing.assert_allclose(gram_matrix(features, mask), expected, rtol=1e-12)


def test_an_empty_mask_gives_zero_and_no_slope():
    features = tf.constant(draw(1, 3, 3, 2))
    with tf.GradientTape() as tape:
        tape.watch(features)
        gram = gram_matrix(features, np.zeros((1, 3, 3, 1)))
    np.testing.assert_array_equal(gram, np.zeros((1, 2, 2)))
    np.testing.assert_array_equal(tape.gradient(gram, features), np.zeros((1, 3, 3, 2)))


# --- what the docstrings promise ------------------------------------------------------------------


def test_gram_is_symmetric_and_positive_semidefinite():
    gram = np.asarray(gram_matrix(draw(3, 2, 2, 6)))  # rank 4 of 6
    np.testing.assert_allclose(gram, gram.swapaxes(1, 2), rtol=1e-12)
    eigenvalues = np.linalg.eigvalsh(gram)
    assert eigenvalues.min() > -1e-12
    assert (np.sum(eigenvalues > 1e-12, axis=1) == 4).all()


def test_style_forgets_places_and_content_does_not():
    features = draw(1, 4, 4, 3)
    shuffled = np.random.default_rng(1).permutation(features.reshape(16, 3)).reshape(1, 4, 4, 3)
    style = style_loss(gram_matrix(shuffled), gram_matrix(features))
    assert float(style) == pytest.approx(0.0, abs=1e-24)
    assert float(content_loss(shuffled, features)) > 0.5


def test_a_tiled_picture_has_the_same_losses():
    small, other = draw(2, 5, 4, 3), draw(2, 5, 4, 3, seed=1)
    large, large_other = mirrored(small), mirrored(other)
    np.testing.assert_allclose(gram_matrix(large), gram_matrix(small), rtol=1e-12)
    content = float(content_loss(small, other))
    assert float(content_loss(large, large_other)) == pytest.approx(content, rel=1e-12)
    variation = float(total_variation(small))
    assert float(total_variation(large)) == pytest.approx(variation, rel=1e-12)


def test_doubling_the_batch_leaves_every_loss():
    x, y = draw(2, 5, 4, 3), draw(2, 5, 4, 3, seed=1)
    xx, yy = np.concatenate([x, x]), np.concatenate([y, y])
    for once, twice in (
        (content_loss(x, y), content_loss(xx, yy)),
        (
            style_loss(gram_matrix(x), gram_matrix(y)),
            style_loss(gram_matrix(xx), gram_matrix(yy)),
        ),
        (total_variation(x), total_variation(xx)),
    ):
        assert float(twice) == pytest.approx(float(once), rel=1e-12)


def test_one_style_serves_a_batch():
    grams, style = gram_matrix(draw(3, 4, 4, 2)), gram_matrix(draw(1, 6, 5, 2, seed=1))
    each = [float(style_loss(grams[i : i + 1], style)) for i in range(3)]
    assert float(style_loss(grams, style)) == pytest.approx(np.mean(each), rel=1e-12)


def test_shapes_may_be_unknown_while_tracing():
    features, images = draw(2, 5, 4, 3), draw(2, 6, 3, 3)
    unknown = tf.TensorSpec((None, None, None, 3), tf.float64)
    traced = tf.function(gram_matrix, input_signature=[unknown])
    np.testing.assert_allclose(traced(features), gram_matrix(features), rtol=1e-12)
    traced = tf.function(total_variation, input_signature=[unknown])
    assert float(traced(images)) == pytest.approx(float(total_variation(images)), rel=1e-12)


# --- precision and extremes -----------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_features_are_multiplied_in_float32(dtype):
    """Against float64 of the same rounded features: float32 errs by 1e-7, bfloat16 by 4e-3."""
    features = tf.cast(draw(2, 9, 8, 5), dtype)
    other = tf.cast(draw(2, 9, 8, 5, seed=1), dtype)
    exact, exact_other = tf.cast(features, "float64"), tf.cast(other, "float64")
    gram, mask = gram_matrix(features), np.ones((1, 9, 8, 1), "float32")
    assert gram.dtype == gram_matrix(features, mask).dtype == "float32"
    np.testing.assert_allclose(gram, gram_matrix(exact), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(gram_matrix(features, mask), gram, rtol=1e-5, atol=1e-6)
    for found, expected in (
        (content_loss(features, other), content_loss(exact, exact_other)),
        (total_variation(features), total_variation(exact)),
    ):
        assert found.dtype == "float32"
        assert float(found) == pytest.approx(float(expected), rel=1e-5)


def test_the_largest_activations_stay_finite():
    """Near float16's largest, 65504: the square is past it, the fourth power within float32.

    Worked by hand for constant features c against 0: Gram c^2, style loss c^4, content loss c^2.
    """
    features = np.full((1, 64, 64, 8), 6e4, "float16")
    c = float(features[0, 0, 0, 0])
    gram = gram_matrix(features)
    np.testing.assert_allclose(gram, np.full((1, 8, 8), c**2), rtol=1e-5)
    assert float(style_loss(gram, 0 * gram)) == pytest.approx(c**4, rel=1e-5)
    assert float(content_loss(features, 0 * features)) == pytest.approx(c**2, rel=1e-5)
    # stripes of +c and -c differ by 2c, past float16; 63 of the 64 columns have a neighbour
    stripes = features * np.where(np.arange(64) % 2, 1, -1).astype("float16")[:, None]
    assert float(total_variation(stripes)) == pytest.approx(2 * c * 63 / 64, rel=1e-5)


# --- slopes ---------------------------------------------------------------------------------------

MASK = np.random.default_rng(3).uniform(size=(2, 4, 3, 1))
TARGET = draw(2, 4, 3, 2, seed=4)


@pytest.mark.parametrize(
    "loss",
    [
        lambda x: content_loss(x, TARGET),
        lambda x: style_loss(gram_matrix(x), gram_matrix(TARGET)),
        lambda x: style_loss(gram_matrix(x, MASK), gram_matrix(TARGET, 1 - MASK)),
        total_variation,
    ],
    ids=["content", "style", "masked style", "total variation"],
)
def test_slope_equals_finite_differences(loss):
    """Central differences in float64, step 1e-6: they err by about 1e-9."""
    x = draw(2, 4, 3, 2, seed=5)
    tensor = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        value = loss(tensor)
    slope = tape.gradient(value, tensor).numpy()
    expected = np.empty_like(x)
    for index in np.ndindex(*x.shape):
        step = np.zeros_like(x)
        step[index] = 1e-6
        expected[index] = (float(loss(x + step)) - float(loss(x - step))) / 2e-6
    np.testing.assert_allclose(slope, expected, rtol=1e-6, atol=1e-8)
    assert abs(slope).min() > 1e-7 or loss is total_variation  # every entry is put to the test


def test_slope_of_the_style_loss_is_the_papers_equation_6():
    r"""dE/dF = (1 / (N^2 M^2)) F^T (G - A) where F > 0, with summed Gram matrices, E = ours / 4."""
    N, M = 3, 4 * 5
    features, style = abs(draw(1, 4, 5, N)), abs(draw(1, 4, 5, N, seed=1))
    tensor = tf.constant(features)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        energy = style_loss(gram_matrix(tensor), gram_matrix(style)) / 4
    F, S = (x.reshape(M, N).T for x in (features, style))
    expected = (F.T @ (F @ F.T - S @ S.T)) / (N**2 * M**2)  # (M, N)
    found = tape.gradient(energy, tensor).numpy().reshape(M, N)
    np.testing.assert_allclose(found, expected, rtol=1e-10)


# --- outside libraries ----------------------------------------------------------------------------


def test_tensorflows_total_variation_is_h_w_c_times_ours():
    images = tf.constant(draw(4, 9, 7, 3))
    expected = np.mean(tf.image.total_variation(images)) / (9 * 7 * 3)
    assert float(total_variation(images)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.peers
def test_torch_agrees():
    torch = pytest.importorskip("torch", reason="torch is in the extra 'peers'")
    x, y, mask = draw(3, 6, 5, 4), draw(3, 6, 5, 4, seed=1), abs(draw(3, 6, 5, 1, seed=2))
    flat_x, flat_y = (torch.tensor(v).flatten(1, 2) for v in (x, y))  # (B, M, N)
    gram, style = (v.mT @ v / 30 for v in (flat_x, flat_y))
    np.testing.assert_allclose(gram_matrix(x), gram, rtol=1e-12)
    weights = torch.tensor(mask).flatten(1)  # (B, M)
    weights = weights / weights.sum(dim=1, keepdim=True)
    masked = flat_x.mT @ torch.diag_embed(weights) @ flat_x
    np.testing.assert_allclose(gram_matrix(x, mask), masked, rtol=1e-10)
    mse = torch.nn.functional.mse_loss
    found = float(style_loss(gram_matrix(x), gram_matrix(y)))
    assert found == pytest.approx(mse(gram, style).item(), rel=1e-12)
    found = float(content_loss(x, y))
    assert found == pytest.approx(mse(flat_x, flat_y).item(), rel=1e-12)
