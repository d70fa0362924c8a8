"""`keras-gen` on request, forked from one process that has imported TensorFlow for all of them.

A start takes no seconds then. All else is as in a process started by hand: arguments, folder,
streams, signals, and how the interpreter ends.
"""

import contextlib
import gc
import json
import os
import select
import signal
import subprocess
import sys


class CommandServer:
    """Starts commands one after another.

    Args:
        wrapper: words to start the server by, such as those of a program that isolates it.
    """

    def __init__(self, wrapper=()):
        self.process = subprocess.Popen(
            [*wrapper, sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,  # or `select` would not see what was read already
        )
        self.pid, self.returncode = None, 0  # of the command under way, or the last

    def start(self, words, folder, *, read=True):
        """Start a command in a folder; without `read`, nobody reads its standard output."""
        self.files = [folder.with_name(f"{folder.name}.{name}") for name in ("out", "err")]
        for path in self.files:
            path.unlink(missing_ok=True)
        order = {"words": words, "folder": str(folder), "read": read}
        order["files"] = list(map(str, self.files))
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.pid, self.returncode = int(self.process.stdout.readline()), None

    def send_signal(self, number):
        """Send a signal to the command, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it ended this moment
                os.kill(self.pid, number)

    def poll(self, seconds=0.0):
        """Return the status of the command as `subprocess` has it; None while it works."""
        if self.returncode is None and select.select([self.process.stdout], [], [], seconds)[0]:
            self.returncode = int(self.process.stdout.readline())
        return self.returncode

    def communicate(self, timeout):
        """Wait for the end; return what the command wrote to its two streams."""
        if self.poll(timeout) is None:
            self.send_signal(signal.SIGKILL)
            raise TimeoutError(f"a command was at work for more than {timeout} s")
        return [path.read_text("utf-8") if path.exists() else "" for path in self.files]

    def close(self):
        """End the server."""
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def serve():
    """Fork for each order; answer with the process id and, after its end, with the status."""
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            obey(json.loads(line))
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    return 0


def obey(order):
    """Become the command, in the new process."""
    os.chdir(order["folder"])
    output, errors = (os.open(path, os.O_WRONLY | os.O_CREAT) for path in order["files"])
    if not order["read"]:
        reader, output = os.pipe()
        os.close(reader)
    for number, stream in enumerate((os.open(os.devnull, os.O_RDONLY), output, errors)):
        os.dup2(stream, number)
    sys.argv[1:] = order["words"]
    run()


if __name__ == "__main__":
    from keras_gen.__main__ import run
    from keras_gen.cli.mishaps import import_tensorflow

    import_tensorflow("keras-gen")
    import keras_gen.pages.demo  # noqa: F401 - which imports nearly everything

    gc.freeze()  # what is there need not be gone through, and copied by that, in each process
    sys.exit(serve())
