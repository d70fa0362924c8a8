"""Measure whether products are of the kind and colour asked for, and seen from that angle."""

import functools

import numpy as np

from keras_gen import measures
from keras_gen.data.conditions import Requests
from keras_gen.evaluation.measurements import Measurement


def measure_requests(
    judge: measures.ProductJudge,
    real: np.ndarray,
    fake: np.ndarray,
    known: Requests,
    asked: Requests,
    kinds: tuple[str, ...],
    seed: int = 0,
) -> list[Measurement]:
    """Measure how far samples are from what was asked for, as the judge reads them.

    Args:
        judge: what reads pictures.
        real: (N, 64, 64, 3) uint8, real images that the judge has not seen; their figures are the
            yardstick.
        fake: (M, 64, 64, 3) uint8, samples.
        known: what the real images show.
        asked: what the samples were asked to show.
        kinds: the kinds' names.
        seed: integer, of the resampling.

    Returns:
        List of `Measurement`: the share of the kind asked for, the medians of the CIEDE2000
        difference of the colours and of the angles' errors in degrees, and the latter within each
        kind, because some look the same from several sides.
    """
    (real_hits, real_colours, real_angles), (hits, colours, angles) = (
        request_errors(judge.read(images), requests)
        for images, requests in ((real, known), (fake, asked))
    )
    measurement = functools.partial(
        Measurement,
        n_real=len(real),
        n_fake=len(fake),
        features=judge.name,
        features_sha256=judge.sha256,
        reference_name="real images",
    )
    rows = [("angle_error", "error of the angle, degrees, median", real_angles, angles)]
    for number, name in enumerate(kinds):
        of_kind = (errors[requests.kinds == number] for errors, requests in (
            (real_angles, known), (angles, asked)
        ))  # fmt: skip
        rows.append((f"angle_error_{number}", f"error of the angle of a {name}, degrees", *of_kind))
    rows.append(("colour_difference", "CIEDE2000 of the colour, median", real_colours, colours))
    return [
        measurement(
            key="kind_hits",
            label="samples of the kind asked for",
            value=float(hits.mean()),
            interval=measures.wilson_interval(int(hits.sum()), len(hits)),
            better="higher",
            reference=float(real_hits.mean()),
        ),
        *(
            measurement(
                key=key,
                label=label,
                value=float(np.median(errors)),
                interval=measures.bootstrap_interval(np.median, errors, seed=seed),
                better="lower",
                reference=float(np.median(yardstick)),
            )
            for key, label, yardstick, errors in rows
            if len(errors) and len(yardstick)
        ),
    ]


def request_errors(reading: measures.Reading, requests: Requests) -> tuple[np.ndarray, ...]:
    """Return whether each kind is right, how far each colour is, and each angle in degrees."""
    return (
        reading.kinds == requests.kinds,
        measures.delta_e_2000(reading.colours, requests.colours),
        measures.angle_errors(reading.angles, requests.angles),
    )
