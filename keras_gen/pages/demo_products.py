"""The section of the demo's page on product pictures: some that turn, one that is cut out."""

from pathlib import Path

from keras_gen.data import picture_path
from keras_gen.pages import page
from keras_gen.retouch import cut_out
from keras_gen.runs import ProductRequest, Run, generate

PHOTO = "sneaker"  # a bundled picture


def products_section(folder: Path) -> str:
    """Draw turning products and cut a photographed one out; nothing is trained.

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
    return page.section(
        "Products on request, and one without its background",
        page.figure(film, f"Once around: {', '.join(kinds)}", True),
        page.paragraph(
            "A GAN that takes a kind, a colour and an angle drew these, 36 views each; nothing but "
            "the angle changes between them. Its weights come with keras_gen, like those of the "
            "network that removed the background below."
        ),
        page.row(
            page.figure(picture_path(PHOTO), "A picture that comes with keras_gen"),
            page.figure(cut, f"Its product, {share:.0%} of the pixels"),
        ),
        page.commands(
            "keras-gen generate product_gan --kind chair --colour crimson --turntable",
            "keras-gen generate product_gan --kind handbag --colourways",
            "keras-gen cutout photo.jpg",
        ),
    )
