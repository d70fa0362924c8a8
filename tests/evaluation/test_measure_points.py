"""Modes of a toy world as measurements."""

import numpy as np

from keras_gen import data
from keras_gen.evaluation.measure_points import measure_points

RING = data.MIXTURES["ring"]


def test_points_of_the_mixture_itself_reach_all_modes():
    real, drawn = RING.draw(2500, seed=0), RING.draw(2500, seed=1)
    figures = {figure.key: figure for figure in measure_points(real, drawn, RING)}
    assert figures["modes"].value == figures["modes"].reference == 8
    low, high = figures["high_quality"].interval
    assert low < 1 - np.exp(-9 / 2) < high  # a Rayleigh variable below 3
    assert 0.10 < figures["rarest_mode"].value < 0.125


def test_a_collapsed_generator_is_seen():
    real = RING.draw(100, seed=0)
    drawn = np.broadcast_to(RING.centres[3].reshape(1, 1, 1, 2), (100, 1, 1, 2))
    figures = {figure.key: figure for figure in measure_points(real, drawn, RING)}
    assert figures["modes"].value == 1 and figures["modes"].reference == 8
    assert figures["high_quality"].value == 1 and figures["rarest_mode"].value == 0
