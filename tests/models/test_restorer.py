"""The restorer: what it leaves alone, its two losses, tiles that are the whole, files."""

import keras
import numpy as np
import pytest
from skimage.metrics import structural_similarity

from keras_gen.data import damage
from keras_gen.data.degradations import TASKS, draw_holes, enlarge, fill, stack
from keras_gen.losses import minimax_discriminator_loss, non_saturating_generator_loss, pixel_loss
from keras_gen.models import Restorer
from keras_gen.models.pyramid import laplacian_bands
from keras_gen.networks import patch_gan, unet

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(size=(4, 16, 16, 3)).astype("float32")
INPUTS, TRUTH = damage(keras.ops.convert_to_tensor(IMAGES), (1, 2))
DAMAGED = np.asarray(INPUTS)[..., 3:].sum(axis=-1, keepdims=True)


def make(channels=3, weight=0.005, rate=1e-3, widths=(4, 6), bands=2, ssim_weight=0.2):
    keras.utils.set_random_seed(1)
    model = Restorer(
        unet.unet((bands + 1) * channels + len(TASKS), len(TASKS) * (bands + channels), widths),
        patch_gan.discriminator(channels, channels + len(TASKS), width=4),
        adversarial_weight=weight,
        ssim_weight=ssim_weight,
        bands=bands,
    )
    model.compile(d_optimizer=keras.optimizers.Adam(rate), optimizer=keras.optimizers.Adam(rate))
    return model


def unlikeness(restored):
    """Return the mean of 1 - SSIM by scikit-image, with the window of Wang et al. 2004."""
    window = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    pairs = zip(np.asarray(TRUTH), np.asarray(restored), strict=True)
    return 1 - np.mean(
        [structural_similarity(*pair, data_range=1.0, channel_axis=-1, **window) for pair in pairs]
    )


def test_pixels_without_damage_stay_and_all_others_are_changed():
    holes = draw_holes((4, 16, 16), (1, 2))
    inputs = stack(fill(IMAGES, holes), "inpaint", holes)
    change = np.abs(np.asarray(make()(inputs)) - inputs[..., :3]).max(axis=-1)
    np.testing.assert_array_equal(change > 0, np.asarray(holes)[..., 0] > 0)
    assert (np.abs(make()(stack(IMAGES, "jpeg")) - IMAGES).max(axis=-1) > 0).all()


@pytest.mark.parametrize("task", TASKS)
def test_gains_weaken_bands_and_differences_are_added_task_by_task(task):
    """A network of constant maps: gain -1 for the finest band leaves what is coarser."""
    model = make(bands=3)
    maps = np.zeros(len(TASKS) * 6, "float32")
    of_task = 6 * TASKS.index(task)
    maps[of_task], maps[of_task + 1], maps[of_task + 3 : of_task + 6] = -1, 0.5, (0.1, 0.2, 0.3)
    last = model.network.layers[-2]
    last.kernel.assign(0 * last.kernel)
    last.bias.assign(maps)
    holes = np.ones((4, 16, 16, 1), "float32") if task == "inpaint" else None
    found = model(stack(IMAGES, task, holes))
    _, second, third, rest = laplacian_bands(IMAGES, 3)
    expected = 1.5 * second + third + rest + np.array([0.1, 0.2, 0.3])
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("width", [16, 13])
def test_in_use_an_image_is_restored_both_ways_round(width):
    """The sides become 16, which the network can halve; the mean of a pair has no side."""
    model = make()
    inputs = np.concatenate([IMAGES, np.ones((4, 16, 16, 4), "float32")], axis=-1)[:, :, :width]
    whole = np.pad(inputs, ((0, 0), (0, 0), (0, 16 - width), (0, 0)), "edge")
    one_way = np.asarray(model(whole, training=True))
    other_way = np.asarray(model(whole[:, :, ::-1], training=True))[:, :, ::-1]
    found = np.asarray(model(inputs))
    np.testing.assert_allclose(found, (one_way + other_way)[:, :, :width] / 2, atol=1e-6)
    assert np.abs(one_way - other_way).max() > 1e-3


