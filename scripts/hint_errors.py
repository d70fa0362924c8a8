"""How often the hints of `keras-gen review --checks` are right: the table of docs/review.md.

    python scripts/hint_errors.py

Real pictures, and sets of 500 whose fault is known, for a run on the embedded Fashion-MNIST sample.
It takes about half a minute.
"""

import numpy as np
from scipy.ndimage import uniform_filter

from keras_gen.data import fashion_mnist_10k
from keras_gen.evaluation.hints import find_hints
from keras_gen.recipes import DCGANRecipe
from keras_gen.runs import Run

N = 500


def sets(seed: int = 0) -> dict[str, np.ndarray]:
    """Return {name: uint8 (N, 28, 28, 1)}."""
    rng = np.random.default_rng(seed)
    train = fashion_mnist_10k("train").images
    copies = train[rng.permutation(len(train))[:N]]
    levels = copies.astype("float64")
    changed = {
        "copies under noise": levels + rng.normal(0, 30, levels.shape),
        "copies, brighter": levels + 20,
        "copies, blurred": uniform_filter(levels, (0, 3, 3, 0)),
    }
    noise = rng.integers(256, size=copies.shape, dtype="uint8")
    faults = {name: np.clip(np.round(x), 0, 255).astype("uint8") for name, x in changed.items()}
    return {"copies": copies, **faults, "noise": noise}


def shares() -> dict[str, tuple[float, float]]:
    """Return {set: (share suspected to be copies, share outside)}, real images first."""
    known = {"sha256": fashion_mnist_10k("train").sha256}
    run = Run(path=None, name="dcgan", recipe=DCGANRecipe(), provenance={"data": known})
    pictures = sets()
    hints = find_hints(run, np.concatenate(list(pictures.values())))
    found = {"real": (hints.errors["copy"], hints.errors["outside"])}
    for number, name in enumerate(pictures):
        own = hints.found[number * N : (number + 1) * N]
        found[name] = tuple(sum(key in each for each in own) / N for key in ("copy", "outside"))
    return found


def main() -> None:
    """Print the table."""
    print("| pictures | suspected copy | outside |\n|---|---|---|")
    for name, (copy, outside) in shares().items():
        print(f"| {name} | {100 * copy:.1f} % | {100 * outside:.1f} % |")


if __name__ == "__main__":
    main()
