"""A server that draws images and paints photographs with networks of keras-gen export.

    pip install "keras_gen[export,serve]"
    keras-gen export conditional_gan --format onnx
    python examples/serving/server.py --generator conditional_gan-onnx/generator.onnx

batching.py   what several requests want, computed in one call; a bounded number of places
networks.py   exported networks, run by onnxruntime
pictures.py   pictures that come in, read and decoded small, and labelled ones that go out
figures.py    what Prometheus is told of it all
server.py     the routes and their limits, and the command that starts them
"""

import argparse
import asyncio
import contextlib
import dataclasses
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, Literal

import uvicorn
from batching import Batcher, Full, Places
from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from figures import Measured, Metrics
from networks import DRAWS, PAINTS, Network
from pictures import decode, encode, read_body
from prometheus_client import generate_latest

from keras_gen.provenance import Marks

GENERATE, STYLIZE = "/generate", "/stylize"
PATHS = (GENERATE, STYLIZE, "/healthz", "/metrics")
TYPES = {"png": "image/png", "zip": "application/zip", "npz": "application/octet-stream"}
MOST_SEED = 2**63 - 1
HOST_HELP = "address to listen on (127.0.0.1, this machine only; 0.0.0.0 for every network)"
CONNECTIONS = 512  # beyond them uvicorn answers 503 at once


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limits:
    """What one request may ask for, and how much is held at once.

    Attributes:
        count: images of one request, and of one call of the network.
        images: that all requests together wait for.
        bodies: pictures that arrive; a slow connection holds up nobody who is painted.
        uploads: pictures that are decoded, painted or encoded.
        upload_bytes: of one picture.
        upload_pixels: that its header may state.
        side: longer side of what is painted, in pixels; larger pictures are reduced.
        upload_seconds: in which a picture must have arrived.
        seconds: in which an answer must be ready.
        wait: seconds that the first request of a batch waits for others.
    """

    count: int = 64
    images: int = 256
    bodies: int = 32
    uploads: int = 4
    upload_bytes: int = 10 * 2**20
    upload_pixels: int = 2**24
    side: int = 512
    upload_seconds: float = 10.0
    seconds: float = 60.0
    wait: float = 0.004


@contextlib.contextmanager
def holding(places: Places, n: int) -> Iterator[None]:
    """Hold n places for the time of a block, or answer 429."""
    try:
        with places.take(n):
            yield
    except Full as error:
        reason = f"{n} of {places.number} places wanted, fewer are free; try again"
        raise HTTPException(429, reason, {"Retry-After": "1"}) from error


