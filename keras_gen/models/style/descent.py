"""Two ways to walk down the loss of style transfer, both within the pixels' range [0, 1].

L-BFGS-B is SciPy's: it knows the bounds, so that nothing is projected behind its back, which would
spoil the curvature that it learns from differences of gradients. Adam is projected after each step,
and what it returns is the average of its last images, since its steps never settle.
"""

import contextlib
import math

import keras
import numpy as np
import scipy.optimize
import tensorflow as tf
from keras import ops

HISTORY = 15_000_000  # colour values that L-BFGS remembers twice, 240 MB; at most 10 pictures
FIRST_STEP = 0.03  # by which L-BFGS first moves a colour value, on average


class _Enough(Exception):
    """Ends SciPy's loop from within."""


def lbfgs(objective, image, steps, on_step):
    """Minimise by L-BFGS-B.

    Args:
        objective: `StyleObjective`.
        image: (1, H, W, 3) floats in [0, 1] to start from.
        steps: evaluations of the loss and its gradient, those of the line search included.
        on_step: called after each with the parts of the loss and the image (1, H, W, 3);
            True ends the walk.

    Returns:
        (1, H, W, 3) float32, the image of the lowest loss.

    Reference: Byrd, Lu, Nocedal and Zhu 1995, SIAM Journal on Scientific Computing 16, 1190-1208.
    """
    best, lowest, done, scale = tf.cast(image, "float32"), np.inf, 0, None
    pairs = max(3, min(10, HISTORY // math.prod(best.shape)))  # of steps and changes of gradient

    def evaluate(pixels):
        nonlocal best, lowest, done, scale
        at = tf.constant(pixels.reshape(best.shape), "float32")
        value, parts, gradient = objective.value_and_gradient(at)
        value, done = float(value), done + 1
        if value < lowest:
            best, lowest = at, value
        if on_step(parts, best) or done == steps:
            raise _Enough
        gradient = np.asarray(gradient, "float64").ravel()
        if scale is None:  # the first step is the gradient itself, in whatever unit the loss has
            scale = FIRST_STEP / max(np.abs(gradient).mean(), 1e-30)
        return scale * value, scale * gradient

    with contextlib.suppress(_Enough):
        scipy.optimize.minimize(
            evaluate,
            np.asarray(image, "float64").ravel(),
            jac=True,
            method="L-BFGS-B",
            bounds=scipy.optimize.Bounds(0.0, 1.0),
            # Only the number of steps ends the walk, or a point where nothing can be gained.
            options={"maxcor": pairs, "maxfun": steps + 1, "maxiter": steps, "ftol": 0, "gtol": 0},
        )
    return best


def adam(objective, image, steps, on_step, learning_rate=0.02, averaged=0.1):
    """Minimise by Adam, projected to [0, 1] after each step; return an average of the iterates.

    Args:
        objective: `StyleObjective`.
        image: (1, H, W, 3) floats in [0, 1] to start from.
        steps: steps, one evaluation of the loss and its gradient each.
        on_step: called after each with the parts of the loss and the average (1, H, W, 3); True
            ends the walk.
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
    update = tf.function(lambda gradient: optimizer.apply([gradient], [variable]))
    average, decay = variable.value, 1 - 1 / max(1, averaged * steps)
    for step in range(steps):
        _, parts, gradient = objective.value_and_gradient(variable.value)
        update(tf.convert_to_tensor(gradient))
        # While few iterates are there their plain mean: the first one must not weigh for long.
        keep = min(decay, step / (step + 1))
        average = keep * average + (1 - keep) * variable.value
        if on_step(parts, average):
            break
    return average


OPTIMIZERS = {"lbfgs": lbfgs, "adam": adam}
