"""Networks of a GAN that draws what is asked for: `dcgan`'s, with labels at both ends.

Reference: Mirza and Osindero 2014, arXiv:1411.1784, for labels in both networks; Miyato and Koyama
    2018, arXiv:1802.05637, for the discriminator's projection.
"""

import keras
from keras import layers

from keras_gen.layers import bounded
from keras_gen.networks import dcgan

CLASS_LOGITS = "class_logits"  # name of D's layer that gives a number for each class


def generator(
    image_shape: tuple[int, int, int] = (28, 28, 1),
    latent_dim: int = 100,
    width: int = 32,
    classes: int = 10,
) -> keras.Model:
    """Map noise and a label to an image: the label joins the noise.

    A label is a vector with one entry for each class, 1 for the class that is meant; the rows of
    the first layer's kernel that it meets are an embedding of the classes. Entries between 0 and 1
    mix classes, so that one can be turned into another step by step. Of length 1 beside a noise of
    length sqrt(L), a label has little influence: as a learnt vector as long as the noise
    it explained what images differ in most, and the noise was ignored for thousands of steps.

    Args:
        image_shape: (H, W, C), H = W in {28, 32, 64}, C in {1, 3}.
        latent_dim: L, the length of the noise vector.
        width: channels of the last hidden layer; each earlier one has twice as many.
        classes: K, the number of classes.

    Returns:
        Functional model, [latents (B, L), labels (B, K)] -> images (B, H, W, C) in [-1, 1],
        float32.

    Raises:
        ValueError: another image shape.
    """
    dcgan.check_image_shape(image_shape)
    latents = keras.Input((latent_dim,), name="latents")
    labels = keras.Input((classes,), name="labels")
    x = layers.Concatenate()([latents, labels])  # (B, L + K)
    return keras.Model([latents, labels], dcgan.draw(x, image_shape, width), name="generator")


def discriminator(
    image_shape: tuple[int, int, int] = (28, 28, 1),
    width: int = 32,
    dropout: float = 0.0,
    classes: int = 10,
    *,
    spectral_norm: bool = False,
    minibatch_std: bool = False,
) -> keras.Model:
    r"""Map an image and a label to a logit: does the image look real, and like its label?

    Formula:
        $s(x, y) = \psi(\phi(x)) + y^\top V \phi(x)$, with features $\phi$, a linear $\psi$,
        and one row of $V$ for each class

    The second term is what the logarithm of $p(y | x)$ would be under a softmax; one network judges
    both questions. $V \phi(x)$, a number for each class, is the output of the layer `class_logits`.

    Args:
        image_shape: (H, W, C), H = W in {28, 32, 64}, C in {1, 3}.
        width: channels of the first convolution; each later one has twice as many.
        dropout: share of features dropped in training, in [0, 1).
        classes: K, the number of classes.
        spectral_norm: as for `dcgan.discriminator`.
        minibatch_std: as for `dcgan.discriminator`.

    Returns:
        Functional model, [images (B, H, W, C) in [-1, 1], labels (B, K)] -> logits (B, 1), float32.

    Raises:
        ValueError: another image shape.
    """
    dcgan.check_image_shape(image_shape)
    images = keras.Input(image_shape, name="images")
    labels = keras.Input((classes,), name="labels")
    features = dcgan.look(images, image_shape, width, dropout, spectral_norm, minibatch_std)
    last = layers.Dense(1, dtype="float32")
    rows = layers.Dense(classes, use_bias=False, dtype="float32", name=CLASS_LOGITS)  # V
    logits = bounded(last, spectral_norm)(features)  # (B, 1)
    class_logits = bounded(rows, spectral_norm)(features)  # (B, K)
    logits += layers.Dot(axes=1, dtype="float32")([labels, class_logits])
    return keras.Model([images, labels], logits, name="discriminator")
