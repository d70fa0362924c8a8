"""Recipes: the only place that joins data, networks, model and optimizers.

A recipe is a frozen dataclass. Its fields are the flags of `keras-gen train`, its docstring states
what the command costs and reaches, and `build` makes the compiled model.

Keras is imported inside the functions, so that the command line can list recipes at once.
"""

import contextlib
import dataclasses
from dataclasses import dataclass, fields
from typing import ClassVar

PRECISIONS = ("float32", "mixed_bfloat16")


def option(default, help, **metadata):
    """Declare a recipe's field with its default, help text and, perhaps, `choices`."""
    return dataclasses.field(default=default, metadata={"help": help, **metadata})


@contextlib.contextmanager
def _precision(name):
    """Build networks under a precision policy, then return to the one that was set."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What every recipe decides: data, size, length, precision, seed."""

    data: str = option("fashion_mnist_10k", "fashion_mnist_10k, fashion_mnist, or a folder")
    image_size: int = option(28, "height and width of the images, in pixels")
    channels: int = option(1, "1 for grey, 3 for colour")
    fit: str = option("pad", "how photos are brought to a square", choices=("pad", "crop"))
    steps: int = option(3000, "training steps")
    batch_size: int = option(64, "images in a batch")
    latent_dim: int = option(100, "length of the noise vector")
    precision: str = option("float32", "precision policy of the networks", choices=PRECISIONS)
    report_every: int = option(0, "steps between reports and checkpoints; 0: some 50 in a run")
    seed: int = option(0, "the same seed gives the same run on the same machine")

    # What the reports show: panels of (label, {metric: legend}), and two metrics that must differ.
    panels: ClassVar[list] = []
    told_apart: ClassVar[tuple] = ()

    def __post_init__(self):
        """Refuse values that no run can use, before anything is loaded or written."""
        for field in fields(self):
            value, choices = getattr(self, field.name), field.metadata.get("choices")
            if choices and value not in choices:
                raise ValueError(f"{field.name}: expected {', '.join(choices)}, found '{value}'")
            least = 0 if field.name in ("seed", "report_every") else 1
            if field.type is int and value < least:
                raise ValueError(f"{field.name}: expected at least {least}, found {value}")
            if field.type is float and value < 0:
                raise ValueError(f"{field.name}: expected at least 0, found {value}")
            if field.metadata.get("below_one") and value >= 1:
                raise ValueError(f"{field.name}: expected less than 1, found {value}")

    @property
    def image_shape(self):
        """(H, W, C) of the images."""
        return (self.image_size, self.image_size, self.channels)

    @property
    def images_per_step(self):
        """Number of real images that one training step sees."""
        return self.batch_size

    def scale(self, images):
        """Map uint8 images to the scale of the networks."""
        raise NotImplementedError("a recipe names its scale")

    def build(self):
        """Return the compiled model; the same recipe always starts from the same weights."""
        raise NotImplementedError("a recipe builds its model")


@dataclass(frozen=True, kw_only=True)
class GANRecipe(Recipe):
    """What every GAN recipe decides; the two documents' GANs differ in networks and defaults."""

    steps: int = option(3000, "training steps, one update of G each")
    generator_width: int = option(128, "width of G, see its network")
    discriminator_width: int = option(128, "width of D, see its network")
    dropout: float = option(0.3, "share of D's features dropped in training", below_one=True)
    loss: str = option(
        "non_saturating",
        "pair of losses",
        choices=("non_saturating", "saturating", "least_squares", "hinge", "wasserstein_gp"),
    )
    update: str = option(
        "simultaneous", "order of the players' steps", choices=("simultaneous", "alternating")
    )
    discriminator_steps: int = option(1, "D's steps per step of G, with --update alternating")
    penalty_weight: float = option(10.0, "weight of the gradient penalty of wasserstein_gp")
    d_learning_rate: float = option(5e-4, "Adam's rate for D")
    g_learning_rate: float = option(5e-4, "Adam's rate for G")
    beta_1: float = option(0.5, "Adam's first decay, for both players", below_one=True)
    ema_decay: float = option(
        0.999, "decay of G's moving average, which draws the samples", below_one=True
    )

    panels: ClassVar[list] = [
        ("loss", {"d_loss": "discriminator", "g_loss": "generator"}),
        ("D's verdict, mean", {"real_score": "D(x), real", "fake_score": "D(G(z)), generated"}),
    ]
    told_apart: ClassVar[tuple] = ("real_score", "fake_score")

    @property
    def images_per_step(self):
        """Number of real images that one training step sees."""
        return self.batch_size * self.discriminator_steps

    def scale(self, images):
        """Map uint8 images to [-1, 1], where tanh draws."""
        from keras_gen.data import uint8_to_symmetric

        return uint8_to_symmetric(images)

    def networks(self):
        """Return the module of `keras_gen.networks` that holds this recipe's pair."""
        raise NotImplementedError("a recipe names its networks")

    def build(self):
        """Return the compiled `GAN`; the same recipe always starts from the same weights."""
        import keras

        from keras_gen.models import GAN

        keras.utils.set_random_seed(self.seed)
        networks = self.networks()
        with _precision(self.precision):
            generator = networks.generator(
                self.image_shape, self.latent_dim, width=self.generator_width
            )
            discriminator = networks.discriminator(
                self.image_shape, width=self.discriminator_width, dropout=self.dropout
            )
        gan = GAN(
            generator,
            discriminator,
            self.latent_dim,
            loss=self.loss,
            update=self.update,
            discriminator_steps=self.discriminator_steps,
            penalty_weight=self.penalty_weight,
            ema_decay=self.ema_decay,
            seed=self.seed,
        )
        gan.compile(
            keras.optimizers.Adam(self.d_learning_rate, beta_1=self.beta_1),
            keras.optimizers.Adam(self.g_learning_rate, beta_1=self.beta_1),
        )
        return gan


