"""Measurements are finite, and come back from their text as they were."""

import dataclasses
import json

import numpy as np
import pytest

from keras_gen.evaluation import Measurement, Measurements


def test_a_value_that_is_not_finite_is_refused():
    good = Measurement(key="psnr", label="PSNR, dB", value=1.0, better="higher", n_real=1, n_fake=1)
    for value in (np.inf, np.nan):
        with pytest.raises(ValueError, match=rf"PSNR, dB: expected a finite number, found {value}"):
            dataclasses.replace(good, value=value)


def measured(**fields):
    known = {"recipe": "vae", "steps": 3, "real_images": "test", "real_sha256": "ab", "seed": 1}
    return Measurements(**{**known, **fields})


FIGURE = Measurement(
    key="fd", label="FD", value=0.1 + 0.2, better="lower", n_real=5, n_fake=6, interval=(0.1, 0.5)
)


def test_the_text_holds_everything():
    measurements = measured(figures=(FIGURE,))
    assert Measurements.from_json(measurements.to_json()) == measurements
    assert json.loads(measurements.to_json())["figures"][0]["value"] == 0.1 + 0.2
    assert measurements.by_key == {"fd": FIGURE}


@pytest.mark.parametrize(
    "change",
    [
        {"figures": []},
        {"figures": [{"key": "fd"}]},
        {"figures": 7},
        {"unknown": 1},
    ],
)
def test_another_content_is_refused(change):
    content = json.loads(measured(figures=(FIGURE,)).to_json())
    with pytest.raises(ValueError, match="expected the measurements of a run, found"):
        Measurements.from_json(json.dumps({**content, **change}))
