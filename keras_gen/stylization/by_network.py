"""Stylise a photograph in one pass of a trained network."""

import time
from pathlib import Path
from typing import Any

from keras_gen.provenance import Marks
from keras_gen.runs import Run
from keras_gen.stylization import outputs
from keras_gen.stylization.inputs import read_content


def stylize_by_model(
    content: str | Path,
    run_dir: str | Path,
    out: str | Path | None = None,
    size: int = 512,
    keep: str | None = None,
    *,
    marks: Marks | None = None,
    location: bool = False,
) -> tuple[Path, dict[str, Any]]:
    """Stylise a picture in one pass of a trained network, and write it with a record.

    Args:
        content, out: as for `stylize`.
        run_dir: folder of a run of the recipe `fast_style`, which knows its style.
        size, keep: as in `StyleOptions`.
        marks, location: as for `stylize`.

    Returns:
        (path, record): as `stylize` does. The style distance is not measured, because the features
        for it are not needed here.

    Raises:
        FileNotFoundError, FileExistsError, NotADirectoryError, ValueError: arguments or files that
            cannot be used; nothing is written.
    """
    run = Run.open(run_dir)
    if run.name != "fast_style":
        raise ValueError(f"{run_dir}: expected a run of fast_style, found one of {run.name}")
    photo = read_content(content, size, keep, location=location)
    writer = outputs.Writer(photo, run.origin, marks or Marks())
    out = outputs.new_picture(out, [photo.path.stem, Path(run_dir).resolve().name])
    model = run.load_model()

    start = time.perf_counter()
    image = photo.keep_in(model.stylize(photo.pixels))
    cost = outputs.cost_since(start)

    out = outputs.save_result(out, image, writer)
    record = {
        **outputs.record_of(out, photo, image, True, cost),
        **writer.record(),
        "model": outputs.model_record(run),
        "arguments": {"content": content, "model": run_dir, "size": size, "keep": keep},
    }
    outputs.write_record(out, record)
    return out, record
