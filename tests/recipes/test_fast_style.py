"""The recipe of fast style transfer: what it builds, refuses, draws, and needs no VGG19 for."""

import numpy as np
import pytest
from PIL import Image

from keras_gen.models.style import presets as style_presets
from keras_gen.models.style.presets import StylePreset
from keras_gen.recipes import FastStyleRecipe

SMALL = {"width": 4, "blocks": 1, "style_size": 48, "image_size": 32}


@pytest.fixture
def shallow(monkeypatch):
    """Two small layers of random features instead of six of 10 million weights."""
    layers = {"block1_conv1": 4.0, "block1_conv2": 2.0}
    small = StylePreset(layers, {"block1_conv2": 3.0}, 2.0, "avg", relative=True)
    monkeypatch.setattr(style_presets, "relative", lambda height, width: small)


def test_every_field_reaches_the_model(shallow):
    recipe = FastStyleRecipe(
        **SMALL, weights="random", seed=5, content_weight=5.0, smoothness=0.5,
        learning_rate=4e-3, steps=1000, precision="mixed_bfloat16",
    )  # fmt: skip
    model = recipe.build()
    assert model.preset.style == {"block1_conv1": 4.0, "block1_conv2": 2.0}
    assert model.preset.content == {"block1_conv2": 15.0}  # 5 * 3
    assert model.preset.total_variation == 1.0  # 0.5 * 2
    assert model.source.description == "VGG19 with random kernels, seed 5"
    assert model.network.layers[2].compute_dtype == "bfloat16"
    kernel = 81 * 3 * 4  # 9 x 9, colours, width
    assert np.size(model.network.weights[0]) == kernel
    rate = model.optimizer._learning_rate  # falls along a cosine
    rates = [float(rate(step)) for step in (0, 500, 1000)]
    assert rates == pytest.approx([4e-3, 2e-3, 0.0], abs=1e-8)


def test_the_losses_are_those_of_stylize():
    assert FastStyleRecipe(image_size=64).preset() == style_presets.relative(64, 64)


def test_the_seed_decides_the_first_weights():
    first, again, other = (
        FastStyleRecipe(**SMALL, seed=s).build_for_inference() for s in (1, 1, 2)
    )
    weights = [model.network.get_weights()[0] for model in (first, again, other)]
    assert np.array_equal(weights[0], weights[1]) and not np.array_equal(weights[0], weights[2])


def test_a_model_for_use_needs_no_weights_of_vgg19():
    model = FastStyleRecipe(**SMALL, weights="nowhere.h5").build_for_inference()
    assert model.extract is None
    assert model.stylize(np.zeros((9, 9, 3), "float32")).shape == (9, 9, 3)


def test_the_style_is_a_file_or_a_name_and_keeps_its_aspect(tmp_path):
    Image.new("RGB", (100, 50), (255, 0, 51)).save(tmp_path / "red.png")
    image = FastStyleRecipe(style=str(tmp_path / "red.png"), style_size=40).style_image()
    assert image.shape == (20, 40, 3) and image.dtype == np.float32
    np.testing.assert_allclose(image[7, 9], [1.0, 0.0, 0.2], atol=1e-6)
    assert FastStyleRecipe(style_size=64).style_image().shape == (64, 64, 3)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"channels": 1}, "channels: expected 3 for fast_style, found 1"),
        ({"style": "monalisa"}, "expected a picture file or one of .*stained_glass.*'monalisa'"),
        ({"style_size": 0}, "style size: expected at least 1, found 0"),
        ({"smoothness": -1.0}, "smoothness: expected at least 0, found -1.0"),
    ],
)
def test_values_that_no_run_can_use_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        FastStyleRecipe(**fields).style_image()


def test_provenance_names_features_and_style(shallow):
    recipe = FastStyleRecipe(**SMALL, weights="random", style="ink_wash")
    found = recipe.provenance(recipe.build())
    assert found["features"]["name"] == "random"
    other = FastStyleRecipe(**SMALL, weights="random").provenance(recipe.build())
    assert len(found["style"]["sha256"]) == 64
    assert found["style"] != other["style"] and found["features"] == other["features"]


def test_samples_show_each_product_beside_its_stylised_version(monkeypatch):
    monkeypatch.setattr("keras_gen.recipes.fast_style.CONTENT_SIZE", 32)

    class Negative:
        def stylize(self, image):
            return 1 - image

    samples = FastStyleRecipe().samples(Negative())
    assert samples.shape == (8, 32, 32, 3)
    np.testing.assert_allclose(samples[::2] + samples[1::2], 1.0, atol=1e-6)
