"""Stylise a photograph by optimising its pixels, and write down how."""

import contextlib
import dataclasses
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_gen import pictures
from keras_gen.environment import fastest_precision
from keras_gen.measures import HELD_OUT_LAYERS, held_out_distances
from keras_gen.models.style.checks import check_styles
from keras_gen.models.style.presets import find_preset, scaled
from keras_gen.models.style.transfer import Step, StyleTransfer, Stylized
from keras_gen.networks.vgg19.tiles import check_tile
from keras_gen.provenance import Marks, Origin
from keras_gen.runs.progress import interrupt_gracefully, progress_bar
from keras_gen.stylization import inputs, outputs
from keras_gen.stylization.options import StyleOptions

DEFAULTS = StyleOptions()
logger = logging.getLogger("keras_gen")


def stylize(
    content: str | Path,
    styles: Sequence[str | Path],
    out: str | Path | None = None,
    options: StyleOptions = DEFAULTS,
    *,
    marks: Marks | None = None,
    location: bool = False,
) -> tuple[Path, dict[str, Any]]:
    """Optimise a picture, and write it with a record of how it was made.

    Where the content is transparent nothing changes, and the result is as transparent. It keeps the
    content's EXIF and colour profile, and is labelled as made with AI.

    Args:
        content: picture file, or the name of a bundled picture.
        styles: list of the same.
        out: PNG, JPEG or WebP file to write; by default CONTENT-STYLE.png, or the first of
            CONTENT-STYLE-2.png, ... that is free. The record is the .json file beside it.
        options: `StyleOptions`.
        marks: the labels, by default invisible ones only.
        location: keep the place where the content was taken, if its file names one.

    Returns:
        (path, record): the picture's path, and the content of the .json file. Its "finished" is
        False where Ctrl-C stopped the optimisation; the picture is then the best so far.

    Raises:
        FileNotFoundError, FileExistsError, NotADirectoryError, ValueError: arguments or files that
            cannot be used; nothing is written.
    """
    if options.precision == "auto":  # so that the record says what was taken
        options = dataclasses.replace(options, precision=fastest_precision())
    precision = options.precision
    job = _Job(content, styles, out, options, marks or Marks(), location)
    transfer = StyleTransfer(job.preset, options.weights, dtype=precision, seed=options.seed)
    source = transfer.network.source
    logger.info("features: %s, %s", source.description, precision)

    start = time.perf_counter()
    monitor = _Monitor(job)
    with interrupt_gracefully(monitor, "stopped"), contextlib.closing(monitor.bar):
        result = transfer.stylize(
            job.seen_content,
            job.seen_styles,
            options.style_weights or None,
            job.masks,
            job.content.keep,
            schedule=options.schedule,
            steps=options.steps,
            tolerance=options.tolerance,
            optimizer=options.optimizer,
            style_scale=options.style_scale,
            start=options.start,
            tile=options.tile_side,
            callback=monitor,
        )
    cost = outputs.cost_since(start)

    image = job.draw(result.image)
    job.out = outputs.save_result(job.out, image, job.writer)
    if options.save_every:
        monitor.save_animation(result)
    record = {
        **outputs.record_of(job.out, job.content, image, result.finished, cost),
        **job.writer.record(),
        "styles": [outputs.file_record(path) for path in job.style_paths],
        "masks": [outputs.file_record(inputs.mask_path(name)) for name in options.masks],
        "features": dataclasses.asdict(source),
        "preset": {"name": options.preset, **dataclasses.asdict(job.preset(*job.content.size))},
        "scales": [{"size": size, "steps": steps} for size, steps in result.scales],
        "steps": result.last.number,
        "losses": result.losses,  # of Adam, those of its last image; the picture is an average
        "losses_by_layer": result.parts,
        "arguments": {"content": content, "styles": styles, **dataclasses.asdict(options)},
    }
    record["measures"] |= job.distances(image, source)
    outputs.write_record(job.out, record)
    return job.out, record


