r"""Train the network that cuts products out, and store its weights in float16.

    pip install -e ".[photos]"
    python scripts/train_cutout.py
    python scripts/train_cutout.py --resume
    python scripts/train_cutout.py --from-stored --scenes 60000 --steps 3200 --batch 32 --rate 4e-4

First the scenes are drawn, by as many processes as there are processors, and kept in runs/cutout;
then the network is trained on them. Both are stored as they come, so that --resume goes on where
the same command was stopped. `--steps 6500`, stopped after 2,500 steps on an H100, and then on a
processor the last line, first with 26,000 scenes and 800 steps, made the stored weights; on the
processor the rate of learning fell to 0. docs/cutout_training.txt is what they printed.

Products of the training split stand on their own paper or on backgrounds that are computed or
cropped from pictures: from those of the package, from six of scikit-image (brick, gravel and an eye
CC0, stars public domain, coins and tissue without known restrictions), and from shelves of other
products out of focus. The first training went without the last four. Some products take the pattern
of a background, and most pictures go through JPEG. Every 13th object is kept for validation, on the
same kinds of background. The test split, one style picture and the texture of grass are not used
here, so that benchmarks/cutout.py can measure on products and backgrounds that the network has not
seen.
"""

import argparse
import functools
import io
import multiprocessing
import os
import time
from pathlib import Path

import keras
import numpy as np
from PIL import Image, ImageFilter

from keras_gen import data
from keras_gen.data.composites import COMPUTED, Scenes, read_backgrounds, room, wallpaper
from keras_gen.data.crops import scikit_image_data
from keras_gen.data.shipped import SHIPPED
from keras_gen.files import digest, replacing
from keras_gen.measures import intersection_over_union
from keras_gen.retouch.matting import SIDE, WEIGHTS, matting_network, set_weights

FOLDER = Path(__file__).parents[1] / "runs" / "cutout"
SCENES, STATE = FOLDER / "scenes.npy", FOLDER / "state.npz"
STYLES = ("flow_field", "stained_glass", "ink_wash")  # wave_pattern is held out
TEXTURES = (  # of scikit-image; grass is held out
    "brick.png", "coins.png", "gravel.png", "hubble_deep_field.jpg", "ihc.png", "retina.jpg",
)  # fmt: skip
SHELVES = 60  # pictures of other products; each other picture is taken 20 times as often as one
CHUNK = 250  # scenes that a process draws at a time
EVERY = 500  # steps after which the network is measured and stored, at most


@functools.cache
def catalogue(validation: bool) -> data.ImageData:
    """Return the products of the training split of which we learn, or those that validate."""
    products = data.products()
    kept = products.conditions["object"] % 13 == 12
    return products.take(np.flatnonzero(kept == validation))


