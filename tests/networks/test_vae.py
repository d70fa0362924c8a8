"""Shapes, dtypes and scales of the encoder and the decoder."""

import keras
import numpy as np
import pytest

from keras_gen.networks import vae

SHAPES = [(28, 28, 1), (32, 32, 3), (64, 64, 3), (56, 56, 1)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_decoder_gives_logits_of_the_encoders_images(shape):
    encoder = vae.encoder(shape, latent_dim=5, width=4, hidden=8)
    decoder = vae.decoder(shape, latent_dim=5, width=4, hidden=8)
    mean, log_var = encoder(np.random.default_rng(0).uniform(size=(3, *shape)))
    assert mean.shape == log_var.shape == (3, 5)
    assert decoder(mean).shape == (3, *shape)


def test_parameters_of_the_defaults_counted_by_hand():
    # convolutions 4*4*1*32 + 32 and 4*4*32*64 + 64, Dense 3136*512 + 512, two of 512*24 + 24
    assert vae.encoder().count_params() == 544 + 32_832 + 1_606_144 + 2 * 12_312
    # Dense 24*512 + 512 and 512*3136 + 3136, convolutions 4*4*64*32 + 32 and 4*4*32*1 + 1
    assert vae.decoder().count_params() == 12_800 + 1_608_768 + 32_800 + 513


def test_the_ends_are_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        encoder, decoder = vae.encoder(width=4, hidden=8), vae.decoder(width=4, hidden=8)
    finally:
        keras.config.set_dtype_policy("float32")
    mean, log_var = encoder(np.zeros((2, 28, 28, 1)))
    assert mean.dtype == log_var.dtype == decoder(mean).dtype == "float32"
    assert encoder.compute_dtype == "bfloat16"


def test_latents_far_apart_give_different_images():
    logits = np.asarray(vae.decoder()(np.random.default_rng(0).normal(0, 3, (2, 24))))
    assert abs(logits[0] - logits[1]).max() > 1e-3


@pytest.mark.parametrize("shape", [(28, 32, 1), (30, 30, 1), (7, 7, 1), (28, 28, 2)], ids=str)
@pytest.mark.parametrize("build", [vae.encoder, vae.decoder], ids=["encoder", "decoder"])
def test_other_shapes_are_refused_with_what_was_found(build, shape):
    with pytest.raises(ValueError, match=f"found {shape[0]}x{shape[1]}x{shape[2]}"):
        build(shape)
