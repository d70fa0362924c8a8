"""The recipe of restoration: one network for noise, JPEG damage, holes and half the size."""

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from keras_gen.recipes.recipe import Recipe, option, precision_policy, seeded

if TYPE_CHECKING:
    import numpy as np

    from keras_gen.models import Restorer

TASKS = ("denoise", "jpeg", "inpaint", "upscale")  # those of `data.degradations`


@dataclass(frozen=True, kw_only=True)
class RestorerRecipe(Recipe):
    """Restoration of damaged photos: a U-Net with a pixel loss and an adversarial one.

    keras-gen train restorer --data products
    keras-gen restore photo.jpg --model runs/restorer-1 --task jpeg

    docs/restoration.md has the PSNR of 15,000 steps without the adversarial loss beside classical
    methods, and the time on busy CPU cores; its default weight was measured on garments only.
    """

    data: str = option(
        "products", "products, fashion_mnist_10k, fashion_mnist, photos, or a folder of images"
    )
    image_size: int = option(
        64, "height and width of the training images, in pixels", least=16, most=1024
    )
    channels: int = option(3, "1 for grey, 3 for colour", least=1, most=3)
    steps: int = option(5000, "training steps", least=1)
    batch_size: int = option(8, "images per batch", least=1)
    tasks: tuple = option(
        TASKS, "kinds of damage that are learnt", item_type=str, choices=TASKS, metavar="TASK"
    )
    width: int = option(16, "channels at full resolution", least=1, most=1024)
    levels: int = option(3, "sizes of maps, each half the one before", least=1, most=8)
    bands: int = option(
        5, "bands of scales that are weakened or amplified, each twice as coarse", least=0, most=8
    )
    adversarial_weight: float = option(
        0.002, "weight of the adversarial loss beside the pixel loss; 0 gives the least error"
    )
    ssim_weight: float = option(
        0.1, "weight of 1 - SSIM, the structural similarity, beside the pixel loss"
    )
    learning_rate: float = option(
        3e-3, "Adam's highest learning rate, which falls to 0 along a cosine"
    )
    d_learning_rate: float = option(1e-3, "learning rate of the discriminator")

    panels: ClassVar[list[tuple[str, dict[str, str]]]] = [
        ("mean absolute difference", {"pixel_loss": "pixel loss"}),
        ("structural difference", {"ssim_loss": "1 - SSIM"}),
        ("nats per patch", {"adversarial_loss": "adversarial loss", "d_loss": "discriminator"}),
        ("probability of being real", {"real_score": "real", "fake_score": "restored"}),
    ]
    layout: ClassVar[dict[str, int]] = {"columns": 8, "zoom": 2}
    can_sample: ClassVar[bool] = False
    instead: ClassVar[str] = "restores pictures; use keras-gen restore --model {run}"
    next_command: ClassVar[str] = "restore mug --model {run}"

    def __post_init__(self):
        """Refuse values that no run can use, and a task that is named twice or none."""
        super().__post_init__()
        if not self.tasks or len(set(self.tasks)) < len(self.tasks):
            found = ", ".join(self.tasks) or "none"
            raise ValueError(f"tasks: expected one or several of {', '.join(TASKS)}, found {found}")

    @classmethod
    def from_fields(cls, values: dict[str, Any]) -> Self:
        """Read also recipes from before SSIM had a weight, which trained without it."""
        return super().from_fields({"ssim_weight": 0.0, **values})

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels at each size of the maps."""
        return tuple(self.width * 2**level for level in range(self.levels))

    def check_image_shape(self) -> None:
        """Raise a ValueError where the network cannot halve the images, or has other channels."""
        from keras_gen.networks import unet

        step = max(2, unet.multiple(self.widths))
        if self.image_size % step or self.channels not in (1, 3):
            raise ValueError(
                f"restorer: expected sides divisible by {step} and 1 or 3 channels, "
                f"found {self.image_size}x{self.image_size}x{self.channels}"
            )

    def change(self) -> Any:
        """Return the damage that is done to each batch."""
        from keras_gen.data import damage

        return functools.partial(damage, tasks=self.tasks)

    def build(self) -> "Restorer":
        """Return the compiled `Restorer`; the same recipe always starts from the same weights."""
        import keras

        from keras_gen.models import Restorer
        from keras_gen.networks import patch_gan, unet

        with seeded(self.seed), precision_policy(self.precision):
            network = unet.unet(
                self.channels * (self.bands + 1) + len(TASKS),
                len(TASKS) * (self.bands + self.channels),
                self.widths,
                first_initializer=unet.Contrast(),
                last_initializer="zeros",
            )
            discriminator = patch_gan.discriminator(self.channels, self.channels + len(TASKS))
        model = Restorer(
            network,
            discriminator,
            adversarial_weight=self.adversarial_weight,
            ssim_weight=self.ssim_weight,
            bands=self.bands,
        )
        rate = keras.optimizers.schedules.CosineDecay(self.learning_rate, self.steps)
        model.compile(
            d_optimizer=keras.optimizers.Adam(self.d_learning_rate, beta_1=0.5),
            optimizer=keras.optimizers.Adam(rate),
        )
        return model

    def artefacts(self, model: Any) -> dict[str, Any]:
        """Return the restorer: images, and planes of damage as `stack` sets them -> restored."""
        import keras

        images = keras.Input((None, None, self.channels), name="images")
        damage = keras.Input((None, None, len(TASKS)), name="damage")
        restored = model(keras.layers.Concatenate()([images, damage]))
        return {
            "restorer": keras.Model(
                [images, damage], {"restored": keras.ops.clip(restored, 0.0, 1.0)}
            )
        }

    def samples(self, model: Any) -> "np.ndarray":
        """Return for each task four product pictures, damaged and restored."""
        import numpy as np

        from keras_gen.data.degradations import damage
        from keras_gen.pictures.picture import product_pictures

        images = product_pictures(self.image_size)  # (4, H, W, 3)
        if self.channels == 1:
            images = images.mean(axis=-1, keepdims=True)
        rows = []
        for task in self.tasks:
            inputs, _ = damage(images, (self.seed, 0), (task,))
            pair = inputs[..., : self.channels], model(inputs, training=False)
            rows.append(np.stack(pair, axis=1).reshape(-1, *self.image_shape))
        return np.clip(np.concatenate(rows), 0.0, 1.0)  # (8 T, H, W, C)
