"""`evaluate`: measure a run against real images, on the screen and in `metrics.json`."""

import dataclasses
import json
from pathlib import Path

import numpy as np
from tqdm import tqdm

from keras_gen import data, measures
from keras_gen.figures import (
    class_figures,
    copy_figures,
    distance_figures,
    likelihood_figures,
    manifold_figures,
    pair_figures,
)
from keras_gen.generation import load_run
from keras_gen.models import VAE
from keras_gen.run_folder import read_recipe, write_text

FEWEST = 100  # images below which no figure would mean anything


def evaluate(run_dir, split=None, n=10_000, features="fashion_net", seed=0):
    """Measure a run and write `metrics.json` into its folder.

    PSNR and SSIM compare pairs. A VAE's reconstructions have originals and get them; a sample of a
    GAN has no partner and is measured as one of a set.

    Args:
        run_dir: folder of a run.
        split: "train" or "test", the real images to compare with; by default held-out ones where
            the data have any.
        n: number of samples and of real images; fewer where there are fewer real ones.
        features: name in `measures.FEATURES`.
        seed: integer, of samples, choices and resampling.

    Returns:
        The content of `metrics.json`, a dict; its "figures" are `figures.Figure`s as dicts.

    Raises:
        FileNotFoundError: no run, nothing trained in it, or the features' weights are not there.
        ValueError: no such split, too few images, or features that do not fit the images.
    """
    if n < FEWEST:
        raise ValueError(f"n: expected at least {FEWEST} images to measure on, found {n}")
    name, recipe, _ = read_recipe(run_dir)
    extractor = measures.load_features(features, recipe.image_shape)
    model = load_run(run_dir)
    source = (recipe.data, recipe.image_shape)
    train = data.load(*source, fit=recipe.fit)
    if split is None:
        split, held_out = data.held_out(*source, recipe.fit)
    else:
        held_out = data.load(*source, split, recipe.fit)
    n = min(n, len(held_out.images))
    if n < FEWEST:
        raise ValueError(f"expected at least {FEWEST} real images to compare with, found {n}")
    rng = np.random.default_rng(seed)
    real, other = (rng.permutation(part.images)[:n] for part in (held_out, train))
    draw = {"samples": lambda: np.asarray(data.unit_to_uint8(model.sample(n, seed)))}
    fake = _in_turn(draw)[0]
    tasks = {
        "distances": lambda: distance_figures(extractor, real, fake, other, seed),
        "manifold": lambda: manifold_figures(extractor, real, fake, other),
        "classes": lambda: class_figures(extractor, real, fake, held_out.class_names),
        "copies": lambda: copy_figures(real, fake, train.images),
    }
    if isinstance(model, VAE):
        tasks["likelihood"] = lambda: likelihood_figures(model, real, seed)
        tasks["reconstructions"] = lambda: pair_figures(model, real, train.images, seed)
    figures = [figure for part in _in_turn(tasks) for figure in part]
    content = {
        "recipe": name,
        "steps": model.steps_done,
        "real_images": f"{split} images of {held_out.description}",
        "real_sha256": held_out.sha256,
        "seed": seed,
        "figures": [dataclasses.asdict(figure) for figure in figures],
    }
    write_text(Path(run_dir) / "metrics.json", json.dumps(content, indent=2) + "\n")
    return content


def _in_turn(tasks):
    """Run the tasks, a dict of titles and functions, behind a progress bar."""
    results = []
    with tqdm(tasks.items(), unit="part", leave=False) as bar:
        for title, task in bar:
            bar.set_description(title)
            results.append(task())
    return results


def read_figures(run_dir):
    """Return the content of `metrics.json`, or None where a run was not measured.

    Raises:
        ValueError: the file cannot be read.
    """
    path = Path(run_dir) / "metrics.json"
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        content["steps"], content["figures"][0]["value"]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise ValueError(f"{path} cannot be read; measure the run anew by evaluate") from error
    return content


def format_figures(content):
    """Return the figures as a table for the screen, with what they were measured on below."""
    figures = content["figures"]
    rows = [("", "value", "95 % interval", "reference")]
    for figure in figures:
        interval = figure["interval"]
        reference = figure["reference"]
        rows.append(
            (
                figure["label"],
                f"{figure['value']:.4g}",
                f"{interval[0]:.4g} .. {interval[1]:.4g}" if interval else "",
                "" if reference is None else f"{reference:.4g} ({figure['reference_name']})",
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows]
    used = {f["features"]: f["features_sha256"] for f in figures if f["features_sha256"]}
    names = ", ".join(f"{name} (weights {sha256[:8]})" for name, sha256 in used.items())
    lines.append("")
    lines.append(f"{content['recipe']}, {content['steps']:,} steps, seed {content['seed']}")
    lines.append(
        f"{figures[0]['n_fake']:,} samples, {figures[0]['n_real']:,} real: {content['real_images']}"
    )
    lines.append(f"features: {names}")
    return "\n".join(line.rstrip() for line in lines)
