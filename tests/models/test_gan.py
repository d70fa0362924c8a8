"""The adversarial model: who moves when, exactness of the gradients, saving and resuming."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gen.layers import MinibatchStandardDeviation
from keras_gen.losses import GAN_LOSSES
from keras_gen.models import GAN
from keras_gen.models.gan import ONE_BACKWARD_RATIOS
from keras_gen.models.slope_penalty import penalty_points
from keras_gen.networks import dcgan, mlp_gan

LATENT = 6


def make(loss="non_saturating", update="simultaneous", networks=dcgan, d_rate=1e-3, **kwargs):
    keras.utils.set_random_seed(1)
    model = GAN(
        networks.generator(latent_dim=LATENT, width=4),
        networks.discriminator(width=4, dropout=0.3),
        LATENT,
        loss=loss,
        update=update,
        seed=3,
        **kwargs,
    )
    model.compile(keras.optimizers.Adam(d_rate, beta_1=0.5), keras.optimizers.Adam(1e-3))
    return model


@pytest.fixture
def images():
    return np.random.default_rng(0).uniform(-1, 1, (32, 28, 28, 1)).astype("float32")


def weights(layer):
    return [np.array(w) for w in layer.get_weights()]


def equal(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


# --- the game -----------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", GAN_LOSSES)
@pytest.mark.parametrize("update", ["simultaneous", "alternating"])
def test_a_step_moves_both_players_and_reports_four_finite_means(loss, update, images):
    model = make(loss, update)
    d_before, g_before = weights(model.discriminator), weights(model.generator)
    history = model.fit(images, batch_size=16, verbose=0).history
    assert sorted(history) == ["d_loss", "fake_score", "g_loss", "real_score"]
    assert all(np.isfinite(v).all() for v in history.values())
    # Kernels, because the last bias of a hinge or Wasserstein D is pushed up as much as down.
    for before, network in ((d_before, model.discriminator), (g_before, model.generator)):
        pairs = zip(before, weights(network), strict=True)
        assert all((a != b).any() for a, b in pairs if a.ndim > 1)


def test_alternating_moves_one_player_at_a_time(images):
    model = make(update="alternating")
    g_before, d_before = weights(model.generator), weights(model.discriminator)
    model.train_discriminator(tf.constant(images))
    assert equal(weights(model.generator), g_before)
    d_after = weights(model.discriminator)
    assert not equal(d_after, d_before)
    model.train_generator(tf.constant(images))
    assert equal(weights(model.discriminator), d_after)
    assert not equal(weights(model.generator), g_before)


def test_algorithm_1_gives_the_discriminator_k_steps(images):
    model = make(update="alternating", discriminator_steps=4)
    model.fit(images, batch_size=32, verbose=0)
    assert int(model.d_optimizer.iterations) == 4
    assert int(model.g_optimizer.iterations) == 1


def test_the_discriminator_really_learns():
    """White squares against an untrained G, whose rate is 0: D must tell them within 40 steps."""
    model = make(networks=mlp_gan, d_rate=1e-2)
    model.g_optimizer.learning_rate = 0.0
    squares = np.ones((32, 28, 28, 1), "float32")
    history = model.fit(squares, batch_size=32, epochs=40, verbose=0).history
    assert history["real_score"][-1] > 0.9 and history["fake_score"][-1] < 0.1
    assert history["real_score"][0] < 0.75


def test_the_freeze_and_compile_trick_cannot_stop_the_discriminator(images):
    """The documents' `discriminator.trainable = False` silently trains nothing in Keras 3."""
    model = make()
    model.discriminator.trainable = False
    with pytest.raises(ValueError, match="discriminator has no trainable weights"):
        model.fit(images, batch_size=32, verbose=0)


def test_calling_the_model_is_the_documents_combined_model():
    model = make()
    latents = np.random.default_rng(2).normal(size=(5, LATENT)).astype("float32")
    expected = model.discriminator(model.generator(latents, training=False), training=False)
    np.testing.assert_array_equal(model(latents), expected)
    assert model(latents).shape == (5, 1)


