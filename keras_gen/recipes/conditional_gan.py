"""The GAN that draws what is asked for."""

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from keras_gen.recipes.gan import DCGANRecipe
from keras_gen.recipes.recipe import option

COLUMNS = 8  # images of each class in the pictures of a run
MOST_ROWS = 16


@dataclass(frozen=True, kw_only=True)
class ConditionalGANRecipe(DCGANRecipe):
    """Convolutional GAN that draws the class asked for; `dcgan` with labels in both networks.

        keras-gen train conditional_gan --data fashion_mnist
        keras-gen generate runs/conditional_gan-1 --label bag

    The classes are those of the data; of a folder of photos they are its subfolders.

    Measured after 15,000 steps on Fashion-MNIST, seed 0, 10,000 samples against the test images:
    Frechet distance 0.25 in the features of FashionNet and 2.9 in those of StridedNet (training
    images: 0.01 and 0.6; `dcgan` 1.04 and 8.6), 0.49 within classes, recall 0.65; 93.4 % of the
    samples show the class asked for, as FashionNet sees it, which names 92.3 % of real images
    rightly. With `generate --truncation 2` they are 95.3 %, at a recall of 0.59 and distances of
    0.25 and 6.6 (`benchmarks/truncation.py`). Eight minutes on one of 2 CPU cores, both of which
    were busy.

    Without the loss of classes the same run gave 0.34 and 2.9, 0.58 within classes, recall 0.67 and
    90.6 %; other weights are on docs/results.md (`benchmarks/class_weight.py`). With labels as loud
    as the noise besides, each a learnt vector of standard normal numbers, it gave 0.76 and 5.7, 1.2
    within classes, recall 0.35 and 90.9 %: the generator did not hear its noise for thousands of
    steps (tutorial 10 shows it).
    """

    update: str = option(
        "alternating",
        "the discriminator moves first, or both networks move from the same point",
        choices=("alternating", "simultaneous"),
    )
    class_weight: float = option(
        0.03, "weight of the loss by which the discriminator names classes; 0 for none"
    )
    classes: int = option(
        10, "number of classes; training takes that of the data", least=1, most=256
    )

    conditional: ClassVar[bool] = True
    layout: ClassVar[dict[str, int]] = {"zoom": 2, "columns": COLUMNS}

    def __post_init__(self):
        """Refuse also packs, which would need labels in packs, and two kinds of game at once."""
        super().__post_init__()
        if "packing" in self.d_extras:
            raise ValueError("d extras: expected no packing beside labels, found packing")
        if self.class_weight and (self.update != "alternating" or self.unrolled_steps):
            raise ValueError(
                "class weight: expected 0 beside unrolled steps or --update simultaneous, "
                f"found {self.class_weight:g}"
            )

    @classmethod
    def from_fields(cls, values):
        """Read also recipes from before the classes had a loss of their own."""
        return super().from_fields({"class_weight": 0.0, **values})

    @property
    def panels(self):
        """What the curves of a run show."""
        named = ("cross-entropy of classes, nats", {"class_loss": "generated images, named by D"})
        return [*DCGANRecipe.panels, *([named] if self.class_weight else [])]

    def for_data(self, images):
        """Return the recipe with as many classes as the data have, and its penalty."""
        if images.labels is None:
            raise ValueError(
                f"{images.summary}: expected images with classes, such as photos in one subfolder "
                "for each class, found none"
            )
        recipe = super().for_data(images)
        return dataclasses.replace(recipe, classes=int(images.labels.max()) + 1)

    def samples(self, model):
        """Return a row of images for each class, the same noise in each column, in [0, 1]."""
        import numpy as np

        rows = min(self.classes, MOST_ROWS)
        latents = np.random.default_rng(self.seed).normal(size=(COLUMNS, self.latent_dim))
        labels = np.repeat(np.arange(rows), COLUMNS)
        return model.draw(np.tile(latents, (rows, 1)).astype("float32"), labels)

    def networks(self):
        """Return `keras_gen.networks.conditional_gan`."""
        from keras_gen.networks import conditional_gan

        return conditional_gan

    def model(self):
        """Return `ClassGAN` where naming the class counts."""
        from keras_gen.models import ClassGAN

        if not self.class_weight:
            return super().model()
        return ClassGAN, {"class_weight": self.class_weight, **self.labels()}

    def labels(self):
        """Return the number of classes."""
        return {"classes": self.classes}
