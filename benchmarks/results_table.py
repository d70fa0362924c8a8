"""The results table: every family and loss on one fixed budget, three seeds each.

    python benchmarks/results_table.py --runs runs/results

The budget is the number of steps that fit into 60 seconds on 2 cores, measured side by side in one
process (`step_times.py`), so that a busy machine changes how long a run takes but
not its result. Runs that are in the folder already are not repeated; figures are those of
`keras-gen evaluate`: 10,000 samples against the 10,000 test images. Writes `docs/results.json` and
the tables between the markers of `docs/results.md` and `docs/results.zh-CN.md`, and the picture
above them.
"""

import argparse
import dataclasses
import json
from pathlib import Path

import numpy as np

from keras_gen.evaluation import evaluate, read_measurements
from keras_gen.evaluation.measure_autoencoders import LIKELIHOOD_DRAWS
from keras_gen.files import write_text
from keras_gen.pictures import grid, save_picture
from keras_gen.recipes import DCGANRecipe, MLPGANRecipe, VAERecipe
from keras_gen.runs import Run, train

DOCS = Path(__file__).parents[1] / "docs"
SEEDS = (0, 1, 2)

PLAIN = {"steps": 4500, "penalty": "none"}

# (recipe's name, recipe, milliseconds per step on 2 cores); steps are 60 s over the milliseconds
SYSTEMS = {
    "mlp_gan": ("mlp_gan", MLPGANRecipe(steps=2950, penalty="none"), 20.3),
    "dcgan, non_saturating": ("dcgan", DCGANRecipe(**PLAIN), 13.4),
    "dcgan, saturating": ("dcgan", DCGANRecipe(**PLAIN, loss="saturating"), 13.4),
    "dcgan, least_squares": ("dcgan", DCGANRecipe(**PLAIN, loss="least_squares"), 13.4),
    "dcgan, hinge": ("dcgan", DCGANRecipe(**PLAIN, loss="hinge"), 14.0),
    "dcgan, wasserstein_gp": ("dcgan", DCGANRecipe(steps=3350, loss="wasserstein_gp"), 17.9),
    "vae": ("vae", VAERecipe(steps=2150), 27.9),
}

COLUMNS = {
    "frechet_distance": "FD-FashionNet",
    "kernel_distance": "KID-FashionNet",
    "precision": "precision",
    "recall": "recall",
    "density": "density",
    "coverage": "coverage",
    "class_entropy": "class entropy",
    "sharpness": "sharpness",
    "copied": "copies",
    "duplicates": "near-duplicates",
}
VAE_COLUMNS = {
    "negative_elbo": "negative ELBO, nats",
    "nll": "reconstruction, nats",
    "kl": "divergence, nats",
    "importance_weighted": f"-log p(x), bound of {LIKELIHOOD_DRAWS} draws, nats",
    "psnr": "PSNR, dB",
    "ssim": "SSIM",
}


def run_dir_of(runs, system, seed):
    """Return the folder of one run, such as dcgan-hinge-0."""
    return runs / f"{system.replace(', ', '-')}-{seed}"


def measured(runs, system, seed):
    """Return the figures of one run by key; train and measure it where that is not done yet."""
    name, recipe, _ = SYSTEMS[system]
    run_dir = run_dir_of(runs, system, seed)
    if not (run_dir / "model.keras").is_file():
        recipe = dataclasses.replace(recipe, seed=seed, data="fashion_mnist")
        if not train(name, recipe, run_dir):
            raise SystemExit(130)
    measurements = read_measurements(run_dir) or evaluate(run_dir)
    if measurements.steps != recipe.steps:
        raise ValueError(f"{run_dir} has {measurements.steps} steps, expected {recipe.steps}")
    return measurements.by_key


def row(results, system, columns):
    """Return a Markdown row: mean ± standard deviation over the seeds."""
    cells = []
    for key in columns:
        values = [figures[key].value for figures in results[system]]
        spread = np.std(values, ddof=1)
        decimals = max(0, -int(np.floor(np.log10(spread)))) if spread else 0  # its first digit
        cells.append(f"{np.mean(values):.{decimals}f} ± {spread:.{decimals}f}")
    return f"| {system} | " + " | ".join(cells) + " |"


def reference_row(results, name, columns, system):
    """Return what the yardstick scores, from the first run's figures."""
    references = [results[system][0][key].reference for key in columns]
    cells = ["-" if value is None else f"{value:.3g}" for value in references]
    return f"| {name} | " + " | ".join(cells) + " |"


def tables(results):
    """Return the two tables in Markdown."""

    def head(columns):
        names = ["", *columns.values()]
        return ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]

    lines = [*head(COLUMNS), *(row(results, system, COLUMNS) for system in results)]
    lines.append(reference_row(results, "*real images*", COLUMNS, "vae"))
    lines += ["", *head(VAE_COLUMNS), row(results, "vae", VAE_COLUMNS)]
    lines.append(reference_row(results, "*PCA, 24 components*", VAE_COLUMNS, "vae"))
    return "\n".join(lines)


def fill(path, text):
    """Replace what stands between the markers of a page."""
    before, _, rest = path.read_text(encoding="utf-8").partition("<!-- table -->\n")
    _, _, after = rest.partition("<!-- end of table -->")
    write_text(path, f"{before}<!-- table -->\n{text}\n<!-- end of table -->{after}")


def picture(runs):
    """Lay 16 samples of each system's first run in a row, in the order of the table."""
    models = [Run.open(run_dir_of(runs, system, 0)).load_model() for system in SYSTEMS]
    return grid(np.concatenate([model.sample(16, seed=1) for model in models]), columns=16, zoom=2)


def main():
    """Train what is missing, measure, and write the pages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, default=Path("runs/results"))
    arguments = parser.parse_args()
    results = {
        system: [measured(arguments.runs, system, seed) for seed in SEEDS] for system in SYSTEMS
    }
    figures = {
        system: [{key: figure.value for key, figure in run.items()} for run in runs]
        for system, runs in results.items()
    }
    write_text(DOCS / "results.json", json.dumps(figures, indent=1) + "\n")
    for name in ("results.md", "results.zh-CN.md"):
        fill(DOCS / name, tables(results))
    save_picture(DOCS / "images" / "results.png", picture(arguments.runs))
    print(tables(results))


if __name__ == "__main__":
    main()
