"""What every test shares: quiet TensorFlow, fixed seeds, and no way to the network."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # golden values are the CPU's
# On a busy machine the threads of OpenBLAS wait for one another: a small QR takes 50 times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
if "PYTEST_XDIST_WORKER" in os.environ:  # a worker per core; two with all cores each starve one
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")

import contextlib
import functools
import gc
import signal
import socket
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
sys.path.append(str(Path(__file__).parent))

from browser import Browser, find_browser  # from scripts

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as in the background of a script
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:  # as under nohup
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


# The files that keep a core busy for longest: begun last, one of them would leave the other cores
# without work. The rest follow in the order of their paths.
LONGEST = (
    "test_tutorials.py",
    "test_site.py",
    "test_bad_luck.py",
    "test_quality.py",
    "runs/test_workers.py",
    "runs/test_training.py",
    "pages/test_demo.py",
    "test_benchmarks.py",
    "export/test_exporting.py",
    "test_serving.py",
    "recipes/test_private_gan.py",
    "cli/test_commands.py",
    "cli/test_labels.py",
    "evaluation/test_measure_run.py",
    "pages/test_comparison.py",
    "test_structure.py",
)

gc.disable()  # while tests are collected: it would go through all of TensorFlow again and again


def pytest_collection_modifyitems(items):
    """Put the files that take longest first."""
    places = {Path(__file__).parent / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(LONGEST)))


def pytest_collection_finish():
    """Let the garbage collector pass by what stays until the end: libraries and tests."""
    gc.freeze()
    gc.enable()


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


@pytest.fixture(scope="session", autouse=True)
def _random_kernels_once():
    """Keep the last random kernels of VGG19, which many tests ask for with the same arguments.

    That they are the same each time is in test_random_kernels.py.
    """
    from keras_gen.networks.vgg19 import network

    kept = functools.lru_cache(maxsize=2)(network.random_kernels)  # up to 80 MB each
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "random_kernels", kept)
        yield


@contextlib.contextmanager
def _untraced():
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Even though the `tf.config.*does not apply to tf.data")
        try:
            yield
        finally:
            tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="session")
def untraced():
    """Return a context in which steps are taken without a graph.

    To trace one costs more than a few steps of a small network. Where what follows the training is
    tested, and not the training, nothing is lost.
    """
    return _untraced


@pytest.fixture
def few_steps(untraced):
    """The same for the whole of a test."""
    with untraced():
        yield


@pytest.fixture(scope="session")
def _judges():
    """Load a bundled classifier when it is first asked for, and keep it."""
    from keras_gen.measures import features

    return functools.cache(features._classifier)


@pytest.fixture(scope="module")
def judges_once(_judges):
    """Spare each of the many evaluations of a file to build, read and trace the judges again."""
    from keras_gen.measures import features

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(features, "_classifier", _judges)
        yield


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
    browser = find_browser()
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


@pytest.fixture
def browser(tmp_path):
    executable = find_browser()
    if executable is None:
        pytest.skip("no chromium on this machine")
    with contextlib.closing(Browser(executable, tmp_path / "profile")) as browser:
        yield browser
