"""Parts of a page: text is escaped, tables are tables, the page is whole."""

import base64
import io
import re

import numpy as np
from PIL import Image

from keras_gen.pages import page


def cells(html, tag):
    return re.findall(rf"<{tag}>(.*?)</{tag}>", html)


def test_a_table_of_names_and_values_has_no_head():
    html = page.table([("steps", 3), ("speed", "2 images/s")])
    assert cells(html, "th") == ["steps", "speed"] and cells(html, "td") == ["3", "2 images/s"]
    assert "<thead>" not in html


def test_a_table_with_a_header_names_its_columns():
    html = page.table([("FD", "2.6 *", "3.0"), ("KID", "-", "0.1")], ("", "a", "b"))
    head, body = html.split("<tbody>")
    assert cells(head, "th") == ["", "a", "b"]
    assert cells(body, "th") == ["FD", "KID"] and cells(body, "td") == ["2.6 *", "3.0", "-", "0.1"]
    assert html.startswith('<div class="scroll"><table><thead><tr>')
    assert html.count("<tr>") == html.count("</tr>") == 3


def test_whatever_a_user_named_is_escaped():
    name = "<b>&"
    for html in (
        page.table([(name, name)], (name, name)),
        page.paragraph(name),
        page.section(name),
        page.commands(name),
        page.figure(Image.new("L", (2, 2)), name),
    ):
        assert "<b>" not in html and "&lt;b&gt;&amp;" in html


def test_a_figure_holds_its_pixels():
    pixels = np.arange(12, dtype="uint8").reshape(3, 4)
    html = page.figure(Image.fromarray(pixels), "levels", pixels=True)
    source = re.search(r'class="pixels" src="data:image/png;base64,([^"]*)" alt="levels"', html)
    picture = Image.open(io.BytesIO(base64.b64decode(source[1])))
    np.testing.assert_array_equal(np.asarray(picture), pixels)


def test_a_page_is_one_file_that_asks_nothing_of_the_network(tmp_path):
    page.write_page(
        tmp_path / "page.html", "Title", "Lead.", page.section("One", page.paragraph("text"))
    )
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>") and html.endswith("</body></html>\n")
    for part in ("<title>Title</title>", "<h1>Title</h1><p>Lead.</p><section><h2>One</h2><p>text"):
        assert part in html
    assert not re.search(r"https?:|<script|<link|@import|url\(", html)
