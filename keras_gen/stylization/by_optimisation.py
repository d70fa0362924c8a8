"""Paint a photograph in the style of pictures, and write down how."""

import contextlib
import dataclasses
import time

import numpy as np

from keras_gen import pictures
from keras_gen.measures import HELD_OUT_LAYERS, held_out_distances
from keras_gen.models.style.presets import PRESETS, scaled
from keras_gen.models.style.transfer import StyleTransfer, scales
from keras_gen.networks.vgg19.tiles import boxes
from keras_gen.pictures.grids import save_animation
from keras_gen.runs.progress import interrupt_gracefully, progress_bar
from keras_gen.stylization import inputs, outputs
from keras_gen.stylization.options import StyleOptions

FRAMES = 60  # pictures in an animation at most
DEFAULTS = StyleOptions()


def stylize(content, styles, out=None, options=DEFAULTS):
    """Optimise a picture, and write it with an account of how it was made.

    Where the content is transparent nothing is painted, and the result is as transparent.

    Args:
        content: picture file, or the bare name of one of the package's pictures.
        styles: list of the same.
        out: PNG, JPEG or WebP file to write; by default CONTENT-STYLE.png, or the first of
            CONTENT-STYLE-2.png, ... that is free. The account is the .json file beside it.
        options: `StyleOptions`.

    Returns:
        (path, account): the picture's path, and what is in the .json file. Its "finished" is False
        where Ctrl-C ended the work; the picture is then the best so far.

    Raises:
        FileNotFoundError, FileExistsError, NotADirectoryError, ValueError: arguments or files that
            cannot be used; nothing is written.
    """
    job = _Job(content, styles, out, options)
    transfer = StyleTransfer(
        job.preset, options.weights, dtype=options.precision, seed=options.seed
    )
    source = transfer.network.source
    print(f"features: {source.description}")
    print(f"sizes: {', '.join(f'{w}x{h}' for (h, w), _ in job.plan)}")
    began, listener = time.perf_counter(), _Listener(job)
    with interrupt_gracefully(listener, "stopped"), contextlib.closing(listener.bar):
        result = transfer.stylize(
            job.painted,
            job.styles,
            options.style_weights or None,
            job.masks,
            job.content.keep,
            schedule=options.schedule,
            steps=options.steps,
            optimizer=options.optimizer,
            style_scale=options.style_scale,
            start=options.start,
            tile=options.tile_side,
            listener=listener,
        )
    spent = outputs.spent(began)
    image = job.draw(result.image)
    pictures.save_photo(job.out, image, job.content.alpha)
    if options.every:
        listener.animate(result)
    account = {
        **outputs.account_of(job.out, job.content, image, result.finished, spent),
        "styles": [outputs.named(path) for path in job.style_paths],
        "masks": [outputs.named(inputs.mask_path(name)) for name in options.masks],
        "features": dataclasses.asdict(source),
        "preset": {"name": options.preset, **dataclasses.asdict(job.preset(*job.content.size))},
        "scales": [{"size": size, "steps": steps} for size, steps in job.plan],
        "steps": result.last.number,
        "losses": result.last.losses,
        "losses_by_layer": result.last.parts,
        "arguments": {"content": content, "styles": styles, **dataclasses.asdict(options)},
    }
    account["measures"] |= job.distances(image, source)
    outputs.write_account(job.out, account)
    return job.out, account


class _Job:
    """What is to be painted: files are read and arguments checked before any network is built."""

    def __init__(self, content, styles, out, options):
        if options.preset not in PRESETS:
            expected = ", ".join(PRESETS)
            raise ValueError(f"unknown preset {options.preset!r}: expected {expected}")
        if not styles:
            raise ValueError("styles: expected at least one, found none")
        for name in ("style_weights", "masks"):
            given = getattr(options, name)
            if given and len(given) != len(styles):
                name = name.replace("_", " ")
                raise ValueError(
                    f"{name}: expected {len(styles)}, one for each style, found {len(given)}"
                )
        preset = PRESETS[options.preset]
        self.preset = scaled(preset, options.content_weight, options.smoothness)
        self.options = options
        self.content = inputs.read_content(content, options.size, options.keep)
        size = self.content.size
        self.plan = scales(*size, options.schedule, options.steps)
        boxes(*size, None if options.tile == "auto" else options.tile_side)
        longest = round(options.size * options.style_scale)
        read = [inputs.read_style(name, longest) for name in styles]
        self.style_paths, style_images = zip(*read, strict=True)
        masks = [inputs.read_region(name, self.content) for name in options.masks]
        self.masks = masks or None
        self.shares = options.style_weights or [mask.sum() for mask in masks] or None
        self.painted, self.styles = self._coloured(style_images)
        stems = [path.stem for path in (self.content.path, *self.style_paths)]
        self.out = outputs.new_picture(out, stems)

    def _coloured(self, styles):
        """Return content and styles as the network is to see them."""
        content, colours = self.content, self.options.colours
        if colours == "style":
            return content.pixels, list(styles)
        if colours == "match":
            return content.pixels, [pictures.match_colours(s, content.visible) for s in styles]
        level = pictures.luminance(content.visible)
        lumas = [pictures.match_luminance(pictures.luminance(style), level) for style in styles]
        return _grey(pictures.luminance(content.pixels)), [_grey(luma) for luma in lumas]

    def draw(self, image):
        """Return an image of any scale, as a tensor or array, as a reader will see it."""
        image = pictures.resize(np.asarray(image), self.content.size)
        if self.options.colours == "luminance":
            return pictures.with_luminance(self.content.pixels, pictures.luminance(image))
        return image

    def distances(self, image, source):
        """Return how far the drawn image and the content are from the styles."""
        options = self.options
        seen = _grey(pictures.luminance(image)) if options.colours == "luminance" else image
        weights = options.weights if source.name == "file" else source.name  # "auto" asks once
        found = held_out_distances(
            [seen, self.painted], self.styles, self.shares, weights, options.seed
        )
        names = ("style_distance", "style_distance_of_content")
        return {**dict(zip(names, found, strict=True)), "style_distance_layers": HELD_OUT_LAYERS}


class _Listener:
    """Hears of each step: moves the bar, keeps pictures, and passes on that Ctrl-C was pressed."""

    def __init__(self, job):
        self.job, self.every = job, job.options.every
        self.stopped, self.frames = False, []
        self.bar = progress_bar(
            total=1.0, bar_format="{percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"
        )

    def __call__(self, step):
        losses = (f"{name.replace('_', ' ')} {value:.3g}" for name, value in step.losses.items())
        self.bar.set_postfix_str(", ".join([f"step {step.number}", *losses]), refresh=False)
        self.bar.update(step.done - self.bar.n)
        if self.every and step.number % self.every == 0:
            self.keep(step.number, step.image)
        return self.stopped

    def keep(self, number, image):
        """Write a picture of the work."""
        self.frames.append(outputs.steps_folder(self.job.out) / f"step-{number:05d}.png")
        pictures.save_photo(self.frames[-1], self.job.draw(image))

    def animate(self, result):
        """Write an animation that ends with the finished picture."""
        if result.last.number % self.every:
            self.keep(result.last.number, result.image)
        count = min(FRAMES, len(self.frames))
        chosen = np.linspace(0, len(self.frames) - 1, count).round().astype(int)
        path = outputs.animation_path(self.job.out)
        save_animation(path, [self.frames[index] for index in chosen])


def _grey(luma):
    return np.repeat(luma[..., None], 3, axis=-1)  # (H, W, 3)