def test_the_metrics_are_the_losses_composed_by_hand():
    model = make()
    restored = model(INPUTS, training=True)
    real, fake = (model.discriminator([INPUTS, x], training=True) for x in (TRUTH, restored))
    expected = {
        "pixel_loss": pixel_loss(TRUTH, restored, DAMAGED),
        "ssim_loss": unlikeness(restored),
        "adversarial_loss": non_saturating_generator_loss(fake),
        "d_loss": minimax_discriminator_loss(real, fake),
        "real_score": np.mean(1 / (1 + np.exp(-np.asarray(real)))),
        "fake_score": np.mean(1 / (1 + np.exp(-np.asarray(fake)))),
    }
    model.gradients(INPUTS, TRUTH)
    for name, value in expected.items():
        assert float(model.trackers[name].result()) == pytest.approx(float(value), rel=1e-5)


def test_the_gradients_are_those_of_the_two_losses():
    """Finite differences along a random direction of each player's weights."""
    model = make(weight=0.5)
    d_gradients, gradients = model.gradients(INPUTS, TRUTH)

    def d_loss():
        restored = model(INPUTS, training=True)
        real, fake = (model.discriminator([INPUTS, x]) for x in (TRUTH, restored))
        return float(minimax_discriminator_loss(real, fake))

    def loss():
        restored = model(INPUTS, training=True)
        fake = model.discriminator([INPUTS, restored])
        pixels = pixel_loss(TRUTH, restored, DAMAGED)
        adversarial = non_saturating_generator_loss(fake)
        return float(pixels + 0.2 * unlikeness(restored) + 0.5 * adversarial)

    for network, slopes, value in (
        (model.discriminator, d_gradients, d_loss),
        (model.network, gradients, loss),
    ):
        kernel, slope = network.trainable_variables[0], np.asarray(slopes[0], "float64")
        direction = slope / np.sqrt((slope**2).sum())
        start, ends = np.array(kernel), []
        for step in (-2e-4, 2e-4):
            kernel.assign(start + step * direction)
            ends.append(value())
        kernel.assign(start)
        assert (ends[1] - ends[0]) / 4e-4 == pytest.approx((slope * direction).sum(), rel=0.02)


def test_without_weight_the_discriminator_has_no_effect():
    """The restorer's step is then that of the pixel loss alone, and D learns all the same."""
    model = make(weight=0.0)
    _, gradients = model.gradients(INPUTS, TRUTH)
    plain = make(weight=0.0)
    for variable in plain.discriminator.trainable_variables:
        variable.assign(2.0 * variable)
    for a, b in zip(gradients, plain.gradients(INPUTS, TRUTH)[1], strict=True):
        np.testing.assert_array_equal(a, b)
    before = np.array(model.discriminator.trainable_variables[0])
    model.train_on_batch(INPUTS, TRUTH)
    assert not np.array_equal(before, model.discriminator.trainable_variables[0])


def test_training_lowers_the_pixel_loss():
    model = make(rate=3e-3)
    history = model.fit(INPUTS, TRUTH, batch_size=4, epochs=80, verbose=0).history
    assert set(history) == set(Restorer.METRICS)
    assert 0 < history["pixel_loss"][-1] < 0.9 * history["pixel_loss"][0]
    assert model.steps_done == 80


def test_a_global_precision_policy_rounds_no_pixel():
    """Networks compute in bfloat16, differences and bands in float32: what is sound stays so."""
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = make()
        history = model.fit(INPUTS, TRUTH, batch_size=4, verbose=0).history
    finally:
        keras.config.set_dtype_policy("float32")
    assert model.network.layers[1].compute_dtype == "bfloat16"
    assert all(np.isfinite(value).all() for value in history.values())
    untouched = np.concatenate([IMAGES, np.zeros((4, 16, 16, len(TASKS)), "float32")], axis=-1)
    np.testing.assert_allclose(model(untouched), IMAGES, atol=1e-6)  # bands are split and added


