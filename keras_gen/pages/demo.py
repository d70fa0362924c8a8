"""The main job on embedded data: train, draw, measure, stylise, and show it all on one page."""

import dataclasses
import logging
from pathlib import Path

import numpy as np

from keras_gen import data
from keras_gen.evaluation import evaluate
from keras_gen.evaluation.side_by_side import table_rows
from keras_gen.files import claim_folder, numbered, require_new
from keras_gen.pages import page
from keras_gen.pages.demo_products import products_section
from keras_gen.pages.demo_style import style_section
from keras_gen.pictures import grid
from keras_gen.recipes import RECIPES
from keras_gen.runs import Run, generate, train

STEPS = {"dcgan": 5000, "vae": 2500}  # about five minutes on two CPU cores, measuring included

logger = logging.getLogger("keras_gen")


def demo(out: str | Path | None = None, steps: int | None = None) -> bool:
    """Train a GAN and a VAE, measure both, stylise a product, and write `index.html`.

    Args:
        out: folder to create, by default `demo`, or the first of `demo-2`, ... that is free.
        steps: training steps of each, by default chosen to take about five minutes in total on two
            CPU cores; fewer than 60 shorten the stylisation as well, which takes another two.

    Returns:
        True, or False when Ctrl-C stopped the work; the page then shows what there is.

    Raises:
        FileExistsError: the folder exists already.
        ValueError: steps below 1.
    """
    recipes = {
        name: dataclasses.replace(RECIPES[name](), steps=default if steps is None else steps)
        for name, default in STEPS.items()
    }
    places = numbered("demo") if out is None else iter([require_new(out)])
    out = claim_folder(places)
    sections, finished = [], True
    for name, title, write in (("dcgan", "a GAN", _gan_section), ("vae", "a VAE", _vae_section)):
        if finished:
            logger.info(f"training {title} on product images, one or two minutes on two CPU cores")
            finished = train(name, recipes[name], out / name)
            sections.append(write(Run.open(out / name)))
    if finished:
        logger.info("drawing every class with a GAN that comes with the package")
        sections.append(_classes_section(out / "classes.png"))
        logger.info("drawing products that turn, cutting one out, restoring one")
        sections.append(products_section(out / "products"))
        logger.info("measuring both against 2,000 images that they have not seen")
        sections.append(_measurements_section([Run.open(out / name) for name in STEPS]))
        logger.info("stylising a mug in two styles, about a minute each")
        stylised, finished = style_section(out / "style", steps)
        sections.append(stylised)
    index = out / "index.html"
    page.write_page(
        index,
        "keras_gen: what this machine has just learned to draw",
        "Every picture below was made on this machine, from embedded data, without the network.",
        *sections,
    )
    logger.info(f"the page is ready: {index.resolve()}")
    return finished


def _gan_section(run: Run) -> str:
    """Return the GAN's part of the page: what it made, how it got there, its losses."""
    recipe, fields = run.recipe, dataclasses.asdict(run.recipe)
    images = data.load(recipe.data, recipe.image_shape).images
    chosen = np.random.default_rng(recipe.seed).choice(len(images), 64, replace=False)
    real = grid(data.uint8_to_unit(images[chosen]), zoom=2)
    drawn = grid(run.load_model().sample(64, seed=1), zoom=2)
    origin = dataclasses.replace(run.origin, seed=1)
    last = run.read_metrics()[-1]
    return page.section(
        "A GAN draws clothes, shoes and bags",
        page.row(
            page.figure(drawn, "Drawn by the generator from random noise", True, origin),
            page.figure(real, "Real products it learned from (Fashion-MNIST)", pixels=True),
        ),
        page.figure(
            run.path / "losses.png", "Losses, and D's verdict on real and generated images"
        ),
        page.figure(run.path / "samples.gif", "The same noise as training goes on", pixels=True),
        page.table(
            [
                *_run_rows(run),
                ("loss of D, loss of G", f"{last['d_loss']:.3f}, {last['g_loss']:.3f} nats"),
                (
                    "D(x), D(G(z))",
                    f"{last['real_score']:.2f}, {last['fake_score']:.2f} (both 0.5 at best)",
                ),
                ("networks, loss, update", f"dcgan, {fields['loss']}, {fields['update']}"),
            ]
        ),
        page.commands(
            f"keras-gen generate {run.path} --n 100 --seed 7",
            "keras-gen train dcgan --data fashion_mnist",
            "keras-gen train mlp_gan",
        ),
    )


