"""One run's folder: train, resume, load, draw.

run.py         what a run leaves behind, and how it is read back
training.py    train a recipe in a run folder, resume it exactly
callbacks.py   what a run writes meanwhile: rows, pictures, checkpoints
progress.py    progress bars, and Ctrl-C that ends work in order
generation.py  draw images from a run
"""

from keras_gen.runs.generation import generate
from keras_gen.runs.run import load_run
from keras_gen.runs.training import resume, train

__all__ = ["generate", "load_run", "resume", "train"]
