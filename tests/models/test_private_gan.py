"""DP-SGD: the plain step without noise, the scale of the noise, and what is counted."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gen.models import GAN, PrivateGAN
from keras_gen.networks import mlp_gan

SHAPE = (4, 4, 1)


def networks(dropout=0.0):
    keras.utils.set_random_seed(1)
    return mlp_gan.generator(SHAPE, 3, 2), mlp_gan.discriminator(SHAPE, 2, dropout)


def compiled(model):
    model.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1), jit_compile=False)
    return model


def private(**options):
    known = {"examples": 100, "batch_size": 8, "noise_multiplier": 0.0, "clip_norm": 1e9}
    return compiled(PrivateGAN(*networks(), 3, **{**known, "seed": 2, **options}))


@pytest.fixture
def images():
    return np.random.default_rng(0).uniform(-1, 1, (16, *SHAPE)).astype("float32")


@pytest.mark.parametrize("loss", ["non_saturating", "saturating", "least_squares", "hinge"])
def test_without_noise_and_clipping_d_takes_the_plain_step(loss, images):
    """On as many real images as there are expected, with the same latents."""
    plain = compiled(GAN(*networks(), 3, loss=loss, penalty="none", seed=2))
    ours = private(loss=loss)
    for model in (plain, ours):
        model.train_discriminator(tf.constant(images[:8]))
    before = networks()[1].get_weights()
    pairs = [model.discriminator.get_weights() for model in (plain, ours)]
    for a, b in zip(*pairs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)
    assert not np.array_equal(pairs[1][0], before[0])


def test_a_round_takes_one_step_for_each_sample_and_shows_no_figure_of_real_images(images):
    stream = tf.data.Dataset.from_tensors((images, np.array([8, 8], "int32")))
    ours = private(discriminator_steps=2)
    ours.fit(stream, shuffle=False, verbose=0)
    assert int(ours.d_optimizer.iterations) == 2 and ours.steps_done == 1
    assert list(ours.get_metrics_result()) == ["g_loss", "fake_score"]


def test_the_noise_has_the_deviation_sigma_c_over_b():
    """A sample without images: G's part is known, what is left is noise of 3 x 0.5 / 8."""
    shares = []
    for noise in (0.0, 3.0):
        model = private(noise_multiplier=noise, clip_norm=0.5)
        before = model.discriminator.get_weights()
        model.train_discriminator(tf.zeros((0, *SHAPE)))
        after = model.discriminator.get_weights()
        shares.append([(b - a) / 0.1 for a, b in zip(after, before, strict=True)])  # rate 0.1
    noise = np.concatenate([(b - a).ravel() for a, b in zip(*shares, strict=True)])
    assert len(noise) == 449 and np.isfinite(noise).all()
    expected = 3.0 * 0.5 / 8
    assert noise.std() == pytest.approx(expected, rel=0.12)  # 3.6 standard errors of 449 values
    assert abs(noise.mean()) < 4 * expected / np.sqrt(449)


def test_what_is_generated_does_not_depend_on_the_sample(images):
    """One image more or less moves D's gradient by at most C / B, whatever its own size."""
    moved = []
    for sample in (images[:5], images[:6]):
        model = private(clip_norm=0.01)
        before = model.discriminator.get_weights()
        model.train_discriminator(tf.constant(sample))
        after = model.discriminator.get_weights()
        pairs = zip(after, before, strict=True)
        moved.append(np.concatenate([((b - a) / 0.1).ravel() for a, b in pairs]))
    assert np.linalg.norm(moved[1] - moved[0]) == pytest.approx(0.01 / 8, rel=1e-3)


@pytest.mark.slow
def test_it_is_saved_and_goes_on_bit_for_bit(images, tmp_path):
    stream = tf.data.Dataset.from_tensors((images, np.array([7], "int32"))).map(
        lambda x, sizes: (x[:7], sizes)
    )
    model = private(noise_multiplier=1.0, clip_norm=0.5)
    model.fit(stream, shuffle=False, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert (loaded.examples, loaded.batch_size, loaded.clip_norm) == (100, 8, 0.5)
    for each in (model, loaded):
        each.fit(stream, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.export
def test_epsilon_counts_the_steps_of_d(images):
    pytest.importorskip("dp_accounting", reason="dp-accounting is in the extra 'privacy'")
    model = private(noise_multiplier=1.0, discriminator_steps=2)
    assert model.spending() == {"epsilon": 0.0, "delta": 1e-5}
    stream = tf.data.Dataset.from_tensors((images, np.array([9, 7], "int32")))
    model.fit(stream, shuffle=False, verbose=0)
    assert model.spending()["epsilon"] == model.accountant.epsilon(2) > 0


def counting(model):
    """Let a model's epsilon be the number of steps that it is asked for."""
    model.accountant = SimpleNamespace(epsilon=float)
    return model


def test_what_was_spent_stays_spent_under_new_optimizers(images, tmp_path):
    """Two rounds of two noisy steps each with one pair of optimizers, then one with another."""
    stream = tf.data.Dataset.from_tensors((images, np.array([9, 7], "int32")))
    model = counting(private(discriminator_steps=2))
    model.fit(stream.repeat(2), shuffle=False, verbose=0)
    assert model.spending()["epsilon"] == 4.0
    compiled(model)
    assert model.spending()["epsilon"] == 4.0
    model.fit(stream, shuffle=False, verbose=0)
    assert model.spending()["epsilon"] == 6.0 and int(model.d_optimizer.iterations) == 2
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    loaded = counting(keras.models.load_model(tmp_path / "model.keras"))
    other = counting(private(discriminator_steps=2))
    other.load_weights(tmp_path / "model.weights.h5")
    assert loaded.spending() == other.spending() == model.spending()


def test_a_file_without_the_count_has_that_of_its_optimizer(images, tmp_path, monkeypatch):
    """Earlier versions counted the optimizer's steps alone."""
    stream = tf.data.Dataset.from_tensors((images, np.array([9, 7], "int32")))
    model = private(discriminator_steps=2)
    model.fit(stream, shuffle=False, verbose=0)
    monkeypatch.setattr(PrivateGAN, "save_own_variables", GAN.save_own_variables)
    model.save_weights(tmp_path / "old.weights.h5")
    loaded = counting(private(discriminator_steps=2))
    loaded.load_weights(tmp_path / "old.weights.h5")
    assert loaded.spending()["epsilon"] == 2.0
    compiled(loaded).fit(stream, shuffle=False, verbose=0)
    assert loaded.spending()["epsilon"] == 4.0


@pytest.mark.parametrize("name", ["update", "penalty", "penalty_weight", "classes"])
def test_options_that_would_change_nothing_are_refused(name):
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{name}'"):
        private(**{name: None})


def test_a_file_keeps_what_is_told_to_every_gan(tmp_path):
    model = private(ema_decay=0.5, discriminator_steps=3, name="mine")
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert (loaded.ema_decay, loaded.discriminator_steps, loaded.seed) == (0.5, 3, 2)
    assert loaded.name == "mine" and not loaded.jit_compile


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"loss": "relativistic"}, "loss must be one of non_saturating"),
        ({"batch_size": 101}, "expected 1 to 100 examples, found 101"),
        ({"clip_norm": 0.0}, "expected clip_norm > 0"),
        ({"noise_multiplier": -1.0}, "noise_multiplier >= 0"),
        ({"delta": 1.0}, "delta in"),
        ({"discriminator_steps": 0}, "expected discriminator_steps >= 1"),
    ],
)
def test_mistakes_are_named(options, match):
    with pytest.raises(ValueError, match=match):
        private(**options)
