"""The demo's page: self-contained, with pictures that are pictures."""

import base64
import io
import re

import pytest
from PIL import Image

from keras_gen.demo import demo


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    out = tmp_path_factory.mktemp("demo") / "out"
    assert demo(out, steps=3) == 0
    return (out / "index.html").read_text(encoding="utf-8")


def test_the_page_inlines_every_picture_and_asks_nothing_of_the_network(page):
    sources = re.findall(r'src="([^"]*)"', page)
    assert len(sources) == 4
    for source in sources:
        kind, content = source.removeprefix("data:").split(";base64,")
        picture = Image.open(io.BytesIO(base64.b64decode(content)))
        assert kind == Image.MIME[picture.format] and min(picture.size) > 100
    assert not re.search(r"https?:|<script|<link|@import|url\(", page)


def test_the_page_states_its_figures(page):
    for words in ("fashion_mnist_10k: 10,000 images", "images/s", "D(x), D(G(z))", "seed"):
        assert words in page
