"""Each preset's weights on our losses against its source's formula, as the source has it."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gen.losses import content_loss, gram_matrix, style_loss, total_variation
from keras_gen.models.style.presets import PRESETS, STYLE_LAYERS, keras_io, scaled
from keras_gen.networks.vgg19.network import LAYERS

CHANNELS = dict(zip(STYLE_LAYERS, (64, 128, 256, 512, 512), strict=True))
CONTENT_CHANNELS = 512
SIZES = [(32, 48), (53, 37)]  # the second is halved with remainders: 53, 26, 13, 6, 3


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(
    ("name", "relative"),
    [
        ("paper", (1, 1, 1, 1, 1)),
        ("gatys_code", (64, 16, 4, 1, 1)),
        ("tf_tutorial", (1, 1, 1, 1, 1)),
        ("relative", (8, 4, 2, 1, 1)),
    ],
)
def test_relative_weights_of_the_style_layers(name, relative, size):
    weights = PRESETS[name](*size).style
    found = [weights[layer] / weights["block5_conv1"] for layer in STYLE_LAYERS]
    assert found == pytest.approx(relative, rel=1e-12)


@pytest.mark.parametrize("size", [(32, 48), (512, 512)], ids=str)
def test_relative_weights_of_keras_io(size):
    weights = keras_io(*size).style
    found = [weights[layer] / weights["block5_conv1"] for layer in STYLE_LAYERS]
    assert found == pytest.approx((1024, 256, 64, 16, 1), rel=1e-12)


def paper(G_sums, A_sums, N, M):
    return 1e3 / 5 * np.sum((G_sums - A_sums) ** 2) / (4 * N**2 * M**2)


def gatys_code(G_sums, A_sums, N, M):
    return 1e3 / N**2 * np.mean((G_sums / M - A_sums / M) ** 2)


def tf_tutorial(G_sums, A_sums, N, M):
    return 1e-2 / 5 * np.mean((G_sums / M - A_sums / M) ** 2)


def keras_example(G_sums, A_sums, N, M, pixels):
    return 1e-6 / 5 * np.sum((G_sums - A_sums) ** 2) / (4.0 * 3**2 * pixels**2)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("paper", paper),
        ("gatys_code", gatys_code),
        ("tf_tutorial", tf_tutorial),
        ("keras_io", keras_example),
    ],
)
def test_style_terms_equal_the_sources_formula(name, formula, size):
    rng = np.random.default_rng(0)
    preset = PRESETS[name](*size)
    assert tuple(preset.style) == STYLE_LAYERS
    for block, (layer, N) in enumerate(CHANNELS.items()):
        height, width = size[0] // 2**block, size[1] // 2**block
        M, pixels = height * width, size[0] * size[1]
        F, S = rng.normal(size=(2, N, M))  # Gatys et al.: a row for each channel
        extra = {"pixels": pixels} if name == "keras_io" else {}
        expected = formula(F @ F.T, S @ S.T, N, M, **extra)
        maps = [x.T.reshape(1, height, width, N) for x in (F, S)]
        found = preset.style[layer] * float(style_loss(*map(gram_matrix, maps)))
        assert found == pytest.approx(expected, rel=1e-10), layer


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(
    ("name", "layer", "formula"),
    [
        ("paper", "block4_conv2", lambda F, P: 0.5 * np.sum((F - P) ** 2)),
        ("gatys_code", "block4_conv2", lambda F, P: np.mean((F - P) ** 2)),
        ("tf_tutorial", "block5_conv2", lambda F, P: 1e4 * np.mean((F - P) ** 2)),
        ("keras_io", "block5_conv2", lambda F, P: 2.5e-8 * np.sum((F - P) ** 2)),
    ],
)
def test_content_term_equals_the_sources_formula(name, layer, formula, size):
    halvings = int(layer[5]) - 1
    shape = (1, size[0] // 2**halvings, size[1] // 2**halvings, CONTENT_CHANNELS)
    F, P = np.random.default_rng(0).normal(size=(2, *shape))
    preset = PRESETS[name](*size)
    assert list(preset.content) == [layer]
    found = preset.content[layer] * float(content_loss(F, P))
    assert found == pytest.approx(formula(F, P), rel=1e-12)


def test_total_variation_of_the_tf_tutorial_is_its_sum():
    image = np.random.default_rng(0).uniform(size=(1, 20, 30, 3))
    expected = 30 * float(tf.image.total_variation(tf.constant(image))[0])
    weight = PRESETS["tf_tutorial"](20, 30).total_variation
    assert weight * float(total_variation(image)) == pytest.approx(expected, rel=1e-12)


def test_total_variation_of_keras_io_agrees_for_steps_of_ten_levels():
    """Sum of (10^2 + 10^2)^1.25 over all pixels with both neighbours; the borders make 1 %."""
    rows, columns = np.mgrid[:100, :120]
    image = np.repeat((rows + columns)[None, ..., None] * 10 / 255, 3, axis=-1)
    expected = 1e-6 * 99 * 119 * 3 * (10**2 + 10**2) ** 1.25
    weight = keras_io(100, 120).total_variation
    assert weight * float(total_variation(image)) == pytest.approx(expected, rel=0.015)


def test_every_preset_names_layers_that_exist():
    for name, preset in PRESETS.items():
        weights = preset(64, 64)
        assert set(weights.style) | set(weights.content) <= set(LAYERS), name
        assert min(*weights.style.values(), *weights.content.values()) > 0, name
        assert weights.total_variation >= 0 and weights.pooling in ("max", "avg"), name


def test_only_one_preset_is_relative():
    """The sources divide no loss by its target."""
    assert [name for name, preset in PRESETS.items() if preset(64, 64).relative] == ["relative"]


def test_our_weights_are_those_of_the_docstring_at_every_size():
    small, large = PRESETS["relative"](64, 64), PRESETS["relative"](517, 301)
    assert small == large
    assert sum(small.style.values()) == pytest.approx(1.0, rel=1e-12)  # (8 + 4 + 2 + 1 + 1) / 16
    assert small.content == {"block4_conv2": 0.03} and small.total_variation == 0.02


# --- other weights --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRESETS)
def test_scaled_multiplies_content_and_total_variation_alone(name):
    preset = PRESETS[name]
    before, after = preset(48, 64), scaled(preset, content=2.5, total_variation=0.25)(48, 64)
    assert list(after.content) == list(before.content)
    for layer, weight in before.content.items():
        assert after.content[layer] == pytest.approx(2.5 * weight, rel=1e-12)
    assert after.total_variation == pytest.approx(0.25 * before.total_variation, rel=1e-12)
    kept = ("style", "pooling", "relative")
    assert all(getattr(after, field) == getattr(before, field) for field in kept)
    assert preset(48, 64) == before == scaled(preset)(48, 64)


def test_scaled_keeps_what_depends_on_the_size_and_may_switch_off():
    changed = scaled(keras_io, content=0.0, total_variation=3.0)
    # a sum over pixels: 4 times as much for twice the sides
    small, large = changed(32, 48), changed(64, 96)
    assert large.total_variation == pytest.approx(4 * small.total_variation, rel=1e-12)
    assert small.total_variation > 0 and set(small.content.values()) == {0.0}


@pytest.mark.parametrize(
    ("factors", "message"),
    [
        ({"content": -0.5}, "content weight: expected at least 0, found -0.5"),
        ({"total_variation": -1}, "total variation weight: expected at least 0, found -1"),
    ],
)
def test_scaled_refuses_factors_below_0(factors, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        scaled(keras_io, **factors)