def test_dropout_is_active_in_training_and_not_in_sampling(images):
    model = make()
    discriminator = model.discriminator
    assert not np.allclose(discriminator(images, training=True), discriminator(images))
    assert np.array_equal(model.sample(4, seed=5), model.sample(4, seed=5))


# --- exactness ----------------------------------------------------------------------------------


class Recorder(keras.optimizers.SGD):
    """Stands still and remembers the gradients."""

    def apply(self, grads, variables):
        self.grads = [np.asarray(g, "float64") for g in grads]
        self.iterations.assign_add(1)


def two_tape_gradients(model, images, latents):
    """Both players' gradients from one forward pass and a tape each, as textbooks write it."""
    d_variables = model.discriminator.trainable_variables
    g_variables = model.generator.trainable_variables
    with tf.GradientTape() as d_tape, tf.GradientTape() as g_tape:
        fake_images = model.generator(latents, training=True)
        real_logits = model.discriminator(images, training=True)
        fake_logits = model.discriminator(fake_images, training=True)
        d_loss = model.loss_pair.discriminator(real_logits, fake_logits)
        g_loss = model.loss_pair.generator_loss(real_logits, fake_logits)
    return d_tape.gradient(d_loss, d_variables), g_tape.gradient(g_loss, g_variables)


@pytest.mark.parametrize("loss", GAN_LOSSES)
@pytest.mark.parametrize("networks", [dcgan, mlp_gan])
def test_simultaneous_gradients_equal_two_tapes(loss, networks, images):
    keras.utils.set_random_seed(4)
    discriminator = networks.discriminator(width=4, dropout=0.0)
    model = GAN(
        networks.generator(latent_dim=LATENT, width=4),
        discriminator,
        LATENT,
        loss=loss,
        update="simultaneous",
        penalty_weight=0.0,
        seed=3,
    )
    for weight in discriminator.trainable_variables:  # logits far from 0, where ratios matter
        weight.assign(weight * 2.0)
    model.compile(Recorder(), Recorder())
    latents = tf.random.stateless_normal((32, LATENT), (1, 2))
    model.draw_latents = lambda batch_size: latents
    expected_d, expected_g = two_tape_gradients(model, images, latents)
    model.train_both(tf.constant(images))
    assert model.one_backward == (loss in ONE_BACKWARD_RATIOS)
    for found, expected in (
        (model.d_optimizer.grads, expected_d),
        (model.g_optimizer.grads, expected_g),
    ):
        for a, b in zip(found, expected, strict=True):
            b = np.asarray(b, "float64")
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5 * np.abs(b).max())


@pytest.mark.parametrize("name", ONE_BACKWARD_RATIOS)
def test_ratio_is_the_quotient_of_the_two_slopes(name):
    logits = tf.constant(np.linspace(-12, 12, 25)[:, None])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(logits)
        d_loss = GAN_LOSSES[name].discriminator(logits * 0.0, logits)
        g_loss = GAN_LOSSES[name].generator_loss(logits * 0.0, logits)  # s = f - 0 of pairs
    quotient = tape.gradient(g_loss, logits) / tape.gradient(d_loss, logits)
    np.testing.assert_allclose(ONE_BACKWARD_RATIOS[name](logits), quotient, rtol=1e-9)


def test_a_hopeless_logit_gives_a_finite_step(images):
    """D so sure that s = -2000: exp(2000) overflows unless the ratio is bounded."""
    model = make()
    model.discriminator.layers[-1].bias.assign([-2000.0])
    model.fit(images, batch_size=32, verbose=0)
    assert all(np.isfinite(w).all() for w in weights(model.generator))


