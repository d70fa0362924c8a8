"""Naming the classes: without weight the plain game, with it the cross-entropy by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gen.models import GAN, ClassGAN
from keras_gen.networks import conditional_gan

LABELS = np.arange(16) % 3


def make(cls, dropout=0.3, **options):
    keras.utils.set_random_seed(1)
    generator = conditional_gan.generator(latent_dim=4, width=2, classes=3)
    discriminator = conditional_gan.discriminator(width=2, dropout=dropout, classes=3)
    model = cls(generator, discriminator, 4, classes=3, seed=2, **options)
    model.compile(keras.optimizers.Adam(1e-2), keras.optimizers.Adam(1e-2))
    return model


@pytest.fixture
def images():
    return np.random.default_rng(0).uniform(-1, 1, (16, 28, 28, 1)).astype("float32")


def play(model, images, steps=2):
    """Train eagerly: two steps are sooner taken than a graph is traced."""
    for _ in range(steps):
        model.train_step((tf.constant(images), tf.constant(LABELS)))


@pytest.mark.parametrize("loss", ["non_saturating", "relativistic"])
def test_without_a_weight_it_is_the_plain_game_bit_for_bit(loss, images):
    """With dropout and BatchNorm, whose masks and statistics must be drawn in the same order."""
    options = {"loss": loss, "penalty": "r1", "penalty_interval": 2}
    plain, naming = make(GAN, **options), make(ClassGAN, class_weight=0.0, **options)
    for model in (plain, naming):
        play(model, images)
    for a, b in zip(plain.get_weights(), naming.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_both_losses_grow_by_the_weighted_cross_entropy(images):
    """Rows of V that are 0 say one third for each class, log 3; logits (a, 0, 0) are set by hand.

    With rows of V (c, ..., c), 0 and 0, image i has the class logits (c S_i, 0, 0), where S_i is
    the sum of its features; the cross-entropy of class 0 is log(exp(c S_i) + 2) - c S_i, that of
    the others log(exp(c S_i) + 2).
    """
    plain, naming = make(GAN, dropout=0.0), make(ClassGAN, dropout=0.0, class_weight=0.5)
    images, labels = tf.constant(images), tf.one_hot(LABELS, 3)
    flat = next(x for x in naming.discriminator.layers if isinstance(x, keras.layers.Flatten))
    look = keras.Model(naming.discriminator.inputs, flat.output)
    fake = naming.generator([tf.zeros((16, 4)), labels])  # (16, 28, 28, 1)
    for c in (0.0, 0.1):
        rows = np.zeros((look.output_shape[-1], 3))
        rows[:, 0] = c
        for model in (plain, naming):
            model.discriminator.get_layer(conditional_gan.CLASS_LOGITS).set_weights([rows])
        expected = []
        for pictures in (images, fake):
            first = c * np.sum(look([pictures, labels]), axis=1)
            losses = np.log(np.exp(first) + 2) - np.where(LABELS == 0, first, 0)
            expected.append(0.5 * np.mean(losses))
        if not c:
            assert expected == pytest.approx([0.5 * np.log(3)] * 2)
        logits = [plain.discriminator([x, labels]) for x in (images, fake)]
        d_losses = [
            plain.loss_pair.discriminator(*logits),  # there is no penalty
            naming.discriminator_loss(images, fake, labels)[0],
        ]
        g_losses = [m.generator_loss(images, fake, labels) for m in (plain, naming)]
        assert float(d_losses[1] - d_losses[0]) == pytest.approx(expected[0], abs=2e-5)
        assert float(g_losses[1] - g_losses[0]) == pytest.approx(expected[1], abs=2e-5)
        assert float(naming.get_metrics_result()["class_loss"]) > 0


def test_the_loss_of_classes_reaches_both_players(images):
    """With the same game and noise, weights differ after one step, and by more for more weight."""
    kernels = []
    for weight in (0.0, 0.1, 10.0):
        model = make(ClassGAN, dropout=0.0, class_weight=weight)
        model.compile(keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.01))
        play(model, images)
        networks = (model.generator, model.discriminator)
        kernels.append([np.concatenate([np.ravel(w) for w in n.get_weights()]) for n in networks])
    for none, little, much in zip(*kernels, strict=True):
        assert 0 < np.abs(little - none).max() < np.abs(much - none).max()


def test_a_keras_file_goes_on_bit_for_bit_and_holds_no_weight_twice(images, tmp_path):
    model = make(ClassGAN, class_weight=0.2)
    assert len(model.weights) == len(make(GAN).weights)
    history = model.fit(images, LABELS, batch_size=8, shuffle=False, verbose=0).history
    assert set(history) == set(ClassGAN.METRICS) and np.isfinite(list(history.values())).all()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert isinstance(loaded, ClassGAN) and loaded.class_weight == 0.2
    play(model, images), play(loaded, images)
    for a, b in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="needs update='alternating'"):
        make(ClassGAN, update="simultaneous")
    with pytest.raises(ValueError, match="class_weight: expected at least 0, found -1"):
        make(ClassGAN, class_weight=-1)
    images, labels = keras.Input((28, 28, 1)), keras.Input((3,))
    x = keras.layers.Concatenate()([keras.layers.Flatten()(images), labels])
    critic = keras.Model([images, labels], keras.layers.Dense(1)(x))
    generator = conditional_gan.generator(latent_dim=4, width=2, classes=3)
    with pytest.raises(ValueError, match="class_logits"):
        ClassGAN(generator, critic, 4, classes=3)
