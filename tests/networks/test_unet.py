"""The U-Net: sizes, weights, skip connections, how far it sees, precision."""

import keras
import numpy as np
import pytest

from keras_gen.networks import unet

RNG = np.random.default_rng(0)
WIDTHS = (4, 6, 8)


def small(**changes):
    keras.utils.set_random_seed(0)
    return unet.unet(**{"widths": WIDTHS, **changes})


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("size", [(4, 4), (28, 28), (64, 32)])
def test_maps_have_the_size_of_the_images(channels, outputs, size):
    maps = small(channels=channels, outputs=outputs)(RNG.uniform(size=(2, *size, channels)))
    assert maps.shape == (2, *size, outputs) and maps.dtype == "float32"


@pytest.mark.parametrize(("widths", "sides"), [((8,), 1), ((8, 8), 2), ((8, 16, 32, 64), 8)])
def test_the_side_of_the_smallest_image_is_the_multiple(widths, sides):
    """A stride of 2 for each level: 2 to the power of their number."""
    assert unet.multiple(widths) == sides
    assert unet.unet(1, 1, widths)(np.ones((1, sides, sides, 1), "float32")).shape[1] == sides


def test_the_number_of_weights():
    """Counted by hand from the figure: every convolution has a bias."""
    c, n, (a, b) = 3, 1, (5, 7)
    down = 9 * c * a + a + 9 * a * a + a + 9 * a * b + b + 9 * b * b + b
    up = b * a + a + 9 * (2 * a) * a + a + 9 * a * a + a
    assert unet.unet(c, n, (a, b)).count_params() == down + up + 9 * a * n + n


def test_the_last_activation_bounds_the_maps():
    images = RNG.normal(0, 100, (1, 8, 8, 3)).astype("float32")
    matte, free = (np.asarray(small(activation=a)(images)) for a in ("sigmoid", "linear"))
    assert 0 <= matte.min() <= matte.max() <= 1
    np.testing.assert_allclose(matte, 1 / (1 + np.exp(-free.astype("float64"))), atol=1e-6)


def test_a_network_that_draws_a_difference_begins_with_none():
    network = small(last_initializer="zeros")
    assert not np.asarray(network(RNG.uniform(size=(1, 8, 8, 3)))).any()
    assert np.asarray(network.layers[1].kernel).any()


def test_a_network_that_looks_for_contrast_begins_blind_to_what_is_constant():
    """Kernels whose 9 weights sum to 0 answer to a constant with 0, away from the border."""
    network = small(first_initializer=unet.Contrast(), widths=(32,))
    first = keras.Model(network.input, network.layers[1].output)
    grey = np.full((1, 9, 9, 3), 0.7, "float32")
    found = np.asarray(first(grey))[:, 1:-1, 1:-1]
    np.testing.assert_allclose(found, 0, atol=1e-6)
    assert np.asarray(first(grey + RNG.normal(size=grey.shape)))[:, 1:-1, 1:-1].max() > 0.1
    # He's variance, 2 / (9 C), less a ninth of it for the mean
    variance = np.var(np.asarray(network.layers[1].kernel))
    assert variance == pytest.approx(8 / 9 * 2 / 27, rel=0.2)


def test_details_pass_by_the_skips_and_surroundings_by_the_narrow_part():
    """One pixel changes maps as far as the coarsest convolutions reach, and no farther.

    With two sizes the kernels reach, in pixels of the full size: 1 + 1 at first, 1 by the strided
    one and 2 at half the size; up 1 + 1, and 1 by the last layer; at most 1 more by doubling: 9.
    """
    network = small(widths=(6, 6))
    assert unet.reach((6, 6)) == 9 and unet.widths_of(network) == (6, 6)
    images = RNG.uniform(size=(1, 32, 32, 3)).astype("float32")
    changed = images.copy()
    changed[0, 16, 16] += 1.0
    difference = np.abs(np.asarray(network(changed)) - network(images)).max(axis=(0, 3))
    rows, columns = np.nonzero(difference > 1e-7)
    distance = max(abs(rows - 16).max(), abs(columns - 16).max())
    # without the half-sized maps it would be 5 = 1 + 1 + 1 + 1 + 1
    assert 5 < distance <= 9
    assert difference[16, 16] > 1e-3


def test_an_image_does_not_see_its_neighbours_in_the_batch():
    images = RNG.uniform(size=(3, 16, 16, 3)).astype("float32")
    np.testing.assert_allclose(small()(images)[1], small()(images[1:2])[0], atol=1e-5)


def test_variances_survive_the_depth():
    """He's weights: maps of unit noise stay within an order of magnitude in either direction."""
    maps = small(widths=(16, 32, 64))(RNG.normal(size=(4, 32, 32, 3)))
    assert 0.1 < float(np.std(maps)) < 10


def test_bfloat16_inside_float32_outside():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    network = small()
    keras.config.set_dtype_policy(before)
    images = RNG.uniform(size=(1, 16, 16, 3)).astype("float32")
    assert network.layers[1].compute_dtype == "bfloat16"
    maps = np.asarray(network(images))
    assert maps.dtype == np.float32
    np.testing.assert_allclose(maps, small()(images), atol=0.1)


def test_saved_and_read_again_it_is_the_same_at_other_sizes(tmp_path):
    network = small()
    network.save(tmp_path / "network.keras")
    again = keras.models.load_model(tmp_path / "network.keras")
    images = RNG.uniform(size=(1, 12, 20, 3)).astype("float32")
    np.testing.assert_array_equal(again(images), network(images))


def test_no_width_is_refused():
    with pytest.raises(ValueError, match="at least one width, found none"):
        unet.unet(widths=())