def test_batch_norm_in_d_takes_two_passes_and_keeps_real_and_fake_apart(images):
    inputs = keras.Input((28, 28, 1))
    x = keras.layers.Dense(4)(keras.layers.Flatten()(inputs))
    x = keras.layers.BatchNormalization(momentum=0.0)(x)
    discriminator = keras.Model(inputs, keras.layers.Dense(1)(x))
    model = GAN(dcgan.generator(latent_dim=LATENT, width=4), discriminator, LATENT, seed=3)
    model.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0))
    assert not model.one_backward
    model.train_both(tf.constant(images))
    # Momentum 0 leaves the statistics of the last pass, that of the fake images alone. A mixed
    # batch would have left the mean of both.
    fake = weights(discriminator.layers[3])[2]
    real_mean = np.asarray(discriminator.layers[2](images.reshape(32, -1))).mean(axis=0)
    assert not np.allclose(fake, real_mean, rtol=1e-3)
    latents = GAN(model.generator, discriminator, LATENT, seed=3).draw_latents(32)
    fake_images = model.generator(latents, training=True)
    fake_mean = np.asarray(discriminator.layers[2](tf.reshape(fake_images, (32, -1)))).mean(axis=0)
    np.testing.assert_allclose(fake, fake_mean, rtol=1e-3, atol=1e-5)


def nested(*body):
    """A D whose layers lie within a Sequential."""
    inputs = keras.Input((28, 28, 1))
    x = keras.Sequential([keras.layers.Flatten(), *body])(inputs)
    return keras.Model(inputs, keras.layers.Dense(1)(x))


def test_batch_norm_in_a_nested_d_is_seen_as_well(images):
    """G's gradient is that of two tapes, and a penalty on the slope is refused."""
    keras.utils.set_random_seed(4)
    generator = dcgan.generator(latent_dim=LATENT, width=4)
    critic = nested(keras.layers.Dense(4), keras.layers.BatchNormalization())
    model = GAN(generator, critic, LATENT, penalty="none")
    model.compile(Recorder(), Recorder())
    latents = tf.random.stateless_normal((32, LATENT), (1, 2))
    model.draw_latents = lambda batch_size: latents
    expected = two_tape_gradients(model, images, latents)[1]
    model.train_both(tf.constant(images))
    for a, b in zip(model.g_optimizer.grads, expected, strict=True):
        b = np.asarray(b, "float64")
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4 * np.abs(b).max())
    assert not model.one_backward
    with pytest.raises(ValueError, match="without BatchNormalization"):
        GAN(generator, critic, LATENT, penalty="r1")


def test_a_deviation_of_the_batch_in_a_nested_d_needs_one_device():
    generator = dcgan.generator(latent_dim=LATENT, width=4)
    critic = nested(keras.layers.Dense(4), MinibatchStandardDeviation())
    assert GAN(generator, critic, LATENT).looks_across
    assert not GAN(generator, nested(keras.layers.Dense(4)), LATENT).looks_across


def linear_critic():
    """s(x) = w.x with |w| = 3, whose slope is 3 everywhere."""
    inputs = keras.Input((28, 28, 1))
    dense = keras.layers.Dense(1, use_bias=False)
    critic = keras.Model(inputs, dense(keras.layers.Flatten()(inputs)))
    dense.kernel.assign(np.full((784, 1), 3 / 28.0, "float32"))
    return critic


@pytest.mark.parametrize(
    ("penalty", "expected"),
    [
        ("wgan_gp", 7.0 * (3 - 1) ** 2),
        ("dragan", 7.0 * (3 - 1) ** 2),
        ("r1", 7.0 * 9 / 2),
        ("r2", 7.0 * 9 / 2),
        ("r1_r2", 7.0 * 9),
    ],
)
def test_the_penalty_of_a_linear_critic_is_known(penalty, expected):
    networks = dcgan.generator(latent_dim=LATENT, width=4), linear_critic()
    model = GAN(*networks, LATENT, penalty=penalty, penalty_weight=7.0)
    images = tf.random.stateless_normal((8, 28, 28, 1), (0, 1))
    assert float(model.penalty_term(images, -images)) == pytest.approx(expected, rel=1e-4)


def test_the_weight_of_a_penalty_is_its_papers_unless_given():
    """WGAN-GP: lambda = 10, so that the linear critic pays 10 * (3 - 1)^2 = 40."""
    networks = dcgan.generator(latent_dim=LATENT, width=4), linear_critic()
    model = GAN(*networks, LATENT, loss="wasserstein_gp")
    images = tf.random.stateless_normal((8, 28, 28, 1), (0, 1))
    assert float(model.penalty_term(images, -images)) == pytest.approx(40.0, rel=1e-4)


