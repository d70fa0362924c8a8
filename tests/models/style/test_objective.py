"""The loss of style transfer and its gradient: composed by hand, and with regions."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from keras_gen.losses import content_loss, gram_matrix, style_loss, total_variation
from keras_gen.models.style.objective import StyleObjective
from keras_gen.models.style.presets import StylePreset
from keras_gen.networks import vgg19
from keras_gen.networks.vgg19.tiles import grams, stride

RNG = np.random.default_rng(0)
HEIGHT, WIDTH = 54, 38  # halved with remainders: 27, 19; 13, 9
RELATIVE = StylePreset(
    style={"block1_conv1": 0.5, "block2_conv1": 1.0, "block3_conv1": 2.0},
    content={"block2_conv2": 0.3},
    total_variation=0.2,
    pooling="max",
    relative=True,
)
PLAIN = dataclasses.replace(RELATIVE, relative=False)
PLAIN_STYLE = dataclasses.replace(PLAIN, content={}, total_variation=0.0)


def draw(height, width):
    return RNG.uniform(size=(height, width, 3)).astype("float32")


CONTENT, STYLES = draw(HEIGHT, WIDTH), [draw(40, 56) ** 2, draw(32, 32) ** 0.5]
IMAGE = tf.constant(draw(HEIGHT, WIDTH)[None])
# Their edges cross the positions of block 3, whose masks then have fractions: 22 = 5.5 * 4.
LEFT = np.tile(np.arange(WIDTH) < 22, (HEIGHT, 1)).astype("float32")
MIDDLE = np.zeros((HEIGHT, WIDTH), "float32")
MIDDLE[18:38, 10:27] = 1.0


@pytest.fixture(scope="module")
def network():
    layers = [*RELATIVE.style, *RELATIVE.content]
    return vgg19.features(layers, "random", padding="replicate")


@pytest.fixture(scope="module")
def targets(network):
    return [grams(network, list(RELATIVE.style), style) for style in STYLES]


def numbers(parts):
    return {key: float(part) for key, part in parts.items()}


def differences(first, second, image):
    """Return the relative differences of value, parts and gradient; of the last to its largest."""
    (value, parts, slope), (value2, parts2, slope2) = (
        objective.value_and_gradient(image) for objective in (first, second)
    )
    assert set(parts) == set(parts2)
    largest = abs(np.asarray(slope)).max()
    assert float(value) > 0 and largest > 0
    off = [abs(float(parts[key]) / float(parts2[key]) - 1) for key in parts]
    return (
        abs(float(value2) / float(value) - 1),
        max(off),
        abs(np.asarray(slope) - np.asarray(slope2)).max() / largest,
    )


# --- the sum --------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", [PLAIN, RELATIVE], ids=["plain", "relative"])
def test_the_parts_are_those_composed_by_hand(network, targets, preset):
    maps, content = network(IMAGE), network(CONTENT[None])
    expected = {}
    for layer, weight in preset.style.items():
        A = np.asarray(targets[0][layer])
        by = np.mean(A**2) if preset.relative else 1.0
        loss = weight * float(style_loss(gram_matrix(maps[layer]), A)) / by
        expected["style", 0, layer] = pytest.approx(loss, rel=1e-5)
    P = np.asarray(content["block2_conv2"])
    by = np.mean(P**2) if preset.relative else 1.0
    loss = 0.3 * float(content_loss(maps["block2_conv2"], P)) / by
    expected["content", 0, "block2_conv2"] = pytest.approx(loss, rel=1e-5)
    smooth = 0.2 * float(total_variation(IMAGE))
    expected["total_variation", 0, ""] = pytest.approx(smooth, rel=1e-5)
    value, parts, _ = StyleObjective(network, preset, CONTENT, targets[:1]).value_and_gradient(
        IMAGE
    )
    assert numbers(parts) == expected
    assert float(value) == pytest.approx(sum(numbers(parts).values()), rel=1e-6)


def test_weights_of_a_relative_preset_have_no_unit(network, targets):
    """Features ten times as large, Gram matrices a hundred times: the same parts."""

    def enlarged(images):
        return {layer: 10.0 * maps for layer, maps in network(images).items()}

    hundredfold = [{layer: 100.0 * gram for layer, gram in targets[0].items()}]
    plain = StyleObjective(network, RELATIVE, CONTENT, targets[:1])
    large = StyleObjective(enlarged, RELATIVE, CONTENT, hundredfold)
    assert max(differences(plain, large, IMAGE)) < 1e-5


def test_the_gradient_equals_finite_differences(network, targets):
    """Central differences in float32, of length 1 a pixel times `step`, along two directions.

    One lies near the gradient: the slope of 32 stands far above what float32 rounds, 2e-7 / step,
    and kinks (ReLU, maxima) take 0.1 %. One is random: a slope of 0.8, of which they take 1 %.
    """
    masks, keep = [LEFT, 1 - LEFT], 0.5 * MIDDLE
    objective = StyleObjective(network, RELATIVE, CONTENT, targets, masks, keep)
    slope = np.asarray(objective.value_and_gradient(IMAGE)[2])
    rng = np.random.default_rng(1)
    random, near = rng.normal(size=slope.shape), slope * rng.uniform(0, 2, slope.shape)
    for direction, step, tolerance in ((near, 1e-4, 5e-3), (random, 5e-4, 0.02)):
        unit = direction / np.sqrt(np.mean(direction**2))
        ahead, behind = (
            float(objective.value_and_gradient(tf.cast(IMAGE + by * unit, "float32"))[0])
            for by in (step, -step)
        )
        expected = (ahead - behind) / (2 * step)
        assert float(np.sum(slope * unit)) == pytest.approx(expected, rel=tolerance)


def test_bfloat16_features_give_float32_losses(targets, network):
    layers = [*RELATIVE.style, *RELATIVE.content]
    half = vgg19.features(layers, "random", padding="replicate", dtype="mixed_bfloat16")
    found = grams(half, list(RELATIVE.style), STYLES[0])
    assert half(IMAGE)["block3_conv1"].dtype == "bfloat16"
    for layer, gram in found.items():
        assert gram.dtype == "float32"
        error = np.linalg.norm(gram - targets[0][layer]) / np.linalg.norm(targets[0][layer])
        assert 1e-5 < error < 0.02, layer  # eight bits: 2^-9 = 0.002 a rounding, five layers
    value, parts, slope = StyleObjective(half, RELATIVE, CONTENT, [found]).value_and_gradient(IMAGE)
    assert value.dtype == slope.dtype == "float32"
    assert {part.dtype for part in parts.values()} == {tf.float32}
    exact, _, _ = StyleObjective(network, RELATIVE, CONTENT, targets[:1]).value_and_gradient(IMAGE)
    assert float(value) == pytest.approx(float(exact), rel=0.05)
    assert np.isfinite(slope).all() and abs(np.asarray(slope)).max() > 0


# --- regions and protected pixels -----------------------------------------------------------------


def test_a_mask_of_ones_is_no_mask(network, targets):
    ones = np.ones((HEIGHT, WIDTH), "float32")
    none, all_of_it, nothing_kept = (
        StyleObjective(network, RELATIVE, CONTENT, targets[:1], *more)
        for more in ((), ([ones],), (None, 0 * ones))
    )
    assert max(differences(none, all_of_it, IMAGE)) < 1e-5
    assert max(differences(none, nothing_kept, IMAGE)) < 1e-5


def test_each_region_has_the_gram_matrix_of_its_mask(network, targets):
    """Areas 22/38 and 16/38 of the width; a mask is averaged over the pixels of a position."""
    maps = network(IMAGE)
    expected = {}
    for number, (mask, area) in enumerate([(LEFT, 22 / 38), (1 - LEFT, 16 / 38)]):
        for layer, weight in RELATIVE.style.items():
            A, step = np.asarray(targets[number][layer]), stride(layer)
            rows, columns = HEIGHT // step, WIDTH // step
            pixels = mask[: rows * step, : columns * step].reshape(rows, step, columns, step)
            gram = gram_matrix(maps[layer], pixels.mean(axis=(1, 3))[None, ..., None])
            loss = weight * area * float(style_loss(gram, A)) / np.mean(A**2)
            expected["style", number, layer] = pytest.approx(loss, rel=1e-4)
    objective = StyleObjective(network, RELATIVE, CONTENT, targets, [LEFT, 1 - LEFT])
    parts = numbers(objective.value_and_gradient(IMAGE)[1])
    assert {key: part for key, part in parts.items() if key[0] == "style"} == expected


def test_protected_pixels_are_the_contents(network, targets):
    objective = StyleObjective(network, RELATIVE, CONTENT, targets[:1], keep=MIDDLE)
    composed, protected = np.asarray(objective.compose(IMAGE))[0], MIDDLE == 1
    np.testing.assert_array_equal(composed[protected], CONTENT[protected])
    np.testing.assert_array_equal(composed[~protected], IMAGE.numpy()[0][~protected])
    value, _, slope = objective.value_and_gradient(IMAGE)
    slope = np.asarray(slope)[0]
    assert not slope[protected].any() and np.all(slope[~protected].any(axis=-1))
    # the network sees what a reader will see, so that other colours under `keep` change nothing
    again = objective.value_and_gradient(composed[None])[0]
    assert float(again) == float(value)


@pytest.mark.parametrize(
    ("masks", "keep"),
    [(None, np.ones_like(LEFT)), ([LEFT, 0 * LEFT], None), ([LEFT, 1 - LEFT], LEFT)],
    ids=["all is kept", "an empty mask", "a region is kept"],
)
def test_a_region_without_pixels_is_refused(network, targets, masks, keep):
    with pytest.raises(ValueError, match="masks: expected pixels in every region, found a region"):
        StyleObjective(network, RELATIVE, CONTENT, targets, masks, keep)


# --- several styles -------------------------------------------------------------------------------


def test_a_blend_of_gram_matrices_is_the_weighted_sum_of_losses(network, targets):
    r"""Closed form, shares $s_i$ of sum 1 and $A = \sum s_i A_i$.

    $\sum s_i mean((G - A_i)^2) = mean((G - A)^2) + \sum s_i mean((A_i - A)^2)$, and the last sum
    does not depend on the picture.
    """
    shares = (0.3, 0.7)
    blend = {
        layer: sum(s * target[layer] for s, target in zip(shares, targets, strict=True))
        for layer in PLAIN_STYLE.style
    }
    values, slopes = [], []
    for target in (blend, *targets):
        objective = StyleObjective(network, PLAIN_STYLE, CONTENT, [target])
        value, _, slope = objective.value_and_gradient(IMAGE)
        values.append(float(value))
        slopes.append(np.asarray(slope))
    summed = 0.3 * slopes[1] + 0.7 * slopes[2]
    assert abs(slopes[0] - summed).max() < 1e-5 * abs(summed).max()
    constant = sum(
        weight * s * float(style_loss(target[layer], blend[layer]))
        for s, target in zip(shares, targets, strict=True)
        for layer, weight in PLAIN_STYLE.style.items()
    )
    assert 0.3 * values[1] + 0.7 * values[2] == pytest.approx(values[0] + constant, rel=1e-5)
