"""Measure runs, compare them, count people's answers.

    measurements.py          each measured number with what is needed to read and to compare it
    measure_samples.py       a set of samples against real images
    measure_labels.py        whether a conditional model draws what it is asked for
    measure_autoencoders.py  reconstructions, and the likelihood of unseen images
    measure_points.py        which modes the points of a toy world reach
    measure_run.py           all of it for one run
    release.py               whether a new run may take the place of an approved one
    validation.py            a distance after every epoch, for Keras' own callbacks
    tables.py                measurements as plain text
    side_by_side.py          the measurements of several runs in one table
    hints.py                 what the measures say of single pictures, for those who review them
    rows.py                  CSV files that people save from a page, checked line by line
    study_answers.py         what people chose in a study, as rates
    review_decisions.py      what reviewers decided, summed up; the approved pictures copied on

What a model is measured on depends on what it can do (`sample`, `reconstruct`, a stated
`likelihood`), never on its class.
"""

from keras_gen.evaluation.measure_run import evaluate, read_measurements, write_measurements
from keras_gen.evaluation.measurements import Measurement, Measurements
from keras_gen.evaluation.validation import ValidationDistance

__all__ = [
    "Measurement",
    "Measurements",
    "ValidationDistance",
    "evaluate",
    "read_measurements",
    "write_measurements",
]
