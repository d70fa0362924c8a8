"""The GANs of the two documents."""

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from keras_gen.recipes.recipe import Recipe, option, precision_policy, seeded


@dataclass(frozen=True, kw_only=True)
class AdversarialRecipe(Recipe):
    """What every game of two networks decides, whatever the rules of its steps are."""

    steps: int = option(3000, "training steps, one generator update each", least=1)
    latent_dim: int = option(100, "length of the noise vector", least=1, most=16384)
    generator_width: int = option(
        128, "width of the generator, as its network defines it", least=1, most=4096
    )
    discriminator_width: int = option(
        128, "width of the discriminator, as its network defines it", least=1, most=4096
    )
    discriminator_steps: int = option(1, "discriminator steps per generator step", least=1)
    d_learning_rate: float = option(5e-4, "learning rate of the discriminator")
    g_learning_rate: float = option(5e-4, "learning rate of the generator")
    beta_1: float = option(0.5, "Adam's beta_1, for both networks", below_one=True)
    ema_decay: float = option(
        0.999, "decay of the generator's moving average, which draws the samples", below_one=True
    )

    can_truncate: ClassVar[bool] = True
    pixel_scale: ClassVar[str] = "symmetric"  # [-1, 1], where tanh draws

    @property
    def images_per_step(self) -> int:
        """Number of real images that one training step sees."""
        return self.batch_size * self.discriminator_steps

    def networks(self):
        """Return the module of `keras_gen.networks` that holds this recipe's pair."""
        raise NotImplementedError("a recipe names its networks")

    def optimizers(self):
        """Return the optimizers of discriminator and generator."""
        import keras

        rates = (self.d_learning_rate, self.g_learning_rate)
        return [keras.optimizers.Adam(rate, beta_1=self.beta_1) for rate in rates]

    def artefacts(self, model):
        """Return the averaged generator: latents, and labels where it takes them -> images."""
        import keras

        from keras_gen.data import symmetric_to_unit

        network = model.ema_generator
        images = keras.ops.clip(symmetric_to_unit(network.output), 0.0, 1.0)  # as `draw` does
        return {"generator": keras.Model(network.inputs, {"images": images})}


@dataclass(frozen=True, kw_only=True)
class GANRecipe(AdversarialRecipe):
    """What every GAN recipe decides; the two documents' GANs differ in networks and defaults.

    Their default update is simultaneous: one backward pass serves both players, so that a step is
    faster than an alternating one.
    """

    dropout: float = option(
        0.3, "share of the discriminator's features dropped in training", below_one=True
    )
    loss: str = option(
        "non_saturating",
        "losses of discriminator and generator",
        choices=(
            "non_saturating",
            "saturating",
            "least_squares",
            "hinge",
            "wasserstein_gp",
            "relativistic",
        ),
    )
    update: str = option(
        "simultaneous",
        "the discriminator moves first, or both networks move from the same point",
        choices=("alternating", "simultaneous"),
    )
    discriminator_steps: int = option(
        1, "discriminator steps per generator step, with --update alternating", least=1
    )
    penalty: str = option(
        "auto",
        "penalty on the discriminator's slope; auto means the one that suits the loss",
        choices=("auto", "none", "wgan_gp", "dragan", "r1", "r2", "r1_r2"),
    )
    penalty_weight: float = option(
        None, "weight of the penalty (its paper's, or what suits the loss)", item_type=float
    )
    penalty_interval: int = option(
        None, "take the penalty in every N-th step, N times as much", item_type=int, least=1
    )
    d_extras: tuple = option(
        (),
        "further pieces of the discriminator, against collapse",
        choices=("spectral_norm", "minibatch_std", "packing"),
        item_type=str,
    )
    unrolled_steps: int = option(
        0, "steps of the discriminator that the generator looks ahead", most=100
    )
    unrolled_rate: float = option(0.1, "length of an unrolled step")

    panels: ClassVar[list] = [
        ("loss", {"d_loss": "discriminator", "g_loss": "generator"}),
        ("D's verdict, mean", {"real_score": "D(x), real", "fake_score": "D(G(z)), generated"}),
    ]
    watched_scores: ClassVar[tuple] = ("real_score", "fake_score")
    # What `auto` means for a loss: penalty, weight, interval; `None` for losses not listed.
    suitable_penalties: ClassVar[dict[str | None, tuple]] = {
        "wasserstein_gp": ("wgan_gp", 10.0, 1),
        "relativistic": ("r1_r2", 1.0, 8),
        None: ("r1", 1.0, 8),
    }

    def __post_init__(self):
        """Refuse also a batch that packs of two images do not divide."""
        super().__post_init__()
        if "packing" in self.d_extras and self.batch_size % 2:
            raise ValueError(f"batch size: expected an even one for packs, found {self.batch_size}")

    @classmethod
    def from_fields(cls, values):
        """Read also recipes from before penalties had an interval, whose `auto` meant less."""
        if "penalty_weight" in values and "penalty_interval" not in values:
            penalty = values.get("penalty", "auto")
            if penalty == "auto":
                penalty = "wgan_gp" if values.get("loss") == "wasserstein_gp" else "none"
            values = {**values, "penalty": penalty, "penalty_interval": 1}
        return super().from_fields(values)

    def for_data(self, images):
        """Return the recipe with its penalty written out, so that a run keeps it for good."""
        return dataclasses.replace(self, **self.penalty_arguments())

    def penalty_arguments(self):
        """Return what `GAN` is told of the penalty: its name, weight and interval."""
        name, weight, interval = self.penalty, None, 1
        if name == "auto":
            table = self.suitable_penalties
            name, weight, interval = table.get(self.loss, table[None])
        return {
            "penalty": name,
            "penalty_weight": weight if self.penalty_weight is None else self.penalty_weight,
            "penalty_interval": self.penalty_interval or interval,
        }

    def labels(self):
        """Return what networks and model are told of labels: nothing, or the number of classes."""
        return {}

    def model(self):
        """Return the class of the model, and what it is told beside what every GAN is told."""
        from keras_gen.models import GAN, UnrolledGAN

        if not self.unrolled_steps:
            return GAN, self.labels()
        unrolled = {"unrolled_steps": self.unrolled_steps, "unrolled_rate": self.unrolled_rate}
        return UnrolledGAN, {**unrolled, **self.labels()}

    def build(self):
        """Return the compiled `GAN`; the same recipe always starts from the same weights."""
        model, options = self.model()
        networks = self.networks()
        with seeded(self.seed):
            with precision_policy(self.precision):
                generator = networks.generator(
                    self.image_shape, self.latent_dim, width=self.generator_width, **self.labels()
                )
                discriminator = networks.discriminator(
                    self.image_shape,
                    width=self.discriminator_width,
                    dropout=self.dropout,
                    **{name: True for name in self.d_extras if name != "packing"},
                    **({"packing": 2} if "packing" in self.d_extras else {}),
                    **self.labels(),
                )
            gan = model(
                generator,
                discriminator,
                self.latent_dim,
                loss=self.loss,
                update=self.update,
                discriminator_steps=self.discriminator_steps,
                **self.penalty_arguments(),
                **options,
                ema_decay=self.ema_decay,
                seed=self.seed,
            )
        gan.compile(*self.optimizers())
        return gan


