"""The recipe of a smaller generator: it learns from a trained one, without data."""

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from keras_gen.recipes.gan import AdversarialRecipe
from keras_gen.recipes.recipe import Recipe, option, precision_policy, seeded

FAMILIES = ("dcgan", "mlp_gan")  # modules of `keras_gen.networks` whose generators take noise alone


@dataclass(frozen=True, kw_only=True)
class DistilledRecipe(AdversarialRecipe):
    """Smaller generator that learns from a trained one, the teacher; it needs no images.

        keras-gen train distilled
        keras-gen train distilled --teacher runs/dcgan-1 --generator-width 8

    Teachers are runs of `dcgan`, `mlp_gan` and `private_gan`. Each step draws noise, and the
    student learns to draw what the teacher draws of it. `evaluate` compares with the teacher's
    data, which it needs; training does not.

    Width 16 from the teacher of width 32, 5,000 steps on one thread of 2 busy CPU cores, 10
    minutes: Frechet distance of 10,000 samples to the test images 2.34 in the features of
    FashionNet and 16.6 in those of StridedNet; the teacher has 1.08 and 10.5
    (docs/distillation.json). These defaults, which take three times as many steps, were not
    measured.
    """

    teacher: str = option(
        "dcgan", "run whose generator is learnt: its folder, or one that comes with the package"
    )
    data: str = option("fashion_mnist", "the teacher's images, with which evaluate compares")
    steps: int = option(15000, "training steps, one update of both networks each", least=1)
    batch_size: int = option(16, "images per batch", least=1)
    family: str = option("dcgan", "networks; training takes the teacher's", choices=FAMILIES)
    teacher_width: int = option(
        32, "width of the teacher; training takes that of its run", least=1, most=4096
    )
    generator_width: int = option(
        16, "width of the student, as its network defines it", least=1, most=4096
    )
    discriminator_width: int = option(
        32, "width of the discriminator, as its network defines it", least=1, most=4096
    )
    discriminator_steps: int = option(1, "1, since both networks move at once", least=1, most=1)
    d_learning_rate: float = option(1e-3, "learning rate of the discriminator")
    g_learning_rate: float = option(1e-3, "learning rate of the student")
    adversarial_weight: float = option(
        0.1, "weight of the adversarial loss beside the pixel loss; 0 gives the least error"
    )

    panels: ClassVar[list] = [
        ("mean absolute difference", {"pixel_loss": "student and teacher"}),
        ("loss", {"d_loss": "discriminator", "g_loss": "student, adversarial"}),
        ("D's verdict, mean", {"real_score": "D(T(z)), teacher", "fake_score": "D(G(z)), student"}),
    ]
    taken: ClassVar[tuple[str, ...]] = ("data", "fit", "image_size", "channels", "latent_dim")

    @property
    def learns_from(self):
        """The teacher's run."""
        return self.teacher

    def for_teacher(self, teacher: Recipe):
        """Return the recipe with what its teacher's recipe decides.

        Raises:
            ValueError: a teacher that this recipe cannot learn from, or an option that contradicts
                it.
        """
        networks = teacher.networks().__name__ if isinstance(teacher, AdversarialRecipe) else ""
        family = networks.rpartition(".")[2]
        if not isinstance(teacher, AdversarialRecipe) or family not in FAMILIES:
            raise ValueError(
                f"teacher: expected a run of dcgan, mlp_gan or private_gan, found {self.teacher}"
            )
        theirs = {name: getattr(teacher, name) for name in self.taken}
        theirs |= {"family": family, "teacher_width": teacher.generator_width}
        defaults = {field.name: field.default for field in dataclasses.fields(self)}
        for name, value in theirs.items():
            found = getattr(self, name)
            if found not in (value, defaults[name]):
                words = name.replace("_", " ")
                raise ValueError(f"{words}: expected {value}, as the teacher, found {found}")
        return dataclasses.replace(self, **theirs)

    def networks(self):
        """Return the module of `keras_gen.networks` that holds the teacher and the student."""
        from keras_gen import networks

        return getattr(networks, self.family)

    def batches(self, images, start):
        """Return the stream of noise; of images there are none."""
        from keras_gen import data

        return data.noise_batches(self.batch_size, self.latent_dim, self.seed, start)

    def build(self):
        """Return the compiled `DistilledGAN`, whose teacher has its weights still to get."""
        from keras_gen.models import DistilledGAN

        networks = self.networks()
        with seeded(self.seed):
            with precision_policy(self.precision):
                student, teacher = (
                    networks.generator(self.image_shape, self.latent_dim, width=width)
                    for width in (self.generator_width, self.teacher_width)
                )
                discriminator = networks.discriminator(
                    self.image_shape, width=self.discriminator_width
                )
            gan = DistilledGAN(
                student,
                discriminator,
                teacher,
                self.latent_dim,
                adversarial_weight=self.adversarial_weight,
                penalty="r1",
                penalty_weight=1.0,
                penalty_interval=8,
                ema_decay=self.ema_decay,
                seed=self.seed,
            )
        gan.compile(*self.optimizers())
        return gan
