"""Stylise a photograph in one pass of a trained network."""

import json
import time
from pathlib import Path

from keras_gen.pictures import save_photo
from keras_gen.runs import Run
from keras_gen.stylization import outputs
from keras_gen.stylization.inputs import read_content


def stylize_by_model(content, run_dir, out=None, size=512, keep=None):
    """Stylise a picture in one pass of a trained network, and write it with an account.

    Args:
        content, out: as for `stylize`.
        run_dir: folder of a run of the recipe `fast_style`, which knows its style.
        size, keep: as in `StyleOptions`.

    Returns:
        (path, account): as `stylize` does. The style distance is not measured, since the features
        for it are not needed here.

    Raises:
        FileNotFoundError, FileExistsError, NotADirectoryError, ValueError: arguments or files that
            cannot be used; nothing is written.
    """
    run = Run.open(run_dir)
    if run.name != "fast_style":
        raise ValueError(f"{run_dir}: expected a run of fast_style, found one of {run.name}")
    photo = read_content(content, size, keep)
    out = outputs.new_picture(out, [photo.path.stem, Path(run_dir).resolve().name])
    model = run.load_model()
    began = time.perf_counter()
    image = model.stylize(photo.pixels)
    if photo.keep is not None:
        stays = photo.keep[..., None]
        image = stays * photo.pixels + (1 - stays) * image
    spent = outputs.spent(began)
    save_photo(out, image, photo.alpha)
    account = {
        **outputs.account_of(out, photo, image, True, spent),
        "model": {"run": str(run_dir), **json.loads(run.to_json())},
        "arguments": {"content": content, "model": run_dir, "size": size, "keep": keep},
    }
    outputs.write_account(out, account)
    return out, account
