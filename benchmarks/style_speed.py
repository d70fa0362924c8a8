"""Style transfer: seconds until the loss that TensorFlow's tutorial reaches after 300 steps.

All descend one loss on the same features: style, the mean over five layers of the mean squared
difference of Gram matrices averaged over positions; content, 100 times the mean squared difference
at block5_conv2; `tf.image.total_variation`, a sum. The tutorial's optimizer is Adam (0.02, beta_1
0.99, epsilon 0.1) with clipping after each step; the package's is `style.descent.lbfgs`, in float32
and with features in bfloat16, whose pictures are judged in float32 like the others.

Runs are counted in evaluations of the loss; the seconds of one evaluation, optimizer included, are
measured side by side in short turns, so that other load slows all alike.

    python benchmarks/style_speed.py --size 256 --weights hed
"""

import argparse
import json
import time

import keras
import numpy as np
import tensorflow as tf

from keras_gen.data import picture_path
from keras_gen.models.style.descent import lbfgs
from keras_gen.models.style.objective import StyleObjective
from keras_gen.models.style.presets import STYLE_LAYERS, StylePreset
from keras_gen.networks import vgg19
from keras_gen.networks.vgg19.tiles import grams
from keras_gen.pictures import read_picture, resize

CONTENT_LAYER = "block5_conv2"
MARKS = (10, 20, 30, 45, 60, 100, 200, 300)  # evaluations at which the curves are printed


def objective(content, style, weights, dtype):
    """Return the loss of this comparison; its weights are those on the package's means."""
    height, width = content.shape[:2]
    preset = StylePreset(
        style=dict.fromkeys(STYLE_LAYERS, 1 / 5),
        content={CONTENT_LAYER: 100.0},
        total_variation=height * width * 3,
        pooling="max",
    )
    network = vgg19.features([*STYLE_LAYERS, CONTENT_LAYER], weights, dtype=dtype)
    return StyleObjective(network, preset, content, [grams(network, STYLE_LAYERS, style)])


class Tutorial:
    """The tutorial's training step on a picture of its own."""

    def __init__(self, loss, content):
        self.loss = loss
        self.image = tf.Variable(content[None])
        self.optimizer = keras.optimizers.Adam(0.02, beta_1=0.99, epsilon=0.1)
        self.optimizer.build([self.image])
        self.step = tf.function(self._step)

    def _step(self):
        value, _, gradient = self.loss.value_and_gradient(self.image)
        self.optimizer.apply([gradient], [self.image])
        self.image.assign(tf.clip_by_value(self.image, 0.0, 1.0))
        return value

    def run(self, steps, callback=lambda image: None):
        """Run some steps; `callback` gets the picture after each."""
        for _ in range(steps):
            float(self.step())
            callback(self.image.value())


class Package:
    """L-BFGS-B from the content picture."""

    def __init__(self, loss, content):
        self.loss = loss
        self.content = content

    def run(self, steps, callback=lambda image: None):
        """Run some evaluations; `callback` gets the best picture so far after each."""
        lbfgs(self.loss, self.content[None], steps, lambda parts, image: callback(image))


def seconds_per_evaluation(systems, turns=4, steps=8):
    """Return the least seconds per evaluation of each system's turns."""
    times = {name: [] for name in systems}
    for system in systems.values():
        system.run(2)  # traces the graphs
    for _ in range(turns):
        for name, system in systems.items():
            start = time.perf_counter()
            system.run(steps)
            times[name].append((time.perf_counter() - start) / steps)
    return {name: min(each) for name, each in times.items()}


def curve(system, judge, steps):
    """Return the lowest loss so far after each evaluation."""
    values = []
    system.run(steps, lambda image: values.append(float(judge.value_and_gradient(image)[0])))
    return np.minimum.accumulate(values)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--weights", default="hed")
    parser.add_argument("--steps", type=int, default=300, help="of the tutorial's Adam")
    parser.add_argument("--content", default="mug")
    parser.add_argument("--style", default="flow_field")
    arguments = parser.parse_args()
    content, style = (
        resize(read_picture(picture_path(name)).pixels, (arguments.size, arguments.size))
        for name in (arguments.content, arguments.style)
    )
    judge = objective(content, style, arguments.weights, "float32")
    faster = objective(content, style, arguments.weights, "mixed_bfloat16")
    make = {
        "tutorial": lambda: Tutorial(judge, content),
        "L-BFGS-B": lambda: Package(judge, content),
        "L-BFGS-B, bfloat16": lambda: Package(faster, content),
    }
    seconds = seconds_per_evaluation({name: start() for name, start in make.items()})
    bar = None
    whole = arguments.steps * seconds["tutorial"]
    for name, start in make.items():
        values = curve(start(), judge, 60 if bar else arguments.steps)
        bar = bar or values[-1]
        row = {"system": name, "seconds per evaluation": round(seconds[name], 3)}
        row |= {"loss": {mark: round(values[mark - 1]) for mark in MARKS if mark <= len(values)}}
        if values[-1] <= bar:
            count = int(np.argmax(values <= bar)) + 1
            row |= {"evaluations": count, "seconds": round(count * seconds[name], 1)}
            row |= {"ratio": round(whole / row["seconds"], 1)}
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
