"""The two documents' defects, reproduced in lines of our own, and the pages that describe them.

A test `test_eNN_...` belongs to entry ENN of docs/errata.md. The python blocks of
docs/famous_mistakes.md are run here, and each must print what the comment beside it says.
"""

import contextlib
import importlib
import inspect
import io
import re
import sys
import warnings
from functools import reduce
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from keras_gen import data, losses
from keras_gen.measures.intervals import wilson_interval
from keras_gen.models import GAN
from keras_gen.models.style import presets
from keras_gen.networks import dcgan, mlp_gan, vgg19

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "docs" / "_ext"))

import threads  # noqa: E402

DOCS = ROOT / "docs"
ERRATA = [(DOCS / name).read_text("utf-8") for name in ("errata.md", "errata.zh-CN.md")]
FAMOUS = [
    (DOCS / name).read_text("utf-8") for name in ("famous_mistakes.md", "famous_mistakes.zh-CN.md")
]
PAGES = dict(
    zip(["en errata", "zh errata", "en famous", "zh famous"], ERRATA + FAMOUS, strict=True)
)


def stack(*parts):
    return keras.Sequential(list(parts))


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def small_discriminator(inputs=6):
    return stack(
        keras.Input((inputs,)), layers.Dense(16, "relu"), layers.Dense(1, activation="sigmoid")
    )


def compiled(model, rate=0.0):
    model.compile(keras.optimizers.SGD(rate), "binary_crossentropy")
    return model


def change(model, before):
    """Largest change of any weight."""
    pairs = zip(before, model.get_weights(), strict=True)
    return max(float(np.abs(a - b).max()) for a, b in pairs)