def shelf(images: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Return four pictures (4, 64, 64, 3) as one, out of focus."""
    rows = [np.concatenate(list(pair), axis=1) for pair in (images[:2], images[2:])]
    return Image.fromarray(np.concatenate(rows)).filter(ImageFilter.GaussianBlur(rng.uniform(2, 5)))


@functools.cache
def supply() -> Scenes:
    """Return what draws the scenes of training."""
    products, rng = catalogue(validation=False), np.random.default_rng(0)
    paths = [SHIPPED / f"{name}.jpg" for name in STYLES]
    paths += [scikit_image_data() / name for name in TEXTURES]
    fours = rng.integers(len(products.images), size=(SHELVES, 4))
    shelves = [shelf(products.images[four], rng) for four in fours]
    pictures = 20 * read_backgrounds(paths) + shelves
    return Scenes(products, pictures, computed=(*COMPUTED, room, wallpaper), patterned=0.15)


def draw(number: int) -> np.ndarray:
    """Return the images and mattes of a chunk, uint8 (CHUNK, 64, 64, 4), a function of its number.

    Two of three images have gone through JPEG, as most photographs have.
    """
    rng, scenes = np.random.default_rng([0, number]), supply()
    chosen = rng.integers(len(scenes.products.images), size=CHUNK)
    images, mattes = scenes.batch(chosen, int(rng.integers(2**32)))
    for index in np.flatnonzero(np.arange(CHUNK) % 3):
        images[index] = compressed(images[index], int(rng.integers(40, 96)))
    return np.concatenate([images, mattes], axis=-1)


def compressed(image: np.ndarray, quality: int) -> np.ndarray:
    """Return an image, uint8 (H, W, 3), as a JPEG file shows it."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def draw_all(count: int) -> None:
    """Draw `count` scenes, rounded up to whole chunks, and store them."""
    chunks = -(-count // CHUNK)
    FOLDER.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    # New processes, since a copy of one in which TensorFlow's threads run may hang.
    workers = multiprocessing.get_context("spawn").Pool(min(chunks, os.cpu_count() or 1))
    with workers as pool, replacing(SCENES) as temporary:
        shape = (chunks * CHUNK, SIDE, SIDE, 4)
        scenes = np.lib.format.open_memmap(temporary, "w+", np.uint8, shape)
        for number, drawn in enumerate(pool.imap(draw, range(chunks))):
            scenes[number * CHUNK : (number + 1) * CHUNK] = drawn
        scenes.flush()
    print(f"{len(scenes)} scenes drawn in {time.perf_counter() - start:.0f} s", flush=True)


class Batches(keras.utils.PyDataset):
    """Scenes as a function of the number of the step: drawn anew, and changed as photographs are.

    Half of the images are mirrored; brightness, contrast and the tint of the light vary.
    """

    def __init__(self, scenes: np.ndarray, first: int, steps: int, size: int):
        super().__init__(workers=4, max_queue_size=32)
        self.scenes, self.first, self.steps, self.size = scenes, first, steps, size

    def __len__(self):
        """Return the number of steps."""
        return self.steps

    def __getitem__(self, index):
        """Return images (B, 64, 64, 3) and mattes (B, 64, 64, 1), both in [0, 1]."""
        rng = np.random.default_rng([1, self.first + index])
        chosen = np.sort(rng.integers(len(self.scenes), size=self.size))
        batch = self.scenes[chosen].astype("float32") / 255
        batch[::2] = batch[::2, :, ::-1]
        images, mattes = batch[..., :3], batch[..., 3:]
        contrast = np.exp(rng.normal(0, 0.15, (self.size, 1, 1, 1)))
        tint = np.exp(rng.normal(0, 0.08, (self.size, 1, 1, 3)))
        light = rng.normal(0.5, 0.08, (self.size, 1, 1, 1))
        images = np.clip((contrast * (images - 0.5) + light) * tint, 0, 1).astype("float32")
        return images, mattes


def matting_loss(true, found):
    """Return the binary cross-entropy of the pixels plus the Dice loss of each matte, (B,).

    The first takes the matte as the probability that a pixel is product. The second counts each
    product alike, however small, as the intersection over union does.

    Deviation: Milletari, Navab and Ahmadi 2016, arXiv:1606.04797, add squares in the denominator.
    """
    pixels = keras.ops.mean(keras.losses.binary_crossentropy(true, found), axis=(1, 2))
    both = keras.ops.sum(true * found, axis=(1, 2, 3))
    either = keras.ops.sum(true + found, axis=(1, 2, 3))
    return pixels + 1 - (2 * both + 1) / (either + 1)


def compiled(steps: int, peak_rate: float) -> keras.Model:
    """Return the network, new, with Adam on a cosine of rates; each fit ends on a running mean."""
    warm_up = min(EVERY, steps // 5)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - warm_up, warmup_target=peak_rate, warmup_steps=warm_up
    )
    network = matting_network()
    adam = keras.optimizers.Adam(rate, global_clipnorm=1.0, use_ema=True, ema_momentum=0.995)
    network.compile(adam, matting_loss)
    adam.build(network.trainable_variables)
    return network


def state(network: keras.Model) -> list:
    """Return all variables on which the next step depends."""
    return [*network.variables, *network.optimizer.variables]


def store(network: keras.Model) -> None:
    """Write the weights in float16, in the network's order, and what a resumed training needs."""
    weights = {f"{i:02d}": w.astype("float16") for i, w in enumerate(network.get_weights())}
    with replacing(WEIGHTS) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **weights)
    with replacing(STATE) as temporary, temporary.open("wb") as file:
        np.savez(file, *map(keras.ops.convert_to_numpy, state(network)))


def restore(network: keras.Model) -> None:
    """Give the network and its optimizer what was stored last."""
    with np.load(STATE) as arrays:
        for variable, value in zip(state(network), arrays.values(), strict=True):
            variable.assign(value)


def train(network: keras.Model, steps: int, batch: int) -> None:
    """Train to that number of steps, and print the IoU of validation as it grows."""
    scenes = np.load(SCENES, mmap_mode="r")
    kept = catalogue(validation=True)
    held = Scenes(kept, supply().pictures, computed=supply().computed)
    images, mattes = held.batch(range(len(kept.images)), 2)
    images, start = images.astype("float32") / 255, time.perf_counter()
    done, every = network.optimizer.iterations, min(EVERY, max(1, steps // 4))
    for first in range(int(keras.ops.convert_to_numpy(done)), steps, every):
        batches = Batches(scenes, first, min(every, steps - first), batch)
        (loss,) = network.fit(batches, verbose=0, shuffle=False).history["loss"]
        found = network.predict(images, batch_size=64, verbose=0)
        overlap = intersection_over_union(mattes / 255, found).mean()
        store(network)
        spent = time.perf_counter() - start
        print(
            f"{first + len(batches)} steps: loss {loss:.4f}, IoU of {len(found)} scenes "
            f"{overlap:.4f}, {spent:.0f} s",
            flush=True,
        )


def main() -> None:
    """Draw, train, and store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=120_000)
    parser.add_argument("--steps", type=int, default=30_000, help="0: only draw the scenes")
    parser.add_argument("--batch", type=int, default=64, help="scenes of a step")
    parser.add_argument("--rate", type=float, default=1e-3, help="highest learning rate")
    parser.add_argument("--from-stored", action="store_true", help="begin with the stored weights")
    parser.add_argument("--resume", action="store_true", help="go on where training was stopped")
    arguments = parser.parse_args()
    keras.utils.set_random_seed(0)
    if not (arguments.resume and SCENES.is_file()):
        draw_all(arguments.scenes)
    if arguments.steps:
        network = compiled(arguments.steps, arguments.rate)
        if arguments.from_stored:
            set_weights(network)
        if arguments.resume and STATE.is_file():
            restore(network)
        train(network, arguments.steps, arguments.batch)
        print(f"{network.count_params()} parameters, {WEIGHTS.stat().st_size} bytes")
        print(f"keras_gen refuses them until retouch/matting.py names SHA-256 {digest(WEIGHTS)}")


if __name__ == "__main__":
    main()
