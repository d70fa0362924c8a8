"""What Prometheus is told: answers and their seconds, pictures, calls, places."""

import time
from collections.abc import Callable, Collection

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

BATCHES = (1, 2, 4, 8, 16, 32, 64)  # buckets of a histogram


class Metrics:
    """What Prometheus is told; each application has a registry of its own."""

    def __init__(self):
        self.registry = CollectorRegistry()
        known = {"namespace": "keras_gen", "registry": self.registry}
        self.requests = Counter("requests", "Answers", ["path", "status"], **known)
        self.seconds = Histogram("seconds", "Until the end of an answer", ["path"], **known)
        self.images = Counter("images", "Pictures in answers", ["path"], **known)
        self.bodies = Gauge("bodies_arriving", "Pictures that arrive", **known)
        self.taken = Gauge("places_taken", "Places that are taken", ["path"], **known)
        self.batch = Histogram("batch_images", "Images of one call", buckets=BATCHES, **known)


class Measured:
    """An ASGI application around another that counts and times its answers.

    Args:
        app: the other.
        metrics: where they are noted.
        paths: that are counted by themselves.
    """

    def __init__(self, app: Callable, metrics: Metrics, paths: Collection[str]):
        self.app, self.metrics, self.paths = app, metrics, paths

    async def __call__(self, scope, receive, send) -> None:
        """Hand a request on, and note the status of its answer."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        path = scope["path"] if scope["path"] in self.paths else "other"  # labels must not multiply
        start, status = time.perf_counter(), 500

        async def noted(message):
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            self.metrics.requests.labels(path, status).inc()
            self.metrics.seconds.labels(path).observe(time.perf_counter() - start)
