"""Seconds per step of several systems, so that budgets can be counted in steps."""

import time


def seconds_per_step(runs, turns=10, steps=15):
    """Measure systems side by side, in short turns, so that other load slows all of them alike.

    Args:
        runs: dict from a name to (step, batches): a training function and the iterator it takes.
        turns: number of turns of each system.
        steps: training steps in a turn.

    Returns:
        Dict from each name to the least seconds per step of its turns.
    """
    times = {name: [] for name in runs}
    for step, batches in runs.values():
        step(batches)  # traces the graph
    for _ in range(turns):
        for name, (step, batches) in runs.items():
            start = time.perf_counter()
            for _ in range(steps):
                step(batches)
            times[name].append((time.perf_counter() - start) / steps)
    return {name: min(each) for name, each in times.items()}
