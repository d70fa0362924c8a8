"""A page on which people say which of two images is real.

`write_study` makes the page, `evaluation.study_answers` reads what it saves. The page's text, style
and script are in `study.html`; here it gets its pictures and its answer key.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from keras_gen import data
from keras_gen.evaluation.study_answers import COLUMNS
from keras_gen.files import require_new, write_text
from keras_gen.pages.people import fill_template
from keras_gen.pictures import encode_picture
from keras_gen.runs import Run, held_out_images, training_images, with_data
from keras_gen.runs.run import short_names

SIDES = ("left", "right")


def write_study(
    runs: Sequence[Run | str | Path],
    out: str | Path = "study.html",
    trials: int = 50,
    seed: int = 0,
    data_source: str | Path | None = None,
) -> dict[str, Any]:
    """Write one HTML file that shows pairs of a real and a generated image, and records choices.

    The real image is of the data that the run learned from: of the test split where there is one,
    so that no real image is one that the run was trained on. No real image is shown twice,
    since that would give it away. The real ones lie left and right in turn, and the order of the
    pairs is random, the same for every participant.

    Nothing on the page tells real from generated but the pixels: both are uint8, encoded and
    enlarged alike, none is marked as generated, and the answer key is base64, which hides it from a
    glance but is not encryption.

    Args:
        runs: at least one run, or its folder, all of one image shape.
        out: HTML file to write; it works without a network and without a server.
        trials: pairs for each run, >= 1.
        seed: integer; the same seed and runs give the same bytes.
        data_source: where the runs' images lie now, if they were moved.

    Returns:
        dict: `study` (a hash of the content, which every saved answer carries), `trials` (pairs in
        all), `runs` (their names in the answers: their folders, without the folders above them),
        `real_images` (where those came from, one line for each source).

    Raises:
        FileNotFoundError: no run, nothing trained in it, or its data are not there.
        FileExistsError: `out` exists already, and participants may be using it.
        ValueError: no trials, a run named twice, several image shapes, or too few real images.
    """
    if trials < 1:
        raise ValueError(f"trials: expected at least 1, found {trials}")
    require_new(out)
    opened = [with_data(Run.open(run), data_source) for run in runs]
    paths = [run.path.as_posix() for run in opened]
    if not paths or len({run.path.resolve() for run in opened}) < len(paths):
        raise ValueError(f"expected one or more different runs, found {paths}")
    labels = short_names(opened)  # participants see them, and nothing else of this machine
    recipes = [run.recipe for run in opened]
    for run in opened:
        run.require_sampler()
        if run.recipe.image_shape != recipes[0].image_shape:
            raise ValueError(
                f"expected runs of one image shape, found {recipes[0].image_shape} in {paths[0]} "
                f"and {run.recipe.image_shape} in {run.path.as_posix()}"
            )
    rng = np.random.default_rng(seed)
    real_images, sources = _real_images(opened, trials, rng)
    pairs = []  # (left PNG, right PNG, index of the run, side of the real one)
    for number, run in enumerate(opened):
        generated = np.asarray(data.unit_to_uint8(run.load_model().sample(trials, seed)))
        for i, (real, fake) in enumerate(zip(real_images[number], generated, strict=True)):
            real_left = (number + i) % 2 == 0
            images = (real, fake) if real_left else (fake, real)
            pairs.append((*map(_png, images), number, SIDES[not real_left]))
    pairs = [pairs[i] for i in rng.permutation(len(pairs))]
    study = _content(pairs, labels, recipes[0].image_shape)
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    write_text(out, fill_template("study", study), new=True)
    return {
        "study": study["id"],
        "trials": len(pairs),
        "runs": labels,
        "real_images": sources,
    }


def _real_images(runs, trials, rng):
    """Return for each run `trials` real images, none twice, and where they came from."""
    keys = [(run.recipe.data, run.recipe.fit) for run in runs]
    shuffled, sources = {}, []
    for key, run in zip(keys, runs, strict=True):
        if key in shuffled:
            training_images(run)  # refused where this run was trained on others
            continue
        split, loaded = held_out_images(run)
        sources.append(f"{split} split of {loaded.description}")
        needed = trials * keys.count(key)
        if len(loaded.images) < needed:
            raise ValueError(
                f"expected a real image for each of {needed:,} trials, found "
                f"{len(loaded.images):,}: {sources[-1]}; pass fewer --trials"
            )
        shuffled[key] = iter(loaded.images[rng.permutation(len(loaded.images))[:needed]])
    return [[next(shuffled[key]) for _ in range(trials)] for key in keys], sources


def _png(image):
    """Return a uint8 image (H, W, C) as the base64 text of a PNG."""
    picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    return base64.b64encode(encode_picture(picture)).decode()


def _content(pairs, labels, image_shape):
    """Return what the page's script reads, `id` and an obscured `key` included."""
    lefts, rights, runs, sides = zip(*pairs, strict=True)
    key = json.dumps({"labels": labels, "runs": runs, "sides": sides})
    content = {
        "columns": COLUMNS,
        "size": [image_shape[1], image_shape[0]],  # width, height
        "pairs": list(zip(lefts, rights, strict=True)),
        "key": base64.b64encode(key.encode()).decode(),
    }
    return {"id": hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12], **content}
