"""Errors of requests by hand, with a judge whose readings are given."""

import numpy as np
import pytest

from keras_gen import measures
from keras_gen.data.conditions import Requests
from keras_gen.evaluation.measure_products import measure_requests

GREY = np.array([50.0, 0, 0])


class Judge:
    name, sha256 = "Judge", "0" * 64

    def __init__(self, *readings):
        self.readings = iter(readings)

    def read(self, images):
        return next(self.readings)


def reading(kinds, lightness, angles):
    colours = GREY + np.outer(lightness, [1, 0, 0])
    return measures.Reading(np.zeros((len(kinds), 96)), np.array(kinds), colours, np.array(angles))


def test_errors_by_hand():
    """Medians of 0, 10, 20, 100 are 15; around L* = 50 a step of 1 in lightness is CIEDE2000 1.

    With L* = 50 and 50 + d the mean is 50 + d / 2 and S_L = 1 + 0.015 (d/2)^2 / sqrt(20 + (d/2)^2),
    which is 1.0008 for d = 1 and 1.0031 for d = 2: medians of 0, 1, 1, 2 are 0.9992.
    """
    asked = Requests(np.array([0, 0, 1, 1]), np.tile(GREY, (4, 1)), np.array([0.0, 350, 90, 0]))
    real = reading([0, 0, 1, 1], [0, 0, 0, 0], [4.0, 350, 90, 356])
    fake = reading([0, 0, 1, 0], [0, 1, 1, 2], [0.0, 0, 110, 260])
    images = np.zeros((4, 64, 64, 3), "uint8")
    figures = measure_requests(
        Judge(real, fake), images, images, asked, asked, ("mug", "cap"), seed=0
    )
    found = {figure.key: (figure.value, figure.reference) for figure in figures}
    assert found["kind_hits"] == (0.75, 1.0)
    assert found["angle_error"] == (15.0, 2.0)
    assert found["angle_error_0"] == (5.0, 2.0)
    assert found["angle_error_1"] == (60.0, 2.0)
    assert found["colour_difference"][0] == pytest.approx(0.9992, abs=2e-4)
    assert found["colour_difference"][1] == 0.0
    assert {figure.features for figure in figures} == {"Judge"}
