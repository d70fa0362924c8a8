"""Seconds per step of several systems, so that budgets can be counted in steps."""

import os
import time


def threads():
    """Return the number of threads that one operation of TensorFlow may use on this machine."""
    asked = int(os.environ.get("TF_NUM_INTRAOP_THREADS", "0"))
    allowed = getattr(os, "sched_getaffinity", lambda pid: range(os.cpu_count() or 1))(0)
    return asked or len(allowed)


def seconds_per_step(runs, turns=10, steps=15):
    """Return a dict from each name to the least seconds per step of its turns.

    Arguments are those of `seconds_of_turns`.
    """
    return {name: min(each) for name, each in seconds_of_turns(runs, turns, steps).items()}


def seconds_of_turns(runs, turns=10, steps=15):
    """Measure systems side by side, in short turns, so that other load slows all of them alike.

    Args:
        runs: dict from a name to (step, batches): a training function and the iterator it takes.
        turns: number of turns of each system.
        steps: training steps in a turn.

    Returns:
        Dict from each name to the seconds per step of each of its turns.
    """
    times = {name: [] for name in runs}
    for step, batches in runs.values():
        step(batches)  # traces the graph
    for _ in range(turns):
        for name, (step, batches) in runs.items():
            start = time.perf_counter()
            for _ in range(steps):
                losses = step(batches)
            float(next(iter(losses.values())))  # a GPU still computes when the last call returns
            times[name].append((time.perf_counter() - start) / steps)
    return times
