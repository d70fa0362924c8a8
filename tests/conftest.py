"""What every test shares: quiet TensorFlow, fixed seeds, and no way to the network."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # golden values are the CPU's
# On a busy machine the threads of OpenBLAS wait for one another: a small QR takes 50 times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
if "PYTEST_XDIST_WORKER" in os.environ:  # a worker per core; two with all cores each starve one
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")

import contextlib
import json
import select
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as in the background of a script
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _same_start(request):
    """Seed every random source that Keras knows."""
    import keras

    keras.utils.set_random_seed(0)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    """Refuse every connection that leaves this machine, so that no test can come to need one."""
    connect = socket.socket.connect

    def guarded(self, address):
        host = address[0] if isinstance(address, tuple) else address
        if self.family != socket.AF_UNIX and host not in ("127.0.0.1", "localhost", "::1"):
            raise OSError(f"tests must not reach the network, found a connection to {host}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def read_mark():
    """Return a reader of marks that shares nothing with keras_gen's own: bytes and minidom."""
    from xml.dom import minidom

    def read(path):
        """Return the properties of the one packet in a file as {tag: text}; empty without one."""
        content = path.read_bytes() if isinstance(path, Path) else path
        if content.count(b"<x:xmpmeta") != 1:
            assert content.count(b"<x:xmpmeta") == 0
            return {}
        _, start, rest = content.partition(b"<x:xmpmeta")
        text, end, _ = rest.partition(b"</x:xmpmeta>")
        (description,) = minidom.parseString(start + text + end).getElementsByTagName(
            "rdf:Description"
        )
        elements = [node for node in description.childNodes if node.nodeType == node.ELEMENT_NODE]
        return {element.tagName: element.firstChild.data for element in elements}

    return read


@pytest.fixture
def screenshot(tmp_path):
    """Return a function that opens a page in a real browser and photographs it."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no chromium on this machine")
    flags = ["--headless", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1"]
    flags += ["--no-first-run", "--disable-background-networking", "--disable-sync"]
    flags += ["--disable-component-update", f"--user-data-dir={tmp_path / 'profile'}"]
    flags += ["--no-sandbox"] if os.geteuid() == 0 else []

    def photograph(page, width):
        """Return the grey levels (2400, width) of what the browser shows of an HTML file."""
        picture = tmp_path / "page.png"
        command = [browser, *flags, f"--window-size={width},2400", f"--screenshot={picture}"]
        subprocess.run([*command, page.as_uri()], check=True, capture_output=True, timeout=120)
        with Image.open(picture) as image:
            return np.asarray(image.convert("L"), "float32")

    return photograph


class Browser:
    """A headless Chromium, driven through the pipe of its DevTools protocol: no port, no server."""

    def __init__(self, executable, folder):
        commands, self.commands = os.pipe()
        self.replies, replies = os.pipe()
        flags = ["--headless", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe"]
        flags += ["--disable-background-networking", "--disable-sync", "--disable-component-update"]
        flags += [f"--user-data-dir={folder}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        quiet = [(os.POSIX_SPAWN_OPEN, output, os.devnull, os.O_WRONLY, 0) for output in (1, 2)]
        ends = [(os.POSIX_SPAWN_DUP2, commands, 3), (os.POSIX_SPAWN_DUP2, replies, 4)]
        self.process = os.posix_spawn(
            executable, [executable, *flags], os.environ, file_actions=[*quiet, *ends]
        )
        os.close(commands)
        os.close(replies)
        self.received, self.count, self.session = b"", 0, {}
        tab = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = {
            "sessionId": self.call("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]
        }

    def call(self, method, **params):
        """Send one command and return its result."""
        self.count += 1
        command = {"id": self.count, "method": method, "params": params, **self.session}
        os.write(self.commands, json.dumps(command).encode() + b"\0")
        while True:
            while b"\0" not in self.received:
                assert select.select([self.replies], [], [], 60)[0], f"no answer to {method}"
                received = os.read(self.replies, 1 << 20)
                assert received, f"the browser is gone, before an answer to {method}"
                self.received += received
            reply, _, self.received = self.received.partition(b"\0")
            reply = json.loads(reply)
            if reply.get("id") == self.count:
                assert "error" not in reply, reply
                return reply["result"]

    def value(self, expression):
        """Return the value of a JavaScript expression."""
        reply = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in reply, reply
        return reply["result"].get("value")

    def wait(self, expression):
        """Wait until the expression is true; while a page loads, it may not even be defined."""
        deadline = time.monotonic() + 60
        while not self.value(f"(() => {{ try {{ return {expression} }} catch {{}} }})()"):
            assert time.monotonic() < deadline, f"never true: {expression}"
            time.sleep(0.02)

    def open(self, path):
        self.call("Page.navigate", url=path.as_uri())
        self.wait(f"location.href === '{path.as_uri()}' && document.readyState === 'complete'")

    def press(self, key, **params):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, **params)

    def click(self, selector):
        element = f"document.querySelector('{selector}')"
        self.value(f"{element}.scrollIntoView({{block: 'center'}})")
        x, y, width, height = (
            self.value(f"{element}.getBoundingClientRect().{name}")
            for name in ("x", "y", "width", "height")
        )
        at = {"x": x + width / 2, "y": y + height / 2, "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, **at)

    def close(self):
        os.close(self.commands)
        os.close(self.replies)
        os.kill(self.process, signal.SIGTERM)
        os.waitpid(self.process, 0)


@pytest.fixture
def browser(tmp_path):
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("no chromium on this machine")
    with contextlib.closing(Browser(executable, tmp_path / "profile")) as browser:
        yield browser