class _Job:
    """Pictures that were read and arguments that were checked, before any network is built."""

    def __init__(self, content, styles, out, options, marks, location):
        self.options = options
        preset = find_preset(options.preset)
        self.preset = scaled(preset, options.content_weight, options.smoothness)
        check_styles(styles, options.style_weights or None, options.masks or None)
        if options.tile != "auto":
            check_tile(options.tile_side)
        self.content = inputs.read_content(content, options.size, options.keep, location=location)
        longest = round(options.size * options.style_scale)
        self.style_paths, style_images = zip(
            *(inputs.read_style(name, longest) for name in styles), strict=True
        )
        masks = [inputs.read_region(name, self.content) for name in options.masks]
        self.masks = masks or None
        self.shares = options.style_weights or [mask.sum() for mask in masks] or None
        self.seen_content, self.seen_styles = self._recolour(style_images)
        files = (self.content.path, *self.style_paths)
        self.out = outputs.new_picture(out, [path.stem for path in files])
        run_id = outputs.run_id([outputs.file_record(path) for path in files], options)
        origin = Origin(model="style_transfer", run_id=run_id, seed=options.seed, composite=True)
        self.writer = outputs.Writer(self.content, origin, marks)

    def _recolour(self, styles):
        """Return content and styles as the network sees them."""
        content = self.content
        if self.options.colours == "style":
            return content.pixels, list(styles)
        if self.options.colours == "match":
            return content.pixels, [pictures.match_colours(s, content.visible) for s in styles]
        level = pictures.luminance(content.visible)
        lumas = [pictures.match_luminance(pictures.luminance(style), level) for style in styles]
        return _grey(pictures.luminance(content.pixels)), [_grey(luma) for luma in lumas]

    def draw(self, image):
        """Return an image of any scale, as a tensor or array, as a viewer will see it."""
        image = pictures.resize(np.asarray(image), self.content.size)
        if self.options.colours == "luminance":
            return pictures.with_luminance(self.content.pixels, pictures.luminance(image))
        return image

    def distances(self, image, source):
        """Return how far the drawn image and the content are from the styles."""
        options = self.options
        seen = _grey(pictures.luminance(image)) if options.colours == "luminance" else image
        # The name of what "auto" found, so that nothing is downloaded a second time.
        weights = options.weights if source.name == "file" else source.name
        of_image, of_content = held_out_distances(
            [seen, self.seen_content], self.seen_styles, self.shares, weights, options.seed
        )
        return {
            "style_distance": of_image,
            "style_distance_of_content": of_content,
            "style_distance_layers": HELD_OUT_LAYERS,
        }


class _Monitor:
    """Callback: moves the bar, saves intermediate pictures, and stops once Ctrl-C was pressed."""

    def __init__(self, job: _Job):
        self.job = job
        self.save_every = job.options.save_every
        self.stopped = False
        self.frames: list[Path] = []
        self.bar = progress_bar(
            total=1.0,
            bar_format="{percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}",
            delay=0.1,  # seconds, so that it begins below the line with the sizes
        )

    def __call__(self, step: Step) -> bool:
        losses = [f"{name.replace('_', ' ')} {value:.3g}" for name, value in step.losses.items()]
        self.bar.set_postfix_str(", ".join([f"step {step.number}", *losses]), refresh=False)
        self.bar.update(step.done - self.bar.n)
        if self.save_every and step.number % self.save_every == 0:
            self._save(step.number, step.image)
        return self.stopped

    def _save(self, number, image):
        """Save an intermediate picture."""
        path = outputs.steps_folder(self.job.out) / f"step-{number:05d}.png"
        self.job.writer.write_step(path, self.job.draw(image))
        self.frames.append(path)

    def save_animation(self, result: Stylized) -> None:
        """Write an animation that ends with the finished picture."""
        if result.last.number % self.save_every:
            self._save(result.last.number, result.image)
        self.job.writer.write_film(outputs.animation_path(self.job.out), self.frames)


def _grey(luma):
    return np.repeat(luma[..., None], 3, axis=-1)  # (H, W, 3)
