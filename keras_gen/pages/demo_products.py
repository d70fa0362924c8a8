"""The section of the demo's page on product pictures: drawn, cut out and restored."""

from pathlib import Path

import numpy as np

from keras_gen.data import picture_path
from keras_gen.data.degradations import add_noise
from keras_gen.pages import page
from keras_gen.pictures.picture import photo_image, read_picture
from keras_gen.pictures.saving import save_picture
from keras_gen.retouch import cut_out
from keras_gen.runs import ProductRequest, Run, generate
from keras_gen.stylization import restore

PHOTO, DAMAGED = "sneaker", "handbag"  # bundled pictures
NOISE = 0.1  # standard deviation, where white is 1


def products_section(folder: Path) -> str:
    """Draw turning products, cut one out of its picture, restore another; nothing is trained.

    Args:
        folder: folder to create, for the pictures.

    Returns:
        HTML of the section.
    """
    folder.mkdir()
    film, run = folder / "turntable.webp", Run.open("product_gan")
    kinds = run.provenance["data"]["classes"]
    generate(run, n=len(kinds), seed=1, out=film, product=ProductRequest(turntable=True))
    ((cut, share),) = cut_out([PHOTO], folder / "cutout.png")
    noisy = folder / "noisy.png"
    pixels = read_picture(picture_path(DAMAGED)).pixels[None]  # (1, H, W, 3)
    save_picture(noisy, photo_image(noisy, np.asarray(add_noise(pixels, [NOISE], (0, 1)))[0]))
    ((restored, _),) = restore([noisy], task="denoise", out=folder / "restored.png")
    return page.section(
        "Products on request, one without its background, one without its noise",
        page.figure(film, f"Once around: {', '.join(kinds)}", True),
        page.paragraph(
            "A GAN that takes a kind, a colour and an angle drew these, 36 views each; nothing but "
            "the angle changes between them. Its weights come with keras_gen, like those of the "
            "networks that removed the background and the noise below."
        ),
        page.row(
            page.figure(picture_path(PHOTO), "A picture that comes with keras_gen"),
            page.figure(cut, f"Its product, {share:.0%} of the pixels"),
        ),
        page.row(
            page.figure(noisy, f"Another, with noise of deviation {NOISE}, where white is 1"),
            page.figure(restored, "What the restorer makes of it"),
        ),
        page.commands(
            "keras-gen generate product_gan --kind chair --colour crimson --turntable",
            "keras-gen generate product_gan --kind handbag --colourways",
            "keras-gen cutout photo.jpg",
            "keras-gen restore photo.jpg --task denoise",
        ),
    )