def slope(loss, at):
    """Derivative of a loss in the logit of one image."""
    logits = tf.constant([[at]], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = loss(logits)
    return float(tape.gradient(value, logits)[0, 0])


def printed_generator_loss(fake_logits):
    """The second document's L_G, -mean(log(1 - D(G(z)))), as a softplus."""
    return -losses.saturating_generator_loss(fake_logits)


# --- listings that do not run ---------------------------------------------------------------------


def test_e01_1024_units_do_not_fill_28_by_28():
    message = re.escape("input_shape=(1024,), target_shape=(28, 28, 1)")
    with pytest.raises(ValueError, match="total size of the tensor must be unchanged.*" + message):
        stack(keras.Input((4,)), layers.Dense(1024), layers.Reshape((28, 28, 1)))
    flat = np.zeros((2, 1024), "float32")
    assert layers.Flatten()(flat).shape == flat.shape  # the Flatten before Reshape does nothing
    assert mlp_gan.generator().output_shape == (None, 28, 28, 1)


def test_e02_three_doublings_from_7_give_56():
    doublings = [layers.Conv2DTranspose(1, 5, strides=2, padding="same") for _ in range(3)]
    generator = stack(keras.Input((4,)), layers.Dense(49), layers.Reshape((7, 7, 1)), *doublings)
    assert generator.output_shape == (None, 56, 56, 1)
    discriminator = stack(keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(1))
    message = r"expected shape=\(None, 28, 28, 1\), found shape=\(None, 56, 56"
    with pytest.raises(ValueError, match=message):
        stack(generator, discriminator)
    corrected = stack(dcgan.generator(latent_dim=4, width=4), dcgan.discriminator(width=4))
    assert corrected.output_shape == (None, 1)


def names_missing(code, scope):
    """Run code, give a value to each name that is missing, and return the names in that order."""
    missing = []
    while True:
        try:
            exec(code, dict(scope))
            return missing
        except NameError as error:
            missing.append(error.name)
            scope[error.name] = scope["fill"][error.name]


def test_e03_names_that_nothing_defines():
    """A loop of the same outline, in a scope that holds what the listing made before its loop."""
    loop = """
for round_ in range(num_epochs):
    for step in range(batch_size):
        on_real = discriminator(tf.ones((2, 6)))
        on_fake = discriminator(fake_images)
        mean = 0.5 * np.add(on_real, on_fake)
"""
    fill = {"num_epochs": 1, "batch_size": 1, "fake_images": draw(2, 6), "np": np}
    scope = {"tf": tf, "discriminator": small_discriminator(), "fill": fill}
    assert names_missing(loop, scope) == ["num_epochs", "batch_size", "fake_images", "np"]


def test_e04_three_dots_are_no_batch():
    model = compiled(small_discriminator())
    with pytest.raises(ValueError, match="Only input tensors may be passed as positional"):
        model.train_on_batch(..., np.ones((2, 1)))


def test_e05_train_on_batch_knows_no_labels():
    model = compiled(small_discriminator())
    with pytest.raises(TypeError, match="unexpected keyword argument 'labels'"):
        model.train_on_batch(draw(2, 6), labels=np.ones((2, 1)))
    assert model.train_on_batch(draw(2, 6), np.ones((2, 1))) > 0


def test_e06_tensorflow_functions_refuse_symbolic_tensors():
    image = keras.Input((8, 8, 3))
    with pytest.raises(ValueError, match="KerasTensor cannot be used as input to a TensorFlow"):
        tf.square(image)
    with pytest.raises(AttributeError, match="'KerasTensor' object has no attribute 'get_shape'"):
        tf.image.total_variation(image)
    assert losses.content_loss(image, image).shape == losses.total_variation(image).shape == ()


def test_e07_a_name_that_became_a_number_cannot_be_called_again():
    def loss(x, y):
        return tf.reduce_mean(tf.square(x - y))

    loss = loss(tf.zeros(2), tf.ones(2))
    with pytest.raises(TypeError, match="object is not callable"):
        loss(tf.zeros(2), tf.ones(2))


def test_e08_losses_must_be_functions_one_for_each_output():
    image = keras.Input((8, 8, 3))
    features = layers.Conv2D(2, 3)(image)
    model = keras.Model(image, [features, features])
    number = keras.ops.mean(features)
    pictures, targets = draw(2, 8, 8, 3), [draw(2, 6, 6, 2)] * 2
    model.compile("sgd", loss=[number, number])  # refused only when fit is called
    with pytest.raises(ValueError, match="Could not interpret loss identifier: <KerasTensor"):
        model.fit(pictures, targets, verbose=0)
    model.compile("sgd", loss=["mse", "mse", "mse"])
    with pytest.raises(KeyError, match=r"The path: \(2,\) in the `loss` argument"):
        model.fit(pictures, targets, verbose=0)


def test_e09_a_batch_of_one_has_no_index_1():
    image = keras.Input((8, 8, 3))
    features = layers.Conv2D(2, 3)(image)
    model = keras.Model(image, [features[0], features[1]])  # accepted: the batch size is unknown
    with pytest.raises(tf.errors.InvalidArgumentError, match="slice index 1 of dimension 0 out of"):
        model(draw(1, 8, 8, 3))


def test_e10_fit_needs_targets():
    model = stack(keras.Input((8, 8, 3)), layers.Conv2D(2, 3))
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="None values not supported"):
        model.fit(draw(2, 8, 8, 3), batch_size=1, verbose=0)


def test_e12_the_shape_belongs_to_an_input():
    message = "Do not pass an `input_shape`/`input_dim` argument to a layer"
    with pytest.warns(UserWarning, match=message):
        layers.Flatten(input_shape=(28, 28, 1))
    with pytest.warns(UserWarning, match=message):
        layers.Dense(2, input_dim=3)


# --- listings that run and learn the wrong thing --------------------------------------------------


def test_e13_relu_leaves_half_the_pixels_at_0_and_without_slope():
    """Symmetric random weights make half of the sums negative; of 784,000 pixels, 0.5 +- 0.02."""
    hidden = [keras.Input((100,)), layers.Dense(128, "relu")]
    images = np.asarray(stack(*hidden, layers.Dense(784, "relu"))(draw(1000, 100)))
    assert np.mean(images == 0) == pytest.approx(0.5, abs=0.02)
    assert images.max() > 1.0  # no upper end either
    images = np.asarray(mlp_gan.generator(latent_dim=4, width=4)(draw(50, 4)))
    assert np.mean(images == 0) < 0.001 and -1 <= images.min() < 0 < images.max() <= 1


def test_e14_compiling_and_drawing_trains_nothing():
    generator = compiled(stack(keras.Input((4,)), layers.Dense(6, "tanh")), rate=0.1)
    before = generator.get_weights()
    generator.predict(draw(1, 4), verbose=0)
    assert change(generator, before) == 0
    with pytest.raises(ValueError, match="None values not supported"):
        generator.fit(draw(8, 4), verbose=0)  # its loss wants an image for every noise vector


