"""Style transfer: seconds until the loss that TensorFlow's tutorial reaches after 300 steps.

Both descend one loss on the same features: style, the mean over five layers of the mean squared
difference of Gram matrices averaged over positions; content, 100 times the mean squared difference
at block5_conv2; `tf.image.total_variation`, a sum. The tutorial's optimizer is Adam (0.02, beta_1
0.99, epsilon 0.1) with clipping after each step, on the full picture; ours is `StyleTransfer`.
Clocks run from the first call, tracing included; only the features are built before.

    python benchmarks/style_speed.py --size 256 --weights hed
"""

import argparse
import json
import time

import keras
import tensorflow as tf

from keras_gen.data import picture_path, read_picture, resize
from keras_gen.models import StyleTransfer
from keras_gen.models.style_objective import StyleObjective
from keras_gen.models.style_tiles import grams
from keras_gen.networks.style_presets import STYLE_LAYERS, StylePreset

MARKS = (5, 10, 20, 60)  # seconds at which the curves are printed


def preset(height, width):
    """Return the loss of this comparison in the terms of the package, all of them means."""
    return StylePreset(
        style=dict.fromkeys(STYLE_LAYERS, 1 / 5),
        content={"block5_conv2": 100.0},
        total_variation=height * width * 3,
        pooling="max",
    )


def tutorial(network, content, style, steps):
    """Descend as TensorFlow's tutorial does; return [(seconds, loss)], the loss after each step."""
    start = time.perf_counter()
    objective = comparison(network, content, style)
    image = tf.Variable(content[None])
    optimizer = keras.optimizers.Adam(0.02, beta_1=0.99, epsilon=0.1)
    optimizer.build([image])

    @tf.function
    def step():
        value, _, gradient = objective.value_and_gradient(image)
        optimizer.apply([gradient], [image])
        image.assign(tf.clip_by_value(image, 0.0, 1.0))
        return value

    curve = []
    for _ in range(steps):
        before = float(step())  # the loss of the picture that this step began with
        curve.append((time.perf_counter() - start, before))
    times, values = zip(*curve, strict=True)
    last = float(objective.value_and_gradient(image.value())[0])
    return list(zip(times, [*values[1:], last], strict=True))


def ours(transfer, content, style, steps, **options):
    """Descend with `StyleTransfer`; return [(seconds, lowest loss so far at full size)].

    Pictures are kept meanwhile and judged by the comparison's loss when the clock has stopped:
    `StyleTransfer` itself works with a mirrored frame around them.
    """
    start, kept = time.perf_counter(), []

    def listen(step):
        if step.image.shape == content.shape:
            kept.append((time.perf_counter() - start, step.image))

    transfer.stylize(content, [style], steps=steps, listener=listen, **options)
    objective, curve = comparison(transfer.network, content, style), []
    for seconds, image in kept:
        value = float(objective.value_and_gradient(image[None])[0])
        curve.append((seconds, min(value, curve[-1][1]) if curve else value))
    return curve


def comparison(network, content, style):
    """Return the loss by which both are judged."""
    targets = grams(network, STYLE_LAYERS, style)
    return StyleObjective(network, preset(*content.shape[:2]), content, [targets])


def at_marks(curve):
    """Return the loss at each mark that the curve reaches."""
    return {
        f"{mark} s": round([value for seconds, value in curve if seconds <= mark][-1])
        for mark in MARKS
        if curve[0][0] <= mark <= curve[-1][0]
    }


def main():
    """Run both and print."""
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
    transfer = StyleTransfer(preset, arguments.weights)
    runs = {
        "one scale": ours(transfer, content, style, 60, schedule="classic"),
        "coarse to fine": ours(transfer, content, style, 40),
    }
    curve = tutorial(transfer.network, content, style, arguments.steps)
    bar = curve[-1][1]
    print(json.dumps({"system": "tutorial", "loss": round(bar), "seconds": round(curve[-1][0], 1)}))
    print(json.dumps({"curve": at_marks(curve)}))
    for name, found in runs.items():
        reached = next((seconds for seconds, value in found if value <= bar), None)
        ratio = reached and round(curve[-1][0] / reached, 1)
        row = {"system": name, "seconds to that loss": reached, "ratio": ratio}
        print(json.dumps({**row, "lowest": round(found[-1][1]), "curve": at_marks(found)}))


if __name__ == "__main__":
    main()
