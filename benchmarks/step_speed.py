"""Time a training step of each recipe, with and without XLA and in both precisions.

    python benchmarks/step_speed.py             every case, in turn
    python benchmarks/step_speed.py --steps 20  fewer steps a turn, to try it

Prints, for each case, the seconds of the first 20 steps, tracing and compiling included, and then
the least milliseconds a step of three turns. The machine's devices come first; compare ratios.
"""

import argparse
import time

import keras

from keras_gen import data
from keras_gen.environment import describe
from keras_gen.recipes import DCGANRecipe, MLPGANRecipe, VAERecipe

WIDE = {"batch_size": 256, "generator_width": 128, "discriminator_width": 128}
HALF = {"precision": "mixed_bfloat16"}
CASES = [
    *(
        (DCGANRecipe, fields, jit)
        for fields in ({}, HALF, WIDE, WIDE | HALF)
        for jit in (True, False)
    ),
    (DCGANRecipe, {"update": "alternating"}, "auto"),
    (DCGANRecipe, {"loss": "wasserstein_gp"}, "auto"),
    (MLPGANRecipe, {}, "auto"),
    (VAERecipe, {}, "auto"),
]


def build(family, fields, jit):
    """Build a recipe's model and compile it again, with or without XLA."""
    recipe = family(seed=0, **fields)
    model = recipe.build()
    names = ("d_optimizer", "g_optimizer") if hasattr(model, "d_optimizer") else ("optimizer",)
    model.compile(**{name: getattr(model, name) for name in names}, jit_compile=jit)
    return recipe, model


def seconds(model, stream, steps):
    """Train some steps; return how long they took."""
    start = time.perf_counter()
    model.fit(stream, steps_per_epoch=steps, epochs=1, shuffle=False, verbose=0)
    return time.perf_counter() - start


def main():
    """Time every case."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=200, help="steps a turn, three turns a case")
    args = parser.parse_args()
    print(describe())
    images = data.load("fashion_mnist_10k").images
    for family, fields, jit in CASES:
        recipe, model = build(family, fields, jit)
        stream = data.batches(
            images, recipe.batch_size, seed=0, scale=data.SCALES[recipe.pixel_scale]
        )
        first = seconds(model, stream, 20)
        least = min(seconds(model, stream, args.steps) for _ in range(3)) / args.steps
        name = " ".join([family.__name__, *(f"{key}={value}" for key, value in fields.items())])
        print(
            f"{name:85s} XLA {model.jit_compile!s:5s} first 20 steps {first:5.1f} s, "
            f"then {1e3 * least:7.2f} ms a step",
            flush=True,
        )
        keras.backend.clear_session()


if __name__ == "__main__":
    main()