def test_e15_the_combined_model_talks_the_discriminator_round():
    """The verdict on the very same fake images rises, though none of them has changed."""
    generator = stack(keras.Input((4,)), layers.Dense(16, "tanh"), layers.Dense(6, "tanh"))
    discriminator = small_discriminator()
    combined = stack(generator, discriminator)
    combined.compile(keras.optimizers.Adam(1e-2), "binary_crossentropy")
    assert len(combined.trainable_variables) == 4 + len(generator.trainable_variables) == 8
    noise = draw(64, 4)
    fake_images = np.asarray(generator(noise))
    before = float(np.mean(discriminator(fake_images)))
    for _ in range(50):
        combined.train_on_batch(noise, np.ones((64, 1)))
    after = float(np.mean(discriminator(fake_images)))
    assert before < 0.6 and after > before + 0.2


def test_e15_the_usual_cure_trains_no_discriminator_at_all():
    discriminator = compiled(small_discriminator(), rate=0.1)
    discriminator.trainable = False
    compiled(stack(stack(keras.Input((4,)), layers.Dense(6)), discriminator), rate=0.1)
    before = discriminator.get_weights()
    with pytest.warns(UserWarning, match="does not have any trainable weights"):
        discriminator.train_on_batch(draw(8, 6), np.ones((8, 1)))
    assert change(discriminator, before) == 0


def test_e15_here_a_step_of_g_leaves_d_alone():
    networks = mlp_gan.generator(latent_dim=4, width=4), mlp_gan.discriminator(width=4)
    gan = GAN(*networks, 4, update="alternating")
    gan.compile(keras.optimizers.Adam(1e-2), keras.optimizers.Adam(1e-2))
    before = gan.discriminator.get_weights(), gan.generator.get_weights()
    gan.train_generator(np.zeros((8, 28, 28, 1), "float32"))
    assert change(gan.discriminator, before[0]) == 0 < change(gan.generator, before[1])


def test_e16_dense_layers_do_not_know_which_pixels_are_neighbours():
    """Shuffle the pixels and the rows of the first kernel alike: not one verdict changes."""
    parts = [
        stack(keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(16, "relu"), layers.Dense(1))
        for _ in range(2)
    ]
    order = np.random.default_rng(0).permutation(784)
    first, *others = parts[0].get_weights()
    parts[1].set_weights([first[order], *others])
    images = draw(4, 784)
    verdicts = parts[0](images.reshape(4, 28, 28, 1))
    shuffled = parts[1](images[:, order].reshape(4, 28, 28, 1))
    np.testing.assert_allclose(verdicts, shuffled, atol=1e-5)
    assert any(isinstance(layer, layers.Conv2D) for layer in dcgan.discriminator(width=4).layers)


def test_e17_an_odd_kernel_with_stride_2_paints_a_checkerboard():
    """Ones through ones: in each direction 2 or 3 of 5 positions meet, so 4, 6 or 9."""
    for kernel, values in ((5, {4.0, 6.0, 9.0}), (4, {4.0})):
        layer = layers.Conv2DTranspose(
            1, kernel, strides=2, padding="same", kernel_initializer="ones"
        )
        inner = np.asarray(layer(np.ones((1, 8, 8, 1), "float32")))[0, 4:-4, 4:-4, 0]
        assert set(inner.ravel().tolist()) == values


def loss_and_step(last, logit):
    """One step of SGD at rate 1 on the bias of a D that answers this logit for a wanted 1."""
    model = stack(keras.Input((1,)), layers.Dense(1, kernel_initializer="ones"), *last)
    loss = compiled(model, rate=1.0).train_on_batch(np.array([[logit]]), np.ones((1, 1)))
    return loss, float(model.layers[0].get_weights()[1][0])


def test_e18_a_probability_has_lost_the_slope_where_d_is_sure():
    """Clipped at 1e-7 a probability costs at most -log 1e-7 = 16.118, and there the slope is 0.

    Keras' TensorFlow backend looks behind a sigmoid that comes last and takes its logit: 20 and 1.
    Behind any other layer, here one that does nothing, it finds none.
    """
    sigmoid = layers.Activation("sigmoid")
    assert loss_and_step([sigmoid], -20.0) == pytest.approx((20.0, 1.0), abs=1e-5)
    hidden = [sigmoid, layers.Reshape((1,))]
    assert loss_and_step(hidden, -20.0) == pytest.approx((16.118, 0.0), abs=1e-3)
    assert float(losses.non_saturating_generator_loss(np.array([[-20.0]]))) == pytest.approx(20.0)
    assert slope(losses.non_saturating_generator_loss, -20.0) == pytest.approx(-1.0)


