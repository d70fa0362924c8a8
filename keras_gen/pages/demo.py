"""The main job on embedded data: train, draw, measure, paint, and show it all on one page."""

import dataclasses
from pathlib import Path

import numpy as np

from keras_gen import data
from keras_gen.evaluation.measure_run import evaluate
from keras_gen.evaluation.side_by_side import table_rows
from keras_gen.pages import page
from keras_gen.pages.demo_style import style_section
from keras_gen.pictures.grids import grid
from keras_gen.recipes import RECIPES
from keras_gen.runs import training
from keras_gen.runs.run import load_run, new_run_dir, read_metrics, read_recipe

STEPS = {"dcgan": 6000, "vae": 2500}  # about five minutes on two CPU cores, measuring included


def demo(out=None, steps=None):
    """Train a GAN and a VAE, measure both, paint a product, and write `index.html`.

    Args:
        out: folder to make, by default `demo`, or the first of `demo-2`, ... that is not there.
        steps: training steps of each, by default those that take some five minutes on two CPU
            cores; fewer than 60 shorten the painting as well, which takes another two.

    Returns:
        Exit status: 0, or 130 when Ctrl-C stopped the work; the page then shows what there is.

    Raises:
        FileExistsError: the folder is there already.
        ValueError: steps below 1.
    """
    if out is None:
        out = new_run_dir("demo", parent=".") if Path("demo").exists() else Path("demo")
    out = Path(out)
    if out.exists():
        raise FileExistsError(f"{out} exists already; give another --out")
    recipes = {
        name: dataclasses.replace(RECIPES[name](), steps=default if steps is None else steps)
        for name, default in STEPS.items()
    }
    sections, finished = [], True
    for name, title, section in (("dcgan", "a GAN", _gan_section), ("vae", "a VAE", _vae_section)):
        if finished:
            print(f"training {title} on product images, one or two minutes on two CPU cores ...")
            finished = training.train(name, recipes[name], out / name)
            sections.append(section(out / name))
    if finished:
        print("measuring both against 2,000 images that they have not seen ...")
        sections.append(_figures_section([out / name for name in STEPS]))
        print("painting a mug in two styles, about a minute each ...")
        section, finished = style_section(out / "style", steps)
        sections.append(section)
    index = out / "index.html"
    page.write_page(
        index,
        "keras_gen: what this machine has just learned to draw",
        "Every picture below was made on this machine, from embedded data, without the network.",
        *sections,
    )
    print(f"the page is ready: {index.resolve()}")
    return 0 if finished else 130


def _gan_section(run_dir):
    """Return the GAN's part of the page: what it made, how it got there, its figures."""
    _, recipe, _ = read_recipe(run_dir)
    images = data.load(recipe.data, recipe.image_shape).images
    chosen = np.random.default_rng(recipe.seed).choice(len(images), 64, replace=False)
    real = grid(data.uint8_to_unit(images[chosen]), zoom=2)
    drawn = grid(load_run(run_dir).sample(64, seed=1), zoom=2)
    last = read_metrics(run_dir)[-1]
    return page.section(
        "A GAN draws clothes, shoes and bags",
        page.row(
            page.figure(drawn, "Drawn by the generator from random noise", pixels=True),
            page.figure(real, "Real products it learned from (Fashion-MNIST)", pixels=True),
        ),
        page.figure(run_dir / "losses.png", "Losses, and D's verdict on real and generated images"),
        page.figure(run_dir / "samples.gif", "The same noise as training goes on", pixels=True),
        page.table(
            [
                *_run_rows(run_dir),
                ("loss of D, loss of G", f"{last['d_loss']:.3f}, {last['g_loss']:.3f} nats"),
                (
                    "D(x), D(G(z))",
                    f"{last['real_score']:.2f}, {last['fake_score']:.2f} (both 0.5 at best)",
                ),
                ("networks, loss, update", f"dcgan, {recipe.loss}, {recipe.update}"),
            ]
        ),
        page.commands(
            f"keras-gen generate {run_dir} --n 100 --seed 7",
            "keras-gen train dcgan --data fashion_mnist",
            "keras-gen train mlp_gan",
        ),
    )


def _vae_section(run_dir):
    """Return the VAE's part of the page: reconstructions, interpolations, samples, its figures."""
    last = read_metrics(run_dir)[-1]
    return page.section(
        "A VAE compresses a product to 24 numbers, and draws from them",
        page.row(
            page.figure(
                run_dir / "reconstructions.png",
                "Products it has not seen, each above its reconstruction",
                pixels=True,
            ),
            page.figure(run_dir / "samples.png", "Drawn from random latents", pixels=True),
        ),
        page.row(
            page.figure(
                run_dir / "interpolations.png",
                "Each row interpolates in the latent space from one product to another",
                pixels=True,
            ),
            page.figure(
                run_dir / "traversals.png",
                "Each row changes one latent of the first product",
                pixels=True,
            ),
        ),
        page.figure(run_dir / "losses.png", "The bound, its two terms"),
        page.table(
            [
                *_run_rows(run_dir),
                ("negative ELBO, training", f"{last['negative_elbo']:.1f} nats"),
                ("reconstruction, divergence", f"{last['nll']:.1f}, {last['kl']:.1f} nats"),
            ]
        ),
        page.commands("keras-gen train vae --data fashion_mnist"),
    )


def _run_rows(run_dir):
    """Return what every run's table begins with."""
    _, recipe, content = read_recipe(run_dir)
    rows = read_metrics(run_dir)
    return [
        ("data", content["data"]["description"]),
        ("steps", f"{rows[-1]['step']:,} of {recipe.batch_size} images"),
        (
            "speed",
            f"{np.median([row['images_per_second'] for row in rows]):,.0f} images/s (median)",
        ),
        ("seed", recipe.seed),
        ("versions", ", ".join(f"{k} {v}" for k, v in content["versions"].items())),
    ]


def _figures_section(run_dirs):
    """Return both runs' figures side by side."""
    contents = [evaluate(run_dir) for run_dir in run_dirs]
    first = contents[0]["figures"][0]
    table = [(label, *cells, reference) for label, cells, reference in table_rows(contents)]
    return page.section(
        "Measured",
        page.paragraph(
            f"{first['n_fake']:,} samples against {first['n_real']:,} images that no model has "
            f"seen, features {first['features']}. ± is half the width of a 95 % interval, * marks "
            "the better. PSNR and SSIM need pairs, which a GAN's samples do not have."
        ),
        page.table(table, ("", *(run_dir.name for run_dir in run_dirs), "reference")),
        page.commands(
            f"keras-gen evaluate {run_dirs[0]}",
            f"keras-gen compare {run_dirs[0]} {run_dirs[1]}",
            f"keras-gen study {run_dirs[0]} {run_dirs[1]}",
        ),
    )
