"""Networks: functions that return a functional `keras.Model`, written with Keras alone.

A generator maps `latents` (B, L) to images (B, H, W, C) in [-1, 1]; a discriminator maps images to
a logit (B, 1). An encoder maps images in [0, 1] to the mean and the log variance (B, L) of their
latents; a decoder maps latents to the logits of images. `vgg19.features` maps images in [0, 1] to
feature maps, `fast_style.transformer` maps them to stylised images, `unet.unet` maps images to maps
of the same size. Images, maps and logits are float32 under every precision policy; features may
have the lower precision of the policy.
"""

from keras_gen.networks import (
    conditional_gan,
    dcgan,
    fashion_net,
    fast_style,
    mlp_gan,
    patch_gan,
    point_gan,
    product_gan,
    product_net,
    strided_net,
    unet,
    vae,
    vgg19,
)

__all__ = [
    "conditional_gan",
    "dcgan",
    "fashion_net",
    "fast_style",
    "mlp_gan",
    "patch_gan",
    "point_gan",
    "product_gan",
    "product_net",
    "strided_net",
    "unet",
    "vae",
    "vgg19",
]

import keras

if (keras.config.image_data_format(), keras.config.floatx()) != ("channels_last", "float32"):
    raise ImportError(
        "keras_gen needs image_data_format channels_last and floatx float32, found "
        f"{keras.config.image_data_format()} and {keras.config.floatx()}: set them in keras.json "
        "or by keras.config before keras_gen is imported"
    )