def test_e19_tanh_reaches_neither_unit_nor_standardised_pixels():
    """Of the embedded images, in [0, 1]: mean 0.284, deviation 0.351, so white is 2.04 of them."""
    images = data.load("fashion_mnist_10k").images
    unit = images / 255.0
    standardised = (unit - unit.mean()) / unit.std()
    assert standardised.max() == pytest.approx(2.038, abs=0.01)
    assert np.mean(standardised > 1) == pytest.approx(0.248, abs=0.01)
    fake_images = np.asarray(mlp_gan.generator(latent_dim=4, width=4)(draw(200, 4)))
    negative = (fake_images < 0).any(axis=(1, 2, 3))
    assert negative.all() and not (unit < 0).any()  # one rule tells all fake images from real ones
    symmetric = np.asarray(data.uint8_to_symmetric(images[:100]))
    assert symmetric.min() == -1 and symmetric.max() == 1


def test_e20_twice_the_batch_size_is_no_number_of_steps():
    """2 * 64 steps of 64 images are 8,192 of 60,000; 2 * 256 of 256 are 131,072."""
    assert [round(2 * size * size / 60_000, 3) for size in (64, 256)] == [0.137, 2.185]
    assert data.steps_per_epoch(60_000, 64) == 937


def test_e21_mean_squared_features_are_content_not_style():
    """Features moved to other places: the same style to the Gram matrix, another to the document's.

    For independent standard normal values the expected squared difference is 2.
    """
    features = draw(1, 16, 16, 3)
    moved = np.random.default_rng(1).permutation(features.reshape(256, 3)).reshape(1, 16, 16, 3)
    assert float(np.mean((features - moved) ** 2)) == pytest.approx(2.0, abs=0.3)
    assert float(losses.content_loss(features, moved)) == np.mean((features - moved) ** 2)
    style = losses.style_loss(losses.gram_matrix(features), losses.gram_matrix(moved))
    assert float(style) < 1e-12


def test_e22_six_poolings_leave_nine_positions():
    whole = keras.applications.VGG19(include_top=False, weights=None, input_shape=(224, 224, 3))
    assert whole.output_shape == (None, 7, 7, 512)
    assert layers.MaxPooling2D()(whole.output).shape == (None, 3, 3, 512)
    sides = [whole.get_layer(name).output.shape[1] for name in presets.STYLE_LAYERS]
    assert sides == [224, 112, 56, 28, 14]
    preset = presets.relative(224, 224)
    assert not set(preset.content) & set(preset.style)  # not one layer for both


def test_e23_two_copies_of_one_network_on_one_picture_agree():
    """So content and style loss are one number, and no style picture enters."""
    picture = draw(2, 8, 8, 3)
    copies = [stack(keras.Input((8, 8, 3)), layers.Conv2D(4, 3)) for _ in range(2)]
    copies[1].set_weights(copies[0].get_weights())
    one, two = (np.asarray(copy(picture)) for copy in copies)
    assert np.mean((one[0] - one[1]) ** 2) == np.mean((two[0] - two[1]) ** 2) > 0
    weights = keras.applications.VGG19(include_top=False, weights=None).count_params()
    assert weights == 20_024_384  # loaded twice


def test_e24_frozen_everywhere_there_is_nothing_to_train():
    model = stack(keras.Input((8, 8, 3)), layers.Conv2D(2, 3))
    model.trainable = False
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="does not have any trainable weights"):
        fit = model.fit(draw(2, 8, 8, 3), draw(2, 6, 6, 2), epochs=3, verbose=0)
    assert len(set(fit.history["loss"])) == 1
    network = vgg19.features(["block1_conv1"], weights="random")
    picture = tf.Variable(np.random.default_rng(0).uniform(size=(1, 8, 8, 3)).astype("float32"))
    with tf.GradientTape() as tape:
        features = network(picture)["block1_conv1"]
        loss = losses.content_loss(features, tf.zeros_like(features))
    assert network.trainable_variables == []
    assert np.abs(tape.gradient(loss, picture)).max() > 0  # what moves is the picture


