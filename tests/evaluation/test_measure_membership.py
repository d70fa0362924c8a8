"""Attacks on models that know their images by heart, and on one that does not."""

import keras
import numpy as np
import pytest

from keras_gen import data
from keras_gen.evaluation.measure_membership import discriminator_scores, measure_membership
from keras_gen.models import GAN
from keras_gen.networks import dcgan, mlp_gan


@pytest.fixture(scope="module")
def halves():
    known = data.load("fashion_mnist_10k", split="test")
    return known.take(np.arange(150)), known.take(np.arange(150, 300))


def areas(figures):
    return {figure.key: figure.value for figure in figures}


def test_samples_that_are_copies_tell_every_member(halves):
    """The nearest sample of a member is the member: distance 0, which no other image has."""
    members, others = halves
    (told,) = measure_membership(members, others, members.images)
    assert told.key == "membership_nearest" and told.value == 1.0
    assert (told.reference, told.n_real, told.n_fake) == (0.5, 300, 150)


def test_samples_of_other_images_tell_nothing(halves):
    members, others = halves
    third = data.load("fashion_mnist_10k", split="test").images[300:600]
    (told,) = measure_membership(members, others, third)
    assert told.interval[0] < 0.5 < told.interval[1]


def test_a_discriminator_that_learned_members_by_heart_tells_them(halves):
    """D alone is trained for 60 steps, to tell members from flat noise that it never sees again."""
    members, others = halves
    keras.utils.set_random_seed(0)
    network = mlp_gan.discriminator(width=16, dropout=0.0)
    pixels = np.concatenate([members.images, others.images]).astype("float32") / 127.5 - 1
    labels = np.repeat([1.0, 0.0], 150)[:, None]
    network.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    network.fit(pixels, labels, batch_size=50, epochs=25, verbose=0)
    gan = GAN(mlp_gan.generator(width=2), network, 100)
    told = areas(measure_membership(members, others, members.images, discriminator_scores(gan)))
    assert told["membership_score"] > 0.9


def test_packs_and_models_without_a_discriminator_have_no_such_score():
    gan = GAN(dcgan.generator(width=2), dcgan.discriminator(width=2, packing=2), 100)
    assert discriminator_scores(gan) is None
    assert discriminator_scores(object()) is None