def test_penalties_are_taken_where_they_say(images):
    """s(x) = |x|^2 / 2 has the slope x: R1 is |x|^2 / 2 of real images, R2 that of generated ones.

    Real images are 0.5 everywhere and generated ones 0.1, so |x|^2 is 784 times 0.25 or 0.01. To
    equal pixels DRAGAN adds noise of half their deviation, which is none.
    """
    inputs = keras.Input((28, 28, 1))
    squares = keras.layers.Lambda(lambda x: keras.ops.sum(x**2, axis=(1, 2, 3))[:, None] / 2)
    critic = keras.Model(inputs, squares(inputs))
    real, fake = (tf.fill((4, 28, 28, 1), value) for value in (0.5, 0.1))
    generator = dcgan.generator(latent_dim=LATENT, width=4)
    r1, r2 = 784 * 0.25 / 2, 784 * 0.01 / 2
    expected = {"r1": r1, "r2": r2, "r1_r2": r1 + r2, "dragan": (28 * 0.5 - 1) ** 2}
    for penalty, value in expected.items():
        model = GAN(generator, critic, LATENT, penalty=penalty, penalty_weight=1.0)
        assert float(model.penalty_term(real, fake)) == pytest.approx(value, rel=1e-5), penalty
    model = GAN(generator, critic, LATENT, penalty="wgan_gp", penalty_weight=1.0)
    between = np.array(penalty_points("between", real, fake, model.seed_generator))
    assert np.ptp(between, axis=(1, 2, 3)).max() < 1e-6  # one share per image ...
    assert len(np.unique(between[:, 0, 0, 0])) == 4  # ... and another for each
    assert between.min() >= 0.1 - 1e-6 and between.max() <= 0.5
    around = np.array(penalty_points("around", tf.constant(images), None, model.seed_generator))
    assert (around - images).std() == pytest.approx(0.5 * images.std(), rel=0.02)


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
def test_a_lazy_penalty_is_the_full_one_on_average(update):
    """Every third step takes it three times: over six steps the sum is that of six full ones.

    D's rate is 0, so that the slope stays 3: a step's penalty is 2 * 9 / 2 = 9.
    """
    sums = {}
    images = np.zeros((16, 28, 28, 1), "float32")
    for interval in (1, 3):
        keras.utils.set_random_seed(0)
        model = GAN(
            dcgan.generator(latent_dim=LATENT, width=4),
            linear_critic(),
            LATENT,
            update=update,
            penalty="r1",
            penalty_weight=2.0,
            penalty_interval=interval,
        )
        model.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0))
        losses = []
        for _ in range(6):
            losses.append(model.train_on_batch(images, return_dict=True)["d_loss"])
            model.reset_metrics()
        sums[interval] = losses
    bare = np.array(sums[1]) - 9.0
    np.testing.assert_allclose(bare, np.array(sums[3]) - [27.0, 0, 0, 27.0, 0, 0], atol=1e-3)
    assert sum(sums[3]) == pytest.approx(sum(sums[1]), rel=1e-4)


def test_the_penalty_reaches_the_critic_but_not_the_generator(images):
    with_penalty, without = make("wasserstein_gp"), make("wasserstein_gp", penalty_weight=0.0)
    for model in (with_penalty, without):
        model.compile(keras.optimizers.SGD(1e-2), keras.optimizers.SGD(1e-2))
        model.fit(images, batch_size=32, verbose=0)
    a, b = weights(with_penalty.discriminator), weights(without.discriminator)
    assert not np.allclose(a[0], b[0], rtol=1e-4)
    for x, y in zip(weights(with_penalty.generator), weights(without.generator), strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-4, atol=1e-7)