def test_e25_vgg_wants_blue_first_and_the_mean_taken_away():
    """255 times the pixels, reversed, minus (103.939, 116.779, 123.68): mid grey, and an orange."""
    network = vgg19.features(["block1_conv1"], weights="random")
    pixels = keras.Model(network.input, network.get_layer("pixels").output)
    for colour, expected in (
        ([0.5, 0.5, 0.5], [23.561, 10.721, 3.82]),
        ([1.0, 0.5, 0.0], [-103.939, 10.721, 131.32]),
    ):
        picture = np.array(colour, "float32").reshape(1, 1, 1, 3)
        keras_says = keras.applications.vgg19.preprocess_input(255 * picture)
        np.testing.assert_allclose(keras_says[0, 0, 0], expected, atol=1e-3)
        np.testing.assert_allclose(pixels(picture)[0, 0, 0], expected, atol=1e-3)


def test_e26_a_sum_drowns_the_means_beside_it():
    """224 * 224 * 3 = 150,528 values; neighbours of uniform noise differ by 1/3, twice a pixel."""
    noise = tf.constant(np.random.default_rng(0).uniform(size=(1, 224, 224, 3)))
    total, mean = float(tf.image.total_variation(noise)[0]), float(losses.total_variation(noise))
    assert total == pytest.approx(150_528 * mean, rel=1e-9)
    assert mean == pytest.approx(2 / 3 * 223 / 224, rel=0.01)
    assert total == pytest.approx(99_904, rel=0.01)  # 2 * 223 * 224 * 3 / 3


def test_e57_without_its_top_vgg19_takes_any_size():
    picture = draw(1, 96, 64, 3)
    fixed = keras.applications.VGG19(include_top=False, weights=None, input_shape=(224, 224, 3))
    message = re.escape("expected shape=(None, 224, 224, 3), found shape=(1, 96, 64, 3)")
    with pytest.raises(ValueError, match=message):
        fixed(picture)
    features = vgg19.features(["block2_conv1"], weights="random")(picture)["block2_conv1"]
    assert features.shape == (1, 48, 32, 128)


# --- formulas -------------------------------------------------------------------------------------


def verdict_after(loss, steps=100):
    """D(G(z)) after gradient descent at rate 1 on the logit itself, from 0."""
    logit = 0.0
    for _ in range(steps):
        logit -= slope(loss, logit)
    return 1 / (1 + np.exp(-logit))


def test_e27_the_printed_generator_loss_teaches_to_be_caught():
    assert slope(printed_generator_loss, 0.0) == pytest.approx(0.5)  # descent lowers the logit
    assert slope(losses.saturating_generator_loss, 0.0) == pytest.approx(-0.5)
    assert verdict_after(printed_generator_loss) < 0.02
    assert verdict_after(losses.non_saturating_generator_loss) > 0.98
    rejected = slope(losses.saturating_generator_loss, -5.0)  # 0.7 % of the other's
    assert rejected / slope(losses.non_saturating_generator_loss, -5.0) == pytest.approx(
        0.0067, abs=1e-4
    )


def test_e28_formula_and_listing_have_different_generator_losses():
    """D(G(z)) = 0.1: -log 0.9 = 0.105 by the formula, -log 0.1 = 2.303 with labels of 1."""
    verdict = np.array([[0.1]])
    logits = np.log(verdict / (1 - verdict))
    assert float(printed_generator_loss(logits)) == pytest.approx(0.10536, abs=1e-5)
    listing = keras.losses.BinaryCrossentropy()(np.ones((1, 1)), verdict)
    assert float(listing) == pytest.approx(2.30259, abs=1e-4)
    assert float(losses.non_saturating_generator_loss(logits)) == pytest.approx(2.30259, abs=1e-5)


def test_e29_both_players_would_descend_one_loss():
    """What L_GAN says to G, by its slope in the fake logit, is what it says to D."""
    for at in (-3.0, 0.0, 3.0):
        whole = slope(lambda s: losses.minimax_discriminator_loss(0.0 * s, s), at)
        assert whole == pytest.approx(slope(printed_generator_loss, at)) != 0
        assert whole == pytest.approx(-slope(losses.saturating_generator_loss, at))


