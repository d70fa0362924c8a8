"""Style transfer to look at: four products in four styles, and the trade-off of the content weight.

    python benchmarks/style_quality.py grid --size 224 --steps 100
    python benchmarks/style_quality.py tradeoff --size 224 --steps 60

Each picture is judged by the luminance SSIM with its content (how much of the product is left) and
by the style distance on layers that were not optimised (how much of the style is missing, relative
to the style's own Gram matrices). Pictures are written below docs/images, the numbers printed.
"""

import argparse
import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from keras_gen.data import picture_path
from keras_gen.files import replacing
from keras_gen.measures import held_out_distances, luminance_ssim
from keras_gen.models import StyleTransfer
from keras_gen.models.style.presets import relative, scaled
from keras_gen.pictures import read_picture, resize

CONTENTS = ("mug", "perfume", "handbag", "sneaker")
STYLES = ("flow_field", "stained_glass", "ink_wash", "wave_pattern")
FACTORS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)  # on the content weight of the preset `relative`
IMAGES = Path(__file__).parent.parent / "docs" / "images"


def picture(name, size):
    """Return a picture of the package, (size, size, 3) floats in [0, 1]."""
    return resize(read_picture(picture_path(name)).pixels, (size, size))


def judge(image, content, style, weights):
    """Return both measures of a picture, and the style distance of its content, as a dict."""
    distance, before = held_out_distances([image, content], [style], weights=weights)
    measures = {"ssim": luminance_ssim(image, content), "distance": distance, "before": before}
    return {key: round(value, 3) for key, value in measures.items()}


def save(figure, name):
    """Write a figure below docs/images."""
    with replacing(IMAGES / name) as temporary:
        figure.savefig(temporary, dpi=110, format="jpg", pil_kwargs={"quality": 88})
    print(IMAGES / name)


def show(axes, image, title=""):
    """Draw one picture without ticks."""
    axes.imshow(image)
    axes.set_title(title, fontsize=9)
    axes.axis("off")


def grid(size, weights, steps):
    """Render every product in every style; styles above, products at the left."""
    transfer = StyleTransfer("relative", weights)
    figure, cells = plt.subplots(5, 5, figsize=(12, 12.2), layout="constrained")
    cells[0, 0].axis("off")
    for axes, name in zip(cells[0, 1:], STYLES, strict=True):
        show(axes, picture(name, size))
    for row, name in zip(cells[1:], CONTENTS, strict=True):
        content = picture(name, size)
        show(row[0], content)
        for axes, other in zip(row[1:], STYLES, strict=True):
            style = picture(other, size)
            image = transfer.stylize(content, [style], steps=steps).image
            measures = judge(image, content, style, weights)
            print(json.dumps({"content": name, "style": other, **measures}), flush=True)
            show(axes, image)
    save(figure, "style_grid.jpg")


def tradeoff(size, weights, steps):
    """Render one product with more and more weight on the content, and plot both measures."""
    content, style = picture("handbag", size), picture("flow_field", size)
    figure = plt.figure(figsize=(12, 5.6), layout="constrained")
    cells = figure.subplot_mosaic([list("abcdef"), ["plot"] * 6], height_ratios=(1, 1.4))
    rows = []
    for name, factor in zip("abcdef", FACTORS, strict=True):
        transfer = StyleTransfer(scaled(relative, content=factor), weights)
        image = transfer.stylize(content, [style], steps=steps).image
        rows.append({"factor": factor, **judge(image, content, style, weights)})
        print(json.dumps(rows[-1]), flush=True)
        show(cells[name], image, f"content weight x {factor:g}")
    axes = cells["plot"]
    points = [(row["ssim"], row["distance"]) for row in rows]
    axes.plot(*np.transpose(points), "o-")
    for factor, point in zip(FACTORS, points, strict=True):
        axes.annotate(f"x {factor:g}", point, textcoords="offset points", xytext=(-4, 9))
    axes.set(
        xlabel="luminance SSIM with the content (the photo itself: 1)",
        ylabel=f"style distance, held-out layers (the photo: {rows[0]['before']:.2f})",
        ylim=(0, None),
    )
    axes.grid(alpha=0.3)
    save(figure, "style_tradeoff.jpg")


def main():
    """Run the chosen comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("grid", "tradeoff"))
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--weights", default="hed")
    parser.add_argument("--steps", type=int, help="at the first scale")
    arguments = parser.parse_args()
    run = {"grid": grid, "tradeoff": tradeoff}[arguments.what]
    run(arguments.size, arguments.weights, arguments.steps)


if __name__ == "__main__":
    main()
