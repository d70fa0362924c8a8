"""Every mishap is one line and a status, whatever a process was started with."""

import errno
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import tensorflow as tf

from keras_gen.cli import main, mishaps
from keras_gen.cli.mishaps import describe, run_guarded
from keras_gen.runs import Run
from keras_gen.runs.callbacks import TrainingStopped


def system(number, name="a.png"):
    return OSError(number, os.strerror(number), name)


ERRORS = {
    "a value": (ValueError("n: expected 1,\n found 0"), "n: expected 1, found 0", 2),
    "missing": (system(errno.ENOENT), "a.png: no such file or directory", 2),
    "a name that is too long": (system(errno.ENAMETOOLONG), "a.png: file name too long", 2),
    "a folder": (system(errno.EISDIR), "a.png: is a directory", 2),
    "permission": (system(errno.EACCES), "a.png: permission denied", 1),
    "read-only": (system(errno.EROFS), "a.png: read-only file system", 1),
    "disk full": (system(errno.ENOSPC), "a.png: no space left on device", 1),
    "too large": (system(errno.EFBIG), "a.png: file too large", 1),
    "no name": (OSError(errno.EIO, "Input/output error"), "input/output error", 1),
    "a pipe": (BrokenPipeError(32, "Broken pipe"), "the program that read the output has ended", 1),
    "memory": (MemoryError(), "not enough memory", 1),
    "allocation": (
        tf.errors.ResourceExhaustedError(None, None, "OOM"),
        "not enough memory (OOM)",
        1,
    ),
    "a fault": (
        KeyError("x"),
        "a fault of keras_gen, KeyError: 'x'; KERAS_GEN_TRACEBACK=1 shows where",
        1,
    ),
}


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_is_one_line_and_a_status(kind):
    error, line, status = ERRORS[kind]
    assert describe(error) == (line, status)


def test_a_run_that_broke_down_is_status_1(tmp_path):
    run = Run(path=tmp_path, name="", recipe=None, provenance={})
    line, status = describe(TrainingStopped(run, 7, "d_loss became infinite"))
    assert status == 1 and line.startswith("stopped at step 7: d_loss became infinite. There is no")


def test_a_command_ends_with_its_line_and_its_status(capsys, monkeypatch):
    def fail(error):
        raise error

    assert run_guarded("keras-gen x", lambda: 130) == 130 and capsys.readouterr().err == ""
    assert run_guarded("keras-gen x", lambda: fail(KeyboardInterrupt())) == 130
    assert capsys.readouterr().err == "keras-gen x: interrupted\n"
    within_c = SystemError("returned a result with an exception set")  # as CPython names it
    within_c.__cause__ = KeyboardInterrupt()
    assert run_guarded("keras-gen x", lambda: fail(within_c)) == 130
    assert capsys.readouterr().err == "keras-gen x: interrupted\n"
    assert run_guarded("keras-gen x", lambda: fail(KeyError("y"))) == 1
    assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.setenv(mishaps.TRACEBACK, "1")
    assert run_guarded("keras-gen x", lambda: fail(KeyError("y"))) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_thread_may_call_the_command_line(capsys):
    """Only the main thread may handle signals; the others do without."""
    found = []
    thread = threading.Thread(target=lambda: found.append(main(["info"])))
    thread.start()
    thread.join()
    assert found == [0] and "fashion_mnist_10k" in capsys.readouterr().out


# --- processes of their own: `--help` at once, what imports TensorFlow among the slow tests -------


def command(*words, **options):
    """Start the command line; Ctrl-C works there even if this process was started without it."""
    return subprocess.Popen(
        [sys.executable, "-m", "keras_gen", *words],
        stdout=options.pop("stdout", subprocess.PIPE),
        stderr=options.pop("stderr", subprocess.PIPE),
        text=True,
        preexec_fn=options.pop("before", lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)),
        **options,
    )