def test_e30_the_listing_reports_half_of_l_d_after_two_steps():
    """An undecided D: log 2 for each kind, so log 4 = 1.386 by the formula, 0.693 as printed."""
    model = compiled(small_discriminator())
    model.set_weights([0 * w for w in model.get_weights()])
    on_real = model.train_on_batch(draw(4, 6), np.ones((4, 1)))
    on_fake = model.train_on_batch(draw(4, 6, seed=1), np.zeros((4, 1)))
    assert 0.5 * np.add(on_real, on_fake) == pytest.approx(0.6931, abs=1e-4)
    logits = np.zeros((4, 1))
    assert float(losses.minimax_discriminator_loss(logits, logits)) == pytest.approx(np.log(4))
    assert int(model.optimizer.iterations) == 2


def test_e31_squared_error_to_images_asks_for_their_mean():
    """Of 1,000 images: 0.088 from their mean image, twice that from one another."""
    images = data.load("fashion_mnist_10k").images[:1000] / 255.0
    from_mean = np.mean((images - images.mean(axis=0)) ** 2)
    assert from_mean == pytest.approx(0.0883, abs=0.001)
    assert np.mean((images - np.roll(images, 1, axis=0)) ** 2) == pytest.approx(
        2 * from_mean, rel=0.02
    )
    undecided = np.full((4, 1), 0.5)  # (0.25 + 0.25) / 2 and 0.25 / 2
    assert float(losses.least_squares_discriminator_loss(undecided, undecided)) == 0.25
    assert float(losses.least_squares_generator_loss(undecided)) == 0.125


# --- claims that a few lines can check ------------------------------------------------------------


def test_e33_an_undecided_discriminator_scores_log_4_whatever_the_images():
    """Perfect images, or noise before a D with zero weights: the same number."""
    zero = small_discriminator()
    zero.set_weights([0 * w for w in zero.get_weights()])
    np.testing.assert_array_equal(zero(draw(4, 6)), 0.5)
    assert float(losses.minimax_discriminator_loss(np.zeros((4, 1)), np.zeros((4, 1)))) == (
        pytest.approx(1.3863, abs=1e-4)
    )


def test_e35_simultaneous_steps_can_lead_away_from_the_solution():
    """Min over x, max over y of x y, solved at (0, 0): a step multiplies the radius by 1.005."""
    x, y = 1.0, 0.0
    for _ in range(100):
        x, y = x - 0.1 * y, y + 0.1 * x
    assert np.hypot(x, y) == pytest.approx((1 + 0.1**2) ** 50) == pytest.approx(1.645, abs=1e-3)


def test_e38_a_point_is_infinitely_far_from_the_prior():
    """KL of N(0, v) from N(0, 1) is (v - 1 - log v) / 2: 9.5 at log v = -20, 49.5 at -100."""
    for log_var, expected in ((0.0, 0.0), (-20.0, 9.5), (-100.0, 49.5)):
        found = losses.gaussian_kl(np.zeros((1, 1)), np.full((1, 1), log_var))
        assert float(found) == pytest.approx(expected, abs=1e-6)


def test_e42_a_transposed_convolution_undoes_nothing():
    x, kernel, y = draw(1, 8, 8, 1), draw(3, 3, 1, 1, seed=1), draw(1, 8, 8, 1, seed=2)
    forth = tf.nn.conv2d(x, kernel, 1, "SAME")
    back = tf.nn.conv2d_transpose(forth, kernel, x.shape, 1, "SAME")
    assert np.mean(np.abs(back - x)) > np.mean(np.abs(x))
    transposed = tf.nn.conv2d_transpose(y, kernel, x.shape, 1, "SAME")
    # what it is: <A x, y> = <x, A' y>
    assert np.sum(forth * y) == pytest.approx(np.sum(x * transposed), rel=1e-4)


def test_e43_the_large_model_has_three_million_weights():
    """Dense 100 -> 12,544; kernels of 5 from 256 to 128, 64, 1; D of 784-512-1; all with biases."""
    generator = 101 * 12_544 + (25 * 256 + 1) * 128 + (25 * 128 + 1) * 64 + (25 * 64 + 1)
    kernels = [layers.Conv2DTranspose(n, 5, 2, padding="same") for n in (128, 64, 1)]
    built = stack(keras.Input((100,)), layers.Dense(12_544), layers.Reshape((7, 7, 256)), *kernels)
    assert built.count_params() == generator == 2_292_737
    assert 785 * 512 + 513 == 402_433


