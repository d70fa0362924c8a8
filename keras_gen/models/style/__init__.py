"""Style transfer by optimisation: the picture is the only variable.

transfer.py   `StyleTransfer`: coarse to fine
pyramid.py    the sizes at which a picture is optimised
objective.py  the loss and its gradient, for the whole picture
tiled.py      the same loss and gradient in tiles, for pictures that do not fit in memory
terms.py      what both share: regions, weights, sums over positions
descent.py    L-BFGS-B and Adam on pixels in [0, 1]
stopping.py   when a descent has nothing left to gain
checks.py     what is refused before anything is computed
presets.py    weights of the layers: four published choices and the default, `relative`
"""

from keras_gen.models.style.transfer import StyleTransfer

__all__ = ["StyleTransfer"]
