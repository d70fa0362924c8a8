"""The GAN that may be shown although its training images may not."""

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from keras_gen.recipes.gan import AdversarialRecipe
from keras_gen.recipes.recipe import option, precision_policy, seeded


@dataclass(frozen=True, kw_only=True)
class PrivateGANRecipe(AdversarialRecipe):
    """Convolutional GAN under differential privacy: noise on each step of the discriminator.

        keras-gen train private_gan --data fashion_mnist --target-epsilon 10

    Needs the extra `privacy`: pip install 'keras_gen[privacy]'.

    Epsilon and delta are on the progress bar and in metrics.csv. `--target-epsilon` ends training
    with the last step that it pays for; the noise is `--noise-multiplier`, whatever the budget is.

    Neither the time on CPU cores nor the Frechet distance of these defaults was measured;
    docs/privacy.md compares budgets on smaller runs (`benchmarks/privacy.py`).
    """

    steps: int = option(500, "training steps, one generator update each", least=1)
    batch_size: int = option(256, "images per sample of the discriminator, on average", least=1)
    generator_width: int = option(
        32, "channels of the generator's last hidden layer", least=1, most=1024
    )
    discriminator_width: int = option(
        16, "channels of the discriminator's first layer", least=1, most=1024
    )
    discriminator_steps: int = option(4, "discriminator steps per generator step", least=1)
    d_learning_rate: float = option(1e-3, "learning rate of the discriminator")
    g_learning_rate: float = option(1e-3, "learning rate of the generator")
    loss: str = option(
        "non_saturating",
        "losses of discriminator and generator",
        choices=("non_saturating", "saturating", "least_squares", "hinge"),
    )
    clip_norm: float = option(1.0, "largest norm of one image's gradient", least=1e-6)
    noise_multiplier: float = option(
        1.0, "the noise's standard deviation over the clipping norm", least=0.1
    )
    delta: float = option(
        1e-5, "delta of the guarantee, far below one over the images", least=1e-12, below_one=True
    )
    target_epsilon: float = option(
        None, "end training before epsilon exceeds it (no limit)", item_type=float
    )
    examples: int = option(10000, "number of images; training takes that of the data", least=1)

    panels: ClassVar[list] = [
        ("loss", {"g_loss": "generator"}),
        ("D's verdict, mean", {"fake_score": "D(G(z)), generated"}),
        ("epsilon", {"epsilon": "spent"}),
    ]

    def check_image_shape(self):
        """Raise a ValueError unless the images have a side that the networks know."""
        from keras_gen.networks import dcgan

        dcgan.check_image_shape(self.image_shape)

    def for_data(self, images):
        """Return the recipe with the number of images, of which each sample takes its share."""
        n = len(images.images)
        if self.batch_size > n:
            raise ValueError(
                f"batch size: expected at most the {n:,} images, found {self.batch_size}"
            )
        if self.delta >= 1 / n:
            raise ValueError(
                f"delta: expected less than one over the {n:,} images, which would allow to "
                f"publish one of them, found {self.delta}"
            )
        return dataclasses.replace(self, examples=n)

    def limited(self, n, done=0):
        """Return the recipe with no more steps than `target_epsilon` pays for."""
        from keras_gen.models.accountant import Accountant, library

        library()  # refuses to begin where nothing could count
        accountant = Accountant(self.batch_size / n, self.noise_multiplier, self.delta)
        if self.target_epsilon is None:
            return self
        each = self.discriminator_steps
        within = accountant.steps_within(self.target_epsilon, self.steps * each) // each
        if within < self.steps and within <= done:
            next_one = accountant.epsilon((done + 1) * each)
            raise ValueError(
                f"target epsilon: step {done + 1:,} would need {next_one:.4g}, "
                f"found {self.target_epsilon:g}"
            )
        return dataclasses.replace(self, steps=min(self.steps, within))

    def batches(self, images, start):
        """Return the stream of Poisson samples, which the accountant assumes."""
        from keras_gen import data

        return data.poisson_batches(
            images.images,
            self.batch_size / len(images.images),
            self.discriminator_steps,
            self.seed,
            start,
            data.SCALES[self.pixel_scale],
        )

    def networks(self):
        """Return `keras_gen.networks.dcgan`."""
        from keras_gen.networks import dcgan

        return dcgan

    def build(self):
        """Return the compiled `PrivateGAN`; the same recipe always starts from the same weights."""
        from keras_gen.models import PrivateGAN

        networks = self.networks()
        with seeded(self.seed):
            with precision_policy(self.precision):
                generator = networks.generator(
                    self.image_shape, self.latent_dim, width=self.generator_width
                )
                discriminator = networks.discriminator(
                    self.image_shape, width=self.discriminator_width
                )
            gan = PrivateGAN(
                generator,
                discriminator,
                self.latent_dim,
                examples=self.examples,
                batch_size=self.batch_size,
                clip_norm=self.clip_norm,
                noise_multiplier=self.noise_multiplier,
                delta=self.delta,
                loss=self.loss,
                discriminator_steps=self.discriminator_steps,
                ema_decay=self.ema_decay,
                seed=self.seed,
            )
        # Samples have many sizes, and XLA would compile the step anew for each.
        gan.compile(*self.optimizers(), jit_compile=False)
        return gan