def test_e47_train_on_batch_returns_the_loss_of_that_batch():
    """Keras 3.15 forgets the batches before it; 3.14.1 returned the mean of all."""
    model = compiled(small_discriminator())  # at a rate of 0 nothing is learnt
    real, fake = (draw(4, 6), np.ones((4, 1))), (4 * draw(4, 6, seed=1), np.zeros((4, 1)))
    alone = [model.evaluate(*batch, verbose=0) for batch in (real, fake)]
    assert abs(alone[0] - alone[1]) > 0.01
    assert [model.train_on_batch(*batch) for batch in (real, fake)] == pytest.approx(alone)


def test_e67_a_sample_without_a_fault_still_allows_some():
    """0 of 300: Wilson's upper end is z^2 / (n + z^2) = 3.84 / 303.84; 8 h at 10 s are 2,880."""
    assert wilson_interval(0, 300).high == pytest.approx(0.0126, abs=1e-4)
    assert 8 * 3600 / 10 == 2880


# --- the pages ------------------------------------------------------------------------------------


PARAMETERS = pytest.mark.parametrize(
    ("pages", "letter"), [(ERRATA, "E"), (FAMOUS, "M")], ids=["errata", "famous"]
)


def headings(text, letter):
    """The numbers of the entries, in the order of the page."""
    return [int(n) for n in re.findall(rf"^### {letter}(\d+)\. ", text, re.MULTILINE)]


def anchors(text, letter):
    """{number of an entry: the anchor that GitHub and the site give to its heading}."""
    titles = re.findall(rf"^### ({letter}(\d+)\. .+)$", text, re.MULTILINE)
    slugs = {n: re.sub(r"[^\w\- ]", "", title.strip().lower()) for title, n in titles}
    return {int(n): slug.replace(" ", "-") for n, slug in slugs.items()}


def table(text, section):
    """The cells of the rows of the table in a section, counted from 0, without its head."""
    lines = text.split("\n## ")[section].splitlines()
    return [line.strip("| ").split(" | ") for line in lines if line.startswith("|")][2:]


def numbers(text, letter):
    """The numbers of the entries to which a text links, in its order."""
    return [int(n) for n in re.findall(rf"\[{letter}(\d+)\]\(#", text)]


@PARAMETERS
def test_entries_are_numbered_through_and_alike_in_both_languages(pages, letter):
    """No number is missing or given twice; a later entry stands at the end of its group."""
    english, chinese = (headings(text, letter) for text in pages)
    assert english == chinese
    assert sorted(english) == list(range(1, len(english) + 1))
    assert len(english) > 15


@PARAMETERS
def test_every_number_of_an_entry_is_a_link_to_it(pages, letter):
    for text in pages:
        found = anchors(text, letter)
        prose = re.sub(r"```.*?```|^#.*?$", "", text, flags=re.DOTALL | re.MULTILINE)
        mentioned = re.findall(rf"\[{letter}(\d+)\]\(#([^)]*)\)", prose)
        assert len(mentioned) > 40
        assert [anchor for _, anchor in mentioned] == [found[int(n)] for n, _ in mentioned]
        prose = re.sub(r"`+.+?`+|\[[^\]]*\]\([^)\s]*\)", "", prose)
        assert re.findall(rf"(?<![A-Za-z0-9_]){letter}\d+", prose) == []


@PARAMETERS
def test_every_entry_is_in_the_table_by_place_or_project(pages, letter):
    """Of the errata by document and section, of the famous mistakes by project; alike in both."""
    column = {"E": 3, "M": 1}[letter]
    listed = [[numbers(row[column], letter) for row in table(text, 1)] for text in pages]
    assert listed[0] == listed[1] and len(listed[0]) > 15
    assert all(row == sorted(set(row)) and row for row in listed[0])
    assert {n for row in listed[0] for n in row} == set(headings(pages[0], letter))


def test_every_entry_about_code_has_a_test():
    here = Path(__file__).read_text("utf-8")
    kinds = re.findall(r"^### E(\d+)\. .+\n\n\*(\w+);", ERRATA[0], re.MULTILINE)
    assert [int(number) for number, _ in kinds] == headings(ERRATA[0], "E")
    assert {kind for _, kind in kinds} == {"code", "command", "formula", "claim", "citation"}
    for number, kind in kinds:
        found = f"def test_e{int(number):02}_" in here
        assert found or kind != "code", f"E{number} has no test"


