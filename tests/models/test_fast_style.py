"""Fast style transfer as a model: its loss, its descent, and files without VGG19."""

import dataclasses

import keras
import numpy as np
import pytest

from keras_gen.losses import content_loss, gram_matrix, style_loss, total_variation
from keras_gen.models import FastStyle
from keras_gen.models.style.presets import StylePreset
from keras_gen.networks import fast_style, vgg19

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(size=(4, 32, 32, 3)).astype("float32")
STYLE = np.tile(np.linspace(0, 1, 24, dtype="float32")[:, None, None] ** 3, (1, 40, 3))
PRESET = StylePreset(
    style={"block1_conv1": 2.0, "block2_conv1": 3.0},
    content={"block1_conv2": 0.5},
    total_variation=4.0,
    pooling="max",
    relative=True,
)


@pytest.fixture(scope="module")
def features():
    return vgg19.features([*PRESET.style, *PRESET.content], weights="random")


def make(*training, rate=2e-3):
    keras.utils.set_random_seed(1)
    model = FastStyle(fast_style.transformer(width=4, blocks=1), *training)
    model.compile(keras.optimizers.Adam(rate))
    return model


def test_the_terms_are_those_composed_by_hand(features):
    model = make(features, STYLE, PRESET)
    stylised = model(IMAGES)
    found = {key: float(value) for key, value in model.terms(IMAGES, stylised).items()}
    maps, targets, contents = features(stylised), features(STYLE[None]), features(IMAGES)
    style = 0.0
    for layer, weight in PRESET.style.items():
        gram, target = gram_matrix(maps[layer]), np.asarray(gram_matrix(targets[layer]))
        style += weight * float(style_loss(gram, target)) / (target**2).mean()
    content = np.asarray(contents["block1_conv2"])
    difference = float(content_loss(maps["block1_conv2"], content)) / (content**2).mean()
    assert found == {
        "style": pytest.approx(style, rel=1e-5),
        "content": pytest.approx(0.5 * difference, rel=1e-5),
        "total_variation": pytest.approx(4.0 * float(total_variation(stylised)), rel=1e-5),
    }


def test_weights_of_losses_with_a_unit_are_refused(features):
    absolute = dataclasses.replace(PRESET, relative=False)
    with pytest.raises(ValueError, match="preset: expected one with relative=True"):
        make(features, STYLE, absolute)


def test_the_style_itself_costs_no_style_and_the_content_no_content(features):
    model = make(features, STYLE, PRESET)
    assert float(model.terms(IMAGES, IMAGES)["content"]) == 0.0
    assert float(model.terms(STYLE[None], STYLE[None])["style"]) == pytest.approx(0, abs=1e-8)


def test_weights_have_no_unit(features):
    """Features a hundred times as large give the same terms."""

    def enlarged(images, training):
        return {key: 100.0 * value for key, value in features(images, training=training).items()}

    enlarged.source = features.source
    plain, large = (make(network, STYLE, PRESET) for network in (features, enlarged))
    terms = [{k: float(v) for k, v in m.terms(IMAGES, m(IMAGES)).items()} for m in (plain, large)]
    assert terms[1] == pytest.approx(terms[0], rel=1e-4)


def test_training_lowers_the_loss_and_reports_terms_that_sum_to_it(features):
    model = make(features, STYLE, PRESET)
    history = model.fit(IMAGES, batch_size=4, epochs=30, verbose=0).history
    assert set(history) == {"loss", "style", "content", "total_variation"}
    total = np.sum([history[key] for key in ("style", "content", "total_variation")], axis=0)
    np.testing.assert_allclose(history["loss"], total, rtol=1e-5)
    assert 0 < history["loss"][-1] < 0.7 * history["loss"][0]
    assert model.steps_done == 30


def test_the_first_step_is_adams_along_the_gradient_of_the_network_alone(features):
    """Adam's first step moves each weight by its rate, against the sign of its gradient."""
    model = make(features, STYLE, PRESET, rate=1e-3)
    before = [np.array(w) for w in model.network.trainable_weights]
    frozen = [np.array(w) for w in features.weights]
    model.train_on_batch(IMAGES)
    moved = [abs(a - np.array(b)) for a, b in zip(before, model.network.weights, strict=True)]
    assert np.median(np.concatenate([m.ravel() for m in moved])) == pytest.approx(1e-3, rel=0.02)
    assert all(np.array_equal(a, b) for a, b in zip(frozen, features.weights, strict=True))


def test_files_hold_no_vgg_and_stylise_without_it(features, tmp_path):
    model = make(features, STYLE, PRESET)
    model.train_on_batch(IMAGES)
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    image = RNG.uniform(size=(23, 37, 3)).astype("float32")
    expected = model.stylize(image)
    for name in ("model.keras", "model.weights.h5"):
        # 3 float32 a weight, Adam's two moments with it, and some kilobytes a layer; the features
        # alone have 4 x 112,576 bytes
        assert (tmp_path / name).stat().st_size < 12 * model.network.count_params() + 200_000
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.stylize(image), expected)
    assert again.steps_done == 1 and again.extract is None
    bare = make()
    bare.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(bare.stylize(image), expected)
    with pytest.raises(ValueError, match="expected a feature network to train with, found none"):
        again.train_on_batch(IMAGES)


@pytest.mark.slow
def test_a_resumed_model_goes_on_bit_for_bit(features, tmp_path):
    whole, first = (make(features, STYLE, PRESET) for _ in range(2))
    for model, steps in ((whole, 4), (first, 2)):
        for _ in range(steps):
            model.train_on_batch(IMAGES)
    first.save_weights(tmp_path / "half.weights.h5")
    second = make(features, STYLE, PRESET)
    second.load_weights(tmp_path / "half.weights.h5")
    for _ in range(2):
        second.train_on_batch(IMAGES)
    states = [[*m.network.variables, *m.optimizer.variables] for m in (whole, second)]
    assert len(states[0]) > 60
    for a, b in zip(*states, strict=True):
        np.testing.assert_array_equal(np.array(a), np.array(b))


def test_stylize_is_the_network_on_one_picture_of_any_size():
    model = make()
    for size in ((16, 16), (19, 50)):
        image = RNG.uniform(size=(*size, 3))  # float64
        drawn = model.stylize(image)
        assert drawn.shape == (*size, 3) and drawn.dtype == np.float32
        np.testing.assert_allclose(drawn, model(image[None].astype("float32"))[0], atol=1e-6)


@pytest.mark.parametrize("shape", [(32, 32), (32, 32, 1), (1, 32, 32, 3), (4, 32, 3)])
def test_stylize_refuses_other_arrays(shape):
    with pytest.raises(ValueError, match=r"expected an image \(H, W, 3\), H and W at least 5"):
        make().stylize(np.zeros(shape, "float32"))


def test_float16_is_refused():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    network = fast_style.transformer(width=4, blocks=1)
    keras.config.set_dtype_policy(before)
    with pytest.raises(ValueError, match="use mixed_bfloat16"):
        FastStyle(network).compile(keras.optimizers.Adam())
