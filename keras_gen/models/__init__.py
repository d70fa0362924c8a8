"""Models: networks arrive as arguments.

`GAN`, `ClassGAN`, `UnrolledGAN`, `PrivateGAN`, `DistilledGAN`, `ProductGAN`, `VAE`, `FastStyle` and
`Restorer` are `keras.Model`s with a `train_step`; `StyleTransfer` trains no network but the pixels
of one picture.
"""

import keras

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        "keras_gen.models needs Keras' TensorFlow backend; set KERAS_BACKEND=tensorflow, found "
        f"'{keras.backend.backend()}' (losses and networks run on any backend)"
    )

from keras_gen.models.base import NetworkModel  # after the check
from keras_gen.models.class_gan import ClassGAN
from keras_gen.models.distilled import DistilledGAN
from keras_gen.models.fast_style import FastStyle
from keras_gen.models.gan import GAN
from keras_gen.models.private_gan import PrivateGAN
from keras_gen.models.product_gan import ProductGAN
from keras_gen.models.restorer import Restorer
from keras_gen.models.style import StyleTransfer
from keras_gen.models.unrolled_gan import UnrolledGAN
from keras_gen.models.vae import VAE

__all__ = [
    "GAN",
    "VAE",
    "ClassGAN",
    "DistilledGAN",
    "FastStyle",
    "NetworkModel",
    "PrivateGAN",
    "ProductGAN",
    "Restorer",
    "StyleTransfer",
    "UnrolledGAN",
]
