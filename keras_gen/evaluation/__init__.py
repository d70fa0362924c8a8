"""Measure runs, set them side by side, count people's answers.

measurements.py   each measured number with what is needed to read and to compare it
measure_run.py    measure a run against real images
tables.py         the figures as plain text
side_by_side.py   the figures of several runs in one table
study_answers.py  what people chose in a study, as rates
"""

from keras_gen.evaluation.measure_run import evaluate, read_figures

__all__ = ["evaluate", "read_figures"]
