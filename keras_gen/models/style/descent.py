"""Two optimizers for the style-transfer loss, both bounded to [0, 1].

L-BFGS-B is SciPy's: it knows the bounds, so nothing is projected after the fact, which would spoil
the curvature that it learns from differences of gradients. Adam is projected after each step; it
returns the average of its last images, because its steps never settle.
"""

import contextlib
import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import scipy.optimize
import tensorflow as tf
from keras import ops

HISTORY = 15_000_000  # colour values that L-BFGS remembers twice, 240 MB; at most 10 pictures
FIRST_STEP = 0.03  # by which L-BFGS first moves a colour value, on average


Image = Any  # a NumPy array or a tensor of TensorFlow
OnStep = Callable[[dict, Image], Any]


class _StopMinimisation(Exception):
    """Ends SciPy's loop from within."""


def lbfgs(objective: Any, image: Image, steps: int, on_step: OnStep) -> Image:
    """Minimise by L-BFGS-B.

    Args:
        objective: `StyleObjective` or `TiledStyleObjective`.
        image: (1, H, W, 3) floats in [0, 1] to start from.
        steps: evaluations of the loss and its gradient, those of the line search included.
        on_step: called after each with the parts of the loss and the image (1, H, W, 3);
            True stops the minimisation.

    Returns:
        (1, H, W, 3) float32, the image of the lowest loss.

    Reference: Byrd, Lu, Nocedal and Zhu 1995, SIAM Journal on Scientific Computing 16, 1190-1208.
    """
    best = tf.cast(image, "float32")
    lowest = np.inf
    evaluations = 0
    scale = None
    pairs = max(3, min(10, HISTORY // math.prod(best.shape)))  # of steps and changes of gradient

    def evaluate(pixels):
        nonlocal best, lowest, evaluations, scale
        image = tf.constant(pixels.reshape(best.shape), "float32")
        value, parts, gradient = objective.value_and_gradient(image)
        value = float(value)
        evaluations += 1
        if value < lowest:
            best = image
            lowest = value
        if on_step(parts, best) or evaluations == steps:
            raise _StopMinimisation
        gradient = np.asarray(gradient, "float64").ravel()
        if scale is None:  # the first step is the gradient itself, in whatever unit the loss has
            scale = FIRST_STEP / max(np.abs(gradient).mean(), 1e-30)
        return scale * value, scale * gradient

    with contextlib.suppress(_StopMinimisation):
        scipy.optimize.minimize(
            evaluate,
            np.asarray(image, "float64").ravel(),
            jac=True,
            method="L-BFGS-B",
            bounds=scipy.optimize.Bounds(0.0, 1.0),
            # Only the number of steps ends the descent, or a point where nothing can be gained.
            options={"maxcor": pairs, "maxfun": steps + 1, "maxiter": steps, "ftol": 0, "gtol": 0},
        )
    return best


def adam(
    objective: Any,
    image: Image,
    steps: int,
    on_step: OnStep,
    learning_rate: float = 0.02,
    averaged: float = 0.1,
) -> Image:
    """Minimise by Adam, projected to [0, 1] after each step; return an average of the iterates.

    Args:
        objective: `StyleObjective` or `TiledStyleObjective`.
        image: (1, H, W, 3) floats in [0, 1] to start from.
        steps: steps, one evaluation of the loss and its gradient each.
        on_step: called after each with the parts of the loss and the average (1, H, W, 3); True
            stops the minimisation.
        learning_rate: Adam's, in the unit of the pixels.
        averaged: the exponential average reaches back this share of the steps.

    Returns:
        (1, H, W, 3) float32, the average.

    Reference: Kingma and Ba 2015, arXiv:1412.6980; for averages of iterates Polyak and Juditsky
        1992, SIAM Journal on Control and Optimization 30, 838-855.
    """
    variable = keras.Variable(image, dtype="float32")
    variable.constraint = lambda pixels: ops.clip(pixels, 0.0, 1.0)
    optimizer = keras.optimizers.Adam(learning_rate, beta_1=0.9, beta_2=0.99)
    optimizer.build([variable])
    # There is nothing to rewrite in it, and AutoGraph prints a warning for a lambda of Python 3.13.
    update = tf.function(lambda pull: optimizer.apply([pull], [variable]), autograph=False)
    average = variable.value
    decay = 1 - 1 / max(1, averaged * steps)
    for step in range(steps):
        _, parts, gradient = objective.value_and_gradient(variable.value)
        update(tf.convert_to_tensor(gradient))
        # A plain mean while there are few iterates: the first one must not weigh for long.
        keep = min(decay, step / (step + 1))
        average = keep * average + (1 - keep) * variable.value
        if on_step(parts, average):
            break
    return average


OPTIMIZERS: dict[str, Callable[..., Image]] = {"lbfgs": lbfgs, "adam": adam}
