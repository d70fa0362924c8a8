"""`evaluate`: measure a run against real images, on the screen and in `metrics.json`."""

import dataclasses
import json
from pathlib import Path

import numpy as np
from tqdm import tqdm

from keras_gen import data, measures
from keras_gen.evaluation.measurements import (
    Figure,
    class_figures,
    copy_figures,
    distance_figures,
    likelihood_figures,
    manifold_figures,
    pair_figures,
    sharpness_figures,
)
from keras_gen.files import write_text
from keras_gen.models import VAE
from keras_gen.runs.run import load_run, read_recipe, refuse_without_noise

FEWEST = 100  # images below which no figure would mean anything
KEYS = ("recipe", "steps", "real_images", "real_sha256", "seed", "figures")


def evaluate(run_dir, split=None, n=10_000, features="fashion_net", seed=0):
    """Measure a run and write `metrics.json` into its folder.

    PSNR and SSIM compare pairs. A VAE's reconstructions have originals and get them; a sample of a
    GAN has no partner and is measured as one of a set.

    Args:
        run_dir: folder of a run.
        split: "train" or "test", the real images to compare with; by default held-out ones where
            the data have any. Of training images one half at most is compared with; the other is
            the yardstick.
        n: number of samples and of real images; fewer where there are fewer real ones.
        features: name in `measures.FEATURES`.
        seed: integer, of samples, choices and resampling.

    Returns:
        The content of `metrics.json`, a dict; its "figures" are `figures.Figure`s as dicts.

    Raises:
        FileNotFoundError: no run, nothing trained in it, or the features' weights are not there.
        ValueError: no such split, too few images, features that do not fit the images, or a model
            that draws nothing from noise.
    """
    if n < FEWEST:
        raise ValueError(f"n: expected at least {FEWEST} images to measure on, found {n}")
    name, recipe, _ = read_recipe(run_dir)
    refuse_without_noise(run_dir, recipe)
    extractor = measures.load_features(features, recipe.image_shape)
    model = load_run(run_dir)
    split, source, real, train, others = _real_images(recipe, split, n, seed)
    content = {
        "recipe": name,
        "steps": model.steps_done,
        "real_images": f"{split} images of {source}",
        "real_sha256": real.sha256,
        "seed": seed,
        "figures": [
            dataclasses.asdict(figure)
            for figure in _measure(model, extractor, real.images, train, others, seed)
        ],
    }
    write_text(Path(run_dir) / "metrics.json", json.dumps(content, indent=2) + "\n")
    return content


def _real_images(recipe, split, n, seed):
    """Choose the real images to compare with, and training images that are not among them.

    Returns:
        The split's name, the description of its images, n chosen ones as `ImageData`; all training
        images (K, H, W, C), and those that were not chosen, in random order (L, H, W, C), L >= n.
    """
    source = (recipe.data, recipe.image_shape)
    if split is None:
        split, real = data.held_out(*source, recipe.fit)
    else:
        real = data.load(*source, split, recipe.fit)
    train = data.load(*source, fit=recipe.fit).images
    available = len(train) // 2 if split == "train" else min(len(real.images), len(train))
    if available < FEWEST:
        raise ValueError(
            f"expected at least {FEWEST} real images to compare with and as many others, found "
            f"{available}"
        )
    n = min(n, available)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(real.images))
    others = train[order[n:]] if split == "train" else rng.permutation(train)
    # In their own order, so that the SHA-256 is the same for all seeds where all are chosen.
    chosen = dataclasses.replace(real, images=real.images[np.sort(order[:n])])
    return split, real.description, chosen, train, others


def _measure(model, extractor, real, train, others, seed):
    """Draw samples and return their figures, part by part behind a progress bar."""
    n, is_vae = len(real), isinstance(model, VAE)
    with tqdm(total=9 if is_vae else 7, unit="part", leave=False) as bar:

        def part(title, function, *arguments):
            bar.set_description(title)
            result = function(*arguments)
            bar.update()
            return result

        fake = part("samples", lambda: np.asarray(data.unit_to_uint8(model.sample(n, seed))))
        sets = part("features", lambda: [extractor(x) for x in (real, fake, others[:n])])
        features, classes = zip(*sets, strict=True)  # of real, fake and other images
        figures = part("distances", distance_figures, extractor, *features, seed)
        figures += part("manifold", manifold_figures, extractor, *features)
        figures += part("classes", class_figures, extractor, *classes[:2])
        figures += part("sharpness", sharpness_figures, real, fake)
        figures += part("copies", copy_figures, real, fake, train, others)
        if is_vae:
            figures += part("likelihood", likelihood_figures, model, real, seed)
            figures += part("reconstructions", pair_figures, model, real, train)
    return figures


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
        figures = [Figure(**figure) for figure in content["figures"]]
        if not figures or content.keys() != set(KEYS):
            raise ValueError("parts are missing")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} cannot be read; measure the run anew by evaluate") from error
    return content