def test_any_loss_may_have_the_penalty_and_wasserstein_gp_may_go_without(images):
    """Its own penalty is the default of the pair; D moves otherwise with it, G not."""
    assert [make(loss).penalty for loss in GAN_LOSSES] == ["none"] * 4 + ["wgan_gp", "r1_r2"]
    kernels = {}
    for penalty in ("none", "wgan_gp"):
        model = make("hinge", penalty=penalty)
        model.compile(keras.optimizers.SGD(1e-2), keras.optimizers.SGD(1e-2))
        model.fit(images, batch_size=32, verbose=0)
        kernels[penalty] = weights(model.discriminator)[0], weights(model.generator)[0]
    assert not np.allclose(kernels["none"][0], kernels["wgan_gp"][0], rtol=1e-4)
    np.testing.assert_allclose(kernels["none"][1], kernels["wgan_gp"][1], rtol=1e-4, atol=1e-7)
    assert float(make("wasserstein_gp", penalty="none").penalty_term(images, images)) == 0.0


# --- labels -------------------------------------------------------------------------------------


def conditional(update, discriminator_steps=1):
    """A pair whose first layers see the label as one more number, by the last row of a kernel."""
    latents, labels = keras.Input((LATENT,)), keras.Input((1,))
    x = keras.layers.Concatenate()([latents, labels])
    x = keras.layers.Dense(784, activation="tanh", name="first")(x)
    generator = keras.Model([latents, labels], keras.layers.Reshape((28, 28, 1))(x))
    images, condition = keras.Input((28, 28, 1)), keras.Input((1,))
    x = keras.layers.Concatenate()([keras.layers.Flatten()(images), condition])
    x = keras.layers.Dense(16, activation="tanh", name="first")(x)
    discriminator = keras.Model([images, condition], keras.layers.Dense(1)(x))
    gan = GAN(
        generator, discriminator, LATENT, update=update, discriminator_steps=discriminator_steps
    )
    gan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
    return gan


@pytest.mark.parametrize(
    ("update", "k"), [("simultaneous", 1), ("alternating", 1), ("alternating", 2)]
)
def test_labels_reach_both_networks(update, k, images):
    """The gradient of a weight holds its input as a factor: for labels of 0 it is exactly 0."""
    for value in (0.0, 1.0):
        model = conditional(update, k)
        networks = (model.generator, model.discriminator)
        before = [weights(network.get_layer("first"))[0][-1] for network in networks]
        model.fit(images, np.full((32, 1), value, "float32"), batch_size=32, verbose=0)
        after = [weights(network.get_layer("first"))[0][-1] for network in networks]
        assert [np.array_equal(a, b) for a, b in zip(before, after, strict=True)] == [not value] * 2
        assert (int(model.d_optimizer.iterations), model.steps_done) == (k, 1)
    dark, bright = (model.sample(3, seed=1, labels=np.full((3, 1), value)) for value in (0, 1))
    assert not np.allclose(dark, bright) and dark.shape == (3, 28, 28, 1)
    pair = [np.zeros((2, LATENT)), np.ones((2, 1))]
    assert model.predict(pair, verbose=0).shape == (2, 1)


def test_labels_that_do_not_fit_are_refused_and_needless_ones_are_left_aside(images):
    model = conditional("alternating")
    with pytest.raises(ValueError, match=r"labels: expected one per image .* found none"):
        model.sample(4)
    with pytest.raises(ValueError, match=r"labels: expected one per image .* found none"):
        model.fit(images, batch_size=32, verbose=0)
    with pytest.raises(ValueError, match="labels: expected both networks to take them or neither"):
        GAN(model.generator, dcgan.discriminator(width=4), LATENT)
    plain = make()
    plain.fit(images, np.zeros(32), batch_size=32, verbose=0)
    assert plain.sample(2).shape == (2, 28, 28, 1)


# --- average, samples, noise --------------------------------------------------------------------


def test_the_average_follows_the_closed_form(images):
    """After steps 1 and 2 the decays are 2/11 and 3/12: a2 = 1/4 (2/11 w0 + 9/11 w1) + 3/4 w2."""
    model = make()
    kernels = [weights(model.generator)[0]]
    for _ in range(2):
        model.fit(images, batch_size=32, verbose=0)
        kernels.append(weights(model.generator)[0])
    expected = 0.25 * (2 / 11 * kernels[0] + 9 / 11 * kernels[1]) + 0.75 * kernels[2]
    np.testing.assert_allclose(weights(model.ema_generator)[0], expected, rtol=1e-5, atol=1e-7)


