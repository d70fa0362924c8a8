"""Random draws: latents, through which gradients pass, and the pixels of binary images."""

from typing import Any

import keras
from keras import ops

from keras_gen.layers.replicas import draw_rows

Tensor = Any  # a tensor of Keras' backend


@keras.saving.register_keras_serializable("keras_gen")
class GaussianSampling(keras.layers.Layer):
    r"""Draw a sample from the Gaussian that an encoder describes.

    Formula:
        $z = \mu + \sigma \epsilon$, $\epsilon \sim N(0, 1)$, $\sigma = e^{\log \sigma^2 / 2}$
        mean + exp(log_var / 2) * noise

    The noise does not depend on the parameters and $z$ is a smooth function of $\mu$ and $\sigma$,
    so that the gradient of the expectation is the mean of the gradients. The layer computes in
    float32 under every precision policy. Several replicas share one draw, each with rows of its
    own.

    Args:
        seed: integer; the same seed gives the same sequence of draws.

    Call arguments:
        mean: (B, L) floats.
        log_var: (B, L) floats, the logarithm of the variance.

    Returns:
        (B, L) float32.

    Reference: Kingma and Welling 2014, arXiv:1312.6114, section 2.4.
    """

    def __init__(self, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, mean: Tensor, log_var: Tensor) -> Tensor:
        """Return mean + exp(log_var / 2) * noise."""
        noise = draw_rows(
            lambda shape: keras.random.normal(shape, seed=self.seed_generator), ops.shape(mean)
        )  # (B, L)
        return mean + ops.exp(0.5 * log_var) * noise  # (B, L)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "seed": self.seed}


@keras.saving.register_keras_serializable("keras_gen")
class BernoulliSampling(keras.layers.Layer):
    r"""Draw images of black and white pixels, each white with the probability that its grey is.

    Formula:
        $b_i \sim \mathrm{Bernoulli}(x_i)$

    Binary images are what a Bernoulli likelihood is a density of. Drawn anew in every training step
    they are known as dynamically binarised images.

    Args:
        seed: integer; the same seed gives the same sequence of draws.

    Call arguments:
        images: (B, H, W, C) floats in [0, 1].

    Returns:
        (B, H, W, C) float32, each 0 or 1.

    Reference: Salakhutdinov and Murray, "On the quantitative analysis of deep belief networks",
        ICML 2008, section 6.
    """

    def __init__(self, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, images: Tensor) -> Tensor:
        """Return 1 where uniform noise lies below the grey value, 0 elsewhere."""
        noise = draw_rows(
            lambda shape: keras.random.uniform(shape, seed=self.seed_generator), ops.shape(images)
        )  # in [0, 1)
        return ops.cast(noise < images, "float32")  # (B, H, W, C)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "seed": self.seed}
