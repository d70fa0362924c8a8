"""The discriminator of patches: sizes, how much of an image a logit sees, conditions."""

import keras
import numpy as np
import pytest

from keras_gen.networks import patch_gan

RNG = np.random.default_rng(0)


def small():
    keras.utils.set_random_seed(0)
    return patch_gan.discriminator(channels=3, conditions=2, width=4)


@pytest.mark.parametrize(("size", "logits"), [((64, 64), (16, 16)), ((28, 34), (7, 9))])
def test_one_logit_for_every_four_pixels(size, logits):
    found = small()([RNG.uniform(size=(2, *size, 2)), RNG.uniform(size=(2, *size, 3))])
    assert found.shape == (2, *logits, 1) and found.dtype == "float32"


def test_a_logit_sees_34_pixels_of_both_inputs_beside_what_is_normalised():
    """Kernels of 4: 4, then 3 + 4 = 7, 2 * 6 + 4 = 16, 2 * 15 + 4 = 34, from the last layer.

    The statistics of a map are of the whole image, and leave no trace where they are replaced.
    """
    network = keras.models.clone_model(
        small(),
        clone_function=lambda layer: (
            keras.layers.Identity(name=layer.name)
            if isinstance(layer, keras.layers.GroupNormalization)
            else layer.__class__.from_config(layer.get_config())
        ),
    )
    given = RNG.uniform(size=(1, 96, 96, 2)).astype("float32")
    images = RNG.uniform(size=(1, 96, 96, 3)).astype("float32")
    before = np.asarray(network([given, images]))
    seen = []
    for column in range(96):
        changed = [given.copy(), images.copy()]
        changed[column % 2][:, :, column] += 10.0
        if np.abs(np.asarray(network(changed)) - before)[0, 12, 12, 0] > 1e-6:
            seen.append(column)
    assert seen == list(range(seen[0], seen[0] + 34))


def test_images_do_not_see_one_another():
    network = small()
    given, images = RNG.uniform(size=(3, 16, 16, 2)), RNG.uniform(size=(3, 16, 16, 3))
    alone = network([given[:1], images[:1]])
    np.testing.assert_allclose(network([given, images])[:1], alone, atol=1e-5)
