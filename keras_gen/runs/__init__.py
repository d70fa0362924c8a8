"""One run's folder: train, resume, load, draw.

    run.py         what a run leaves behind, and how it is read back
    bundled.py     runs that come with the package
    states.py      states of a model: saved whole, the newest of them loaded
    images.py      the images of a run, found and recognised
    devices.py     several devices and machines: strategies, parts of a batch, who writes
    workers.py     all workers of a run on this machine, as processes
    teachers.py    the run that another one learns from
    training.py    train a recipe in a run folder, resume it exactly
    callbacks.py   what a run writes meanwhile, and when it is stopped
    progress.py    progress bars, and the first Ctrl-C
    generation.py  draw images from a run
    product_requests.py    a kind, a colour and an angle in words, turntables and colourways

Functions take a `Run` or the path of its folder.
"""

from keras_gen.runs.callbacks import TrainingStopped
from keras_gen.runs.devices import WorkerLost, open_strategy, using
from keras_gen.runs.generation import generate, record_generated
from keras_gen.runs.images import data_summary, held_out_images, training_images, with_data
from keras_gen.runs.product_requests import ProductRequest
from keras_gen.runs.run import Run, load
from keras_gen.runs.training import begin, prepare, resume, train
from keras_gen.runs.workers import run_workers

__all__ = [
    "ProductRequest",
    "Run",
    "TrainingStopped",
    "WorkerLost",
    "begin",
    "data_summary",
    "generate",
    "held_out_images",
    "load",
    "open_strategy",
    "prepare",
    "record_generated",
    "resume",
    "run_workers",
    "train",
    "training_images",
    "using",
    "with_data",
]