@dataclass(frozen=True, kw_only=True)
class MLPGANRecipe(GANRecipe):
    """Fully connected GAN: the first document's networks, corrected.

        keras-gen train mlp_gan --data fashion_mnist

    About two and a half minutes on 2 CPU cores. Frechet distance of 10,000 samples to the 10,000
    test images, seed 0: 6.0 in the features of FashionNet, 38 in those of StridedNet (real training
    images 0.01 and 0.6); without the penalty on D's slope it was 6.7 by FashionNet. All ten classes
    appear, the rarest with 5.0 % of the samples; a speckle remains, which is what a network without
    convolutions leaves.
    """

    steps: int = option(5000, "training steps, one generator update each", least=1)

    def networks(self):
        """Return `keras_gen.networks.mlp_gan`."""
        from keras_gen.networks import mlp_gan

        return mlp_gan


@dataclass(frozen=True, kw_only=True)
class DCGANRecipe(GANRecipe):
    """Convolutional GAN: the second document's networks, corrected.

        keras-gen train dcgan --data fashion_mnist

    About four minutes on 2 idle CPU cores by the cost of a step, 14 ms; not timed as a whole.
    Frechet distance of 10,000 samples to the 10,000 test images for seeds 0 to 2: 1.04, 1.06, 1.06
    in the features of FashionNet and 8.6, 9.7, 9.3 in those of StridedNet (real training images
    0.01 and 0.6). What the penalty on D's slope does, seed 0:

        steps                       5,000          10,000         15,000        20,000
        these defaults              2.58 and 27.0  1.41 and 12.4  1.04 and 8.6  0.91 and 7.4
        --penalty none              3.21 and 63.8  2.71 and 61.3

    With the penalty in every eighth one, steps take 1.05 times as long on average. It was chosen on
    10,000 training images that were kept apart (`benchmarks/gan_quality.py`): after 8,000 steps
    1.64 and 15.9 with simultaneous steps, 1.58 by FashionNet with alternating ones, which take 1.36
    times as long. Without the penalty, by FashionNet, after the steps that fit into 300 seconds:

        the recipe's networks                    2.61, 2.62, 2.72 (seeds 0 to 2)
        the document's width, 64                 3.04 after 180 s (the recipe's: 2.75)
        batch 64, rate 5e-4, dropout, 28 x 28
        maps of 32 channels (the sketch)         3.63, 3.76 (seeds 0 and 1)
        the TensorFlow tutorial's networks       15.8 (seed 0)

    Small batches and a high rate learn fastest in a fixed time; rates that fall (linearly, as 1/t,
    by halves), another rate for D, dropout and wider networks did not help within it.
    """

    steps: int = option(15000, "training steps, one generator update each", least=1)
    batch_size: int = option(16, "images per batch", least=1)
    generator_width: int = option(
        32, "channels of the generator's last hidden layer", least=1, most=1024
    )
    discriminator_width: int = option(
        32, "channels of the discriminator's first layer", least=1, most=1024
    )
    dropout: float = option(
        0.0, "share of the discriminator's features dropped in training", below_one=True
    )
    d_learning_rate: float = option(1e-3, "learning rate of the discriminator")
    g_learning_rate: float = option(1e-3, "learning rate of the generator")

    def check_image_shape(self):
        """Raise a ValueError unless the images have a side that the networks know."""
        from keras_gen.networks import dcgan

        dcgan.check_image_shape(self.image_shape)

    def networks(self):
        """Return `keras_gen.networks.dcgan`."""
        from keras_gen.networks import dcgan

        return dcgan
