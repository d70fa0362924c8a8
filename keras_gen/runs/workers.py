"""All workers of a run on this machine: processes that talk to one another over 127.0.0.1."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

import tensorflow as tf

from keras_gen.runs.devices import TF_CONFIG, WORKER_LOST, WorkerLost

CUDA_VISIBLE_DEVICES = "CUDA_VISIBLE_DEVICES"
GRACE = 10.0  # seconds that the others have to end by themselves after one has failed
GRACE_TO_SAVE = 60.0  # and where all were asked to stop, for the chief to write the run's pictures
INTERRUPTED = 130
MISTAKE = 2  # in the command; the exit statuses are those of the command line


def run_workers(words: Sequence[str], count: int) -> int:
    """Run a command in several processes, each one worker, until all have ended.

    The first of them, the chief, prints; the others are heard only where they fail. Ctrl-C and
    SIGTERM are passed on.

    Args:
        words: the command line of `keras-gen`.
        count: number of workers, >= 2. Each takes a GPU of its own where there are any.

    Returns:
        The exit status of the chief.

    Raises:
        ValueError: there are GPUs, but fewer than workers.
        WorkerLost: a worker was killed, or failed with a message of its own.
    """
    gpus = len(tf.config.list_physical_devices("GPU"))
    if 0 < gpus < count:
        raise ValueError(f"--workers: expected at most {gpus}, one for each GPU, found {count}")
    gpu_ids = _visible_gpu_ids(gpus)
    addresses = [f"127.0.0.1:{port}" for port in free_ports(count)]
    with contextlib.ExitStack() as stack:
        errors = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(count)]
        processes: list[subprocess.Popen] = []
        stack.callback(_kill, processes)
        stack.enter_context(_signals_passed_on(processes))
        for index in range(count):
            own = {CUDA_VISIBLE_DEVICES: gpu_ids[index]} if gpus else {}
            task = {"type": "worker", "index": index}
            config = json.dumps({"cluster": {"worker": addresses}, "task": task})
            processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", "keras_gen", *words],
                    env={**os.environ, **own, TF_CONFIG: config},
                    start_new_session=True,  # Ctrl-C arrives here only, and is passed on once
                    stdout=subprocess.DEVNULL if index else None,
                    stderr=errors[index] if index else None,
                )
            )
        return _wait(processes, errors)


def _visible_gpu_ids(count):
    """Return what CUDA calls the GPUs that this process sees: numbers, or UUIDs of GPUs or MIG.

    Others may work on the rest, so the user's own choice is divided and never widened.
    """
    chosen = os.environ.get(CUDA_VISIBLE_DEVICES)
    if chosen is None:
        return [str(index) for index in range(count)]
    return [word.strip() for word in chosen.split(",")][:count]


def free_ports(count: int) -> list[int]:
    """Return ports of 127.0.0.1 that nobody listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _wait(processes, errors):
    """Wait until all have ended; where one fails, end the others and say which it was."""
    while True:
        states = [process.poll() for process in processes]
        if all(state == 0 for state in states):
            return 0
        failed = next((i for i, state in enumerate(states) if state), None)
        if failed is not None:
            break
        time.sleep(0.1)
    if states[failed] > 0:  # it ended in order, and the others may have the same to say
        grace = GRACE_TO_SAVE if states[failed] == INTERRUPTED else GRACE
        deadline = time.monotonic() + grace
        while any(p.poll() is None for p in processes) and time.monotonic() < deadline:
            time.sleep(0.1)
    states = [process.poll() for process in processes]
    status = states[failed]
    if status < 0:
        name = signal.Signals(-status).name
        raise WorkerLost(
            f"worker {failed} of {len(processes)} was ended by {name}, and the others with it; "
            "resume from the last checkpoint with --resume"
        )
    if states[0] == MISTAKE:  # which the chief has told, and the others have made as well
        return MISTAKE
    for index in range(1, len(processes)):
        line = _last_line(errors[index])
        if (states[index] or 0) > 0 and states[index] != INTERRUPTED and WORKER_LOST not in line:
            raise WorkerLost(f"worker {index} of {len(processes)}: {line}")
    if states[0]:  # the chief has said why
        return states[0]
    raise WorkerLost(f"worker {failed} of {len(processes)} ended with status {status}")


def _last_line(file):
    """Return the last line that a worker wrote to its standard error."""
    file.seek(0)
    return (file.read().decode(errors="replace").strip().splitlines() or [""])[-1]


def _kill(processes):
    """End at once what is still running, and wait for it."""
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.wait()


@contextlib.contextmanager
def _signals_passed_on(processes):
    """Ask the workers to stop on the first signal; end them on the second.

    A signal that the process was started to ignore, as by `nohup`, stays ignored.
    """

    def stop(number, frame):
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        signal.signal(number, signal.default_int_handler)

    names = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    heeded = [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
