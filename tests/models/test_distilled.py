"""The student: its two terms, its frozen teacher, what it learns, files."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gen.data import noise_batches
from keras_gen.losses import minimax_discriminator_loss, non_saturating_generator_loss
from keras_gen.models import GAN, DistilledGAN
from keras_gen.networks import mlp_gan

SHAPE = (4, 4, 1)
NOISE = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")


def make(weight=0.1, rate=1e-3, width=4, **options):
    """Return a student of a teacher that is twice as wide."""
    keras.utils.set_random_seed(1)
    model = DistilledGAN(
        mlp_gan.generator(SHAPE, 3, width=width),
        mlp_gan.discriminator(SHAPE, width=4, dropout=0.0),
        mlp_gan.generator(SHAPE, 3, width=8),
        3,
        adversarial_weight=weight,
        **{"penalty": "none", **options},
    )
    model.compile(*(keras.optimizers.Adam(rate) for _ in range(2)))
    return model


def test_the_metrics_are_the_losses_composed_by_hand():
    model = make()
    target = np.asarray(model.teacher(NOISE, training=False))
    fake = np.asarray(model.generator(NOISE, training=True))
    logits = [model.discriminator(x) for x in (target, fake)]
    expected = {
        "pixel_loss": np.abs(target - fake).mean(),
        "d_loss": float(minimax_discriminator_loss(*logits)),
        "g_loss": float(non_saturating_generator_loss(logits[1])),
        "real_score": np.mean(1 / (1 + np.exp(-np.asarray(logits[0])))),
        "fake_score": np.mean(1 / (1 + np.exp(-np.asarray(logits[1])))),
    }
    model.train_step(tf.constant(NOISE))
    assert set(expected) == set(DistilledGAN.METRICS)
    for name, value in expected.items():
        assert float(model.trackers[name].result()) == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize("weight", [0.0, 0.5])
def test_the_student_descends_the_sum_of_both_terms(weight):
    """One step of plain gradient descent, against the slope of the sum taken by another tape."""
    model = make(weight)
    model.compile(*(keras.optimizers.SGD(0.1) for _ in range(2)))
    variables = model.generator.trainable_variables
    with tf.GradientTape() as tape:
        fake = model.generator(NOISE, training=True)
        loss = tf.reduce_mean(abs(model.teacher(NOISE, training=False) - fake))
        loss += weight * non_saturating_generator_loss(model.discriminator(fake))
    expected = [v - 0.1 * g for v, g in zip(variables, tape.gradient(loss, variables), strict=True)]
    model.imitate(tf.constant(NOISE), model.teacher(NOISE, training=False))
    for value, variable in zip(expected, variables, strict=True):
        np.testing.assert_allclose(variable, value, atol=2e-6)


def test_the_teacher_stays_and_the_student_comes_to_it():
    model = make(weight=0.0, rate=1e-2, width=8, ema_decay=0.0)
    before = model.teacher.get_weights()
    stream = noise_batches(32, 3, seed=0)
    history = model.fit(stream, steps_per_epoch=60, epochs=5, shuffle=False, verbose=0).history
    assert 0 < history["pixel_loss"][-1] < 0.5 * history["pixel_loss"][0]
    for a, b in zip(before, model.teacher.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert model.steps_done == 300 and not model.teacher.trainable_variables


def test_samples_are_the_students():
    model = make()
    drawn = model.sample(5, seed=2)
    own = np.asarray(model.ema_generator(model.noise(5, seed=2), training=False))
    np.testing.assert_allclose(drawn, np.clip((own + 1) / 2, 0, 1), atol=1e-6)
    assert isinstance(model, GAN) and drawn.shape == (5, *SHAPE)


def test_a_keras_file_goes_on_bit_for_bit_without_the_teachers_run(tmp_path):
    model = make(weight=0.25, penalty="r1", penalty_interval=2)
    model.fit(noise_batches(8, 3, seed=1), steps_per_epoch=3, shuffle=False, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.adversarial_weight == 0.25 and again.steps_done == 3
    for each in (model, again):
        each.fit(
            noise_batches(8, 3, seed=1, start_step=3), steps_per_epoch=3, shuffle=False, verbose=0
        )
    states = [
        [*m.variables, *m.d_optimizer.variables, *m.g_optimizer.variables] for m in (model, again)
    ]
    assert len(states[0]) > 40
    for a, b in zip(*states, strict=True):
        np.testing.assert_array_equal(np.array(a), np.array(b))


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="a student needs update='simultaneous'"):
        make(update="alternating")
    networks = mlp_gan.generator(SHAPE, 3, width=4), mlp_gan.discriminator(SHAPE, width=4)
    with pytest.raises(ValueError, match=r"expected input_shape \(None, 3\), found \(None, 5\)"):
        DistilledGAN(*networks, mlp_gan.generator(SHAPE, 5, width=4), 3)
    with pytest.raises(ValueError, match=r"teacher: expected output_shape"):
        DistilledGAN(*networks, mlp_gan.generator((5, 4, 1), 3, width=4), 3)