def test_samples_are_the_averaged_generators_in_unit_scale():
    model = make()
    samples = model.sample(300, seed=11)
    assert samples.shape == (300, 28, 28, 1) and samples.dtype == np.float32
    assert samples.min() >= 0.0 and samples.max() <= 1.0
    latents = keras.random.normal((300, LATENT), seed=11)
    expected = (np.asarray(model.ema_generator(latents)) + 1) / 2
    np.testing.assert_allclose(samples, expected, atol=1e-6)
    assert not np.array_equal(samples, model.sample(300, seed=12))


def test_noise_is_standard_normal_new_each_time_and_the_seeds():
    model = make()
    first, second = model.draw_latents(4000), model.draw_latents(4000)
    count = 4000 * LATENT  # standard error of a mean 1/sqrt(count), of a variance sqrt(2/count)
    assert abs(np.mean(first)) < 4 / count**0.5
    assert abs(np.var(first) - 1) < 4 * (2 / count) ** 0.5
    assert not np.array_equal(first, second)
    assert np.array_equal(first, make().draw_latents(4000))


def test_the_same_seed_gives_the_same_run(images):
    runs = [make() for _ in range(2)]
    for model in runs:
        model.fit(images, batch_size=16, epochs=2, verbose=0)
    assert equal(weights(runs[0]), weights(runs[1]))


# --- saving -------------------------------------------------------------------------------------


def test_a_keras_file_holds_the_whole_state_and_goes_on_bit_for_bit(images, tmp_path):
    """Warnings are errors here, so this also shows that loading is silent."""
    model = make()
    model.fit(images, batch_size=16, shuffle=False, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.optimizer is None
    assert int(loaded.d_optimizer.iterations) == int(loaded.g_optimizer.iterations) == 2
    assert equal(weights(model.ema_generator), weights(loaded.ema_generator))
    for each in (model, loaded):
        each.fit(images, batch_size=16, epochs=2, shuffle=False, verbose=0)
    assert equal(weights(model), weights(loaded))
    for kind in ("d_optimizer", "g_optimizer"):
        pairs = zip(getattr(model, kind).variables, getattr(loaded, kind).variables, strict=True)
        assert all(np.array_equal(a, b) for a, b in pairs)
    assert np.array_equal(model.sample(4), loaded.sample(4))


def test_the_file_remembers_every_argument(tmp_path):
    arguments = {"discriminator_steps": 2, "penalty_weight": 3.0, "ema_decay": 0.9}
    arguments["penalty_interval"] = 4
    model = make("hinge", "alternating", penalty="wgan_gp", **arguments)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    keys = ("loss_name", "update", "discriminator_steps", "penalty_weight", "ema_decay", "seed")
    assert [getattr(loaded, k) for k in keys] == ["hinge", "alternating", 2, 3.0, 0.9, 3]
    assert (loaded.penalty, loaded.penalty_interval) == ("wgan_gp", 4)


# --- mistakes -----------------------------------------------------------------------------------


def test_mistakes_are_named():
    networks = dcgan.generator(latent_dim=LATENT, width=4), dcgan.discriminator(width=4)
    with pytest.raises(ValueError, match=r"loss must be one of non_saturating.*found 'ns'"):
        GAN(*networks, LATENT, loss="ns")
    with pytest.raises(ValueError, match=r"update must be one of .*found 'both'"):
        GAN(*networks, LATENT, update="both")
    with pytest.raises(ValueError, match="needs update='alternating'"):
        GAN(*networks, LATENT, update="simultaneous", discriminator_steps=5)
    with pytest.raises(ValueError, match=r"expected discriminator_steps >= 1 .* found 0 and 0\.99"):
        GAN(*networks, LATENT, discriminator_steps=0)
    for decay in (-0.1, 1.0):
        with pytest.raises(ValueError, match=rf"ema_decay in \[0, 1\), found 1 and {decay}"):
            GAN(*networks, LATENT, ema_decay=decay)
    with pytest.raises(ValueError, match=r"penalty must be one of auto, none.*found 'r3'"):
        GAN(*networks, LATENT, penalty="r3")
    with pytest.raises(ValueError, match="penalty_interval: expected at least 1, found 0"):
        GAN(*networks, LATENT, penalty="r1", penalty_interval=0)
    optimizer = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="an optimizer of its own"):
        GAN(*networks, LATENT).compile(optimizer, optimizer)
    inputs = keras.Input((28, 28, 1))
    x = keras.layers.BatchNormalization()(keras.layers.Flatten()(inputs))
    critic = keras.Model(inputs, keras.layers.Dense(1)(x))
    with pytest.raises(ValueError, match="without BatchNormalization"):
        GAN(networks[0], critic, LATENT, loss="wasserstein_gp")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("extra", "networks"),
    [("spectral_norm", dcgan), ("minibatch_std", mlp_gan), ("packing", dcgan)],
)
def test_every_extra_of_the_discriminator_trains_saves_and_resumes(
    extra, networks, images, tmp_path
):
    """Also in bfloat16 and with a penalty on the slope; D no longer judges each image by itself.

    That each of the networks takes each extra is in tests/recipes/test_gan.py.
    """
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        discriminator = networks.discriminator(
            width=4, **{extra: 2 if extra == "packing" else True}
        )
        generator = networks.generator(latent_dim=LATENT, width=4)
    finally:
        keras.config.set_dtype_policy("float32")
    model = GAN(generator, discriminator, LATENT, penalty="r1", penalty_interval=2, seed=1)
    assert model.one_backward == (extra == "spectral_norm")
    model.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
    assert np.isfinite(model.fit(images, batch_size=8, verbose=0).history["d_loss"]).all()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for each in (model, loaded):
        each.fit(images, batch_size=8, shuffle=False, verbose=0)
    assert equal(weights(model), weights(loaded))


