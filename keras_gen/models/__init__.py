"""Models: `keras.Model` subclasses with a custom `train_step`; networks arrive as arguments."""

import keras

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        "keras_gen.models needs Keras' TensorFlow backend; set KERAS_BACKEND=tensorflow, found "
        f"'{keras.backend.backend()}' (losses and networks run on any backend)"
    )

from keras_gen.models.gan import GAN  # after the check
from keras_gen.models.vae import VAE

__all__ = ["GAN", "VAE"]
