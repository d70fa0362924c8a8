"""The recipe of fast style transfer: one network for one style."""

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from keras_gen.recipes.recipe import Recipe, option, precision_policy

CONTENT_SIZE = 256  # pixels of the product pictures in the reports


@dataclass(frozen=True, kw_only=True)
class FastStyleRecipe(Recipe):
    """Fast style transfer: a network that paints any picture in one style, in one pass.

        keras-gen train fast_style --style flow_field --run-dir runs/strokes
        keras-gen stylize mug --model runs/strokes

    Needs the extras `photos` and, where ImageNet's VGG19 is not at hand, `offline`. The losses are
    those of `stylize`, the preset `ours`, averaged over crops of photographs.

    With `--style flow_field --weights hed` on 2 CPU cores: 12 minutes, 1.7 images a second;
    style term from 0.66, after 12 steps, to 0.023, content term 0.030. On an H100, this network
    and these losses on Keras' JAX backend: 6.4 ms a step, 0.022 and 0.030. Strokes and colours
    are those of the style, less varied than what the optimisation paints, with a fine hatching
    in even regions; products are recognised by their outlines, and small forms dissolve. One
    pass on 2 busy CPU cores: 0.2 s at 256 pixels, 0.7 s at 512, 2.8 s at 1024.
    """

    data: str = option("photos", "photos (crops of those in scikit-image), or a folder")
    image_size: int = option(256, "height and width of the training crops, in pixels")
    channels: int = option(3, "3, since VGG19 sees colour")
    fit: str = option("crop", "how photos are brought to a square", choices=("pad", "crop"))
    steps: int = option(600, "training steps")
    batch_size: int = option(2, "images in a batch")
    style: str = option("flow_field", "style picture: a file, or the name of the package's own")
    style_size: int = option(256, "its longer side in training; strokes become that fine")
    weights: str = option("auto", "of VGG19: auto, imagenet, hed, random, or a file")
    content_weight: float = option(1.0, "factor on the content weight of the preset ours")
    smoothness: float = option(1.0, "factor on its weight of the total variation")
    width: int = option(32, "channels of the network at full size")
    blocks: int = option(5, "residual blocks of the network")
    learning_rate: float = option(1e-3, "Adam's first rate; it falls to 0 along a cosine")

    panels: ClassVar[list] = [
        ("loss and its weighted terms", {"loss": "loss", "style": "style", "content": "content"}),
        ("weighted total variation", {"total_variation": "total variation"}),
    ]
    layout: ClassVar[dict] = {"columns": 4}
    can_sample: ClassVar[bool] = False

    def __post_init__(self):
        """Refuse values that no run can use, and grey images."""
        super().__post_init__()
        if self.channels != 3:
            raise ValueError(f"channels: expected 3 for fast_style, found {self.channels}")

    def style_image(self):
        """Return the style picture in its training size, (H, W, 3) float32 in [0, 1]."""
        from keras_gen.data import picture_path
        from keras_gen.pictures.picture import fit_longest_side, read_picture, resize

        pixels = read_picture(picture_path(self.style)).pixels
        return resize(pixels, fit_longest_side(pixels.shape[:2], self.style_size))

    def preset(self):
        """Return the weights of the losses, those of `stylize`, as a `StylePreset`."""
        from keras_gen.models.style.presets import ours, scaled

        preset = scaled(ours, self.content_weight, self.smoothness)
        return preset(self.image_size, self.image_size)

    def build(self):
        """Return the compiled `FastStyle`; the same recipe always starts from the same weights."""
        from keras_gen.networks import vgg19

        style_image = self.style_image()  # a mistake in it shows before VGG19 is looked for
        preset = self.preset()
        features = vgg19.features(
            [*preset.style, *preset.content],
            self.weights,
            preset.pooling,
            padding="replicate",
            dtype=self.precision,
            seed=self.seed,
        )
        return self._compiled(features, style_image, preset)

    def build_for_inference(self):
        """Return the compiled `FastStyle` without VGG19."""
        return self._compiled()

    def _compiled(self, *training):
        import keras

        from keras_gen.models import FastStyle
        from keras_gen.networks import fast_style

        keras.utils.set_random_seed(self.seed)
        with precision_policy(self.precision):
            network = fast_style.transformer(self.width, self.blocks)
        model = FastStyle(network, *training)
        rate = keras.optimizers.schedules.CosineDecay(self.learning_rate, self.steps)
        model.compile(keras.optimizers.Adam(rate))
        return model

    def provenance(self, model):
        """Return which features the model learned from, and the bytes of its style picture."""
        import hashlib

        from keras_gen.data import picture_path

        digest = hashlib.sha256(picture_path(self.style).read_bytes()).hexdigest()
        return {"features": dataclasses.asdict(model.source), "style": {"sha256": digest}}

    def samples(self, model):
        """Return the package's product pictures, each beside its stylised version."""
        import numpy as np

        from keras_gen.pictures.picture import product_pictures

        contents = product_pictures(CONTENT_SIZE)  # (4, H, W, 3)
        drawn = [model.stylize(content) for content in contents]
        return np.stack([contents, drawn], axis=1).reshape(-1, *contents.shape[1:])
