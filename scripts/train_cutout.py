r"""Train the network that cuts products out, and store its weights in float16.

    pip install -e ".[photos]"
    python scripts/train_cutout.py
    python scripts/train_cutout.py --resume --steps 1700 --rate 1.5e-3 --seed 1
    python scripts/train_cutout.py --resume --steps 150 --rate 1e-3 --seed 2

These made the stored weights in 757, 261 and 89 seconds of a processor that had other work as well.
The second was stopped after the 500 steps whose weights it had stored.

Products of the training split stand on their own paper or on backgrounds that are computed or
cropped from the package's style pictures and from two textures of scikit-image (brick and gravel,
CC0). The test split, one style picture and the texture of grass are not used here, so that
benchmarks/cutout.py can measure on products and backgrounds that the network has not seen.
"""

import argparse
import time

import keras
import numpy as np

from keras_gen import data
from keras_gen.data.composites import Scenes, read_backgrounds
from keras_gen.data.crops import scikit_image_data
from keras_gen.data.shipped import SHIPPED
from keras_gen.files import digest, replacing
from keras_gen.retouch.matting import WEIGHTS, fold, matting_network, set_weights

STYLES = ("flow_field", "stained_glass", "ink_wash")  # wave_pattern is held out
TEXTURES = ("brick", "gravel")  # grass is held out
BATCH = 16


class Batches(keras.utils.PyDataset):
    """Scenes as a function of the number of the step."""

    def __init__(self, scenes: Scenes, steps: int, seed: int):
        super().__init__()
        self.scenes, self.steps, self.seed = scenes, steps, seed

    def __len__(self):
        """Return the number of steps."""
        return self.steps

    def __getitem__(self, step):
        """Return images (B, 32, 32, 12) and mattes (B, 32, 32, 4), both in [0, 1], folded."""
        rng = np.random.default_rng([self.seed, step])
        chosen = rng.integers(len(self.scenes.products.images), size=BATCH)
        images, mattes = self.scenes.batch(chosen, int(rng.integers(2**32)))
        return fold(images.astype("float32") / 255), fold(mattes.astype("float32") / 255)


class Keeper(keras.callbacks.Callback):
    """Prints the running means now and then, and stores the weights more rarely."""

    def on_train_batch_end(self, batch, logs=None):
        """Print and store after a number of steps."""
        step = batch + 1
        if step % 50 == 0:
            cost = time.process_time()
            print(
                f"{step} loss {logs['loss']:.4f}, error {logs['mae']:.4f}, {cost:.0f} s", flush=True
            )
        if step % 500 == 0:
            store(self.model)


def store(network: keras.Model) -> None:
    """Write the weights in float16, in the network's order."""
    weights = {f"{i:02d}": w.astype("float16") for i, w in enumerate(network.get_weights())}
    with replacing(WEIGHTS) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **weights)


def train(steps: int, seed: int, peak_rate: float, resume: bool) -> keras.Model:
    """Return the network after Adam's steps down a cosine of rates.

    The loss is the binary cross-entropy with the matte as the probability that a pixel is product.
    """
    paths = [SHIPPED / f"{name}.jpg" for name in STYLES]
    paths += [scikit_image_data() / f"{name}.png" for name in TEXTURES]
    scenes = Scenes(data.products(), read_backgrounds(paths))
    network = matting_network()
    if resume:
        set_weights(network)
    warm_up = min(100, steps // 5)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - warm_up, warmup_target=peak_rate, warmup_steps=warm_up
    )
    network.compile(keras.optimizers.Adam(rate), "binary_crossentropy", metrics=["mae"])
    start, used = time.perf_counter(), time.process_time()
    batches = Batches(scenes, steps, seed)
    network.fit(batches, epochs=1, shuffle=False, verbose=0, callbacks=[Keeper()])
    print(f"{time.perf_counter() - start:.0f} s, {time.process_time() - used:.0f} s of a processor")
    return network


def main() -> None:
    """Train, and store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true", help="start from the stored weights")
    arguments = parser.parse_args()
    keras.utils.set_random_seed(arguments.seed)
    network = train(arguments.steps, arguments.seed, arguments.rate, arguments.resume)
    store(network)
    print(f"{network.count_params()} parameters, {WEIGHTS.stat().st_size} bytes")
    print(f"keras_gen refuses them until retouch/matting.py names SHA-256 {digest(WEIGHTS)}")


if __name__ == "__main__":
    main()