def test_every_test_of_an_entry_is_linked_from_it():
    here = Path(__file__).read_text("utf-8")
    for text in ERRATA:
        entries = dict(re.findall(r"^### E(\d+)\. (.+?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL))
        for name, number in re.findall(r"^def (test_e(\d\d)_\w+)", here, re.MULTILINE):
            assert f"[`{name}`](../tests/test_errata.py)" in entries[str(int(number))], name


def test_the_table_of_groups_counts_the_entries():
    for text in ERRATA:
        entries = []
        for _, cell, count, _ in table(text, 0):
            spans = [numbers(span, "E") for span in re.split("[,，]", cell)]  # a number, or two
            group = [n for span in spans for n in range(span[0], span[-1] + 1)]
            assert len(group) == int(count)
            entries += group
        assert entries == headings(text, "E")


def links(text):
    return re.findall(r"\[([^\]]+)\]\(([^)\s]+)\)", text)


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_leads_to_a_file(page):
    targets = [target for _, target in links(PAGES[page]) if not target.startswith(("http", "#"))]
    assert len(targets) > 5
    for target in targets:
        assert (DOCS / target).is_file(), target


def found_object(dotted):
    """Import `a.b.c` as a module, or as an attribute of the longest part that is a module."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        with contextlib.suppress(ModuleNotFoundError):
            module = importlib.import_module(".".join(parts[:end]))
            return reduce(getattr, parts[end:], module)
    raise AssertionError(f"{dotted}: no such module")


@pytest.mark.parametrize("page", PAGES)
def test_every_symbol_exists_in_the_file_that_its_link_names(page):
    symbols = [(t[1:-1], target) for t, target in links(PAGES[page]) if t.startswith("`keras_gen.")]
    assert len(symbols) > 5
    for dotted, target in symbols:
        thing, path = found_object(dotted), (DOCS / target).resolve()
        if inspect.ismodule(thing) or inspect.isclass(thing) or inspect.isfunction(thing):
            assert Path(inspect.getsourcefile(thing)).resolve() == path, dotted
        else:
            value = rf"^{dotted.split('.')[-1]}(: .+)? = "
            assert re.search(value, path.read_text("utf-8"), re.MULTILINE), dotted


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_is_named_exists_in_the_file_that_its_link_names(page):
    for name, target in links(PAGES[page]):
        if name.startswith("`test_"):
            assert f"def {name[1:-1]}(" in (DOCS / target).read_text("utf-8"), name


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_entry_names_the_sections_of_tutorials_that_name_it(language):
    count = 0
    for number, (_, entry) in threads.errata(language).items():
        sections = threads.explained(rf"\b{number}\b", language, last=True)
        places = [f"[{s.title}](../{s.path})" for s in sections]
        (line,) = re.findall(r"^\*\*(?:Tutorial\.|教程。)\*\* (.*)$", entry, re.MULTILINE) or [""]
        assert re.findall(r"\[.*?\]\(\S*?\)", line) == places, number
        assert all(section.heading in line for section in sections), number
        count += len(places)
    assert count > 30


@pytest.mark.parametrize("page", ["zh errata", "zh famous"])
def test_chinese_is_written_with_chinese_punctuation(page):
    text = re.sub(r"```.*?```", "", PAGES[page], flags=re.DOTALL)
    text = re.sub(r"(`+).+?\1", "x", re.sub(r"\]\([^)\s]*\)", "]", text))
    han = r"[\u4e00-\u9fff]"
    assert re.findall(rf"{han}[,;:?!(].{{0,9}}|.{{0,9}}[,;:?!)]{han}", text) == []
    assert all(mark in text for mark in "，。：（）")


def blocks(text):
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def test_both_languages_show_the_same_lines():
    assert blocks(FAMOUS[0]) == blocks(FAMOUS[1])
    assert len(blocks(FAMOUS[0])) > 10


@pytest.mark.parametrize("code", blocks(FAMOUS[0]), ids=lambda code: code.splitlines()[0][:60])
def test_the_lines_print_what_the_comment_says(code):
    expected = re.findall(r"^print\(.*\)  # (.+)$", code, re.MULTILINE)
    assert len(expected) == len(re.findall(r"\bprint\(", code)) > 0
    out = io.StringIO()
    with contextlib.redirect_stdout(out), warnings.catch_warnings():
        exec(code, {})
    assert out.getvalue().splitlines() == expected