@dataclass(frozen=True, kw_only=True)
class MLPGAN(GANRecipe):
    """Fully connected GAN: the first document's networks, mended.

        keras-gen train mlp_gan --data fashion_mnist

    About two and a half minutes on 2 CPU cores. Frechet distance of 10,000 samples to the 10,000
    test images, in the features of `keras_gen.measures`: 6.7 (seed 0; real training
    images 0.01, noise 40.6). All ten classes appear, the rarest with 3.8 % of the samples; a
    speckle remains, which is what a network without convolutions leaves.
    """

    steps: int = option(5000, "training steps, one update of G each")

    def networks(self):
        """Return `keras_gen.networks.mlp_gan`."""
        from keras_gen.networks import mlp_gan

        return mlp_gan


@dataclass(frozen=True, kw_only=True)
class DCGAN(GANRecipe):
    """Convolutional GAN: the second document's networks, mended.

        keras-gen train dcgan --data fashion_mnist

    About five minutes on 2 CPU cores. Frechet distance of 10,000 samples to the 10,000 test images,
    in the features of `keras_gen.measures` (real training images 0.01, noise 40.6),
    after the steps that fit into 300 seconds:

        these defaults                           2.61, 2.62, 2.72 (seeds 0 to 2)
        the document's width, 64                 3.04 after 180 s (defaults: 2.75)
        batch 64, rate 5e-4, dropout, 28 x 28
        maps of 32 channels (the sketch)         3.63, 3.76 (seeds 0 and 1)
        the TensorFlow tutorial's networks       15.8 (seed 0)

    Small batches and a high rate learn fastest in a fixed time; rates that fall (linearly, as 1/t,
    by halves), another rate for D, dropout and wider networks did not help within it.
    """

    steps: int = option(12000, "training steps, one update of G each")
    batch_size: int = option(16, "images in a batch")
    generator_width: int = option(32, "channels of G's last hidden layer; the document has 64")
    discriminator_width: int = option(32, "channels of D's first layer")
    dropout: float = option(0.0, "share of D's features dropped in training", below_one=True)
    d_learning_rate: float = option(1e-3, "Adam's rate for D")
    g_learning_rate: float = option(1e-3, "Adam's rate for G")

    def networks(self):
        """Return `keras_gen.networks.dcgan`."""
        from keras_gen.networks import dcgan

        return dcgan


@dataclass(frozen=True, kw_only=True)
class VAERecipe(Recipe):
    """Variational autoencoder, the documents' second family of models.

        keras-gen train vae --data fashion_mnist

    About six minutes on 2 CPU cores: 10,000 steps of 29 ms, and the reports. Negative ELBO of the
    10,000 test images, one draw of the latents each: 237.5 nats (reconstruction 222.2, divergence
    15.4; seed 0). Reconstructions of the test images: PSNR 20.4 dB and SSIM 0.68, where PCA of 24
    components has 18.3 dB and 0.57. Frechet distance of 10,000 samples to the test images in the
    features of `keras_gen.measures`: 6.6, where `DCGAN` reaches 2.65 in five minutes; blurred, but
    recognisable.

    The rate depends on the number of steps: a run that is resumed with more of them goes on along
    another curve.
    """

    steps: int = option(10000, "training steps")
    latent_dim: int = option(24, "number of latents")
    width: int = option(32, "channels of the first convolution and of the last hidden map")
    hidden: int = option(512, "units of the Dense layers")
    beta: float = option(1.0, "weight of the divergence; 1 bounds the likelihood")
    learning_rate: float = option(1e-3, "Adam's highest rate; it falls to 0 along a cosine")

    panels: ClassVar[list] = [
        ("nats per image", {"negative_elbo": "negative ELBO", "nll": "reconstruction"}),
        ("nats per image", {"kl": "divergence from the prior"}),
    ]

    def scale(self, images):
        """Map uint8 images to [0, 1], where the Bernoulli likelihood lives."""
        from keras_gen.data import uint8_to_unit

        return uint8_to_unit(images)

    def build(self):
        """Return the compiled `VAE`; the same recipe always starts from the same weights."""
        import keras

        from keras_gen.models import VAE
        from keras_gen.networks import vae

        keras.utils.set_random_seed(self.seed)
        shape = (self.image_shape, self.latent_dim, self.width, self.hidden)
        with _precision(self.precision):
            encoder, decoder = vae.encoder(*shape), vae.decoder(*shape)
        warmup = min(200, self.steps // 10)
        rate = keras.optimizers.schedules.CosineDecay(
            0.0, self.steps - warmup, warmup_target=self.learning_rate, warmup_steps=warmup
        )
        model = VAE(encoder, decoder, beta=self.beta, seed=self.seed)
        model.compile(keras.optimizers.Adam(rate))
        return model


RECIPES = {"mlp_gan": MLPGAN, "dcgan": DCGAN, "vae": VAERecipe}
