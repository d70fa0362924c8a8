"""Style transfer by optimisation: the picture is the only variable.

transfer.py   `StyleTransfer`: coarse to fine
objective.py  the loss and its gradient
descent.py    L-BFGS-B and Adam on pixels in [0, 1]
presets.py    four published choices of layer weights and ours
"""

from keras_gen.models.style.transfer import StyleTransfer

__all__ = ["StyleTransfer"]
