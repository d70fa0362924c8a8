"""The demo's page: self-contained, with pictures that are pictures."""

import base64
import functools
import io
import re

import numpy as np
import pytest
from PIL import Image

from keras_gen.evaluation import evaluate, measure_autoencoders
from keras_gen.pages import demo as demo_page
from keras_gen.pages import demo_style
from keras_gen.pages.demo import demo

pytestmark = pytest.mark.slow  # trains, measures and stylises: a minute


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A short demo, measured on few images and painted by random features."""
    out = tmp_path_factory.mktemp("demo") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo_style, "weights_here", lambda: "random")
        patch.setattr(demo_style, "SIZE", 112)
        patch.setattr(measure_autoencoders, "LIKELIHOOD_DRAWS", 2)
        patch.setattr(demo_page, "evaluate", functools.partial(evaluate, n=200))
        assert demo(out, steps=3)
    return out / "index.html"


@pytest.fixture
def page(path):
    return path.read_text(encoding="utf-8")


def test_the_page_inlines_every_picture_and_asks_nothing_of_the_network(page):
    sources = re.findall(r'src="([^"]*)"', page)
    # four of the GAN, five of the VAE, the classes, five of products, two of style transfer
    assert len(sources) == 17
    for source in sources:
        kind, content = source.removeprefix("data:").split(";base64,")
        picture = Image.open(io.BytesIO(base64.b64decode(content)))
        assert kind == Image.MIME[picture.format] and min(picture.size) > 100
    assert not re.search(r"https?:|<script|<link|@import|url\(", page)


def test_the_page_states_its_figures(page):
    for words in (
        "fashion_mnist_10k: 10,000 images",
        "images/s",
        "D(x), D(G(z))",
        "seed",
        "FD-FashionNet",
        "SSIM",
        "style distance",
        "T-shirt/top, Trouser, Pullover,",
        "mug, teapot, perfume,",
        "VGG19 with random kernels",
    ):
        assert words in page


@pytest.mark.parametrize("width", [1200, 400])
def test_a_browser_shows_the_page_on_a_desktop_and_on_a_phone(path, screenshot, width):
    """Words on top, then pictures: rows full of detail; nothing stands beyond the right edge."""
    seen = screenshot(path, width)
    assert seen.shape == (2400, width)
    detail = np.abs(np.diff(seen, axis=1)).mean(axis=1)
    assert detail[:200].max() > 1.0  # the heading
    assert (detail > 8.0).sum() > 200  # pictures of noisy garments
    assert seen[:, -8:].std() < 1.0  # an empty margin
