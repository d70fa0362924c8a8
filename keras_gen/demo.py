"""The main job on embedded data: train, generate, and show the result on one page."""

import dataclasses
from pathlib import Path

import numpy as np

from keras_gen import data, report, training
from keras_gen.generation import load_run
from keras_gen.pictures import grid
from keras_gen.recipes import DCGAN
from keras_gen.run_folder import new_run_dir, read_metrics, read_recipe

STEPS = 6000  # about three minutes on two CPU cores


def demo(out=None, steps=None):
    """Train the convolutional GAN on the embedded sample and write `index.html`.

    Args:
        out: folder to make, by default `demo`, or the first of `demo-2`, ... that is not there.
        steps: training steps, by default those that take some three minutes on two CPU cores.

    Returns:
        Exit status: 0, or 130 when Ctrl-C stopped the training; the page is written all the same.

    Raises:
        FileExistsError: the folder is there already.
        ValueError: steps below 1.
    """
    if out is None:
        out = new_run_dir("demo", parent=".") if Path("demo").exists() else Path("demo")
    run_dir = Path(out) / "dcgan"
    if Path(out).exists():
        raise FileExistsError(f"{out} exists already; give another --out")
    recipe = dataclasses.replace(DCGAN(), steps=STEPS if steps is None else steps)
    print("training a GAN on product images, about three minutes on two CPU cores ...")
    finished = training.train("dcgan", recipe, run_dir)
    page = Path(out) / "index.html"
    report.write_page(
        page,
        "keras_gen: what this machine has just learned to draw",
        "Every picture below was made on this machine, from embedded data, without the network.",
        _gan_section(run_dir),
    )
    print(f"the page is ready: {page.resolve()}")
    return 0 if finished else 130


def _gan_section(run_dir):
    """Return the GAN's part of the page: what it made, how it got there, its figures."""
    _, recipe, content = read_recipe(run_dir)
    images = data.load(recipe.data, recipe.image_shape).images
    chosen = np.random.default_rng(recipe.seed).choice(len(images), 64, replace=False)
    real = grid(data.uint8_to_unit(images[chosen]), zoom=2)
    drawn = grid(load_run(run_dir).sample(64, seed=1), zoom=2)
    rows = read_metrics(run_dir)
    last = rows[-1]
    rates = [row["images_per_second"] for row in rows]
    figures = [
        ("data", content["data"]["description"]),
        ("steps", f"{last['step']:,} of {recipe.batch_size} images"),
        ("speed", f"{np.median(rates):,.0f} images/s (median)"),
        ("loss of D, loss of G", f"{last['d_loss']:.3f}, {last['g_loss']:.3f} nats"),
        ("D(x), D(G(z))", f"{last['real_score']:.2f}, {last['fake_score']:.2f} (both 0.5 at best)"),
        ("networks, loss, update", f"dcgan, {recipe.loss}, {recipe.update}"),
        ("seed", recipe.seed),
        ("versions", ", ".join(f"{k} {v}" for k, v in content["versions"].items())),
    ]
    return report.section(
        "A GAN draws clothes, shoes and bags",
        report.row(
            report.figure(drawn, "Drawn by the generator from random noise", pixels=True),
            report.figure(real, "Real products it learned from (Fashion-MNIST)", pixels=True),
        ),
        report.figure(
            run_dir / "losses.png", "Losses, and D's verdict on real and generated images"
        ),
        report.figure(run_dir / "samples.gif", "The same noise as training goes on", pixels=True),
        report.table(figures),
        report.commands(
            f"keras-gen generate {run_dir} --n 100 --seed 7",
            "keras-gen train dcgan --data fashion_mnist",
            "keras-gen train mlp_gan",
        ),
    )
