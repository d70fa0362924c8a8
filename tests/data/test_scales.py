import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gen.data import scales

LEVELS = np.arange(256, dtype=np.uint8)


@pytest.mark.parametrize(
    ("forward", "low", "middle", "high"),
    [
        # 51 / 255 = 1/5 and 2 * 1/5 - 1 = -3/5, by hand.
        (scales.uint8_to_unit, 0.0, 0.2, 1.0),
        (scales.uint8_to_symmetric, -1.0, -0.6, 1.0),
    ],
)
def test_uint8_to_float_by_hand(forward, low, middle, high):
    result = forward(np.array([0, 51, 255], np.uint8))
    assert keras.backend.standardize_dtype(result.dtype) == "float32"
    np.testing.assert_allclose(result, [low, middle, high], rtol=0, atol=1e-7)


@pytest.mark.parametrize(
    ("forward", "back"),
    [
        (scales.uint8_to_unit, scales.unit_to_uint8),
        (scales.uint8_to_symmetric, scales.symmetric_to_uint8),
    ],
)
def test_round_trip_is_the_identity_for_all_256_values(forward, back):
    result = np.asarray(back(forward(LEVELS)))
    assert result.dtype == np.uint8
    np.testing.assert_array_equal(result, LEVELS)


def test_unit_and_symmetric_are_inverses():
    unit = np.linspace(0, 1, 11, dtype=np.float32)
    symmetric = scales.unit_to_symmetric(unit)
    np.testing.assert_allclose(symmetric, np.linspace(-1, 1, 11), rtol=0, atol=1e-6)
    np.testing.assert_allclose(scales.symmetric_to_unit(symmetric), unit, rtol=0, atol=1e-6)


def test_back_to_uint8_rounds_to_nearest():
    # 0.6 / 255 is nearer to level 1 (truncation gives 0), 0.4 / 255 nearer to level 0.
    unit = np.array([0.4, 0.6, 254.4, 254.6]) / 255
    np.testing.assert_array_equal(scales.unit_to_uint8(unit), [0, 1, 254, 255])
    np.testing.assert_array_equal(scales.symmetric_to_uint8(2 * unit - 1), [0, 1, 254, 255])


def test_back_to_uint8_clips_instead_of_wrapping():
    # Unclipped, 255 * 1.1 = 280.5 would wrap to 24.
    np.testing.assert_array_equal(scales.unit_to_uint8(np.array([-0.1, 1.1])), [0, 255])
    np.testing.assert_array_equal(scales.symmetric_to_uint8(np.array([-1.1, 1.1])), [0, 255])


def test_low_precision_images_are_scaled_in_float32():
    # bfloat16 has 8 significant bits: 255 * 0.75 = 191.25 would become 191 or 192 by luck there;
    # the product of float32 rounds to 191.
    images = tf.constant([0.75], tf.bfloat16)
    np.testing.assert_array_equal(scales.unit_to_uint8(images), [191])


def test_inside_tf_function_and_tf_data():
    # Graphs may fuse 2 * (x / 255) - 1 into other roundings, at most one unit in the last place.
    eager = np.asarray(scales.uint8_to_symmetric(LEVELS))
    dataset = tf.data.Dataset.from_tensors(LEVELS).map(scales.uint8_to_symmetric)
    graph = next(iter(dataset))
    np.testing.assert_allclose(graph, eager, rtol=0, atol=1.2e-7)
    back = tf.function(scales.symmetric_to_uint8)(graph)
    np.testing.assert_array_equal(back, LEVELS)


@pytest.mark.parametrize("function", [scales.uint8_to_unit, scales.uint8_to_symmetric])
@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_uint8_functions_refuse_other_dtypes(function, dtype):
    with pytest.raises(ValueError, match=f"expected uint8 images .* found dtype {dtype}"):
        function(np.zeros(3, dtype))


@pytest.mark.parametrize(
    "function",
    [
        scales.unit_to_uint8,
        scales.unit_to_symmetric,
        scales.symmetric_to_uint8,
        scales.symmetric_to_unit,
    ],
)
def test_float_functions_refuse_uint8(function):
    with pytest.raises(ValueError, match=r"expected floating-point images .* found dtype uint8"):
        function(LEVELS)
