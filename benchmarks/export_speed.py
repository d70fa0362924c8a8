"""Images per CPU-second of exported networks, side by side."""

import time

from keras_gen.export.comparison import images_per_second

TURNS = 3


def speeds(cases):
    """Return the best speed of each file over several turns, in which all others run as well.

    Args:
        cases: {name: (network, runner)}: the network in Keras, and its file as a runtime loads it.

    Returns:
        {name: images per second of the processors, in the fastest of many passes}.
    """
    found = dict.fromkeys(cases, 0.0)
    for _ in range(TURNS):
        for name, (network, runner) in cases.items():
            found[name] = max(found[name], images_per_second(network, runner, time.process_time))
    return found
