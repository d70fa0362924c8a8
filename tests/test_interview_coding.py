"""The coding tasks of docs/interview/coding.md: the solutions run and agree with the library."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gen import losses, measures

PAGES = [
    Path(__file__).parent.parent / "docs" / "interview" / f"coding{end}.md"
    for end in ("", ".zh-CN")
]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS = [BLOCK.findall(page.read_text("utf-8")) for page in PAGES]


def solution(number):
    """Run a block of the page, counted from 0, and return its names."""
    scope = {}
    exec(BLOCKS[0][number], scope)
    return scope


def test_both_languages_have_the_same_code():
    assert BLOCKS[0] == BLOCKS[1] and len(BLOCKS[0]) == 6


def test_the_gram_matrix_is_the_librarys_and_forgets_places():
    gram = solution(0)["gram"]
    by_hand = np.array([[[[1.0, 2.0]], [[3.0, 0.0]]]])
    np.testing.assert_allclose(gram(by_hand), [[[5, 1], [1, 2]]])
    features = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    np.testing.assert_allclose(gram(features), losses.gram_matrix(features), rtol=1e-5)
    np.testing.assert_allclose(gram(features[:, ::-1]), gram(features))


def test_adain_has_the_styles_moments_and_the_contents_places():
    adain = solution(0)["adain"]
    rng = np.random.default_rng(0)
    content, style = rng.normal(1, 2, (2, 6, 5, 3)), rng.normal(-1, 0.5, (2, 4, 4, 3))
    found = adain(content, style)
    np.testing.assert_allclose(found.mean((1, 2)), style.mean((1, 2)))
    np.testing.assert_allclose(found.std((1, 2)), style.std((1, 2)), rtol=1e-4)
    np.testing.assert_allclose(adain(content, style[:, ::-1]), found)
    assert np.corrcoef(content[0, ..., 0].ravel(), found[0, ..., 0].ravel())[0, 1] > 1 - 1e-9


@pytest.mark.parametrize(("norm", "expected"), [(3.0, 4.0), (0.0, 1.0)])
def test_the_penalty_of_a_linear_critic_is_known_and_has_a_finite_gradient(norm, expected):
    penalty = solution(1)["penalty"]
    kernel = tf.Variable(norm * np.ones((2 * 2 * 1, 1), "float32") / 2)
    images = np.random.default_rng(0).normal(size=(2, 4, 2, 2, 1)).astype("float32")

    def critic(x, training):
        return tf.reshape(x, (-1, 4)) @ kernel

    with tf.GradientTape() as tape:
        found = penalty(critic, tf.constant(images[0]), tf.constant(images[1]), seed=(0, 1))
    assert float(found) == pytest.approx(expected, abs=1e-4)
    assert np.isfinite(tape.gradient(found, kernel)).all()


def test_the_penalty_of_a_curved_critic_is_the_librarys():
    penalty = solution(1)["penalty"]
    real, fake = np.random.default_rng(0).normal(size=(2, 4, 2, 2, 1)).astype("float32")
    found = penalty(lambda x, training: tf.reduce_sum(x**2, (1, 2, 3)) / 2, real, fake, (0, 1))
    share = tf.random.stateless_uniform((4, 1, 1, 1), (0, 1))
    points = fake + share * (real - fake)  # the slope of |x|^2 / 2 is x
    assert float(found) == pytest.approx(float(losses.gradient_penalty(points)), rel=1e-5)


def test_draws_and_divergence_agree_with_the_library_and_with_each_other():
    scope, rng = solution(2), np.random.default_rng(0)
    mean, log_var = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    assert scope["divergence"](mean, log_var) == pytest.approx(0.5 + (np.e - 2) / 2)
    assert scope["divergence"](mean, log_var) == pytest.approx(
        float(losses.gaussian_kl(mean, log_var)), rel=1e-5
    )
    z = scope["draw"](np.repeat(mean, 200_000, axis=0), np.repeat(log_var, 200_000, axis=0), rng)
    np.testing.assert_allclose(z.std(axis=0), np.exp(log_var[0] / 2), rtol=0.01)
    ratio = (z**2 - (z - mean) ** 2 / np.exp(log_var) - log_var) / 2  # log q - log p
    assert ratio.sum(axis=1).mean() == pytest.approx(0.5 + (np.e - 2) / 2, abs=0.02)


def test_the_frechet_distance_is_the_librarys_also_for_few_rows():
    frechet, rng = solution(3)["frechet"], np.random.default_rng(0)
    for shape in ((50, 4), (5, 8)):
        a, b = rng.normal(size=shape), rng.normal(0.5, 2, size=shape)
        expected = measures.frechet_distance(a, b)
        assert frechet(a, b) == pytest.approx(float(expected), rel=1e-6)
    a, b = rng.normal(size=(2, 40, 1))
    by_hand = (a.mean() - b.mean()) ** 2 + (a.std(ddof=1) - b.std(ddof=1)) ** 2
    assert frechet(a, b) == pytest.approx(by_hand)


def played(scope, steps=300):
    """Return the generator's points after some steps of a listing."""
    keras.utils.set_random_seed(0)
    generator, discriminator = scope["networks"]()
    optimizers = [keras.optimizers.Adam(2e-3, beta_1=0.5) for _ in range(2)]
    both = generator.trainable_variables + discriminator.trainable_variables
    optimizers[0].build(discriminator.trainable_variables)
    optimizers[1].build(both)  # those of D are touched by the faulty listing only
    rng = np.random.default_rng(0)
    step = tf.function(
        lambda real, noise: scope["step"](generator, discriminator, *optimizers, real, noise),
        autograph=False,
    )
    for _ in range(steps):
        real = rng.normal((-0.5, 0.5), 0.1, (64, 2)).astype("float32")
        step(tf.constant(real), tf.constant(rng.normal(size=(64, 8)).astype("float32")))
    return generator(rng.normal(size=(500, 8)).astype("float32")).numpy()


def test_the_faulty_listing_diverges_and_the_mended_one_does_not():
    faulty, mended = played(solution(4)), played(solution(5))
    assert faulty.min() >= 0 and faulty.max() > 1.2  # ReLU; outside the square of the data
    assert np.linalg.norm(faulty.mean(axis=0) - (-0.5, 0.5)) > 1
    assert np.linalg.norm(mended.mean(axis=0) - (-0.5, 0.5)) < 0.25