class Service:
    """The routes.

    Args:
        networks: {path: what it runs}; a path without a network answers 404.
        limits: `Limits`.
        marks: labels of every answer.
    """

    def __init__(self, networks: dict[str, Network], limits: Limits, marks: Marks):
        self.networks, self.limits, self.marks = networks, limits, marks
        self.metrics = Metrics()
        self.places = {GENERATE: Places(limits.images), STYLIZE: Places(limits.uploads)}
        self.arriving = Places(limits.bodies)
        self.metrics.bodies.set_function(lambda: self.arriving.taken)
        self.batchers = {}
        for path, network in networks.items():
            together = path == GENERATE and network.same_in_batches(limits.count)
            most = limits.count if together else 1  # photographs have many sizes
            seen = self.metrics.batch.observe if path == GENERATE else lambda rows: None
            self.batchers[path] = Batcher(network, most, limits.wait, seen)
            self.metrics.taken.labels(path).set_function(lambda path=path: self.places[path].taken)
        self._pool = ThreadPoolExecutor(1, "pictures")  # the memory of one picture at a time

    @contextlib.asynccontextmanager
    async def working(self, app: FastAPI) -> AsyncIterator[None]:
        """Compute batches while the application runs."""
        tasks = [asyncio.create_task(batcher.work()) for batcher in self.batchers.values()]
        yield
        for task in tasks:
            task.cancel()

    def network(self, path: str) -> Network:
        """Return the network of a path, or answer 404."""
        if path not in self.networks:
            raise HTTPException(404, f"{path}: no network was loaded for it")
        return self.networks[path]

    @contextlib.asynccontextmanager
    async def admitted(self, path: str, n: int) -> AsyncIterator[Network]:
        """Hold n places while a request is answered, and end it when its time is over."""
        network = self.network(path)
        try:
            with holding(self.places[path], n):
                async with asyncio.timeout(self.limits.seconds):
                    yield network
        except TimeoutError as error:
            reason = f"no answer within {self.limits.seconds:g} s; try again"
            raise HTTPException(503, reason, {"Retry-After": "1"}) from error
        self.metrics.images.labels(path).inc(n)

    async def in_pool(self, function: Callable, *arguments) -> Any:
        """Work on pictures without holding up other requests."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)

    async def generate(
        self,
        count: int = 1,
        seed: int = 0,
        label: Annotated[list[str] | None, Query()] = None,
        format: Literal["png", "zip", "npz"] = "png",
    ) -> Response:
        """Draw images: the same for the same question, whatever is drawn beside them."""
        numbers = ("count", count, 1, self.limits.count), ("seed", seed, 0, MOST_SEED)
        for name, value, least, most in numbers:
            if not least <= value <= most:
                raise HTTPException(422, f"{name}: expected {least} to {most}, found {value}")
        if format == "png" and count > 1:
            raise HTTPException(422, f"format: png holds one image, zip and npz hold {count}")
        async with self.admitted(GENERATE, count) as network:
            classes = network.class_numbers(label or [], count)
            images = await self.batchers[GENERATE](network.inputs(count, seed, classes))
            origin = network.origin(seed)
            content = await self.in_pool(encode, images, classes, format, origin, self.marks)
        return Response(content, media_type=TYPES[format])

    async def stylize(self, request: Request) -> Response:
        """Paint the picture that is the body of the request; the answer is a PNG file."""
        limits = self.limits
        self.network(STYLIZE)  # 404 before anything is read
        with holding(self.arriving, 1):  # and no place of those who are painted
            body = await read_body(request, limits.upload_bytes, limits.upload_seconds)
        async with self.admitted(STYLIZE, 1) as network:
            images = await self.in_pool(decode, body, limits.upload_pixels, limits.side)
            images = await self.batchers[STYLIZE]({"images": images})
            content = await self.in_pool(encode, images, None, "png", network.origin(0), self.marks)
        return Response(content, media_type=TYPES["png"])

    async def health(self) -> dict:
        """Say that the server answers, and what it has loaded."""
        loaded = {path: network.about for path, network in self.networks.items()}
        return {"status": "ok", "networks": loaded}

    async def tell(self) -> Response:
        """Return the figures as Prometheus reads them."""
        figures = generate_latest(self.metrics.registry)
        return Response(figures, media_type="text/plain; version=0.0.4; charset=utf-8")


async def _refuse(request: Request, error: RequestValidationError) -> JSONResponse:
    """Say in one line what is wrong with a parameter that has the wrong type."""
    first = error.errors()[0]
    return JSONResponse({"detail": f"{first['loc'][-1]}: {first['msg']}"}, 422)


def create_app(
    networks: dict[str, Network], limits: Limits | None = None, marks: Marks | None = None
) -> FastAPI:
    """Return the application; arguments as for `Service`."""
    service = Service(networks, limits or Limits(), marks or Marks())
    app = FastAPI(
        title="keras_gen",
        lifespan=service.working,
        docs_url=None,  # pages that would load scripts from elsewhere
        redoc_url=None,
        exception_handlers={RequestValidationError: _refuse},
    )
    app.add_middleware(Measured, metrics=service.metrics, paths=PATHS)
    app.get(GENERATE)(service.generate)
    app.post(STYLIZE)(service.stylize)
    app.get("/healthz")(service.health)
    app.get("/metrics")(service.tell)
    return app


def main() -> int:
    """Load the networks, and serve until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--generator", help="ONNX file of a generator, or of a VAE's decoder")
    parser.add_argument("--stylizer", help="ONNX file of a fast style network")
    parser.add_argument("--host", default="127.0.0.1", help=HOST_HELP)
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    threads = "threads for each call of a network (the number of processors)"
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help=threads)
    visible = "write AI生成 or AI-generated into every picture (off by default)"
    parser.add_argument("--visible-label", choices=("zh", "en"), help=visible)
    chosen = parser.parse_args()
    # uvicorn finishes what is in flight, and then hands the signal on to these.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    wanted = {GENERATE: (chosen.generator, DRAWS), STYLIZE: (chosen.stylizer, PAINTS)}
    try:
        networks = {
            path: Network(file, output, chosen.threads)
            for path, (file, output) in wanted.items()
            if file
        }
        if not networks:
            raise ValueError("expected --generator, --stylizer or both, found neither")
        app = create_app(networks, marks=Marks(visible=chosen.visible_label))
    except ValueError as error:
        print(f"server.py: {error}", file=sys.stderr)
        return 2
    config = uvicorn.Config(
        app,
        host=chosen.host,
        port=chosen.port,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=int(Limits.seconds),
        access_log=False,  # questions are nobody's business; /metrics counts them
        server_header=False,
    )
    uvicorn.Server(config).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