@pytest.mark.slow
def test_the_settings_of_the_user_have_no_say(tmp_path):
    """Backend, data format and precision of Keras, and matplotlib's back end."""
    (tmp_path / "keras.json").write_text(
        '{"image_data_format": "channels_first", "floatx": "float16", "backend": "jax"}'
    )
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\n")
    settings = {"KERAS_HOME": str(tmp_path), "KERAS_BACKEND": "torch", "MPLBACKEND": "NoSuch"}
    settings["MPLCONFIGDIR"] = str(tmp_path)
    words = ["train", "vae", "--steps=1", "--width=4", "--hidden=8", "--run-dir", "run"]
    process = command(*words, cwd=tmp_path, env={**os.environ, **settings})
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert (tmp_path / "run" / "losses.png").is_file()


def test_the_library_names_keras_settings_it_cannot_work_with(tmp_path):
    (tmp_path / "keras.json").write_text('{"image_data_format": "channels_first"}')
    code = "import keras_gen.networks"
    environment = {**os.environ, "KERAS_HOME": str(tmp_path)}
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    last = process.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: keras_gen needs image_data_format channels_last")


def closed(*numbers):
    return lambda: [os.close(number) for number in numbers]


SAID = {"--help": "usage: keras-gen", "info": "fashion_mnist_10k"}
WORDS = pytest.mark.parametrize("word", ["--help", pytest.param("info", marks=pytest.mark.slow)])


@WORDS
@pytest.mark.parametrize("numbers", [(1,), (2,), (0, 1, 2)])
def test_closed_streams_do_not_matter(numbers, word):
    process = command(word, before=closed(*numbers))
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert 1 in numbers or SAID[word] in output


@WORDS
def test_a_full_disk_behind_the_output_is_one_line_and_status_1(word):
    with open("/dev/full", "w") as full:
        process = command(word, stdout=full)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.strip().endswith("no space left on device") and errors.count("\n") == 1


@WORDS
def test_a_reader_that_ends_early_is_one_line(word):
    process = command(word)
    process.stdout.close()
    assert process.wait(timeout=60) == 1
    name = "keras-gen" if word == "--help" else f"keras-gen {word}"
    assert process.stderr.read() == f"{name}: the program that read the output has ended\n"
    process.stderr.close()


@pytest.mark.slow
def test_a_console_that_cannot_show_a_name_gets_escapes(tmp_path):
    """cp1252 is that of Windows in English, redirected; the folder is Chinese."""
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    words = ["train", "mlp_gan", "--run-dir", "实验一", "--steps=1", "--generator-width=4"]
    process = command(*words, cwd=tmp_path, env=environment)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "\\u5b9e" in output and (tmp_path / "实验一" / "model.keras").is_file()


def is_handled(process, number):
    """Tell whether a process catches a signal, which Python does from some moment on."""
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():  # not Linux
        return True
    (caught,) = re.findall(r"SigCgt:\s*(\w+)", status.read_text("ascii"))
    return bool(int(caught, 16) >> (number - 1) & 1)


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.1, 1.0, 2.5])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_at_the_start_is_130_and_one_line(delay, number, tmp_path):
    process = command("train", "mlp_gan", "--run-dir", "run", cwd=tmp_path)
    while not is_handled(process, signal.SIGTERM):  # by `prepare_process`, hence by the command
        time.sleep(0.01)
    time.sleep(delay)
    process.send_signal(number)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    if "img/s" not in errors:  # else it was training already, which stops in order
        assert errors == "keras-gen train: interrupted\n"


ENDING = """
import threading, time
from keras_gen import __main__
from keras_gen.cli import mishaps

def linger():  # as a library's pool may, for which the interpreter waits when it ends
    threading.main_thread().join()
    print("ending", flush=True)
    time.sleep(60)

mishaps.prepare_process()
__main__.main = lambda: 0
threading.Thread(target=linger).start()
__main__.run()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_at_the_end_is_silent(number):
    """The work is done; what the interpreter still does may be cut short without a traceback."""
    process = subprocess.Popen(
        [sys.executable, "-c", ENDING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ending\n"
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == -number and errors == ""
