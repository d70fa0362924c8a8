"""The variational autoencoder."""

from dataclasses import dataclass
from typing import ClassVar

from keras_gen.recipes.recipe import Recipe, option, precision_policy, seeded


@dataclass(frozen=True, kw_only=True)
class VAERecipe(Recipe):
    """Variational autoencoder, the documents' second family of models.

        keras-gen train vae --data fashion_mnist

    About six minutes on 2 CPU cores: 10,000 steps of 29 ms, and the checkpoints. Negative ELBO of
    the 10,000 test images, one draw of the latents each: 237.5 nats (reconstruction 222.2,
    divergence 15.4; seed 0). Reconstructions of the test images: PSNR 20.4 dB and SSIM 0.68, where
    PCA of 24 components has 18.3 dB and 0.57. Frechet distance of 10,000 samples to the test images
    in the features of `keras_gen.measures`: 6.6, where `DCGANRecipe` reaches 1.06;
    the samples are blurred, but recognisable.

    With `--pixels binary`, 28,000 steps and seed 0, the bound of 5,000 draws on binarised test
    images is 230.1 nats (standard error 0.25; `benchmarks/vae_likelihood.py`), where papers have
    228.7 for a VAE with this prior.

    The rate depends on the number of steps: a run that is resumed with more of them follows another
    curve from there on.
    """

    steps: int = option(10000, "training steps", least=1)
    latent_dim: int = option(24, "number of latents", least=1, most=16384)
    width: int = option(
        32, "channels of the first convolution and of the last hidden map", least=1, most=1024
    )
    hidden: int = option(512, "units of the Dense layers", least=1, most=16384)
    beta: float = option(1.0, "weight of the divergence; 1 gives the tightest bound")
    pixels: str = option(
        "grey",
        "grey pixels as probabilities, or binary draws of them in every step, whose likelihood "
        "compares with published ones",
        choices=("grey", "binary"),
    )
    learning_rate: float = option(1e-3, "highest learning rate; it decays to 0 along a cosine")

    panels: ClassVar[list] = [
        ("nats per image", {"negative_elbo": "negative ELBO", "nll": "reconstruction"}),
        ("nats per image", {"kl": "divergence from the prior"}),
    ]

    def check_image_shape(self):
        """Raise a ValueError where halving does not end at 7 or 8 pixels."""
        from keras_gen.networks import vae

        vae.map_sizes(self.image_shape, self.width)

    def build(self):
        """Return the compiled `VAE`; the same recipe always starts from the same weights."""
        import keras

        from keras_gen.models import VAE
        from keras_gen.networks import vae

        shape = (self.image_shape, self.latent_dim, self.width, self.hidden)
        with seeded(self.seed), precision_policy(self.precision):
            encoder, decoder = vae.encoder(*shape), vae.decoder(*shape)
        warmup = min(200, self.steps // 10)
        rate = keras.optimizers.schedules.CosineDecay(
            0.0, self.steps - warmup, warmup_target=self.learning_rate, warmup_steps=warmup
        )
        model = VAE(encoder, decoder, beta=self.beta, pixels=self.pixels, seed=self.seed)
        model.compile(keras.optimizers.Adam(rate))
        return model

    def artefacts(self, model):
        """Return the encoder, images -> mean and log_var, and the decoder, latents -> images."""
        import keras

        described = dict(zip(("mean", "log_var"), model.encoder.outputs, strict=True))
        images = keras.ops.sigmoid(model.decoder.output)
        return {
            "encoder": keras.Model(model.encoder.inputs, described),
            "decoder": keras.Model(model.decoder.inputs, {"images": images}),
        }

    def pictures(self, model):
        """Return reconstructions, interpolations and traversals of held-out images."""
        import numpy as np

        from keras_gen import data
        from keras_gen.pictures import latents

        _, held_out = data.held_out(self.data, self.image_shape, self.fit)
        images = np.asarray(data.uint8_to_unit(held_out.images[:16]))
        draws = (latents.reconstructions, latents.interpolations, latents.traversals)
        return {draw.__name__: draw(model, images) for draw in draws}
