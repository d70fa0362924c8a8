"""The results tables: every family and loss on one fixed budget, three seeds each.

    python benchmarks/results_table.py --runs runs/results
    python benchmarks/results_table.py --table penalties --runs runs/penalties

The first table has every family and the losses without a penalty, the second the losses with the
penalty that suits each. A budget is a number of steps, those that fit into 60 seconds on 2 cores or
into five minutes of a single slower one by the cost of a step, measured side by side in one process
(`step_times.py`), so that a busy machine changes how long a run takes but not its result. Runs that
are in the folder already are not repeated; figures are those of `keras-gen evaluate`, of 10,000
samples against the 10,000 test images. Writes a JSON file, a picture, and the table between its
markers on both pages of docs/.
"""

import argparse
import dataclasses
import json
import re
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
# The same on one thread of another, slower processor; steps are 300 s over the milliseconds.
PENALTIES = {
    f"dcgan, {loss}": ("dcgan", DCGANRecipe(steps=steps, loss=loss), milliseconds)
    for loss, steps, milliseconds in (
        ("non_saturating", 6000, 50),
        ("saturating", 6000, 50),
        ("least_squares", 6000, 50),
        ("hinge", 5550, 54),
        ("relativistic", 5900, 51),
        ("wasserstein_gp", 4600, 65),
    )
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
PENALTY_COLUMNS = {
    "frechet_distance": "FD-FashionNet",
    "second_frechet_distance": "FD-StridedNet",
    "precision": "precision",
    "recall": "recall",
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
IN_CHINESE = {
    "precision": "精确率",
    "recall": "召回率",
    "density": "密度",
    "coverage": "覆盖率",
    "class entropy": "类别熵",
    "sharpness": "锐度",
    "copies": "疑似复制",
    "near-duplicates": "重复",
    "negative ELBO, nats": "负 ELBO，奈特",
    "reconstruction, nats": "重建项，奈特",
    "divergence, nats": "KL 散度，奈特",
    VAE_COLUMNS["importance_weighted"]: f"-log p(x) 的上界，抽 {LIKELIHOOD_DRAWS} 次，奈特",
    "PSNR, dB": "PSNR，dB",
    "*real images*": "*真实图像*",
    "noise at most": "噪声上限",
    "no limit": "不限",
    "weight": "权重",
    "hits": "命中率",
    "hits (second judge)": "命中率（第二个裁判）",
    "FD within classes": "类内 FD",
    "*PCA, 24 components*": "*PCA，24 个主成分*",
    "passes": "前向次数",
    "steps": "训练步数",
    "steps of D for each of G": "G 每走一步，D 走的步数",
    "rate": "学习率",
}


def run_dir_of(runs, system, seed):
    """Return the folder of one run, such as dcgan-hinge-0."""
    return runs / f"{system.replace(', ', '-')}-{seed}"


def measured(runs, systems, system, seed):
    """Return the figures of one run by key; train and measure it where that is not done yet."""
    name, recipe, _ = systems[system]
    run_dir = run_dir_of(runs, system, seed)
    if not (run_dir / "model.keras").is_file():
        recipe = dataclasses.replace(recipe, seed=seed, data="fashion_mnist")
        if not train(name, recipe, run_dir):
            raise SystemExit(130)
    measurements = read_measurements(run_dir) or evaluate(run_dir)
    if measurements.steps != recipe.steps:
        raise ValueError(f"{run_dir} has {measurements.steps} steps, expected {recipe.steps}")
    return measurements.by_key


def markdown(head, rows):
    """Return the lines of a table in Markdown, from its head and rows of text."""
    return [f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows)]


def row(results, system, columns):
    """Return a row's cells: mean ± standard deviation over the seeds."""
    cells = [system]
    for key in columns:
        values = [figures[key].value for figures in results[system]]
        spread = np.std(values, ddof=1)
        decimals = max(0, -int(np.floor(np.log10(spread)))) if spread else 0  # its first digit
        cells.append(f"{np.mean(values):.{decimals}f} ± {spread:.{decimals}f}")
    return cells


def reference_row(results, name, columns, system):
    """Return what the yardstick scores, from the first run's figures."""
    references = [results[system][0][key].reference for key in columns]
    return [name, *("-" if value is None else f"{value:.3g}" for value in references)]


def table(results, columns):
    """Return the lines of a table, real images in its last row."""
    rows = [row(results, system, columns) for system in results]
    rows.append(reference_row(results, "*real images*", columns, list(results)[-1]))
    return markdown(["", *columns.values()], rows)


def vae_table(results):
    """Return the lines of the VAE's own table, PCA's figures in its last row."""
    rows = [
        row(results, "vae", VAE_COLUMNS),
        reference_row(results, "*PCA, 24 components*", VAE_COLUMNS, "vae"),
    ]
    return markdown(["", *VAE_COLUMNS.values()], rows)


def in_chinese(text, words=IN_CHINESE):
    """Return a table with Chinese names of its columns and yardsticks: whole cells."""
    for english, chinese in words.items():
        text = re.sub(rf"(?<=\| ){re.escape(english)}(?= \|)", chinese, text)
    return text


def fill(path, marker, text):
    """Replace what stands between the markers of a page."""
    begin, end = f"<!-- {marker} -->", f"<!-- end of {marker} -->"
    before, _, rest = path.read_text(encoding="utf-8").partition(f"{begin}\n")
    _, _, after = rest.partition(end)
    write_text(path, f"{before}{begin}\n{text}\n{end}{after}")


def picture(runs, systems):
    """Lay 16 samples of each system's first run in a row, in the order of the table."""
    models = [Run.open(run_dir_of(runs, system, 0)).load_model() for system in systems]
    return grid(np.concatenate([model.sample(16, seed=1) for model in models]), columns=16, zoom=2)


def main():
    """Train what is missing, measure, and write the pages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", default="results", choices=("results", "penalties"))
    parser.add_argument("--runs", type=Path, default=Path("runs/results"))
    arguments = parser.parse_args()
    name, runs = arguments.table, arguments.runs
    systems = SYSTEMS if name == "results" else PENALTIES
    results = {
        system: [measured(runs, systems, system, seed) for seed in SEEDS] for system in systems
    }
    figures = {
        system: [{key: figure.value for key, figure in run.items()} for run in each]
        for system, each in results.items()
    }
    write_text(DOCS / f"{name}.json", json.dumps(figures, indent=1) + "\n")
    if name == "results":
        text = "\n".join([*table(results, COLUMNS), "", *vae_table(results)])
    else:
        text = "\n".join(table(results, PENALTY_COLUMNS))
    marker = "table" if name == "results" else name
    fill(DOCS / "results.md", marker, text)
    fill(DOCS / "results.zh-CN.md", marker, in_chinese(text))
    save_picture(DOCS / "images" / f"{name}.png", picture(runs, systems))
    print(text)


if __name__ == "__main__":
    main()
