"""What every test shares: quiet TensorFlow, fixed seeds, and no way to the network."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # golden values are the CPU's
# On a busy machine the threads of OpenBLAS wait for one another: a small QR takes 50 times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import socket

import pytest


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