def test_float16_networks_are_refused_and_bfloat16_ones_train(images):
    for policy, fits in (("mixed_float16", False), ("mixed_bfloat16", True)):
        keras.config.set_dtype_policy(policy)
        try:
            if fits:
                model = make()
            else:
                with pytest.raises(ValueError, match="use mixed_bfloat16"):
                    make()
        finally:
            keras.config.set_dtype_policy("float32")
    history = model.fit(images, batch_size=16, verbose=0).history
    assert np.isfinite(history["d_loss"]).all()


# --- several devices ----------------------------------------------------------------------------

TWO_DEVICES = """
import sys
import numpy as np, tensorflow as tf, keras
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
from keras_gen.models import GAN
from keras_gen.networks import mlp_gan

def generator():  # without BatchNorm, whose statistics are each replica's own
    latents = keras.Input((4,))
    x = keras.layers.Dense(784, activation="tanh")(latents)
    return keras.Model(latents, keras.layers.Reshape((28, 28, 1))(x))

def train(strategy, constant_noise):
    keras.utils.set_random_seed(0)
    with strategy.scope():
        model = GAN(generator(), mlp_gan.discriminator(width=4, dropout=0.0), 4, seed=1,
                    update="simultaneous")
        if constant_noise:
            model.draw_latents = lambda n: tf.ones((n, 4))
        model.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
    x = np.random.default_rng(0).uniform(-1, 1, (32, 28, 28, 1)).astype("float32")
    data = tf.data.Dataset.from_tensor_slices(x).batch(16)
    logs = model.fit(data, epochs=2, verbose=0).history
    return model, logs

two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
a, logs_a = train(two, True)
b, logs_b = train(tf.distribute.get_strategy(), True)
gap = max(float(np.abs(x - y).max()) for x, y in zip(a.get_weights(), b.get_weights()))
loss_gap = abs(logs_a["d_loss"][-1] - logs_b["d_loss"][-1])
noise = two.run(a.__class__.draw_latents, args=(a, 8)).values
print(gap, loss_gap, float(np.abs(noise[0] - noise[1]).max()))
"""


@pytest.mark.slow
def test_two_devices_train_like_one_and_draw_different_noise():
    """Run apart, because logical devices must be set before TensorFlow starts."""
    done = subprocess.run(
        [sys.executable, "-c", TWO_DEVICES], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    gap, loss_gap, noise_gap = map(float, done.stdout.split()[-3:])
    assert gap < 1e-5 and loss_gap < 1e-5
    assert noise_gap > 0.5
