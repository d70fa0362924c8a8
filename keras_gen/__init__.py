"""keras_gen: image generation in Keras and TensorFlow, from formula to production.

from keras_gen.losses import non_saturating_generator_loss    # formulas, pure Keras
from keras_gen.networks import dcgan                          # networks, pure Keras
from keras_gen.models import GAN                              # train_step, TensorFlow
from keras_gen.recipes import RECIPES                         # everything joined
"""

__version__ = "0.1.0"
