"""Fast style transfer as a Keras model: a network learns what Gatys et al. optimise."""

import functools
from typing import ClassVar

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gen.losses import content_loss, gram_matrix, style_loss, total_variation
from keras_gen.models.base import NetworkModel
from keras_gen.networks.fast_style import MIN_SIDE


@keras.saving.register_keras_serializable("keras_gen")
class FastStyle(NetworkModel):
    r"""A network that stylises any picture in one pass, in the one style that it was trained for.

    Calling the model stylises: images (B, H, W, 3) in [0, 1] -> the same.

    Formula:
        $\min_\theta \; \sum_l w_l \frac{E_x[L_{style}(G_l, A_l)]}{\mathrm{mean}(A_l^2)}
        + \sum_l c_l \frac{E_x[L_{content}(F_l, P_l)]}{E_x[\mathrm{mean}(P_l^2)]}
        + t \, E_x[V(f_\theta(x))]$
        with $F, G$ of $f_\theta(x)$, $P$ of $x$, $A$ of the style image, and $E_x$ the mean over
        the batch: each quotient is one of means

    Both quotients are 0 for features that agree and 1 for features that are all 0, so the weights
    have no unit. Deviation: Johnson et al. take the losses as they are, and their weights hold for
    one feature network only.

    The feature network serves training alone: it is not saved with the model, and a model that was
    read from a file stylises without it.

    Args:
        network: model, images (B, H, W, 3) in [0, 1] -> images of the same size and range.
        features: `vgg19.features` of all the layers that the preset names, or None.
        style_image: (H, W, 3) floats in [0, 1]; with `features` only.
        preset: relative `style.presets.StylePreset`, here w_l, c_l and t; with `features` only.

    Raises:
        ValueError: a preset whose weights are not those of relative losses.

    Reference: Johnson, Alahi and Fei-Fei 2016, arXiv:1603.08155, section 3.
    """

    NETWORKS = ("network",)
    METRICS = ("loss", "style", "content", "total_variation")
    OPTIMIZERS: ClassVar = {"optimizer": NETWORKS}

    def __init__(
        self,
        network: keras.Model,
        features: keras.Model | None = None,
        style_image=None,
        preset=None,
        name: str = "fast_style",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        self.network = network
        self.extract = None
        if features is not None:
            if not preset.relative:
                raise ValueError("preset: expected one with relative=True, found relative=False")
            # A function, not a network, so that Keras does not write VGG into every checkpoint.
            self.extract = functools.partial(features, training=False)
            self.source, self.preset = features.source, preset
            maps = self.extract(ops.convert_to_tensor(style_image, "float32")[None])
            self.style_grams = {layer: gram_matrix(maps[layer]) for layer in preset.style}

    @property
    def looks_across(self) -> str:
        """The content loss is a quotient of two means over the whole batch."""
        return "the content loss is divided by a mean over the whole batch"

    def call(self, images, training: bool = False):
        """Return the stylised images (B, H, W, 3)."""
        return self.network(images, training=training)

    def stylize(self, image) -> np.ndarray:
        """Render one picture in the style.

        Args:
            image: (H, W, 3) floats in [0, 1], each side at least 5 pixels.

        Returns:
            (H, W, 3) float32 NumPy array in [0, 1].

        Raises:
            ValueError: an array of another shape.
        """
        shape = np.shape(image)
        if len(shape) != 3 or shape[2] != 3 or min(shape[:2]) < MIN_SIDE:
            raise ValueError(
                f"stylize: expected an image (H, W, 3), H and W at least {MIN_SIDE}, found {shape}"
            )
        return np.asarray(self._draw(ops.convert_to_tensor(image, "float32")[None]))[0]

    @functools.cached_property
    def _draw(self):
        """The network as one graph for every size."""
        images = tf.TensorSpec((1, None, None, 3), "float32")
        return tf.function(
            lambda x: self.network(x, training=False), input_signature=[images], autograph=False
        )

    def terms(self, images, stylised) -> dict:
        """Return the weighted terms of the loss.

        Args:
            images: (B, H, W, 3) floats in [0, 1], the content.
            stylised: (B, H, W, 3) floats in [0, 1], its stylised version.

        Returns:
            Dict of scalars >= 0 that sum to the loss: style, content, total_variation.

        Raises:
            ValueError: the model has no feature network.
        """
        if self.extract is None:
            raise ValueError("FastStyle: expected a feature network to train with, found none")
        maps, content_maps = self.extract(stylised), self.extract(images)
        style = content = 0.0
        for layer, weight in self.preset.style.items():
            target = self.style_grams[layer]  # (1, N, N)
            difference = style_loss(gram_matrix(maps[layer]), target)
            style += weight * difference / ops.mean(ops.square(target))
        for layer, weight in self.preset.content.items():
            target = ops.cast(content_maps[layer], "float32")  # (B, H', W', N)
            difference = content_loss(maps[layer], target)
            content += weight * difference / ops.mean(ops.square(target))
        smoothness = self.preset.total_variation * total_variation(stylised)
        return {"style": style, "content": content, "total_variation": smoothness}

    def train_step(self, data):
        """Descend the loss on a batch of images (B, H, W, 3) in [0, 1]."""
        images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        variables = self.network.trainable_variables
        with tf.GradientTape() as tape:
            stylised = self.network(images, training=True)  # (B, H, W, 3)
            terms = self.terms(images, stylised)
            loss = sum(terms.values())
        self.descend(self.optimizer, tape.gradient(loss, variables), variables)
        self.track(loss=loss, **terms)
        return self.get_metrics_result()
