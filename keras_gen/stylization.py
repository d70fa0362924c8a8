"""Paint a photograph in the style of pictures, and write down how."""

import contextlib
import dataclasses
import sys
import time
from pathlib import Path

import numpy as np

from keras_gen import data, style_files
from keras_gen.generation import load_run
from keras_gen.info import versions
from keras_gen.measures import HELD_OUT_LAYERS, held_out_distances, luminance_ssim
from keras_gen.models.style import StyleTransfer, scales
from keras_gen.models.style_tiles import boxes
from keras_gen.networks.style_presets import PRESETS, scaled
from keras_gen.pictures import save_animation
from keras_gen.reporting import progress_bar, stop_politely
from keras_gen.run_folder import read_recipe
from keras_gen.style_options import StyleOptions

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
    with stop_politely(listener, "stopped"), contextlib.closing(listener.bar):
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
    spent = _spent(began)
    image = job.draw(result.image)
    data.save_photo(job.out, image, job.content.alpha)
    if options.every:
        listener.animate(result)
    account = {
        **_account(job.out, job.content, image, result.finished, spent),
        "styles": [style_files.named(path) for path in job.style_paths],
        "masks": [style_files.named(style_files.mask_path(name)) for name in options.masks],
        "features": dataclasses.asdict(source),
        "preset": {"name": options.preset, **dataclasses.asdict(job.preset(*job.content.size))},
        "scales": [{"size": size, "steps": steps} for size, steps in job.plan],
        "steps": result.last.number,
        "losses": result.last.losses,
        "losses_by_layer": result.last.parts,
        "arguments": {"content": content, "styles": styles, **dataclasses.asdict(options)},
    }
    account["measures"] |= job.distances(image, source)
    style_files.write_account(job.out, account)
    return job.out, account


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
    name, _, made = read_recipe(run_dir)
    if name != "fast_style":
        raise ValueError(f"{run_dir}: expected a run of fast_style, found one of {name}")
    photo = style_files.read_content(content, size, keep)
    out = style_files.new_picture(out, [photo.path.stem, Path(run_dir).resolve().name])
    model = load_run(run_dir)
    began = time.perf_counter()
    image = model.stylize(photo.pixels)
    if photo.keep is not None:
        stays = photo.keep[..., None]
        image = stays * photo.pixels + (1 - stays) * image
    spent = _spent(began)
    data.save_photo(out, image, photo.alpha)
    account = {
        **_account(out, photo, image, True, spent),
        "model": {"run": str(run_dir), **made},
        "arguments": {"content": content, "model": run_dir, "size": size, "keep": keep},
    }
    style_files.write_account(out, account)
    return out, account


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
        self.content = style_files.read_content(content, options.size, options.keep)
        size = self.content.size
        self.plan = scales(*size, options.schedule, options.steps)
        boxes(*size, None if options.tile == "auto" else options.tile_side)
        longest = round(options.size * options.style_scale)
        read = [style_files.read_style(name, longest) for name in styles]
        self.style_paths, pictures = zip(*read, strict=True)
        masks = [style_files.read_region(name, self.content) for name in options.masks]
        self.masks = masks or None
        self.shares = options.style_weights or [mask.sum() for mask in masks] or None
        self.painted, self.styles = self._coloured(pictures)
        stems = [path.stem for path in (self.content.path, *self.style_paths)]
        self.out = style_files.new_picture(out, stems)

    def _coloured(self, styles):
        """Return content and styles as the network is to see them."""
        content, colours = self.content, self.options.colours
        if colours == "style":
            return content.pixels, list(styles)
        if colours == "match":
            return content.pixels, [data.match_colours(s, content.visible) for s in styles]
        level = data.luminance(content.visible)
        lumas = [data.match_luminance(data.luminance(style), level) for style in styles]
        return _grey(data.luminance(content.pixels)), [_grey(luma) for luma in lumas]

    def draw(self, image):
        """Return an image of any scale, as a tensor or array, as a reader will see it."""
        image = data.resize(np.asarray(image), self.content.size)
        if self.options.colours == "luminance":
            return data.with_luminance(self.content.pixels, data.luminance(image))
        return image

    def distances(self, image, source):
        """Return how far the drawn image and the content are from the styles."""
        options = self.options
        seen = _grey(data.luminance(image)) if options.colours == "luminance" else image
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
        self.frames.append(style_files.steps_folder(self.job.out) / f"step-{number:05d}.png")
        data.save_photo(self.frames[-1], self.job.draw(image))

    def animate(self, result):
        """Write an animation that ends with the finished picture."""
        if result.last.number % self.every:
            self.keep(result.last.number, result.image)
        count = min(FRAMES, len(self.frames))
        chosen = np.linspace(0, len(self.frames) - 1, count).round().astype(int)
        path = style_files.animation_path(self.job.out)
        save_animation(path, [self.frames[index] for index in chosen])


def _grey(luma):
    return np.repeat(luma[..., None], 3, axis=-1)  # (H, W, 3)


def _account(out, content, image, finished, spent):
    """Return what every account begins with."""
    return {
        "picture": out.name,
        "finished": finished,
        "measures": {"luminance_ssim": luminance_ssim(image, content.pixels)},
        **spent,
        "size": content.size,
        "content": {**style_files.named(content.path), "size": content.file_size},
        "keep": content.keep_path and style_files.named(content.keep_path),
        "versions": versions(),
    }


def _spent(began):
    """Return the seconds since then, and the most memory that this process has had.

    The system tells the latter in KiB, macOS in bytes, Windows not at all.
    """
    try:
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        memory = round(most / 2 ** (20 if sys.platform == "darwin" else 10))
    except ImportError:
        memory = None
    return {"seconds": round(time.perf_counter() - began, 2), "peak_memory_mib": memory}
