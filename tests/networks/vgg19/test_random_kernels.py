"""Random kernels: determinism, scale at every depth, the formula against SciPy."""

import keras
import numpy as np
import pytest
from scipy.signal import correlate
from skimage import data

from keras_gen.networks import vgg19
from keras_gen.networks.vgg19 import random_kernels as vgg19_random
from keras_gen.networks.vgg19.random_kernels import random_kernels

TWO_BLOCKS = vgg19.LAYERS[:3]


def test_the_same_seed_gives_the_same_kernels_and_another_does_not():
    (once, source), (again, _) = random_kernels(TWO_BLOCKS), random_kernels(TWO_BLOCKS)
    other, other_source = random_kernels(TWO_BLOCKS, seed=1)
    for name in TWO_BLOCKS:
        for i in (0, 1):
            np.testing.assert_array_equal(once[name][i], again[name][i])
            assert not np.array_equal(once[name][i], other[name][i])
            assert once[name][i].dtype == "float32"
    assert source.description == "VGG19 with random kernels, seed 0"
    assert other_source.description.endswith("seed 1") and source.sha256 is None


def test_the_first_kernels_do_not_depend_on_how_many_follow():
    few, many = random_kernels(vgg19.LAYERS[:1])[0], random_kernels(TWO_BLOCKS)[0]
    assert list(few) == ["block1_conv1"]
    np.testing.assert_array_equal(few["block1_conv1"][0], many["block1_conv1"][0])


def test_responses_to_the_reference_have_mean_0_and_the_pictures_deviation():
    """The first layer of one filter, computed with SciPy."""
    picture = 255 * (vgg19_random._dead_leaves_image(np.random.default_rng(4))[0] - 0.5)
    kernel, bias = random_kernels(vgg19.LAYERS[:1], seed=4)[0]["block1_conv1"]
    response = bias[9] + sum(
        correlate(picture[..., c], kernel[..., c, 9], mode="same") for c in range(3)
    )
    deviation = float(picture.std())
    assert float(response.mean()) == pytest.approx(0.0, abs=1e-3 * deviation)
    assert float(response.std()) == pytest.approx(deviation, rel=1e-3)


def test_the_reference_has_flat_parts_and_edges():
    """Discs from 2 to 64 pixels: most neighbours are equal, which no pixel of noise would be."""
    picture = vgg19_random._dead_leaves_image(np.random.default_rng(0))
    assert picture.shape == (1, 128, 128, 3) and picture.dtype == "float32"
    assert picture.min() >= 0.0 and picture.max() <= 1.0
    equal = np.mean(np.all(picture[:, 1:] == picture[:, :-1], axis=-1))
    assert 0.5 < equal < 0.95


@pytest.mark.parametrize(("pooling", "most"), [("max", 80), ("avg", 500)])
def test_activations_of_a_photo_neither_vanish_nor_grow_nor_die(pooling, most):
    photo = data.astronaut()[None, 100:228, 150:278] / 255  # its pixels deviate by 86 of 255
    maps = vgg19.features(vgg19.LAYERS, weights="random", pooling=pooling)(photo)
    rms = [float(np.sqrt(np.mean(np.square(x)))) for x in maps.values()]
    assert min(rms) > 25 and max(rms) < most
    dead = [np.mean(np.max(x, axis=(0, 1, 2)) == 0) for x in maps.values()]
    assert max(dead) < 0.02


def test_keras_default_initialisation_does_vanish():
    """Why the scaling is there: at block5_conv1 less than a hundredth of the pixels is left."""
    photo = data.astronaut()[None, 100:228, 150:278] / 255
    network = vgg19.features(["block5_conv1"], weights="random")
    for layer in network.layers:
        if layer.name in vgg19.LAYERS:
            kernel, bias = layer.get_weights()
            glorot = keras.initializers.GlorotUniform(seed=0)(kernel.shape)
            layer.set_weights([glorot, np.zeros_like(bias)])
    rms = float(np.sqrt(np.mean(np.square(network(photo)["block5_conv1"]))))
    assert 0 < rms < 0.01 * 86
