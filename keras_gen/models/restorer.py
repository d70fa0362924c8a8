"""A restorer as a Keras model: a U-Net against a discriminator of patches."""

import functools
from typing import ClassVar

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gen.data.degradations import TASKS, enlarge, fill, stack
from keras_gen.losses import (
    minimax_discriminator_loss,
    non_saturating_generator_loss,
    pixel_loss,
)
from keras_gen.models.base import NetworkModel
from keras_gen.models.pyramid import extend, laplacian_bands
from keras_gen.networks import unet

TILE = 256  # pixels of a side that are restored at once, without the margin


@keras.saving.register_keras_serializable("keras_gen")
class Restorer(NetworkModel):
    r"""A network that undoes damage, trained on images that were damaged on purpose.

    Calling the model restores: inputs (B, H, W, C + 4), damaged images and the planes that say
    where each kind of damage is (`keras_gen.data.degradations`) -> images (B, H, W, C), which may
    lie a little outside of [0, 1].

    Formula:
        $R(y, m) = y + \sum_t m_t \left( \sum_l g_{t,l} \, b_l(y) + f_t \right)$, where the $b_l$
        are the bands of a Laplacian pyramid and the network draws $g$ and $f$ from bands and $m$;
        $\min_R \; L_1(x, R(y, m)) + v \, (1 - \mathrm{SSIM}(x, R(y, m)))
        + w \, E[-\log D(y, m, R(y, m))]$, with D trained as in a GAN on the pairs $(y, m, x)$
        and $(y, m, R(y, m))$

    The network draws for each pixel how much more or less of each band there should be, and in
    addition a difference. Noise in an even region goes with a gain of -1 for the fine bands, as in
    the shrinkage of wavelets; a small image is sharpened with gains above 0. Both would be hard to
    learn as a difference, which has to hold every grain of the noise. Nothing changes where no
    damage is. Each task has its own gains and its own difference: noise calls for softer edges, a
    small image for sharper ones, and one last layer for both learns slowly.

    A trained network restores each image twice, as it lies and mirrored, and the mean of the two is
    returned: errors that depend on the side from which the network sees an edge partly cancel, so
    that the mean is nearer to the truth on average. Timofte et al. 2016 take all eight ways round.

    The pixel loss is a mean over damaged pixels, or the few that a hole has would hardly count. It
    judges each pixel by itself; the second term compares means, contrasts and structure of small
    windows, so that what is left of a damage counts most in even regions, where it is seen most.
    What a hole held is lost, and the pixel loss is least for a blurred guess; the adversarial term,
    whose weight is small, asks for one that looks real.

    Deviation: Isola et al. draw the whole image, and let dropout stand in for noise.

    Args:
        network: `unet.unet`, (B, H, W, (L + 1) C + 4) -> (B, H, W, 4 (L + C)), gains and
            differences task by task.
        discriminator: `patch_gan.discriminator` of C channels and C + 4 conditions.
        adversarial_weight: w >= 0. The paper's 1 to 100 would be 0.005 here, because pixels are in
            [0, 1] instead of [-1, 1]; it is less, because damage leaves more of an image than the
            paper's label maps do, and less is to be invented. With 0 the discriminator still
            trains but has no effect.
        ssim_weight: v >= 0, of 1 minus the structural similarity; images have at least 11 pixels a
            side where they are trained on.
        bands: L >= 0, of the pyramid; the coarsest holds what is finer than 2 ** L pixels.

    Reference: Isola et al. 2017, arXiv:1611.07004, equations 1 to 4; Burt and Adelson 1983, "The
        Laplacian Pyramid as a Compact Image Code"; Donoho and Johnstone 1994, "Ideal Spatial
        Adaptation by Wavelet Shrinkage", Biometrika 81(3); Zhao et al. 2017, arXiv:1511.08861, for
        SSIM as a loss; Timofte, Rothe and Van Gool 2016, arXiv:1511.02228.
    """

    NETWORKS = ("network", "discriminator")
    DRAWING = ("network",)
    METRICS = (
        "pixel_loss", "ssim_loss", "adversarial_loss", "d_loss", "real_score", "fake_score"
    )  # fmt: skip
    OPTIMIZERS: ClassVar = {"d_optimizer": ("discriminator",), "optimizer": ("network",)}

    def __init__(
        self,
        network: keras.Model,
        discriminator: keras.Model,
        *,
        adversarial_weight: float = 0.002,
        ssim_weight: float = 0.0,
        bands: int = 0,
        name: str = "restorer",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        self.network = network
        self.discriminator = discriminator
        self.adversarial_weight = adversarial_weight
        self.ssim_weight = ssim_weight
        self.bands = bands

    @property
    def channels(self) -> int:
        """C of the images."""
        return self.network.output_shape[-1] // len(TASKS) - self.bands

    @property
    def step(self) -> int:
        """What divides the sides of the images on which the network works."""
        return max(unet.multiple(unet.widths_of(self.network)), 2**self.bands)

    def call(self, inputs, training: bool = False):
        """Return the restored images (B, H, W, C); in use, those of both ways round averaged."""
        whole = extend(inputs, self.step)  # (B, H', W', C + 4)
        restored = self.one_way_round(whole, training)
        if not training:
            mirrored = self.one_way_round(ops.flip(whole, axis=2))
            restored = (restored + ops.flip(mirrored, axis=2)) / 2
        return restored[:, : ops.shape(inputs)[1], : ops.shape(inputs)[2]]

    def one_way_round(self, whole, training: bool = False):
        """Restore inputs (B, H', W', C + 4) whose sides `step` divides, as they lie."""
        damaged, where = whole[..., : self.channels], whole[..., self.channels :]
        bands = laplacian_bands(damaged, self.bands)  # (B, H', W', C) each
        maps = self.network(ops.concatenate([*bands, where], axis=-1), training=training)
        planes = ops.split(where, len(TASKS), axis=-1)  # (B, H', W', 1) each
        maps = ops.split(maps, len(TASKS), axis=-1)  # (B, H', W', L + C) each
        maps = sum(m * of_task for m, of_task in zip(planes, maps, strict=True))
        gains, difference = maps[..., : self.bands], maps[..., self.bands :]
        restored = damaged + difference  # (B, H', W', C)
        for level, band in enumerate(bands[:-1]):
            restored += gains[..., level : level + 1] * band
        return restored  # (B, H', W', C)

    def train_step(self, data):
        """Play one round on inputs (B, H, W, C + 4) and the undamaged images (B, H, W, C)."""
        inputs, images, _ = keras.utils.unpack_x_y_sample_weight(data)
        d_gradients, gradients = self.gradients(inputs, images)
        self.descend(self.d_optimizer, d_gradients, self.discriminator.trainable_variables)
        self.descend(self.optimizer, gradients, self.network.trainable_variables)
        return self.get_metrics_result()

    def gradients(self, inputs, images) -> tuple:
        """Return the gradients of both losses at the same point, D's by D's weights first."""
        with tf.GradientTape(persistent=True) as tape:
            restored = self(inputs, training=True)  # (B, H, W, C)
            real_logits = self.discriminator([inputs, images], training=True)  # (B, h, w, 1)
            fake_logits = self.discriminator([inputs, restored], training=True)  # (B, h, w, 1)
            d_loss = minimax_discriminator_loss(real_logits, fake_logits)
            damage = ops.sum(inputs[..., self.channels :], axis=-1, keepdims=True)  # (B, H, W, 1)
            pixels = pixel_loss(images, restored, damage)
            unlike = ops.mean(1.0 - tf.image.ssim(images, restored, 1.0))
            adversarial = non_saturating_generator_loss(fake_logits)
            loss = pixels + self.ssim_weight * unlike + self.adversarial_weight * adversarial
        self.track(
            pixel_loss=pixels,
            ssim_loss=unlike,
            adversarial_loss=adversarial,
            d_loss=d_loss,
            real_score=ops.mean(ops.sigmoid(real_logits)),
            fake_score=ops.mean(ops.sigmoid(fake_logits)),
        )
        d_gradients = tape.gradient(d_loss, self.discriminator.trainable_variables)
        return d_gradients, tape.gradient(loss, self.network.trainable_variables)

    def restore(self, image, task: str, holes=None) -> np.ndarray:
        """Restore one picture of any size, in tiles that are the same as the whole.

        A model of grey images restores each channel by itself.

        Args:
            image: (H, W, C) floats in [0, 1].
            task: "denoise", "jpeg", "inpaint", or "upscale" to twice the size.
            holes: (H, W) booleans or floats, more than 1/2 where pixels are missing; for "inpaint"
                only.

        Returns:
            (H, W, C) float32 NumPy array in [0, 1]; (2 H, 2 W, C) for "upscale".

        Raises:
            ValueError: an array of another shape, an unknown task, holes of another size or for
                another task.
        """
        image = np.asarray(image, "float32")
        grey = self.channels == 1
        if image.ndim != 3 or (image.shape[2] != self.channels and not grey):
            raise ValueError(
                f"restore: expected an image (H, W, {self.channels}), found {image.shape}"
            )
        batch = np.moveaxis(image, 2, 0)[..., None] if grey else image[None]  # (B, H, W, C)
        if holes is not None:
            if np.shape(holes) != image.shape[:2]:
                raise ValueError(
                    f"holes: expected {image.shape[:2]}, as the image, found {np.shape(holes)}"
                )
            holes = (np.asarray(holes) > 0.5).astype("float32")[None, ..., None]  # (1, H, W, 1)
            holes = np.repeat(holes, len(batch), axis=0)
            batch = fill(batch, holes)
        if task == "upscale":
            batch = enlarge(batch)
        restored = self._in_tiles(np.asarray(stack(batch, task, holes)))
        restored = np.clip(restored, 0.0, 1.0)
        return np.moveaxis(restored[..., 0], 0, 2) if grey else restored[0]

    def _in_tiles(self, inputs):
        """Restore inputs (B, H, W, C + 4) tile by tile, each with as much margin as it sees."""
        # of the network, and of a band: a mean, and the next one, between which a pixel lies
        reach = unet.reach(unet.widths_of(self.network)) + 3 * 2**self.bands // 2
        margin = -(-reach // self.step) * self.step
        _, height, width, _ = inputs.shape
        restored = np.empty((*inputs.shape[:3], self.channels), "float32")
        for top in range(0, height, TILE):
            for left in range(0, width, TILE):
                rows, columns = (slice(max(0, x - margin), x + TILE + margin) for x in (top, left))
                tile = np.asarray(self._draw(inputs[:, rows, columns]))
                inner = tile[:, top - rows.start :, left - columns.start :][:, :TILE, :TILE]
                restored[:, top : top + TILE, left : left + TILE] = inner
        return restored

    @functools.cached_property
    def _draw(self):
        """The model as one graph for every size."""
        inputs = tf.TensorSpec((None, None, None, self.channels + len(TASKS)), "float32")
        return tf.function(
            lambda x: self(x, training=False), input_signature=[inputs], autograph=False
        )

    def get_config(self) -> dict:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "adversarial_weight": self.adversarial_weight,
            "ssim_weight": self.ssim_weight,
            "bands": self.bands,
        }