def _classes_section(picture: Path) -> str:
    """Return what a trained conditional GAN draws on request, a row for each class."""
    run = Run.open("conditional_gan")
    generate(run, n=100, seed=1, out=picture)
    names = ", ".join(run.provenance["data"]["classes"])
    return page.section(
        "A conditional GAN draws what it is asked for",
        page.figure(picture, f"A row for each class: {names}", pixels=True),
        page.paragraph(
            "Its weights come with keras_gen: it was trained before, for "
            f"{run.recipe.steps:,} steps, not on this machine just now."
        ),
        page.commands(
            "keras-gen generate conditional_gan --label bag --n 100",
            "keras-gen train conditional_gan --data fashion_mnist",
        ),
    )


def _vae_section(run: Run) -> str:
    """Return the VAE's part of the page: reconstructions, interpolations, samples, its losses."""
    last = run.read_metrics()[-1]
    return page.section(
        "A VAE compresses a product to 24 numbers, and draws from them",
        page.row(
            page.figure(
                run.path / "reconstructions.png",
                "Products it has not seen, each above its reconstruction",
                pixels=True,
            ),
            page.figure(run.path / "samples.png", "Drawn from random latents", pixels=True),
        ),
        page.row(
            page.figure(
                run.path / "interpolations.png",
                "Each row interpolates in the latent space from one product to another",
                pixels=True,
            ),
            page.figure(
                run.path / "traversals.png",
                "Each row changes one latent of the first product",
                pixels=True,
            ),
        ),
        page.figure(run.path / "losses.png", "The bound and its two terms"),
        page.table(
            [
                *_run_rows(run),
                ("negative ELBO, training", f"{last['negative_elbo']:.1f} nats"),
                ("reconstruction, divergence", f"{last['nll']:.1f}, {last['kl']:.1f} nats"),
            ]
        ),
        page.commands("keras-gen train vae --data fashion_mnist"),
    )


def _run_rows(run: Run) -> list[tuple]:
    """Return what every run's table begins with."""
    rows = run.read_metrics()
    speed = np.median([row["images_per_second"] for row in rows])
    return [
        ("data", run.provenance["data"]["description"]),
        ("steps", f"{rows[-1]['step']:,} of {run.recipe.batch_size} images"),
        ("speed", f"{speed:,.0f} images/s (median)"),
        ("seed", run.recipe.seed),
        ("versions", ", ".join(f"{k} {v}" for k, v in run.provenance["versions"].items())),
    ]


def _measurements_section(runs: list[Run]) -> str:
    """Return both runs' measurements side by side."""
    measured = [evaluate(run) for run in runs]
    first = measured[0].figures[0]
    table = [(label, *cells, reference) for label, cells, reference in table_rows(measured)]
    return page.section(
        "Measured",
        page.paragraph(
            f"{first.n_fake:,} samples against {first.n_real:,} images that no model has seen, in "
            f"features of {first.features}. ± is half the width of a 95 % interval, * marks the "
            "better. PSNR and SSIM need pairs, which a GAN's samples do not have."
        ),
        page.table(table, ("", *(run.path.name for run in runs), "reference")),
        page.commands(
            f"keras-gen evaluate {runs[0].path}",
            f"keras-gen compare {runs[0].path} {runs[1].path}",
            f"keras-gen study {runs[0].path} {runs[1].path}",
        ),
    )