@pytest.mark.parametrize("channels", [1, 3])
def test_tiles_are_the_whole_picture(channels, monkeypatch):
    """Each tile sees as far as the network does, also at odd sizes."""
    model = make(channels)
    photo = RNG.uniform(size=(75, 53, channels)).astype("float32")
    whole = model.restore(photo, "denoise")
    monkeypatch.setattr("keras_gen.models.restorer.TILE", 16)
    np.testing.assert_allclose(model.restore(photo, "denoise"), whole, atol=1e-5)
    assert whole.shape == photo.shape and np.abs(whole - photo).max() > 0.01


def test_the_whole_picture_is_the_call():
    model, photo = make(), IMAGES[0]
    direct = np.clip(model(stack(photo[None], "jpeg"))[0], 0, 1)
    np.testing.assert_allclose(model.restore(photo, "jpeg"), direct, atol=1e-6)
    twice = np.clip(model(stack(enlarge(photo[None]), "upscale"))[0], 0, 1)
    found = model.restore(photo, "upscale")
    assert found.shape == (32, 32, 3)
    np.testing.assert_allclose(found, twice, atol=1e-6)


def test_a_repaired_picture_keeps_what_was_there_and_ignores_what_lay_in_the_hole():
    model, photo = make(), IMAGES[0]
    holes = np.zeros((16, 16), bool)
    holes[3:7, 5:9] = True
    restored = model.restore(photo, "inpaint", holes)
    np.testing.assert_array_equal(restored[~holes], photo[~holes])
    other = photo.copy()
    other[holes] = 0.0
    np.testing.assert_array_equal(model.restore(other, "inpaint", holes), restored)


def test_a_grey_model_restores_each_channel_by_itself():
    model = make(channels=1)
    colour = model.restore(IMAGES[0], "denoise")
    for channel in range(3):
        alone = model.restore(IMAGES[0, ..., channel : channel + 1], "denoise")
        np.testing.assert_allclose(colour[..., channel], alone[..., 0], atol=1e-6)


@pytest.mark.parametrize(
    ("shape", "task", "holes", "message"),
    [
        ((16, 16), "jpeg", None, r"expected an image \(H, W, 3\), found \(16, 16\)"),
        ((16, 16, 1), "jpeg", None, r"expected an image \(H, W, 3\), found \(16, 16, 1\)"),
        ((16, 16, 3), "blur", None, "task: expected denoise, jpeg"),
        ((16, 16, 3), "inpaint", np.ones((8, 16)), r"holes: expected \(16, 16\), .* \(8, 16\)"),
    ],
)
def test_what_cannot_be_restored_is_refused(shape, task, holes, message):
    with pytest.raises(ValueError, match=message):
        make().restore(np.zeros(shape, "float32"), task, holes)


@pytest.mark.slow
def test_a_keras_file_goes_on_bit_for_bit(tmp_path):
    model = make(weight=0.25)
    model.train_on_batch(INPUTS, TRUTH)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert (again.adversarial_weight, again.ssim_weight, again.bands) == (0.25, 0.2, 2)
    assert again.steps_done == 1
    for each in (model, again):
        each.fit(INPUTS, TRUTH, batch_size=2, epochs=2, shuffle=False, verbose=0)
    states = [
        [*m.variables, *m.optimizer.variables, *m.d_optimizer.variables] for m in (model, again)
    ]
    assert len(states[0]) > 60
    for a, b in zip(*states, strict=True):
        np.testing.assert_array_equal(np.array(a), np.array(b))
    photo = RNG.uniform(size=(21, 30, 3)).astype("float32")
    np.testing.assert_array_equal(again.restore(photo, "jpeg"), model.restore(photo, "jpeg"))
