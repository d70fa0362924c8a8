"""Networks: functions that return a functional `keras.Model`, written with Keras alone.

A generator maps `latents` (B, L) to images (B, H, W, C) in [-1, 1]; a discriminator maps images to
a logit (B, 1) in float32, whatever the precision policy.
"""

from keras_gen.networks import dcgan, mlp_gan

__all__ = ["dcgan", "mlp_gan"]
