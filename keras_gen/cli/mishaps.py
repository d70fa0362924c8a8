"""How every command ends: one line for every mishap, and an exit status.

0    done
1    the run broke down, or the system refused: permission, disk, memory
2    what the user can mend in the command
130  interrupted: Ctrl-C, SIGTERM, a closed terminal
"""

import contextlib
import errno
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable

TRACEBACK = "KERAS_GEN_TRACEBACK"  # an environment variable: where it is set, faults are printed
MENDABLE = (ValueError, FileNotFoundError, FileExistsError, NotADirectoryError, IsADirectoryError)
MENDABLE_NUMBERS = (errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL)


def run_guarded(name: str, command: Callable[[], int]) -> int:
    """Run a command; return its status, and print one line where it fails.

    Args:
        name: what the line begins with.
        command: returns its own status.
    """
    try:
        status = command()
        sys.stdout.flush()  # a disk that is full or a pipe that was closed shows here
        return status
    except KeyboardInterrupt:
        return _end(name, "interrupted", 130)
    except Exception as error:
        if isinstance(error.__cause__, KeyboardInterrupt):  # a SystemError, where it met C code
            return _end(name, "interrupted", 130)
        if os.environ.get(TRACEBACK):
            traceback.print_exc()
        return _end(name, *describe(error))


def describe(error: Exception) -> tuple[str, int]:
    """Return the line and the status of an error."""
    words = " ".join(str(error).split())
    if isinstance(error, BrokenPipeError):
        return "the program that read the output has ended", 1
    if isinstance(error, OSError) and error.errno is not None:
        reason = str(error.strerror)
        place = f"{error.filename}: " if error.filename is not None else ""
        mendable = isinstance(error, MENDABLE) or error.errno in MENDABLE_NUMBERS
        return f"{place}{reason[:1].lower()}{reason[1:]}", 2 if mendable else 1
    if isinstance(error, MENDABLE):
        return words, 2
    if _is(error, "keras_gen.runs.callbacks", "TrainingStopped"):
        return words, 1
    if _is(error, "keras_gen.runs.devices", "WorkerLost"):
        return words, 1
    if _is(error, "keras_gen.export", "ArtefactRefused"):
        return words, 1
    if isinstance(error, MemoryError) or _is(error, "tensorflow", "ResourceExhaustedError"):
        detail = f" ({words[:120]})" if words else ""
        return f"not enough memory{detail}", 1
    if isinstance(error, OSError):
        return words, 1
    kind = type(error).__name__
    return f"a fault of keras_gen, {kind}: {words[:200]}; {TRACEBACK}=1 shows where", 1


def _is(error, module, name):
    """Whether an error is of a class whose module, which takes seconds, may not be imported yet."""
    kind = type(error)
    return kind.__module__.startswith(module) and kind.__name__ == name


def _end(name, line, status):
    """Print the last line, and keep the interpreter from complaining about closed streams."""
    with contextlib.suppress(OSError, ValueError):  # where nobody reads the errors
        print(f"{name}: {line}", file=sys.stderr, flush=True)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            _silence(stream)
    return status


def _silence(stream):
    """Let a stream end in nothing, so that what is left in it fails no more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def prepare_process() -> None:
    """Make this process safe to work in, whatever it was started with."""
    for number in (0, 1, 2):  # or the next file that is opened would become one of them
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # it was closed before the start
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 - open until the end
        elif hasattr(stream, "reconfigure"):  # a path may hold what the console cannot show
            stream.reconfigure(errors="backslashreplace")
    for number in _signals():  # end like Ctrl-C, and leave nothing half written
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def release_process() -> None:
    """Let a signal end this process silently: its work is done, and the interpreter is ending.

    Raised in there, an interruption would be printed as a traceback that no `except` can catch.
    """
    for number in _signals():
        if signal.getsignal(number) == signal.default_int_handler:
            signal.signal(number, signal.SIG_DFL)


def _signals():
    """Return the signals that may interrupt; none in a thread, which may not handle them."""
    if threading.current_thread() is not threading.main_thread():
        return []
    names = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP
    return [getattr(signal, name) for name in names if hasattr(signal, name)]


def import_tensorflow(name: str) -> None:
    """Import Keras on TensorFlow with the settings that every command needs.

    TensorFlow prints start-up lines, two of which heed no setting of its own. An interruption ends
    the process at once, since an import that is cut short leaves nothing to go on with.
    """
    settings = {"KERAS_BACKEND": "tensorflow", "MPLBACKEND": "Agg"}  # not those of the user
    os.environ.update(settings)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    standard_error = os.dup(2)

    def leave(signum, frame):
        os.write(standard_error, f"{name}: interrupted\n".encode())
        os._exit(130)

    handlers = {}
    for number in _signals():
        if signal.getsignal(number) != signal.SIG_IGN:
            handlers[number] = signal.signal(number, leave)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        import keras
    finally:
        os.dup2(standard_error, 2)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        os.close(standard_error)
    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
